"""What is kept of appointments."""

from app.appointments.models.bookings import (
    GAP_CAUSES,
    RESOURCES,
    Appointment,
    AppointmentClaim,
    AppointmentSeries,
    SeriesGap,
)
from app.appointments.models.following import (
    DISPLACED_CAUSES,
    OUTCOMES,
    CalendarFeed,
    DisplacedBooking,
    LookIn,
    Sitting,
)
from app.appointments.models.groups import GroupEntry, GroupProgramme, ProgrammeMember
from app.appointments.models.rooms import BLOCK_CAUSES, BlockedTime, CounsellingRoom, DutyTurn, RoomHours, RoomOpening
from app.appointments.models.students import CardSheet, StudentCard, TypedName
from app.appointments.models.waiting import WaitingEntry, WaitingOffer

__all__ = [
    "BLOCK_CAUSES", "DISPLACED_CAUSES", "GAP_CAUSES", "OUTCOMES", "RESOURCES", "Appointment", "AppointmentClaim",
    "AppointmentSeries", "BlockedTime", "CalendarFeed", "CardSheet", "CounsellingRoom", "DisplacedBooking",
    "DutyTurn", "GroupEntry", "GroupProgramme", "LookIn", "ProgrammeMember", "RoomHours", "RoomOpening", "SeriesGap",
    "Sitting", "StudentCard", "TypedName", "WaitingEntry", "WaitingOffer",
]
