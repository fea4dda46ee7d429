"""Finding concerns: every list asks for the key first and for the post second, and opens its lines in one look."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Select, exists, literal, or_, select, union

from app import vault
from app.access import CENTRE, Actor, PostKind
from app.core import clock
from app.core.database import session
from app.core.paging import Page, page
from app.directory.queries import DirectoryLine, get_line, names_of_students
from app.escalation.levels import GRAVE
from app.escalation.models import LIVE_HAND_OVERS, Concern, ConcernDraft, ConcernStep, HandOver, SecondOpinion
from app.escalation.policy import holds_account, holds_card, roles_in
from app.escalation.tiers import CLOSED, OPEN, TIERS, allowed

JOINED_FOR = timedelta(days=28)
"""Concerns about one student within four weeks are shown together (4-domain.md, A concern)."""
Part = Literal["ours", "others", "closed"]


@dataclass(frozen=True)
class ConcernLine:
    """A concern as a list shows it: what the reader's keys open of it, and the student by the directory."""

    concern: Concern
    card: dict[str, Any] | None = field(default=None, repr=False)
    account: dict[str, Any] | None = field(default=None, repr=False)
    student: DirectoryLine | None = field(default=None, repr=False)
    hand_over: HandOver | None = None

    @property
    def who(self) -> str:
        """The student's name, from the card, the account or the directory."""
        return self._said("who") or (self.student.name if self.student else "")

    @property
    def where(self) -> str:
        """Grade and class when the concern was raised."""
        return self._said("where") or (self.student.where if self.student else "")

    @property
    def families(self) -> list[str]:
        """The codes of the kinds of concern."""
        return list((self.card or self.account or {}).get("families", ()))

    @property
    def excluded(self) -> list[str]:
        """The people who must not be told."""
        return list((self.card or self.account or {}).get("excluded", ()))

    @property
    def answer_due_at(self) -> datetime | None:
        """Until when the reporter should answer, where there is a question."""
        return self.concern.due_at if self.concern.state == "asked" else None

    def _said(self, name: str) -> str:
        return str((self.card or self.account or {}).get(name, ""))


@dataclass(frozen=True)
class StepLine:
    """A step with its words, None where they are not for this reader."""

    step: ConcernStep
    words: str | None = field(repr=False)


@dataclass(frozen=True)
class HandOverLine:
    """A hand-over with its opened packet."""

    hand_over: HandOver
    packet: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class OpinionLine:
    """A proposal with its reason and the card it is about."""

    opinion: SecondOpinion
    line: ConcernLine
    reason: str = field(repr=False)


@dataclass(frozen=True)
class Recent:
    """What was raised about one student in the last four weeks: "third in four weeks, by three people"."""

    lines: Sequence[ConcernLine]

    @property
    def count(self) -> int:
        """How many concerns."""
        return len(self.lines)

    @property
    def people(self) -> int:
        """By how many people."""
        return len({line.concern.raised_by for line in self.lines})


def get_concern(concern_id: UUID) -> Concern | None:
    """Return a concern by its id."""
    return session().get(Concern, concern_id)


def get_hand_over(hand_over_id: UUID) -> HandOver | None:
    """Return a hand-over by its id."""
    return session().get(HandOver, hand_over_id)


def get_opinion(opinion_id: UUID) -> SecondOpinion | None:
    """Return a proposal by its id."""
    return session().get(SecondOpinion, opinion_id)


def pending_opinion(concern_id: UUID) -> SecondOpinion | None:
    """Return the proposal about a concern that waits for a second person."""
    return session().scalar(
        select(SecondOpinion).where(SecondOpinion.concern_id == concern_id, SecondOpinion.outcome.is_(None))
    )


def live_hand_over(concern_id: UUID) -> HandOver | None:
    """Return the hand-over of a concern that is under way."""
    return session().scalar(
        select(HandOver).where(HandOver.concern_id == concern_id, HandOver.state.in_(LIVE_HAND_OVERS))
    )


