"""Finding letterboxes and letters: every list asks for the post and for the key."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app import vault
from app.access import CENTRE, Actor, PostKind
from app.core import clock
from app.core.database import session
from app.core.paging import Page, page
from app.letterbox.models import AnswerReading, EmergencyOpening, Letter, LetterAttachment, LetterRelease

# A grave letter that was answered waits again, to be looked at.
_WAITS = Letter.state.in_(("waiting", "in_hand")) | ((Letter.state == "answered") & Letter.due_at.is_not(None))
_CLIMBED = Letter.opening_due_at.is_not(None) & (Letter.climbed > 0)


@dataclass(frozen=True)
class LetterLine:
    """A letter as a list shows it: what its head says, never its text."""

    letter: Letter
    head: dict[str, Any] = field(repr=False)


def get_letter(letter_id: UUID) -> Letter | None:
    """Return a letter by its id."""
    return session().get(Letter, letter_id)


def waiting_for(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[LetterLine]:
    """Return what is not answered yet, or grave and to be looked at again, the soonest due first."""
    return _page(_open_to(actor).where(_WAITS), actor, by=Letter.due_at, cursor=cursor, size=size)


def overdue_for(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[LetterLine]:
    """Return what should have been answered or looked at by now, the longest overdue first."""
    late = _open_to(actor).where(_WAITS, Letter.due_at < clock.now())
    return _page(late, actor, by=Letter.due_at, cursor=cursor, size=size)


def held_for(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[LetterLine]:
    """Return the letters that came in with very many others at once and wait for a look, the oldest first."""
    held = _open_to(actor).where(Letter.state == "held")
    return _page(held, actor, by=Letter.received_at, cursor=cursor, size=size)


def received(
    actor: Actor, school_id: UUID, box_code: str, *, since: datetime, before: datetime, size: int = 2_000
) -> list[LetterLine]:
    """Return the letters to a box that came between two moments and that this person opens; held ones are left out."""
    came = _open_to(actor).where(
        Letter.school_id == school_id, Letter.box_code == box_code, Letter.state != "held",
        Letter.received_at >= since, Letter.received_at < before,
    )
    return _lines(session().scalars(came.order_by(Letter.received_at, Letter.id).limit(size)).all(), actor)


def count_unopened(actor: Actor, school_id: UUID, box_code: str) -> int:
    """Return how many letters wait in a box for this person; those kept from them are not counted."""
    unopened = _open_to(actor).where(
        Letter.school_id == school_id, Letter.box_code == box_code, Letter.state.in_(("waiting", "held"))
    )
    return session().scalar(select(func.count()).select_from(unopened.subquery())) or 0


def urgent_for(actor: Actor) -> list[LetterLine]:
    """Return the letters that somebody must open soon and that nobody has opened, the soonest first."""
    urgent = _open_to(actor).where(Letter.opening_due_at.is_not(None)).order_by(Letter.opening_due_at, Letter.id)
    return _lines(session().scalars(urgent.limit(50)).all(), actor)


def done_by(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[LetterLine]:
    """Return the letters that were answered or closed and wait for nothing, newest first."""
    done = _open_to(actor).where(Letter.state.in_(("answered", "closed")), Letter.due_at.is_(None))
    return _page(done, actor, by=Letter.received_at, cursor=cursor, size=size, newest_first=True)


PARTS = {"waiting": waiting_for, "overdue": overdue_for, "held": held_for, "done": done_by}
"""The parts of the list of letters."""


def get_reading(letter_id: UUID, message_id: UUID) -> AnswerReading | None:
    """Return the second reading of an answer in this letter."""
    found = session().get(AnswerReading, message_id)
    return found if found is not None and found.letter_id == letter_id else None


def get_attachment(letter_id: UUID, letter_file_id: UUID) -> LetterAttachment | None:
    """Return a file that goes with this letter."""
    found = session().get(LetterAttachment, letter_file_id)
    return found if found is not None and found.letter_id == letter_id else None


def attachments_of(letter_id: UUID) -> Sequence[LetterAttachment]:
    """Return the files that go with a letter, in the order in which they came."""
    query = select(LetterAttachment).where(LetterAttachment.letter_id == letter_id)
    return session().scalars(query.order_by(LetterAttachment.added_at, LetterAttachment.id)).all()


def get_release(release_id: UUID) -> LetterRelease | None:
    """Return what was told from a letter."""
    return session().get(LetterRelease, release_id)


def get_opening(opening_id: UUID) -> EmergencyOpening | None:
    """Return the opening of a sealed name or of a letter."""
    return session().get(EmergencyOpening, opening_id)


def opened_in_emergency_by(actor: Actor) -> Sequence[EmergencyOpening]:
    """Return the letters that are open to this person under break-glass, the soonest to be closed again first.

    Only the centre opens letters so.
    """
    if not actor.holds(*CENTRE):
        return []
    lasting = select(EmergencyOpening).where(
        EmergencyOpening.opened_by == actor.person_id, EmergencyOpening.subject_code == "letter",
        EmergencyOpening.expires_at > clock.now(),
    )
    return session().scalars(lasting.order_by(EmergencyOpening.expires_at)).all()


def openings_of(letter_id: UUID) -> Sequence[EmergencyOpening]:
    """Return who opened a letter or its sealed name in an emergency, the latest first."""
    query = select(EmergencyOpening).where(EmergencyOpening.letter_id == letter_id)
    return session().scalars(query.order_by(EmergencyOpening.opened_at.desc())).all()


def openings_to_review(actor: Actor) -> Sequence[EmergencyOpening]:
    """Return the openings that this person is to look at, the soonest due first."""
    return session().scalars(
        select(EmergencyOpening)
        .where(
            EmergencyOpening.reviewed_at.is_(None), EmergencyOpening.opened_by != actor.person_id,
            actor.ring.reaching(EmergencyOpening.id),
        )
        .order_by(EmergencyOpening.review_due_at)
        .limit(50)
    ).all()


def readings_of(letter_id: UUID) -> dict[UUID, AnswerReading]:
    """Return the second readings of a letter's answers, by message."""
    found = session().scalars(select(AnswerReading).where(AnswerReading.letter_id == letter_id))
    return {reading.message_id: reading for reading in found}


