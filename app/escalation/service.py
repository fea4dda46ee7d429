"""Doing things with concerns at the school: raising, reviewing, taking on, assessing, following up, closing."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from app import vault
from app.access import Actor, PostKind
from app.core import clock
from app.core.database import session, write_new
from app.core.errors import Conflict, Invalid, Missing
from app.core.ids import new_id
from app.core.words import N_
from app.directory.queries import DirectoryLine, PlacedStudent, calendar_of, get_line, names_of
from app.escalation import cards, opinions, policy, readers
from app.escalation.hand_overs import end_live
from app.escalation.levels import GRAVE, Provisional, is_higher, provisional_level
from app.escalation.models import Concern, SecondOpinion
from app.escalation.moving import Deed, card_at, due_from_now, keep_step, move
from app.escalation.notices import tell_raised
from app.escalation.readers import Sealing, Teams
from app.escalation.tiers import clock_for, first_tier
from app.files import service as files
from app.schooltime import SchoolCalendar, day_at, due, moment_at, school_hours
from app.vault import NoKey


class ReporterExcluded(Invalid):
    """Somebody who is part of it cannot be the one who reads it."""

    words = N_("You named yourself as part of it. Please ask a colleague or the counselling room to raise the concern.")


class UnknownPerson(Invalid):
    """Excluded was somebody who is not on the staff."""

    words = N_("One of the people named is not on the staff list.")


class NotHigher(Conflict):
    """Raising a level means a higher one."""

    words = N_("The concern is at this level or above it already.")


class ReviewOutOfReach(Invalid):
    """The next review lies in the past, or later than the level allows."""

    words = N_("Choose a day from today on, and not later than %(latest)s: that is as long as this level may wait.")


def raise_concern(
    student: PlacedStudent,
    *,
    account: Mapping[str, Any],
    by: Actor,
    source: str | None = None,
    level: str | None = None,
) -> Concern:
    """Raise a concern: account and action card are sealed, each to its own readers, and the clock starts.

    A teacher's answers give a provisional level; the room may set it for what comes from a letter or a
    session. Raises ReporterExcluded, UnknownPerson, NobodyToTell, each before anything is written: a page can show
    a refusal without taking anything back.
    """
    line = _line_of(student, by)
    source = _source(line, source, by)
    found = _level_at_first(account, source, level)
    excluded = _excluded(account.get("excluded", ()), by)
    teams = readers.teams_around(school_id=line.school_id, grade_id=line.grade_id, excluded=excluded)
    sealing = readers.holders_for(teams, source=source, level=found.level, reporter_id=by.person_id)
    concern = _new_concern(line, source, found, sealing, by)
    kept = {**account, "who": line.name, "where": line.where, "excluded": sorted(id.hex for id in excluded)}
    _seal(concern, kept, found, sealing, by)
    concern.due_at = due_from_now(concern)
    write_new(concern)
    keep_step(concern, Deed("raise"), before=None, by=by)
    tell_raised(concern, teams, by=by)
    return concern


def _line_of(student: PlacedStudent, by: Actor) -> DirectoryLine:
    policy.RAISE_ABOUT.demand(by, student)
    line = get_line(student.id, by.ring)
    if line is None:
        raise NoKey()
    return line


def _source(line: DirectoryLine, source: str | None, by: Actor) -> str:
    """Return where a concern comes from; only the room raises from a letter or a session."""
    counsels = by.at(line.school_id, PostKind.COUNSELLOR)
    source = source or ("room" if counsels else "teacher")
    if (source != "teacher") != counsels:
        raise Missing()
    return source


def _level_at_first(account: Mapping[str, Any], source: str, level: str | None) -> Provisional:
    if level is not None and source != "teacher":
        return Provisional(level, "assessed")  # type: ignore[arg-type]
    return provisional_level(account)


def _excluded(named: Collection[UUID], by: Actor) -> frozenset[UUID]:
    excluded = frozenset(named)
    if by.person_id in excluded:
        raise ReporterExcluded()
    if len(names_of(excluded)) != len(excluded):
        raise UnknownPerson()
    return excluded


def _new_concern(line: DirectoryLine, source: str, found: Provisional, sealing: Sealing, by: Actor) -> Concern:
    return Concern(
        id=new_id(),
        card_id=new_id(),
        school_id=line.school_id,
        student_id=line.id,
        grade_id=line.grade_id,
        class_id=line.class_id,
        source=source,
        raised_by=by.person_id,
        raised_at=clock.now(),
        state="raised",
        level=found.level,
        level_basis_code="assessed" if found.reason == "assessed" else "provisional",
        tier=sealing.tier,
        owner_id=None,
        due_for_code=_first_clock(source, found.level, sealing.tier),
        closed_at=None,
        revision=1,
    )


def _first_clock(source: str, level: str, tier: str) -> str:
    """Return the clock of the first human act: whoever stands in for the grade acknowledges, the room takes on."""
    return "acknowledge" if tier != "room" and first_tier(source, level) == "grade" else "accept"


def _seal(concern: Concern, account: dict[str, Any], found: Provisional, sealing: Sealing, by: Actor) -> None:
    card = cards.new_card(
        who=account["who"], where=account["where"], level=found.level, reason=found.reason,
        families=account.get("families", ()), callback=account.get("callback", ""),
        excluded=[UUID(hex=person_id) for person_id in account["excluded"]],
    )
    wanted = {concern.id: sealing.account, concern.card_id: sealing.card}
    keys = vault.create_objects(wanted, organisation_id=concern.school_id, by=by.ring)
    vault.write(concern, "account", account, keys[concern.id])
    vault.write(concern, "card", card, keys[concern.card_id])


def who_would_read(
    student: PlacedStudent, *, answers: Mapping[str, Any], by: Actor, source: str | None = None
) -> tuple[set[UUID], set[UUID]]:
    """Return who would read the account and who the card if a concern were raised with these answers now."""
    line = _line_of(student, by)
    source = _source(line, source, by)
    teams: Teams = readers.teams_around(
        school_id=line.school_id, grade_id=line.grade_id, excluded=_excluded(answers.get("excluded", ()), by)
    )
    level = provisional_level(answers).level
    sealing = readers.holders_for(teams, source=source, level=level, reporter_id=by.person_id)
    return readers.people_behind(sealing.account), readers.people_behind(sealing.card)


def acknowledge(concern: Concern, *, revision: int, by: Actor) -> None:
    """Say that the concern is received and in hand; the reporter is told."""
    policy.ACKNOWLEDGE.demand(by, concern)
    move(concern, Deed("acknowledge"), by=by, revision=revision)


def ask(concern: Concern, *, question: str, revision: int, by: Actor) -> None:
    """Ask the reporter; question and answer stand under the account, which the reporter holds."""
    policy.ASK.demand(by, concern)
    move(concern, Deed("ask", question, under=concern.id), by=by, revision=revision)


def answer(concern: Concern, *, words: str, revision: int, by: Actor) -> None:
    """Answer the question that was asked."""
    policy.ANSWER.demand(by, concern)
    move(concern, Deed("answer", words, under=concern.id), by=by, revision=revision)


def pass_on(concern: Concern, *, revision: int, by: Actor, note: str = "") -> None:
    """Pass a concern on to the counselling room, with a word for the room if wanted."""
    policy.PASS_ON.demand(by, concern)
    move(concern, Deed("pass_on", note), by=by, revision=revision)


def close_by_grade(concern: Concern, *, reason: str, revision: int, by: Actor) -> None:
    """Close a concern of R0 or R1 with a reason; the room sees it and can open it again."""
    policy.CLOSE_BY_GRADE.demand(by, concern)
    move(concern, Deed("close_by_grade", reason), by=by, revision=revision)


def accept(concern: Concern, *, revision: int, by: Actor, with_file: bool = True) -> None:
    """Take a concern on as the one in charge at the school; the student's file is opened if there is none.

    No file is opened by itself where somebody of the room must not be told: the room would hold its key.
    """
    policy.ACCEPT.demand(by, concern)
    move(concern, Deed("accept"), by=by, revision=revision)
    concern.owner_id = by.person_id
    session().flush()
    whole_room = not readers.excluded_from(concern, by) & readers.members_of_room(concern.school_id)
    if with_file and whole_room and by.at(concern.school_id, PostKind.COUNSELLOR):
        files.open_file(student_id=concern.student_id, school_id=concern.school_id, by=by)


def assess(
    concern: Concern,
    *,
    level: str,
    reason: str,
    revision: int,
    by: Actor,
    families: Collection[str] | None = None,
    callback: str | None = None,
) -> SecondOpinion | None:
    """Set the level with a reason; a lowering that takes a second person becomes a proposal, which is returned.

    The first assessment replaces a provisional level freely, save down from R4 (4-domain.md, Levels).
    """
    policy.ASSESS.demand(by, concern)
    if _takes_two(concern, level):
        return opinions.propose_lower(concern, to_level=level, reason=reason, revision=revision, by=by)
    card = card_at(concern, level, "assessed", by=by)
    if families is not None:
        card = cards.at_level({**card, "families": list(families)}, level, "assessed")
    if callback is not None:
        card["callback"] = callback
    move(concern, Deed("assess", reason, level=level, card=card), by=by, revision=revision)
    concern.level_basis_code = "assessed"
    concern.owner_id = concern.owner_id or by.person_id
    session().flush()
    return None


def _takes_two(concern: Concern, level: str) -> bool:
    first = concern.level_basis_code == "provisional" and concern.level != "R4"
    return is_higher(concern.level, level) and not first


def raise_level(concern: Concern, *, level: str, grounds: str, revision: int, by: Actor) -> None:
    """Raise the level on new grounds: anybody who can open account or card may, at any time; raises NotHigher.

    Who only raised the concern is shown no level and must not find it out by trying: grounds for a level that it has
    already are kept and told of all the same.
    """
    policy.RAISE_LEVEL.demand(by, concern)
    under = concern.card_id if by.ring.reaches([concern.card_id]) else concern.id
    if is_higher(level, concern.level):
        deed = Deed("raise_level", grounds, under=under, level=level, card=card_at(concern, level, "raised", by=by))
    elif policy.only_reported(concern, by):
        deed = Deed("raise_level", grounds, under=under)
    else:
        raise NotHigher()
    move(concern, deed, by=by, revision=revision)


def follow_up(concern: Concern, *, review_on: date, revision: int, by: Actor, note: str = "") -> None:
    """Set the day of the next review, not later than the level may wait; raises ReviewOutOfReach."""
    policy.FOLLOW_UP.demand(by, concern)
    review_at = _review_at(concern, review_on)
    move(concern, Deed("follow_up", note, due_at=review_at), by=by, revision=revision)


def latest_review(concern: Concern) -> datetime:
    """Return the latest moment for the next review at the concern's level."""
    return due(clock_for("follow_up", concern.level), clock.now(), calendar_of(concern.school_id))


