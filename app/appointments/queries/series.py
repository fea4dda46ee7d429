"""Finding bookings that repeat, and groups that meet several times."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from app.access import Actor, PostKind
from app.appointments.models import Appointment, AppointmentSeries, GroupEntry, GroupProgramme, ProgrammeMember
from app.core.database import session
from app.core.paging import Page, page

SHOWN_IN_SESSION = ("requested", "held", "confirmed", "attended", "no_show")
"""A seat that was called off or moved is no part of a session's list."""


@dataclass(frozen=True)
class GroupSession:
    """One session of a group; a look at it is a look at the group."""

    programme: GroupProgramme
    booking: Appointment
    __tablename__ = "group_programme"

    @property
    def id(self) -> UUID:
        """The group's id: its key opens theme and entries."""
        return self.programme.id

    @property
    def school_id(self) -> UUID:
        """The school whose group it is."""
        return self.programme.school_id


def get_series(series_id: UUID) -> AppointmentSeries | None:
    """Return a series by its id."""
    return session().get(AppointmentSeries, series_id)


def get_programme(programme_id: UUID) -> GroupProgramme | None:
    """Return a group by its id."""
    return session().get(GroupProgramme, programme_id)


def programme_in(series_id: UUID | None) -> GroupProgramme | None:
    """Return the group whose sessions a series is."""
    return session().scalar(select(GroupProgramme).where(GroupProgramme.series_id == series_id))


def get_group_session(programme_id: UUID, appointment_id: UUID) -> GroupSession | None:
    """Return a session of a group, if it is one of this group's."""
    programme, found = get_programme(programme_id), session().get(Appointment, appointment_id)
    if programme is None or found is None or not found.is_session or found.series_id != programme.series_id:
        return None
    return GroupSession(programme, found)


def programmes_of(actor: Actor, *, cursor: str | None = None) -> Page[GroupProgramme]:
    """Return the groups of the rooms in which somebody counsels, the latest first; `policy.GROUP` says of which."""
    rows = select(GroupProgramme).where(GroupProgramme.school_id.in_(actor.organisations(PostKind.COUNSELLOR)))
    return page(rows, by=(GroupProgramme.begun_at, GroupProgramme.id), cursor=cursor, size=20)


def members_of(programme: GroupProgramme) -> Sequence[ProgrammeMember]:
    """Return who belongs to a group today, in the order in which they joined."""
    return session().scalars(
        select(ProgrammeMember)
        .where(ProgrammeMember.programme_id == programme.id, ProgrammeMember.left_at.is_(None))
        .order_by(ProgrammeMember.joined_at, ProgrammeMember.student_id)
    ).all()


def count_members(programme_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return how many belong to each of these groups today."""
    rows = session().execute(
        select(ProgrammeMember.programme_id, func.count())
        .where(ProgrammeMember.programme_id.in_(programme_ids), ProgrammeMember.left_at.is_(None))
        .group_by(ProgrammeMember.programme_id)
    )
    return {programme_id: number for programme_id, number in rows}


def sessions_of(series_ids: Collection[UUID]) -> Sequence[Appointment]:
    """Return the sessions of groups in order, without those that were moved to another time."""
    return session().scalars(
        select(Appointment)
        .where(
            Appointment.series_id.in_(series_ids), Appointment.session_id.is_(None), Appointment.state != "moved"
        )
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()


def seats_in(session_ids: Collection[UUID]) -> Sequence[Appointment]:
    """Return the seats of sessions, also of those who did not come."""
    return session().scalars(
        select(Appointment)
        .where(Appointment.session_id.in_(session_ids), Appointment.state.in_(SHOWN_IN_SESSION))
        .order_by(Appointment.booked_at, Appointment.id)
    ).all()


def entries_for(session_ids: Collection[UUID]) -> dict[UUID, GroupEntry]:
    """Return the entries of sessions by session."""
    rows = session().scalars(select(GroupEntry).where(GroupEntry.session_id.in_(session_ids)))
    return {entry.session_id: entry for entry in rows}
