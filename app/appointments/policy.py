"""Who may do what with appointments: the room's counsellors; whoever asked on behalf sees how it stands, no more."""

from typing import Any

from sqlalchemy import select

from app.access import TEACHERS, Actor, Permission, relation, role
from app.appointments.models import Appointment
from app.core.database import session
from app.directory.policy import administers, is_school_admin
from app.escalation.policy import has_student, in_its_room, is_counsellor, is_lead, leads_its_school
from app.escalation.queries import watched_concerns_of
from app.files.queries import in_charge_of


@role
def is_teacher(actor: Actor, record: Any) -> bool:
    """Teach at a school."""
    return actor.holds(*TEACHERS)


@relation
def may_know_of_it(actor: Actor, record: Any) -> bool:
    """Not be among those from whom it is kept: hold the key of the reason, where there is one."""
    # Asked in any case: one that is kept from somebody costs what one that is not there costs.
    reached = actor.ring.reaches([record.reason_id or record.id])
    return record.reason_id is None or bool(reached)


@relation
def holds_reason(actor: Actor, record: Any) -> bool:
    """Hold the key of the reason."""
    return record.reason_id is not None and bool(actor.ring.reaches([record.reason_id]))


@relation
def asked_for_it(actor: Actor, record: Any) -> bool:
    """Have asked for it on a student's behalf, and still work at the school."""
    return bool(record.booked_by == actor.person_id) and actor.at(record.school_id, *TEACHERS)


@relation
def watches_over(actor: Actor, task: Any) -> bool:
    """Watch over the student, by an open concern or a file, and not be among those who must not know of the booking."""
    # All is asked in any case, as above.
    in_charge = actor.person_id in in_charge_of(task.student_id)
    cards = {concern.card_id for concern in watched_concerns_of(task.student_id)}
    reached = actor.ring.reaches([task.reason_id or task.id, *cards])
    return (task.reason_id is None or task.reason_id in reached) and (in_charge or not cards.isdisjoint(reached))


@relation
def may_know_of_all(actor: Actor, record: Any) -> bool:
    """Not be among those from whom any of its bookings is kept."""
    # One that is kept from somebody costs what one that is not there costs.
    found = session().scalars(select(Appointment.reason_id).where(Appointment.series_id == record.id))
    reasons = {reason_id for reason_id in found if reason_id is not None}
    return reasons <= actor.ring.reaches(reasons or {record.id})


@relation
def holds_theme(actor: Actor, record: Any) -> bool:
    """Hold the key of the group's theme."""
    return bool(actor.ring.reaches([record.id]))


# The key is asked for first.
_ROOM = (is_counsellor, may_know_of_it, in_its_room)

CALENDAR = Permission("appointment:calendar", [is_counsellor])
READ = Permission("appointment:read", _ROOM)
BOOK = Permission("appointment:book", [is_counsellor, in_its_room])
READ_REASON = Permission("appointment:read_reason", (is_counsellor, holds_reason, in_its_room))
CHANGE = Permission("appointment:change", _ROOM)
HOLD = Permission("appointment:hold", _ROOM)
ASK_FOR = Permission("appointment:ask_for", [is_teacher, has_student])
TAKE_BACK = Permission("appointment:take_back", [is_teacher, asked_for_it])
KEEP_ROOM = Permission("room:keep", [is_counsellor, in_its_room], [is_school_admin, administers])
OPEN_ROOM = Permission("room:open", [is_counsellor, in_its_room])
SEE_LOG = Permission(
    "room:log", [is_counsellor, in_its_room], [is_lead, leads_its_school], [is_school_admin, administers]
)
LIST_ROOMS = Permission("room:list", [is_counsellor], [is_lead], [is_school_admin])
KEEP_FEED = Permission("feed:keep", [is_counsellor])
# The address outlives the session in which it is made.
MAKE_FEED = Permission("feed:make", [is_counsellor], reauth=True)
SERIES = Permission("series:read", (is_counsellor, may_know_of_all, in_its_room))
GROUP = Permission("group:read", (is_counsellor, holds_theme, in_its_room))
KEEP_GROUP = Permission("group:keep", (is_counsellor, holds_theme, in_its_room))
LIST_CARDS = Permission("student_card:list", [is_counsellor])
KEEP_CARDS = Permission("student_card:keep", [is_counsellor, in_its_room])
LOOK_IN = Permission("look_in:close", [is_counsellor, watches_over, in_its_room])
KEEP_WAITING = Permission("waiting:keep", _ROOM)

PERMISSIONS = (
    CALENDAR, READ, BOOK, READ_REASON, CHANGE, HOLD, ASK_FOR, TAKE_BACK, KEEP_ROOM, OPEN_ROOM, SEE_LOG, KEEP_FEED,
    MAKE_FEED, LOOK_IN, LIST_ROOMS, KEEP_WAITING, SERIES, GROUP, KEEP_GROUP, LIST_CARDS, KEEP_CARDS,
)