def _review_at(concern: Concern, day: date) -> datetime:
    calendar, latest = calendar_of(concern.school_id), latest_review(concern)
    moment = min(_end_of(calendar, day), latest)
    if day > day_at(calendar, latest) or moment < clock.now():
        raise ReviewOutOfReach(latest=day_at(calendar, latest).isoformat())
    return moment


def _end_of(calendar: SchoolCalendar, day: date) -> datetime:
    """Return the end of school on a day, or of the working day where there is no school."""
    hours = school_hours(calendar, day)
    return hours.end if hours else moment_at(calendar.zone, datetime.combine(day, time(18)))


def close(concern: Concern, *, reason: str, revision: int, by: Actor) -> SecondOpinion | None:
    """Close a concern with a reason; from R3 on it becomes a proposal to a second person, which is returned."""
    policy.CLOSE.demand(by, concern)
    if concern.level in GRAVE:
        return opinions.propose_close(concern, reason=reason, revision=revision, by=by)
    move(concern, Deed("close", reason), by=by, revision=revision)
    end_live(concern, by=by)
    return None


def reopen(concern: Concern, *, reason: str, revision: int, by: Actor) -> None:
    """Open a closed concern again; it waits for the room."""
    policy.REOPEN.demand(by, concern)
    move(concern, Deed("reopen", reason), by=by, revision=revision)


def give_feedback(concern: Concern, *, words: str, by: Actor) -> None:
    """Write a line to the reporter: that it is in hand, what to watch; never content of the work."""
    policy.FEEDBACK.demand(by, concern)
    move(concern, Deed("feedback", words, under=concern.id), by=by)


def note_seen(concern: Concern, *, by: Actor) -> None:
    """Keep that head of grade or leadership have seen the action card."""
    policy.NOTE_SEEN.demand(by, concern)
    move(concern, Deed("note_seen"), by=by)
