"""What a school's timetable says, and what is free in it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.access import PostKind
from app.appointments.models import BlockedTime
from app.appointments.queries.bookings import taken_between
from app.appointments.queries.rooms import hours_of, rooms_of, turns_of
from app.appointments.slots import FreeSlot, InPost, Timetable, free_slots, nearest
from app.core import clock
from app.core.database import session
from app.directory.models import Post
from app.directory.queries import calendar_of, current_posts
from app.schooltime import day_at, moment_at

ONE_DAY = timedelta(days=1)
NEAR = timedelta(days=28)
"""How far around a time that is taken another one is looked for."""


def school_timetable(school_id: UUID, first: date, last: date) -> Timetable:
    """Return everything that says when a school's rooms take bookings between two days."""
    rooms, calendar = rooms_of(school_id), calendar_of(school_id)
    start, end = moment_at(calendar.zone, _midnight(first)), moment_at(calendar.zone, _midnight(last + ONE_DAY))
    blocks = session().scalars(
        select(BlockedTime).where(
            BlockedTime.school_id == school_id, BlockedTime.ends_at > start, BlockedTime.starts_at < end
        )
    )
    return Timetable(
        calendar, {room.id: room for room in rooms}, hours_of(rooms), turns_of(rooms), list(blocks),
        _in_post(school_id, first, last),
    )


def _in_post(school_id: UUID, first: date, last: date) -> list[InPost]:
    """Return the school's counsellors, also those who come within these days."""
    here = (Post.organisation_id == school_id, Post.kind == PostKind.COUNSELLOR)
    posts = {post.id: post for day in (first, last) for post in current_posts(day, *here)}
    return [InPost(post.person_id, post.starts_on, post.ends_on) for post in posts.values()]


def free_between(
    school_id: UUID, first: date, last: date, *, room_id: UUID | None = None, counsellor_id: UUID | None = None,
    student_id: UUID | None = None, also: UUID | None = None,
) -> list[FreeSlot]:
    """Return what is free at a school between two days, from now on."""
    timetable = school_timetable(school_id, first, last)
    people = [*(post.person_id for post in timetable.in_post), *timetable.rooms, *([student_id] if student_id else [])]
    zone = timetable.calendar.zone
    taken = taken_between(
        people, moment_at(zone, _midnight(first)), moment_at(zone, _midnight(last + ONE_DAY)) + timedelta(hours=2)
    )
    return list(free_slots(
        _days(first, last), timetable, taken=taken, since=clock.now(), room_id=room_id, counsellor_id=counsellor_id,
        student_id=student_id, also=also,
    ))


def nearest_free(
    school_id: UUID, wanted: datetime, *, room_id: UUID | None = None, counsellor_id: UUID | None = None,
    student_id: UUID | None = None,
) -> tuple[FreeSlot, ...]:
    """Return the three free slots nearest to a time, in a room and with whoever was asked for if they have any."""
    calendar = calendar_of(school_id)
    today, around = day_at(calendar, clock.now()), day_at(calendar, wanted)
    first, last = max(today, around - NEAR), max(today, around) + NEAR
    among = {"room_id": room_id, "student_id": student_id}
    slots = free_between(school_id, first, last, counsellor_id=counsellor_id, **among)
    if not slots and counsellor_id is not None:
        slots = free_between(school_id, first, last, **among)
    return nearest(slots, wanted)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + ONE_DAY * number for number in range((last - first).days + 1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)