def to_read_second(actor: Actor) -> Sequence[AnswerReading]:
    """Return the colleagues' answers that this person may read as the second one, the soonest due first."""
    open_to = _open_to(actor).with_only_columns(Letter.id)
    return session().scalars(
        select(AnswerReading)
        .where(
            AnswerReading.read_at.is_(None), AnswerReading.author_id != actor.person_id,
            AnswerReading.letter_id.in_(open_to),
        )
        .order_by(AnswerReading.due_at)
        .limit(50)
    ).all()


def is_waiting() -> ColumnElement[bool]:
    """Return the condition that somebody waits for something to be done with a letter."""
    return _WAITS | (Letter.state == "held")


def not_opened_in_time(*school_ids: UUID) -> Sequence[Letter]:
    """Return the letters of these schools whose opening clock has run out, whoever may read them; a hundred of each."""
    return _some_of(_CLIMBED, school_ids, Letter.received_at)


def readerless_at(*school_ids: UUID) -> Sequence[Letter]:
    """Return the letters of these schools that were found to have no reader left, whoever may hear of them."""
    return _some_of(Letter.readerless_since.is_not(None), school_ids, Letter.readerless_since)


def readings_overdue_at(*school_ids: UUID) -> Sequence[AnswerReading]:
    """Return the answers of these schools that a second person should have read by now."""
    late = select(AnswerReading).where(
        AnswerReading.read_at.is_(None), AnswerReading.due_at <= clock.now(), AnswerReading.school_id.in_(school_ids)
    )
    return session().scalars(late.order_by(AnswerReading.due_at).limit(_MOST)).all()


def _some_of(
    which: ColumnElement[bool], school_ids: Sequence[UUID], by: InstrumentedAttribute[Any]
) -> Sequence[Letter]:
    late = select(Letter).where(which, Letter.school_id.in_(school_ids))
    return session().scalars(late.order_by(by, Letter.id).limit(_MOST)).all()


_MOST = 100


def _open_to(actor: Actor) -> Select[Letter]:
    """Select the letters in the boxes of this person's posts whose key they hold."""
    return select(Letter).where(
        or_(
            Letter.school_id.in_(actor.organisations(PostKind.COUNSELLOR)) & (Letter.box_code == "room"),
            Letter.school_id.in_(actor.organisations(PostKind.LEAD)) & (Letter.box_code == "leadership"),
            *([Letter.id.is_not(None)] if actor.holds(*CENTRE) else []),
        ),
        actor.ring.reaching(Letter.id),
    )


def _page(
    select: Select[Letter], actor: Actor, *, by: InstrumentedAttribute[Any], cursor: str | None, size: int,
    newest_first: bool = False,
) -> Page[LetterLine]:
    found = page(select, by=(by, Letter.id), cursor=cursor, size=size, newest_first=newest_first)
    return Page(_lines(found.items, actor), found.next)


def _lines(letters: Sequence[Letter], actor: Actor) -> list[LetterLine]:
    keys = actor.ring.open_many([letter.id for letter in letters])
    return [
        LetterLine(letter, vault.read(letter, "head", keys[letter.id])) for letter in letters if letter.id in keys
    ]