def open_line(concern: Concern, actor: Actor) -> ConcernLine:
    """Return one concern with everything the actor's keys open of it."""
    actor.ring.open_many([concern.id, concern.card_id])
    line = with_accounts(open_lines([concern], actor), actor)[0]
    return replace(line, student=get_line(concern.student_id, actor.ring))


def open_lines(concerns: Sequence[Concern], actor: Actor) -> list[ConcernLine]:
    """Return concerns as lists show them, in one look whatever their number: by card, else account, else directory.

    Each of them is sealed for itself: what a list does not show stays closed.
    """
    cards = actor.ring.open_many({concern.card_id for concern in concerns})
    without = [concern for concern in concerns if concern.card_id not in cards]
    accounts = actor.ring.open_many({concern.id for concern in without})
    nameless = {concern.student_id for concern in without if concern.id not in accounts}
    students = names_of_students(nameless, actor.ring)
    return [
        ConcernLine(
            concern,
            card=vault.read(concern, "card", cards[concern.card_id]) if concern.card_id in cards else None,
            account=vault.read(concern, "account", accounts[concern.id]) if concern.id in accounts else None,
            student=students.get(concern.student_id),
        )
        for concern in concerns
    ]


def with_accounts(lines: Sequence[ConcernLine], actor: Actor) -> list[ConcernLine]:
    """Return lines with the accounts too, as far as the actor's keys open them."""
    keys = actor.ring.open_many({line.concern.id for line in lines})
    return [
        replace(line, account=vault.read(line.concern, "account", keys[line.concern.id]))
        if line.concern.id in keys
        else line
        for line in lines
    ]


def _told(concerns: Sequence[Concern], actor: Actor) -> list[ConcernLine]:
    """Return the lines of a list, without those about which the actor must not be told."""
    return [line for line in open_lines(concerns, actor) if actor.person_id.hex not in line.excluded]


