"""The session of an appointment: begun in one step, written in a student's file, ended with who came and what is next.

Who ends it says three things at once: whether the student came, when they come next, and what becomes of the record.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from app import audit, vault
from app.access import Actor
from app.appointments.errors import NotPossible, ReasonWanted, TooEarly
from app.appointments.models import Appointment, Sitting
from app.appointments.policy import HOLD
from app.appointments.queries import room_names
from app.appointments.queries.sittings import last_entry, may_begin, sitting_of
from app.appointments.service.booking import attend, book, miss
from app.appointments.service.placing import Wish
from app.appointments.states import EARLY, Kind
from app.core import clock
from app.core.database import session
from app.core.errors import Missing
from app.directory.queries import calendar_of
from app.escalation.readers import teams_around
from app.files import service as files
from app.files.models import FileEntry, StudentFile
from app.files.policy import READ, WRITE_ENTRY
from app.files.queries import file_of_student, next_number
from app.files.reading import body_of
from app.files.sections import says_something
from app.schooltime import wall_at

Record = Literal["sign", "leave", "discard"]
_LATE = timedelta(hours=1)
"""Who ends a session later than this after its time was not in it until then (Xinxia's own default)."""
_KINDS = {"parent": "parent", "crisis": "crisis"}


@dataclass(frozen=True)
class Ending:
    """What is said when a session ends; `next_time` is room and moment, `record` what becomes of the draft."""

    came: bool
    next_time: tuple[UUID, datetime] | None = None
    record: Record = "leave"


def begin(booking: Appointment, *, reason: str | None = None, by: Actor) -> Sitting:
    """Begin the session of a booking and its entry, or go on with the one that was begun.

    A student without a file gets one. Raises TooEarly, NotPossible, and ReasonWanted for a colleague's file.
    """
    HOLD.demand(by, booking)
    sitting = sitting_of(booking, by.person_id)
    if sitting is not None and sitting.entry_id is not None:
        return sitting
    if not may_begin(booking):
        raise NotPossible()
    now = clock.now()
    if now < booking.starts_at - EARLY:
        raise TooEarly()
    file = _file_for(booking, reason, by=by)
    # Written down afterwards, it is about the time that was booked.
    entry = files.begin_entry(
        file, kind=_kind_in(file, booking), started_at=now if now < booking.ends_at else booking.starts_at,
        body={"template": _usual_template(file, by)}, by=by,
    )
    if sitting is None:
        sitting = Sitting(appointment_id=booking.id, person_id=by.person_id)
        session().add(sitting)
    sitting.entry_id, sitting.begun_at, sitting.ended_at = entry.id, now, None
    session().flush()
    audit.record(by, "sitting:begun", organisation=booking.school_id, subject=("appointment", booking.id))
    return sitting


def end(
    sitting: Sitting, booking: Appointment, ending: Ending, *, revision: int | None = None, by: Actor
) -> Appointment | None:
    """End a session in one piece and return the next booking, if one was made.

    Raises what noting who came, booking and signing raise; a draft saved elsewhere since `revision` is Stale.
    """
    HOLD.demand(by, booking)
    if sitting.person_id != by.person_id:
        raise Missing()
    if sitting.ended_at is not None:
        raise NotPossible()
    if booking.state in ("confirmed", "attended", "no_show"):
        _note(booking, came=ending.came, by=by)
    following = _next(booking, ending.next_time, by=by) if ending.next_time else None
    entry = session().get(FileEntry, sitting.entry_id) if sitting.entry_id is not None else None
    if entry is not None and entry.state == "draft":
        _settle(entry, booking, following, ending.record, entry.revision if revision is None else revision, by=by)
    session().expire(sitting, ["entry_id"])
    sitting.ended_at = max(clock.now(), sitting.begun_at)
    session().flush()
    audit.record(by, "sitting:ended", organisation=booking.school_id, subject=("appointment", booking.id))
    return following


def agreed_before(file: StudentFile, entry: FileEntry, *, by: Actor) -> tuple[FileEntry, Mapping[str, Any]] | None:
    """Return the last signed entry before one and what it says, where it can be read; to look at it is an event."""
    if not READ.allows(by, file):
        return None
    last = last_entry(file.id, FileEntry.state == "signed", FileEntry.number < entry.number)
    body = body_of(last, by=by) if last is not None else None
    if last is None or body is None:
        return None
    looked_at(last, by=by)
    return last, body


def looked_at(entry: FileEntry, *, by: Actor) -> None:
    """Keep in the trail that an entry was read, in the history of its file."""
    audit.record(
        by, "entry:viewed", organisation=entry.school_id, subject=("student_file", entry.file_id), file_entry=entry.id
    )


def _file_for(booking: Appointment, reason: str | None, *, by: Actor) -> StudentFile:
    assert booking.student_id is not None
    file = file_of_student(booking.student_id, by=by)
    if file is None:
        return files.open_file(student_id=booking.student_id, school_id=booking.school_id, by=by)
    if not WRITE_ENTRY.allows(by, file):
        if reason is None:
            raise ReasonWanted()
        files.give_reason(file, reason=reason, by=by)
    return file


def _kind_in(file: StudentFile, booking: Appointment) -> str:
    return _KINDS.get(booking.kind) or ("first" if next_number(file) == 1 else "follow_up")


def _usual_template(file: StudentFile, by: Actor) -> str:
    """Return how the author last wrote in this file."""
    own = last_entry(file.id, FileEntry.author_id == by.person_id)
    body = body_of(own, by=by) if own is not None else None
    return str((body or {}).get("template") or "free")


def _note(booking: Appointment, *, came: bool, by: Actor) -> None:
    if booking.state != ("attended" if came else "no_show"):
        (attend if came else miss)(booking, revision=booking.revision, by=by)


def _next(booking: Appointment, when: tuple[UUID, datetime], *, by: Actor) -> Appointment:
    room_id, starts_at = when
    kind: Kind = "parent" if booking.kind == "parent" else "individual"
    wish = Wish(booking.school_id, starts_at, kind, room_id, by.person_id, booking.student_id)
    return book(wish, excluded=_kept_from(booking), by=by)


def _kept_from(booking: Appointment) -> set[UUID]:
    """Return the colleagues who must not know of a booking, so that they learn nothing by the one after it."""
    if booking.reason_id is None:
        return set()
    room = teams_around(school_id=booking.school_id, grade_id=None, excluded=())["room"]
    return set(room.living) - vault.readers_of(booking.reason_id)


def _settle(
    entry: FileEntry, booking: Appointment, following: Appointment | None, record: Record, revision: int, *, by: Actor
) -> None:
    """Write into a draft when the session ended and when the next one is, where nobody did, and sign it if wanted."""
    body = body_of(entry, by=by)
    if body is None:
        return
    if record == "discard" and not says_something(body):
        files.discard_entry(entry, by=by)
        return
    files.save_entry(entry, body={**_known(booking, following, entry), **_given(body)}, revision=revision, by=by)
    if record == "sign":
        files.sign_entry(entry, revision=entry.revision, by=by)


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value not in (None, "")}


def _known(booking: Appointment, following: Appointment | None, entry: FileEntry) -> dict[str, Any]:
    zone = calendar_of(booking.school_id).zone
    ended = clock.now() if clock.now() <= booking.ends_at + _LATE else booking.ends_at
    room = room_names(booking.school_id).get(booking.room_id) if booking.room_id else ""
    known = {"ended_at": f"{wall_at(zone, max(ended, entry.started_at)):%Y-%m-%dT%H:%M}", "place": room}
    if following is not None:
        known["next_appointment"] = f"{wall_at(zone, following.starts_at):%Y-%m-%d %H:%M}"
    return {name: words for name, words in known.items() if words}
