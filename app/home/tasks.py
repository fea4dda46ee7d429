"""What there is to do first, for whatever posts somebody holds: one list, in an order that is said on request."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.access import CENTRE, Actor, PostKind
from app.appointments.queries.displaced import displaced, is_known_displaced
from app.appointments.queries.look_ins import look_ins_of
from app.appointments.views import requests_to
from app.core import clock
from app.directory.queries import names_of, names_of_organisations, names_of_students
from app.escalation import drafts, queries, words
from app.escalation.levels import GRAVE
from app.escalation.policy import RAISE
from app.escalation.queries import ConcernLine
from app.escalation.views import proposal
from app.files.queries import unsigned_entries
from app.identity import keys
from app.identity.policy import TASKS
from app.letterbox import queries as letters
from app.letterbox.late import left_to, readerless_schools_of
from app.letterbox.models import Letter
from app.letterbox.policy import LIST, OPEN_BOX, SEE_LATE
from app.letterbox.service import boxes
from app.letterbox.words import BOXES, OPENED, reference_of
from app.vault import recovery_cards

# The order of what comes first (5-experience.md, Today).
RANKS = ("urgent", "answer", "waiting", "review", "unsigned")
URGENT, ANSWER, WAITING, REVIEW, UNSIGNED = range(len(RANKS))
MOST = 12


@dataclass(frozen=True)
class Task:
    """Something to do: whom it is about, why, by when, and where: a page and the ids in its address."""

    rank: int
    due_at: datetime | None
    what: str = field(repr=False)
    where: str
    why: str
    page: str
    ids: dict[str, Any] = field(default_factory=dict)
    code: str | None = None
    kind: str | None = None
    deed: tuple[str, str, int] | None = None

    @property
    def url(self) -> str:
        """The page on which it is done."""
        return url_for(self.page, **self.ids)

    @property
    def act(self) -> tuple[str, str, dict[str, Any]] | None:
        """The one deed that can be done from the list: its address, its words, and what is sent along."""
        if self.deed is None:
            return None
        name, words_of_deed, version = self.deed
        target = url_for("escalation.do", concern_id=self.ids["concern_id"], deed=name)
        return target, words_of_deed, {"version": version}

    @property
    def order(self) -> tuple[int, bool, float]:
        """By rank, then by what is due soonest."""
        return self.rank, self.due_at is None, self.due_at.timestamp() if self.due_at else 0.0


def first_tasks(actor: Actor) -> list[Task]:
    """Return what waits for this person, the most urgent first."""
    found = [*_of_reporter(actor), *_of_grade(actor), *_of_room(actor), *_of_centre(actor), *_opinions(actor)]
    found += [*_letters(actor), *_boxes(actor), *_second_readings(actor), *_openings(actor)]
    found += [*_late_letters(actor), *_look_ins(actor), *_requests(actor)]
    found += [*_begun(actor), *_unsigned(actor), *_displaced(actor), *_of_keys(actor)]
    return sorted(found, key=lambda task: task.order)


def _task(line: ConcernLine, rank: int, why: str, *, deed: str | None = None, words_of_deed: str = "") -> Task:
    concern = line.concern
    return Task(
        rank, concern.due_at, line.who, line.where, why, "escalation.concern", {"concern_id": concern.id},
        code=concern.level, deed=(deed, words_of_deed, concern.revision) if deed is not None else None,
    )


def _of_reporter(actor: Actor) -> Iterator[Task]:
    for line in queries.concerns_raised_by(actor, size=20).items:
        if line.concern.state == "asked":
            # A teacher sets no level and is shown none in passing.
            yield replace(_task(line, ANSWER, _("A question for you")), code=None, kind="letter")


def _begun(actor: Actor) -> Iterator[Task]:
    """Name the students about whom a concern was begun and never sent."""
    begun = drafts.drafts_of(actor) if RAISE.allows(actor) else []
    lines = names_of_students({draft.student_id for draft in begun}, actor.ring)
    for draft in begun:
        line = lines.get(draft.student_id)
        yield Task(
            WAITING, None, line.name if line else "--", line.where if line else "",
            _("You began a concern and have not sent it"),
            "escalation.write", {"student_id": draft.student_id}, kind="note",
        )


def _of_grade(actor: Actor) -> Iterator[Task]:
    if not actor.holds(PostKind.HEAD_OF_GRADE):
        return
    for line in queries.concerns_for_grade(actor, size=30).items:
        state = line.concern.state
        if state == "raised":
            yield _task(
                line, _rank(line), _("New, from the class teacher"), deed="acknowledge",
                words_of_deed=_("Confirm that I have it"),
            )
        elif state in ("acknowledged", "answered"):
            yield _task(line, WAITING, _(words.STATES[state]))


def _of_room(actor: Actor) -> Iterator[Task]:
    if not actor.holds(PostKind.COUNSELLOR):
        return
    for line in queries.concerns_for_room(actor, size=50).items:
        state, due_at = line.concern.state, line.concern.due_at
        if state in ("raised", "passed_to_room", "reopened"):
            yield _task(line, _rank(line), _(words.STATES[state]), deed="accept", words_of_deed=_("Accept"))
        elif state in ("accepted", "advised", "returned"):
            yield _task(line, WAITING, _(words.STATES[state]))
        elif due_at is not None and (due_at - clock.now()).total_seconds() < 24 * 3600:
            yield _task(line, REVIEW, _("Review is due"))


def _of_centre(actor: Actor) -> Iterator[Task]:
    if not actor.holds(*CENTRE):
        return
    lines = queries.centre_queue(actor, size=50).items
    schools = names_of_organisations({line.concern.school_id for line in lines})
    for line in lines:
        offered = line.concern.state == "offered_to_centre"
        if (line.hand_over is not None and line.concern.tier != "room") or offered:
            task = _task(line, _rank(line) if offered else REVIEW, _(words.STATES[line.concern.state]))
            task = replace(task, where=f"{schools.get(line.concern.school_id, '')} {line.where}".strip())
            if line.hand_over is not None:
                task = replace(task, page="escalation.hand_over", ids={"hand_over_id": line.hand_over.id})
            yield task


def _opinions(actor: Actor) -> Iterator[Task]:
    for one in queries.opinions_open_to(actor).items:
        yield _task(one.line, ANSWER, proposal(one.opinion))


def _letters(actor: Actor) -> Iterator[Task]:
    """Name the letters that wait: those somebody must open soon among the most urgent, never with a word of theirs."""
    if not LIST.allows(actor):
        return
    for line in letters.urgent_for(actor):
        task = _letter(line.letter, URGENT, line.letter.opening_due_at, _("A letter to be opened now"))
        yield replace(task, code=line.letter.suggested_level)
    for line in letters.waiting_for(actor, size=30).items:
        letter = line.letter
        late = letter.due_at is not None and letter.due_at < clock.now()
        if letter.opening_due_at is None and (letter.state == "waiting" or late):
            again = letter.state == "answered"
            why = _("A grave letter is to be looked at again") if again else _("A letter waits for an answer")
            yield _letter(letter, WAITING, letter.due_at, why)


def _letter(letter: Letter, rank: int, due_at: datetime | None, why: str) -> Task:
    return Task(
        rank, due_at, _("Letter %(reference)s", reference=reference_of(letter)), _(BOXES[letter.box_code]), why,
        "letterbox.letter", {"letter_id": letter.id}, kind="letter",
    )


def _boxes(actor: Actor) -> Iterator[Task]:
    for code in boxes.boxes_to_open(actor) if OPEN_BOX.allows(actor) else ():
        why = _("Nobody has opened it today")
        yield Task(WAITING, None, _(BOXES[code]), "", why, "letterbox.letters", kind="letter")


def _second_readings(actor: Actor) -> Iterator[Task]:
    for reading in letters.to_read_second(actor) if LIST.allows(actor) else ():
        yield Task(
            ANSWER, reading.due_at, _("Letter %(reference)s", reference=reference_of(reading.letter)),
            _(BOXES[reading.letter.box_code]), _("An answer to be read by a second person"), "letterbox.letter",
            {"letter_id": reading.letter_id}, kind="letter",
        )


def _late_letters(actor: Actor) -> Iterator[Task]:
    """Name what is left to the centre, and say to a school that a letter waits which nobody there can open."""
    if not SEE_LATE.allows(actor):
        return
    left, opened = left_to(actor), letters.opened_in_emergency_by(actor)
    schools = names_of_organisations({*(one.school_id for one in left), *(one.school_id for one in opened)})
    for letter in left:
        why = _("Nobody at the school can open it") if letter.readerless_since else _("Nobody has opened it in time")
        task = _letter(letter, URGENT, letter.opening_due_at or letter.due_at, why)
        yield replace(
            task, where=schools.get(letter.school_id, "--"), page="letterbox.open_letter", code=letter.suggested_level
        )
    for one in opened:
        if one.letter.state in ("waiting", "in_hand"):
            task = _letter(one.letter, WAITING, one.expires_at, _("Open to you in an emergency"))
            yield replace(task, where=schools.get(one.school_id, "--"))
    if not actor.holds(*CENTRE) and readerless_schools_of(actor):
        yield Task(
            WAITING, None, _("Letters that wait too long"), "", _("Nobody can open them any more"), "letterbox.late",
            kind="letter",
        )


def _openings(actor: Actor) -> Iterator[Task]:
    for opening in letters.openings_to_review(actor) if LIST.allows(actor) else ():
        yield Task(
            ANSWER, opening.review_due_at, _(OPENED[opening.subject_code]), "", _("Look at why, as somebody else"),
            "letterbox.opening", {"opening_id": opening.id}, kind="letter",
        )


def _look_ins(actor: Actor) -> Iterator[Task]:
    waiting = look_ins_of(actor)
    lines = names_of_students({one.student_id for one in waiting}, actor.ring)
    for one in waiting:
        line = lines.get(one.student_id)
        yield Task(
            REVIEW, one.due_at, line.name if line else "--", line.where if line else "",
            _("Did not come: please look in on them"), "look_ins.one", {"look_in_id": one.id}, kind="visit",
        )


def _requests(actor: Actor) -> Iterator[Task]:
    """Name what was asked for, each time of which is kept free until the room answers."""
    for line in requests_to(actor):
        by_name = line.booking.student_id is None
        by_student = line.booking.booked_by is None
        why = _("A student asks for a time") if by_student else _("A teacher asks for an appointment")
        yield Task(
            WAITING, line.booking.expires_at, line.who.name if line.who else "--", line.who.where if line.who else "",
            why, "appointments.who" if by_name else "appointments.show", {"appointment_id": line.booking.id},
            kind="visit",
        )


def _displaced(actor: Actor) -> Iterator[Task]:
    """Say that appointments no longer fit, once for all of a school: their page names them."""
    for school_id in sorted(actor.organisations(PostKind.COUNSELLOR)):
        found = displaced(actor, school_id) if is_known_displaced(school_id) else []
        if found:
            yield Task(
                WAITING, found[0].booking.starts_at,
                ngettext("%(num)s appointment no longer fits", "%(num)s appointments no longer fit", len(found)), "",
                _("The room is closed then, or somebody is away"), "rooms.displaced", {"room_id": school_id},
                kind="day",
            )


def _unsigned(actor: Actor) -> Iterator[Task]:
    drafts = unsigned_entries(actor) if actor.holds(PostKind.COUNSELLOR) else []
    lines = names_of_students({entry.file.student_id for entry in drafts}, actor.ring)
    for entry in drafts:
        line = lines.get(entry.file.student_id)
        yield Task(
            UNSIGNED, None, line.name if line else "--", line.where if line else "",
            _("Session no. %(number)s is not signed yet", number=entry.number),
            "files.entry", {"file_id": entry.file_id, "entry_id": entry.id}, kind="note",
        )


def _of_keys(actor: Actor) -> Iterator[Task]:
    """Name the colleagues whose words are to be compared, and a room that has no recovery card yet."""
    if not TASKS.allows(actor):
        return
    waiting = names_of(one.person_id for one in keys.waiting_for(actor))
    for name in sorted(waiting.values()):
        yield Task(WAITING, None, name, "", _("Waits to be admitted"), "identity.tasks", kind="visit")
    for organisation_id in actor.organisations(PostKind.COUNSELLOR):
        if actor.ring.group_of(organisation_id, "room") and recovery_cards.present_card(organisation_id) is None:
            ids = {"organisation_id": organisation_id}
            yield Task(
                UNSIGNED, None, _("Recovery card"), "", _("The room has none yet"), "identity.card", ids, kind="note"
            )


def _rank(line: ConcernLine) -> int:
    return URGENT if line.concern.level in GRAVE else WAITING
