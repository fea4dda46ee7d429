"""A school's letterbox: its public address, what its pages say of help, and opening it every school day."""

import json
import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import audit
from app.access import Actor, PostKind
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict, Missing
from app.core.ids import new_id
from app.core.words import N_
from app.directory.queries import calendar_of, today_at
from app.entrance.hotlines import HOTLINES
from app.entrance.models import Letterbox
from app.entrance.queries import letterbox_of
from app.letterbox.figures import count_families
from app.letterbox.models import BoxOpening
from app.letterbox.policy import MANAGE_THIS, OPEN_BOX
from app.letterbox.queries import count_unopened
from app.letterbox.service import trail
from app.letterbox.words import BOXES
from app.schooltime import is_school_day

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 12


class BoxThere(Conflict):
    """A school has one letterbox."""

    words = N_("Your school has a letterbox already.")


def set_up(school_id: UUID, *, by: Actor) -> Letterbox:
    """Give a school its letterbox with a public address that nobody can guess; raises BoxThere."""
    box = Letterbox(
        id=new_id(), school_id=school_id, address_code=_new_address(), open=True,
        hotlines_note=json.dumps(HOTLINES, ensure_ascii=False), hours_note="",
    )
    MANAGE_THIS.demand(by, box)
    if letterbox_of(school_id) is not None:
        raise BoxThere()
    session().add(box)
    session().flush()
    audit.record(
        by, "letterbox:made", organisation=school_id, subject=("letterbox", box.id), holds=trail.holding(box)
    )
    return box


def configure(
    box: Letterbox, *, open: bool, hotlines: Sequence[dict[str, Any]], hours: str, by: Actor
) -> None:
    """Open or close the box for new letters, and say who is there when; letters that are in stay answerable."""
    MANAGE_THIS.demand(by, box)
    box.open, box.hours_note = open, hours.strip()
    box.hotlines_note = json.dumps(list(hotlines), ensure_ascii=False)
    session().flush()
    audit.record(
        by, "letterbox:changed", organisation=box.school_id, subject=("letterbox", box.id), open=open,
        holds=trail.holding(box),
    )


def sign_off(school_id: UUID, box_code: str, *, by: Actor) -> BoxOpening:
    """Keep that somebody opened a box today and how many letters waited in it; none is kept as none; raises Missing."""
    OPEN_BOX.demand(by)
    box = letterbox_of(school_id)
    if box is None or box_code not in boxes_of(by, school_id):
        raise Missing()
    MANAGE_THIS.demand(by, box)
    opening = BoxOpening(
        id=new_id(), school_id=school_id, box_code=box_code, day=today_at(school_id), opened_by=by.person_id,
        opened_at=clock.now(), found=count_unopened(by, school_id, box_code),
    )
    session().add(opening)
    session().flush()
    count_families(school_id, box_code, by=by)
    audit.record(by, "box:opened", organisation=school_id, box=box_code, found=opening.found)
    return opening


def school_of(actor: Actor) -> UUID | None:
    """Return the school whose box this person opens."""
    return next(iter(sorted(actor.organisations(PostKind.COUNSELLOR, PostKind.LEAD))), None)


def boxes_of(by: Actor, school_id: UUID) -> tuple[str, ...]:
    """Return the boxes that this person opens at a school."""
    kinds = (("room", PostKind.COUNSELLOR), ("leadership", PostKind.LEAD))
    return tuple(box for box, kind in kinds if by.at(school_id, kind))


def boxes_in_figures(by: Actor, school_id: UUID) -> tuple[str, ...]:
    """Return the boxes whose figures this person sees: leadership also how the room looks after its own."""
    return tuple(BOXES) if by.at(school_id, PostKind.LEAD) else boxes_of(by, school_id)


def boxes_to_open(by: Actor) -> list[str]:
    """Return the boxes of this person that nobody has opened today; on a day without school there are none."""
    school_id = school_of(by)
    if school_id is None or letterbox_of(school_id) is None:
        return []
    today = today_at(school_id)
    if not is_school_day(calendar_of(school_id), today):
        return []
    return [code for code in boxes_of(by, school_id) if not opened_on(school_id, code, today)]


def opened_on(school_id: UUID, box_code: str, day: date) -> Sequence[BoxOpening]:
    """Return who opened a box on a day."""
    return session().scalars(
        select(BoxOpening)
        .where(BoxOpening.school_id == school_id, BoxOpening.box_code == box_code, BoxOpening.day == day)
        .order_by(BoxOpening.opened_at)
    ).all()


def _new_address() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
