"""What a counsellor's own calendar program is told, and at which address it asks."""

import re
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from app import vault
from app.access import PostKind
from app.appointments.ical import Entry, Status
from app.appointments.models import Appointment, CalendarFeed
from app.core import clock
from app.core.database import session
from app.directory.models import Post
from app.directory.queries import current_posts, today_at

PERIOD = (timedelta(days=31), timedelta(days=400))
"""How far back and ahead a calendar reaches: last month's bookings, and a school year (Xinxia's own default)."""
_SECRET = re.compile(r"[0-9a-f]{64}\Z")
_STATUS: dict[str, Status] = {
    "requested": "TENTATIVE", "held": "TENTATIVE", "cancelled": "CANCELLED", "expired": "CANCELLED",
    "moved": "CANCELLED",
}
"""All else is confirmed: whether somebody came is nothing for a calendar."""


def address_index(secret: str) -> bytes:
    """Return what is kept of the secret in an address."""
    return vault.server_index("calendar-feed", secret)


def feed_of(person_id: UUID) -> CalendarFeed | None:
    """Return the feed of somebody who has one."""
    return session().get(CalendarFeed, person_id)


def feed_at(secret: str) -> CalendarFeed | None:
    """Return the feed behind an address, if its owner counsels today; every wrong address costs the same.

    The secret has 256 random bits and is found by a keyed hash: to be quicker or slower tells nothing of it.
    """
    index = address_index(secret)
    found = session().scalar(select(CalendarFeed).where(CalendarFeed.address_index == index))
    # The hash does not tell upper from lower case; an address does.
    if found is None or not _SECRET.match(secret) or not _schools_of(found.person_id):
        return None
    return found


def calendar_entries(feed: CalendarFeed) -> list[Entry]:
    """Return the times of a counsellor at the schools where they counsel today; what was called off stands as that.

    A session is one entry, and its seats are none.
    """
    now = clock.now()
    found = session().scalars(
        select(Appointment)
        .where(
            Appointment.counsellor_id == feed.person_id, Appointment.school_id.in_(_schools_of(feed.person_id)),
            Appointment.session_id.is_(None), Appointment.starts_at > now - PERIOD[0],
            Appointment.starts_at < now + PERIOD[1],
        )
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()
    return entries_of(found)


def entries_of(bookings: Sequence[Appointment]) -> list[Entry]:
    """Return bookings as a calendar program may see them: when, and whether it still stands."""
    return [
        Entry(
            _uid(booking.id), booking.revision, booking.state_at, booking.starts_at, booking.ends_at,
            _STATUS.get(booking.state, "CONFIRMED"),
        )
        for booking in bookings
    ]


def _uid(appointment_id: UUID) -> str:
    # The id itself would tell when the booking was made, and be found again in a stolen database.
    return vault.server_index("calendar-entry", str(appointment_id)).hex()


def _schools_of(person_id: UUID) -> list[UUID]:
    rows = session().scalars(
        select(Post.organisation_id).where(Post.person_id == person_id, Post.kind == PostKind.COUNSELLOR).distinct()
    ).all()
    here = (Post.person_id == person_id, Post.kind == PostKind.COUNSELLOR)
    return [
        school_id for school_id in rows
        if current_posts(today_at(school_id), *here, Post.organisation_id == school_id)
    ]
