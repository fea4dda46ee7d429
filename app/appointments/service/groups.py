"""Groups that meet several times: a theme, members with a seat in each session, who came, and an entry for each."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app import audit, vault
from app.access import Actor
from app.appointments.errors import NotFree, NotPossible, SessionFull
from app.appointments.models import Appointment, GroupEntry, GroupProgramme, ProgrammeMember
from app.appointments.policy import KEEP_GROUP
from app.appointments.queries.series import GroupSession, entries_for, members_of, seats_in, sessions_of
from app.appointments.service.booking import attend, miss
from app.appointments.service.claims import Taken
from app.appointments.service.placing import Terms, Wish, demand_student
from app.appointments.service.seats import seat_in
from app.appointments.service.series import book_series
from app.appointments.service.steps import step
from app.appointments.states import LIVE
from app.core import clock
from app.core.database import savepoint, session
from app.core.errors import Conflict, Invalid, Missing, Stale
from app.core.ids import new_id
from app.core.words import N_
from app.escalation.readers import teams_around
from app.files.service import RoomNotFounded
from app.vault.statements import moment


class GroupEntrySigned(Conflict):
    """A signed entry stays what it was."""

    words = N_("This entry is signed and stays as it is.")


class NothingWritten(Invalid):
    """An entry without a word cannot be signed."""

    words = N_("Write something before you sign.")


def begin_group(
    wish: Wish, *, theme: str, every_weeks: int, times: int, choices: Mapping[int, datetime | None] | None = None,
    by: Actor,
) -> GroupProgramme:
    """Begin a group with all its sessions; raises SeriesConflict while it is open what becomes of some of them."""
    room = teams_around(school_id=wish.school_id, grade_id=None, excluded=())["room"]
    if not room.living:
        raise RoomNotFounded()
    if not wish.seats or wish.kind != "group":
        raise NotPossible()
    series = book_series(wish, every_weeks=every_weeks, times=times, choices=choices, by=by)
    programme = GroupProgramme(
        id=new_id(), school_id=wish.school_id, series_id=series.id, seats=wish.seats, begun_by=by.person_id,
        begun_at=clock.now(),
    )
    key = vault.create_object(
        programme.id, organisation_id=wish.school_id, to=room.holders, by=by.ring, basis="group:begun"
    )
    vault.write(programme, "theme", theme, key)
    session().add(programme)
    session().flush()
    _record(by, "group:begun", programme)
    return programme


def theme_of(programme: GroupProgramme, *, by: Actor) -> str:
    """Return what a group is about."""
    found: str = vault.read(programme, "theme", by.ring.open(programme.id))
    return found


def join_group(programme: GroupProgramme, student_id: UUID, *, by: Actor) -> None:
    """Give a student a seat in every session that is still to come and in which both have time.

    Raises SessionFull, StudentLeft, Missing. A session without a seat for a member shows on the group's page. Joining
    again tries those sessions anew.
    """
    KEEP_GROUP.demand(by, programme)
    demand_student(student_id, programme.school_id)
    members = {member.student_id for member in members_of(programme)}
    if student_id not in members and len(members) >= programme.seats:
        raise SessionFull()
    member = session().get(ProgrammeMember, (programme.id, student_id)) or ProgrammeMember(
        programme_id=programme.id, student_id=student_id
    )
    if student_id not in members:
        member.joined_at, member.left_at = clock.now(), None
        session().add(member)
        session().flush()
        _record(by, "group:joined", programme)
    _take_seats(programme, student_id, by=by)


def _take_seats(programme: GroupProgramme, student_id: UUID, *, by: Actor) -> None:
    coming = list(_still_to_come(programme))
    seated = {seat.session_id for seat in seats_in([one.id for one in coming]) if seat.student_id == student_id}
    for one in coming:
        if one.id not in seated:
            try:
                with savepoint():
                    seat_in(one, student_id, Terms(booked_by=by.person_id), by=by)
            except (Taken, NotFree, SessionFull):
                continue


def leave_group(programme: GroupProgramme, student_id: UUID, *, by: Actor) -> None:
    """Take a student out of a group; the seats that are still to come are free again. Nobody leaves twice."""
    KEEP_GROUP.demand(by, programme)
    member = session().get(ProgrammeMember, (programme.id, student_id))
    if member is None:
        raise Missing()
    if member.left_at is not None:
        return
    member.left_at = clock.now()
    for seat in seats_in([one.id for one in _still_to_come(programme)]):
        if seat.student_id == student_id and seat.state in LIVE:
            step(seat, "cancel", by=by)
    session().flush()
    _record(by, "group:left", programme)


def _still_to_come(programme: GroupProgramme) -> Iterator[Appointment]:
    now = clock.now()
    return (one for one in sessions_of([programme.series_id]) if one.state == "confirmed" and one.ends_at > now)


def note_attendance(held: GroupSession, *, came: Collection[UUID], revision: int, by: Actor) -> None:
    """Note who came to a session and who did not; `came` names seats. What was noted before can be corrected.

    `revision` is that of the page, `revision_of`; raises Stale, NotYet and what noting raises.
    """
    KEEP_GROUP.demand(by, held)
    if revision != revision_of(held):
        raise Stale()
    booking = held.booking
    if booking.state == "confirmed":
        attend(booking, revision=booking.revision, by=by)
    for seat in seats_in([booking.id]):
        if seat.id in came and seat.state != "attended":
            attend(seat, revision=seat.revision, by=by)
        elif seat.id not in came and seat.state != "no_show":
            miss(seat, revision=seat.revision, by=by)


def revision_of(held: GroupSession) -> int:
    """Return a number that grows with every change of a session or of a seat in it."""
    return held.booking.revision + sum(seat.revision for seat in seats_in([held.booking.id]))


def entry_for(held: GroupSession) -> GroupEntry | None:
    """Return what was written about a session so far."""
    return entries_for([held.booking.id]).get(held.booking.id)


def write_group_entry(held: GroupSession, *, body: str, revision: int, by: Actor) -> GroupEntry:
    """Save what was done in a session; raises Stale where a colleague has saved since, GroupEntrySigned."""
    KEEP_GROUP.demand(by, held)
    entry = entry_for(held) or GroupEntry(
        id=new_id(), school_id=held.school_id, programme_id=held.id, session_id=held.booking.id, revision=0
    )
    if entry.signed_at is not None:
        raise GroupEntrySigned()
    if entry.revision != revision:
        raise Stale()
    vault.write(entry, "body", body, by.ring.open(held.id))
    entry.revision, entry.saved_at = revision + 1, clock.now()
    session().add(entry)
    session().flush()
    return entry


def sign_group_entry(held: GroupSession, *, revision: int, by: Actor) -> None:
    """Sign an entry: neither page, program nor SQL changes it from now on."""
    KEEP_GROUP.demand(by, held)
    entry = entry_for(held)
    if entry is None or not text_of(entry, by=by).strip():
        raise NothingWritten()
    if entry.signed_at is not None:
        raise GroupEntrySigned()
    if entry.revision != revision:
        raise Stale()
    entry.signed_at, entry.signed_by, entry.signer_epoch = clock.now(), by.person_id, by.ring.epoch
    entry.signature = by.ring.sign("group_entry", *_signed_parts(entry))
    session().flush()
    _record(by, "group:entry_signed", held.programme, entry=entry.id)


def text_of(entry: GroupEntry, *, by: Actor) -> str:
    """Return what an entry says."""
    found: str = vault.read(entry, "body", by.ring.open(entry.programme_id))
    return found


def is_verified(entry: GroupEntry) -> bool:
    """Say whether an entry is exactly what was signed."""
    if entry.signature is None or entry.signed_by is None or entry.signer_epoch is None:
        return False
    return vault.trust().signed(
        entry.signed_by, entry.signer_epoch, entry.signature, "group_entry", *_signed_parts(entry)
    )


def _signed_parts(entry: GroupEntry) -> tuple[UUID, UUID, UUID, str, bytes]:
    assert entry.signed_at is not None
    return entry.id, entry.programme_id, entry.session_id, moment(entry.signed_at), entry.body


def _record(by: Actor, action: str, programme: GroupProgramme, **facts: Any) -> None:
    audit.record(by, action, organisation=programme.school_id, subject=("group_programme", programme.id), **facts)