def concerns_raised_by(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[ConcernLine]:
    """Return the concerns the actor raised as a teacher, newest first."""
    query = select(Concern).where(
        Concern.raised_by == actor.person_id, Concern.source == "teacher", actor.ring.reaching(Concern.id)
    )
    return _opened(page(query, by=(Concern.raised_at, Concern.id), cursor=cursor, size=size), actor)


def concerns_for_grade(
    actor: Actor, *, part: Part = "ours", cursor: str | None = None, size: int = 50
) -> Page[ConcernLine]:
    """Return the concerns of the actor's grades: those the grade owns, those others own, or the closed ones."""
    query = select(Concern).where(
        Concern.school_id.in_(actor.organisations(PostKind.HEAD_OF_GRADE)),
        Concern.grade_id.in_(actor.grades(PostKind.HEAD_OF_GRADE)),
        actor.ring.reaching(Concern.card_id),
    )
    return _part(query, part, "grade", actor, cursor, size)


def concerns_for_room(
    actor: Actor, *, part: Part = "ours", cursor: str | None = None, size: int = 50
) -> Page[ConcernLine]:
    """Return the concerns of the actor's room: those the room owns, those others own, or the closed ones."""
    query = select(Concern).where(
        Concern.school_id.in_(actor.organisations(PostKind.COUNSELLOR)), actor.ring.reaching(Concern.card_id)
    )
    return _part(query, part, "room", actor, cursor, size)


def cards_for_leadership(
    actor: Actor, *, part: Part | None = None, cursor: str | None = None, size: int = 50
) -> Page[ConcernLine]:
    """Return the action cards that leadership holds: from R3 on, and what it owns in another's stead."""
    query = select(Concern).where(
        Concern.school_id.in_(actor.organisations(PostKind.LEAD)),
        or_(Concern.level.in_(GRAVE), Concern.tier == "leadership"),
        actor.ring.reaching(Concern.card_id),
    )
    return _part(query, part, "leadership", actor, cursor, size)


def _part(
    query: Select[Concern], part: Part | None, tier: str, actor: Actor, cursor: str | None, size: int
) -> Page[ConcernLine]:
    if part == "closed":
        closed = query.where(Concern.state.in_(CLOSED))
        return _opened(page(closed, by=(Concern.closed_at, Concern.id), cursor=cursor, size=size), actor)
    # Naming the open states lets the index by due time be used, where "not closed" would not.
    query = query.where(Concern.state.in_(OPEN))
    if part is not None:
        others = [other for other in TIERS if other != tier]
        query = query.where(Concern.tier == tier if part == "ours" else Concern.tier.in_(others))
    return _by_due(query, actor, cursor, size)


def _by_due(query: Select[Concern], actor: Actor, cursor: str | None, size: int) -> Page[ConcernLine]:
    found = page(query, by=(Concern.due_at, Concern.id), cursor=cursor, size=size, newest_first=False)
    return _opened(found, actor)


def _opened(found: Page[Concern], actor: Actor) -> Page[ConcernLine]:
    return Page(_told(found.items, actor), found.next)


def centre_queue(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[ConcernLine]:
    """Return what is offered to the centre, what it has accepted or advised on, and what it owns in another's stead."""
    handed = select(HandOver.concern_id).where(
        HandOver.centre_id.in_(actor.organisations(*CENTRE)), HandOver.state.in_(LIVE_HAND_OVERS)
    )
    query = select(Concern).where(
        Concern.state.in_(OPEN),
        or_(Concern.id.in_(handed), Concern.tier == "centre"),
        actor.ring.reaching(Concern.card_id),
    )
    if not actor.holds(*CENTRE):
        return Page([], None)
    found = _by_due(query, actor, cursor, size)
    live = _live_hand_overs([line.concern.id for line in found.items])
    return Page([_with_hand_over(line, live) for line in found.items], found.next)


def _live_hand_overs(concern_ids: Sequence[UUID]) -> dict[UUID, HandOver]:
    rows = session().scalars(
        select(HandOver).where(HandOver.concern_id.in_(concern_ids), HandOver.state.in_(LIVE_HAND_OVERS))
    )
    return {row.concern_id: row for row in rows}


def _with_hand_over(line: ConcernLine, live: dict[UUID, HandOver]) -> ConcernLine:
    return ConcernLine(line.concern, line.card, line.account, line.student, live.get(line.concern.id))


def past_hand_overs(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[HandOverLine]:
    """Return the hand-overs the centre declined or returned, newest first, with their packets."""
    query = select(HandOver).where(
        HandOver.centre_id.in_(actor.organisations(*CENTRE)),
        HandOver.state.in_(("declined", "returned")),
        actor.ring.reaching(HandOver.id),
    )
    found = page(query, by=(HandOver.sent_at, HandOver.id), cursor=cursor, size=size)
    return Page(_packets(found.items, actor), found.next)


def opinions_open_to(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[OpinionLine]:
    """Return the proposals that wait and that the actor may decide, oldest first."""
    waiting = select(SecondOpinion).join(Concern, Concern.id == SecondOpinion.concern_id).where(
        SecondOpinion.outcome.is_(None),
        SecondOpinion.proposed_by != actor.person_id,
        actor.ring.reaching(SecondOpinion.card_id),
        or_(
            Concern.grade_id.in_(actor.grades(PostKind.HEAD_OF_GRADE)),
            Concern.school_id.in_(actor.organisations(PostKind.LEAD)),
            literal(actor.holds(*CENTRE)),
        ),
    )
    by = (SecondOpinion.proposed_at, SecondOpinion.id)
    found = page(waiting, by=by, cursor=cursor, size=size, newest_first=False)
    return Page(_proposals(found.items, actor), found.next)


def _proposals(opinions: Sequence[SecondOpinion], actor: Actor) -> list[OpinionLine]:
    lines = open_lines([opinion.concern for opinion in opinions], actor)
    keys = actor.ring.open_many({opinion.card_id for opinion in opinions})
    return [
        OpinionLine(opinion, line, vault.read(opinion, "reason", keys[opinion.card_id]))
        for opinion, line in zip(opinions, lines, strict=True)
        if actor.person_id.hex not in line.excluded
    ]


def open_concerns_of(student_id: UUID, actor: Actor) -> list[ConcernLine]:
    """Return the open concerns about a student that the actor can read anything of, the soonest due first."""
    query = _reached_about(student_id, actor).where(Concern.state.in_(OPEN))
    return _told(session().scalars(query.order_by(Concern.due_at, Concern.id).limit(50)).all(), actor)


def recent_of_student(student_id: UUID, actor: Actor) -> Recent:
    """Return what was raised about a student in the last four weeks, newest first, as far as the actor may read."""
    query = _reached_about(student_id, actor).where(Concern.raised_at >= clock.now() - JOINED_FOR)
    return Recent(_told(session().scalars(query.order_by(Concern.raised_at.desc()).limit(50)).all(), actor))


def _reached_about(student_id: UUID, actor: Actor) -> Select[Concern]:
    """Select the concerns about a student of which the actor holds a key, and a post that counts with it."""
    return select(Concern).where(
        Concern.student_id == student_id,
        or_(
            (Concern.raised_by == actor.person_id) & (Concern.source == "teacher") & actor.ring.reaching(Concern.id),
            actor.ring.reaching(Concern.card_id)
            & or_(
                Concern.grade_id.in_(actor.grades(PostKind.HEAD_OF_GRADE)),
                Concern.school_id.in_(actor.organisations(PostKind.COUNSELLOR, PostKind.LEAD)),
                literal(actor.holds(*CENTRE)),
            ),
        ),
    )


def watched_concerns_of(student_id: UUID) -> Sequence[Concern]:
    """Return the open concerns about a student from R2 on, whoever may read them."""
    return session().scalars(
        select(Concern).where(
            Concern.student_id == student_id, Concern.closed_at.is_(None), Concern.level.in_(("R2", "R3", "R4"))
        )
    ).all()


def students_with_concerns_since(student_ids: Collection[UUID], since: datetime) -> set[UUID]:
    """Return those of these students about whom a concern was begun or raised, or went on, since a moment."""
    went_on = exists().where(ConcernStep.concern_id == Concern.id, ConcernStep.at >= since)
    raised = select(Concern.student_id).where(Concern.student_id.in_(student_ids), went_on)
    begun = select(ConcernDraft.student_id).where(
        ConcernDraft.student_id.in_(student_ids), ConcernDraft.saved_at >= since
    )
    return set(session().scalars(union(raised, begun)))


def steps_of(concern: Concern, actor: Actor) -> list[StepLine]:
    """Return the steps of a concern in order, each with those of its words that the actor's keys open."""
    steps = session().scalars(
        select(ConcernStep).where(ConcernStep.concern_id == concern.id).order_by(ConcernStep.number)
    ).all()
    keys = actor.ring.open_many({step.object_id for step in steps if step.object_id})
    return [
        StepLine(step, vault.read(step, "words", keys[step.object_id]) if step.object_id in keys else None)
        for step in steps
    ]


def hand_overs_of(concern: Concern, actor: Actor) -> list[HandOverLine]:
    """Return the hand-overs of a concern whose packets the actor's keys open, newest first."""
    query = select(HandOver).where(HandOver.concern_id == concern.id, actor.ring.reaching(HandOver.id))
    return _packets(session().scalars(query.order_by(HandOver.sent_at.desc(), HandOver.id.desc())).all(), actor)


def _packets(hand_overs: Sequence[HandOver], actor: Actor) -> list[HandOverLine]:
    keys = actor.ring.open_many({hand_over.id for hand_over in hand_overs})
    return [HandOverLine(each, vault.read(each, "packet", keys[each.id])) for each in hand_overs if each.id in keys]


def deeds_open_to(concern: Concern, actor: Actor) -> set[str]:
    """Return the deeds whose buttons the actor is shown: the role, the table and the keys, asked once."""
    account, card = holds_account(actor, concern), holds_card(actor, concern)
    found: set[str] = set()
    for role in roles_in(concern, actor):
        if account if role == "reporter" else card:
            found |= set(allowed(concern, role))
    return found if account else found - {"feedback"}
