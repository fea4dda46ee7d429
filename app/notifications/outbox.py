"""Sends what waits: one message for all that is due to a person; what is not taken is tried again for a day.

A try is counted, and the next one set, before it is made. So of two workers one finds something to send, and a worker
that dies on the way costs a minute. A message may come twice, never not at all.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from app.core import clock
from app.core.database import Database, session
from app.directory.queries import calendar_of
from app.notifications.carriers import Carrier
from app.notifications.models import Notice
from app.notifications.pacing import after_quiet
from app.notifications.queries import was_looked_at
from app.notifications.wishes import Target, Wish, wishes_of

_AT_ONCE = 200
_TRIES = (1, 5, 15, 60, 240, 720)
"""Minutes between tries; after the last one a message is given up, the notice itself stays."""


@dataclass(frozen=True)
class Parcel:
    """One message to one person, and the notices for which it stands."""

    way: str
    target: Target = field(repr=False)
    notices: tuple[UUID, ...]


def send_waiting(database: Database) -> int:
    """Send one message to each person with due notices; return how many were taken."""
    carriers: Mapping[str, Carrier] = database.info.get("carriers", {})
    if not carriers or not database.retrying(_somebody_due, writes=False):
        return 0
    parcels = database.retrying(_taken_up)
    sent = [parcel for way, carrier in carriers.items() for parcel in _carried(way, carrier, parcels)]
    if sent:
        database.retrying(lambda: _keep_sent([notice for parcel in sent for notice in parcel.notices]))
    return len(sent)


def _carried(way: str, carrier: Carrier, parcels: list[Parcel]) -> list[Parcel]:
    mine = [parcel for parcel in parcels if parcel.way == way]
    taken = carrier.send({parcel.target for parcel in mine}) if mine else ()
    return [parcel for parcel in mine if parcel.target in taken]


def _somebody_due() -> list[UUID]:
    """Return those who have waited longest."""
    due = (Notice.mail_due_at <= clock.now(), ~was_looked_at())
    waiting = select(Notice.person_id).where(*due).group_by(Notice.person_id)
    return list(session().scalars(waiting.order_by(func.min(Notice.mail_due_at)).limit(_AT_ONCE)))


def _taken_up() -> list[Parcel]:
    """Count a try for everything that is due, and return what can be sent of it."""
    people = _somebody_due()
    due = select(Notice).where(Notice.person_id.in_(people), Notice.mail_due_at <= clock.now(), ~was_looked_at())
    wishes, found = wishes_of(people), defaultdict(list)
    for notice in session().scalars(due.order_by(Notice.id)).all():
        if _counts(notice, wishes[notice.person_id]):
            found[notice.person_id].append(notice.id)
    return [
        Parcel(wish.way, wish.target, tuple(found[person_id]))
        for person_id, wish in wishes.items()
        if person_id in found and wish.is_carried and wish.target is not None
    ]


def _counts(notice: Notice, wish: Wish) -> bool:
    """Count one more try and set the next; False in quiet hours, and where there have been enough."""
    now = clock.now()
    quiet_until = after_quiet(wish.pace, now, calendar_of(notice.organisation_id).zone)
    if quiet_until > now and not notice.urgent:
        notice.mail_due_at = quiet_until
        return False
    if notice.mail_tries >= len(_TRIES):
        notice.mail_state, notice.mail_due_at = "given_up", None
        return False
    notice.mail_due_at = now + timedelta(minutes=_TRIES[notice.mail_tries])
    notice.mail_tries += 1
    return True


def _keep_sent(notices: list[UUID]) -> None:
    """Keep that these were sent; who looked at one meanwhile has no message waiting."""
    session().execute(
        update(Notice)
        .where(Notice.id.in_(notices), Notice.mail_state == "waiting")
        .values(mail_state="sent", mail_due_at=None)
    )
