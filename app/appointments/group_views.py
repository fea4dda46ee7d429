"""What pages and programs show of groups: theme, members, sessions and seats, as far as the reader holds the key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app import vault
from app.access import Actor
from app.appointments.models import Appointment, GroupProgramme
from app.appointments.queries.series import (
    GroupSession,
    count_members,
    entries_for,
    members_of,
    seats_in,
    sessions_of,
)
from app.appointments.states import CLAIMING
from app.core import clock
from app.directory.queries import DirectoryLine, names_of, names_of_students


@dataclass(frozen=True)
class GroupLine:
    """A group in a list: its next session, None when all are over."""

    programme: GroupProgramme
    theme: str
    members: int
    next: Appointment | None


@dataclass(frozen=True)
class Meeting:
    """A session of a group: who has a seat, how many came, and whether its entry is signed (None: none is begun)."""

    booking: Appointment
    counsellor: str
    seats: int
    came: int
    signed: bool | None


@dataclass(frozen=True)
class Membership:
    """A student in a group, and how many of the sessions to come have no seat for them."""

    student_id: UUID
    who: DirectoryLine | None
    without_seat: int


@dataclass(frozen=True)
class Seat:
    """A seat in a session and who has it."""

    booking: Appointment
    who: DirectoryLine | None


@dataclass(frozen=True)
class GroupShown:
    """A group with everything that its page shows."""

    programme: GroupProgramme
    theme: str
    members: Sequence[Membership]
    meetings: Sequence[Meeting]


def group_lines(programmes: Iterable[GroupProgramme], actor: Actor) -> list[GroupLine]:
    """Return the groups of a list whose key somebody holds; keys and sessions are asked for all together."""
    rows = list(programmes)
    keys = actor.ring.open_many([row.id for row in rows])
    members, coming = count_members([row.id for row in rows]), dict[UUID | None, Appointment]()
    for one in sessions_of([row.series_id for row in rows]):
        if one.state == "confirmed" and one.ends_at > clock.now():
            coming.setdefault(one.series_id, one)
    return [
        GroupLine(row, vault.read(row, "theme", keys[row.id]), members.get(row.id, 0), coming.get(row.series_id))
        for row in rows if row.id in keys
    ]


def group_of(programme: GroupProgramme, actor: Actor) -> GroupShown:
    """Return a group with its members and sessions."""
    sessions = sessions_of([programme.series_id])
    seats, entries = seats_in([one.id for one in sessions]), entries_for([one.id for one in sessions])
    counsellors = names_of(one.counsellor_id for one in sessions)
    meetings = [
        Meeting(
            one, counsellors.get(one.counsellor_id, "--"),
            sum(1 for seat in seats if seat.session_id == one.id and seat.state in CLAIMING),
            sum(1 for seat in seats if seat.session_id == one.id and seat.state == "attended"),
            entries[one.id].signed_at is not None if one.id in entries else None,
        )
        for one in sessions
    ]
    coming = {one.id for one in sessions if one.state == "confirmed" and one.ends_at > clock.now()}
    members = members_of(programme)
    who = names_of_students({member.student_id for member in members}, actor.ring)
    memberships = [
        Membership(
            member.student_id, who.get(member.student_id),
            len(coming - {seat.session_id for seat in seats if seat.student_id == member.student_id}),
        )
        for member in members
    ]
    theme = vault.read(programme, "theme", actor.ring.open(programme.id))
    return GroupShown(programme, theme, memberships, meetings)


def seats_of(held: GroupSession, actor: Actor) -> list[Seat]:
    """Return who has a seat in a session, also who did not come."""
    seats = seats_in([held.booking.id])
    who = names_of_students({seat.student_id for seat in seats if seat.student_id}, actor.ring)
    return [Seat(seat, who.get(seat.student_id) if seat.student_id else None) for seat in seats]
