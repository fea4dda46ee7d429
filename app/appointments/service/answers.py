"""What becomes of an offer when the booking that held its time is answered, in whichever way that happens."""

from datetime import datetime

from sqlalchemy import update

from app import audit
from app.appointments.models import Appointment, WaitingEntry, WaitingOffer
from app.appointments.queries.waiting import open_offer_of
from app.appointments.states import Deed
from app.core import clock
from app.core.database import session
from app.core.errors import Stale
from app.directory.queries import calendar_of
from app.schooltime import day_at, school_hours

_ANSWER: dict[Deed, str] = {"confirm": "accepted", "cancel": "declined", "expire": "ran_out"}


def follow(booking: Appointment, deed: Deed, *, by: audit.Doer) -> None:
    """Close the offer behind a booking that no longer holds its time for somebody; there need not be one."""
    offer = open_offer_of(booking)
    if offer is None:
        return
    entry = session().get_one(WaitingEntry, offer.entry_id)
    code = _ANSWER[deed] if entry.ended_at is None else "withdrawn"
    _close(offer, code)
    if code == "accepted":
        end(entry, "placed", by=by)
    elif code == "ran_out":
        entry.rests_until = _end_of_day(entry)
        session().flush()
    audit.record(
        by, "waiting:answered", organisation=entry.school_id, subject=("waiting_entry", entry.id), answer=code,
        appointment=booking.id,
    )


def end(entry: WaitingEntry, code: str, *, by: audit.Doer) -> None:
    """Take an entry off the list; of two at once one finds it changed."""
    session().flush()
    now = clock.now()
    done = session().execute(
        update(WaitingEntry)
        .where(WaitingEntry.id == entry.id, WaitingEntry.ended_at.is_(None), WaitingEntry.revision == entry.revision)
        .values(ended_at=now, end_code=code, revision=entry.revision + 1),
        execution_options={"synchronize_session": False},
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale()
    session().refresh(entry)
    audit.record(
        by, "waiting:taken_off", organisation=entry.school_id, subject=("waiting_entry", entry.id), cause=code,
    )


def _close(offer: WaitingOffer, code: str) -> None:
    done = session().execute(
        update(WaitingOffer)
        .where(WaitingOffer.id == offer.id, WaitingOffer.answered_at.is_(None))
        .values(answered_at=clock.now(), answer_code=code),
        execution_options={"synchronize_session": False},
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale()
    session().refresh(offer)


def _end_of_day(entry: WaitingEntry) -> datetime:
    """Return when school is over: whoever did not answer is asked again in the morning, and others meanwhile."""
    calendar, now = calendar_of(entry.school_id), clock.now()
    hours = school_hours(calendar, day_at(calendar, now))
    return max(hours.end, now) if hours is not None else now
