"""What a page of a concern shows: everything that the reader's keys open, and nothing that they do not."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from flask import g, url_for
from flask_babel import gettext as _

from app import vault
from app.access import Actor, PostKind
from app.directory.naming import named
from app.directory.queries import holders_of, names_of, names_of_organisations, today_at
from app.escalation import hand_overs, opinions, policy, queries, readers, words
from app.escalation.asking import ASKS, LEVEL_WORDS, OF_CENTRE
from app.escalation.models import Concern, HandOver, SecondOpinion
from app.escalation.queries import OpinionLine, Recent, StepLine
from app.escalation.saying import HEARD_BY_REPORTER, TOLD
from app.files import policy as files_policy
from app.files.models import FileEntry
from app.files.schemas import KINDS


def proposal(opinion: SecondOpinion) -> str:
    """Return in words what a second person is asked for."""
    if opinion.to_level is None:
        return _("The counselling room proposes to close this concern.")
    words_of_level = LEVEL_WORDS[opinion.to_level]
    return _("The counselling room proposes the level: %(level)s", level=_(words_of_level))


@dataclass(frozen=True)
class OpinionView:
    """A proposal in a list."""

    opinion: SecondOpinion
    concern: Concern
    name: str = field(repr=False)
    where: str = field(repr=False)
    words: str
    proposer: str = field(repr=False)
    proposed_at: datetime

    @classmethod
    def of(cls, line: OpinionLine) -> "OpinionView":
        """Return a proposal with the names that its list shows."""
        opinion = line.opinion
        proposer = names_of([opinion.proposed_by]).get(opinion.proposed_by, "")
        return cls(
            opinion, opinion.concern, line.line.who, line.line.where, proposal(opinion), proposer, opinion.proposed_at
        )


class ConcernView:
    """A concern for one reader; each part is looked up once, when the page asks for it."""

    def __init__(self, concern: Concern, actor: Actor) -> None:
        self.concern = concern
        self.actor = actor
        self._line = queries.open_line(concern, actor)

    @property
    def name(self) -> str:
        """The student's name."""
        return self._line.who or _("Student")

    @property
    def where(self) -> str:
        """Grade and class."""
        return self._line.where

    @property
    def number(self) -> str | None:
        """The student's number, for those who hold the directory's key."""
        return self._line.student.number if self._line.student else None

    @property
    def account(self) -> dict[str, Any] | None:
        """What the reporter wrote, for those who hold its key and whose post reads it."""
        return self._line.account if policy.READ_ACCOUNT.allows(self.actor, self.concern) else None

    @property
    def card(self) -> dict[str, Any] | None:
        """The action card, for those who hold it and whose post reads it."""
        return self._line.card if policy.READ_CARD.allows(self.actor, self.concern) else None

    @cached_property
    def roles(self) -> tuple[str, ...]:
        """What the reader's posts make them in this concern."""
        return policy.roles_in(self.concern, self.actor)

    @property
    def only_reporter(self) -> bool:
        """Whether the reader hears what a reporter hears, and no more."""
        return policy.only_reported(self.concern, self.actor)

    @cached_property
    def readers(self) -> list[str]:
        """Who can read account or card."""
        return named(self._account_readers | self._card_readers, self.actor)

    @cached_property
    def readers_for(self) -> dict[str, list[str]]:
        """Who will read what is written now, by where it is sealed."""
        live = queries.live_hand_over(self.concern.id)
        return {
            "account": named(self._account_readers, self.actor),
            "card": named(self._card_readers, self.actor),
            "packet": named(vault.readers_of(live.id), self.actor) if live else [],
        }

    @cached_property
    def _account_readers(self) -> set[UUID]:
        return vault.readers_of(self.concern.id)

    @cached_property
    def _card_readers(self) -> set[UUID]:
        return vault.readers_of(self.concern.card_id)

    @cached_property
    def _names(self) -> dict[UUID, str]:
        people = {self.concern.raised_by, self.concern.owner_id, *(line.step.person_id for line in self._steps)}
        return names_of(person_id for person_id in people if person_id)

    @property
    def owner(self) -> str | None:
        """Who of the owning tier has taken it on."""
        return self._names.get(self.concern.owner_id) if self.concern.owner_id else None

    @cached_property
    def owners(self) -> list[str]:
        """Who has it now: the one in charge, or those of the tier who can read it."""
        if self.owner:
            return [self.owner]
        return named(readers.teams_of(self.concern, self.actor)[self.concern.tier].living, self.actor)

    @property
    def reporter(self) -> str | None:
        """Who raised it."""
        return self._names.get(self.concern.raised_by)

    @property
    def answer_due_at(self) -> datetime | None:
        """Until when the reporter should answer, where there is a question."""
        return self._line.answer_due_at

    @cached_property
    def recent(self) -> Recent | None:
        """What else was raised about the student lately; a reporter is not told."""
        found = queries.recent_of_student(self.concern.student_id, self.actor)
        return None if self.only_reporter or found.count < 2 else found

    @property
    def repeated(self) -> str | None:
        """How often the student was spoken of lately: "third in four weeks, by three people"."""
        recent = self.recent
        if recent is None:
            return None
        if recent.people == 1:
            return _("%(count)s concerns about this student in four weeks, all by one person.", count=recent.count)
        return _(
            "%(count)s concerns about this student in four weeks, by %(people)s people.",
            count=recent.count, people=recent.people,
        )

    @cached_property
    def _steps(self) -> list[StepLine]:
        return queries.steps_of(self.concern, self.actor)

    @property
    def steps(self) -> list[dict[str, Any]]:
        """What happened, newest first, as far as it is for this reader."""
        return [
            {
                "at": line.step.at, "words": self._title(line), "body": line.words, "deed": line.step.deed,
                "who": self._names.get(line.step.person_id) if line.step.person_id else None,
                "level": line.step.level if line.step.deed in ("assess", "raise_level", "agree_lower") else None,
                "tone": "wait" if line.step.deed in ("ask", "offer", "call_centre") else None,
            }
            for line in reversed(self._steps)
            if not self.only_reporter or line.step.deed in HEARD_BY_REPORTER
        ]

    def _title(self, line: StepLine) -> str:
        """Return what a step is called; grounds for a level that was there already are no raising."""
        before = self._steps[line.step.number - 2].step.level if line.step.number > 1 else None
        if line.step.deed == "raise_level" and line.step.level == before:
            return _("New grounds; the level stays")
        return _(words.DEEDS[line.step.deed])

    def answers_in(self, hand_over: HandOver) -> list[dict[str, Any]]:
        """Return what the centre said in a hand-over, in order."""
        return [
            {
                "at": line.step.at, "words": _(words.DEEDS[line.step.deed]), "body": line.words, "deed": line.step.deed,
                "who": self._names.get(line.step.person_id) if line.step.person_id else None,
            }
            for line in self._steps
            if line.step.object_id == hand_over.id and line.words and line.step.deed in ("decline", "advise", "return")
        ]

    @cached_property
    def _open_deeds(self) -> set[str]:
        found = queries.deeds_open_to(self.concern, self.actor)
        # What the room proposes to a second person is the same button: which of the two it is, the service knows.
        found |= {"assess"} if "propose_lower" in found else set()
        return found | ({"close"} if "propose_close" in found else set())

    @property
    def open_deeds(self) -> list[str]:
        """The deeds that are open to the reader now."""
        return self.direct + self.deeds

    @property
    def direct(self) -> list[str]:
        """The deeds that ask for nothing: a button each."""
        found = [deed for deed, spec in ASKS.items() if deed in self._open_deeds and not spec.asks]
        owns = self.concern.tier in self.roles
        return [deed for deed in found if deed != "note_seen" or not (owns or self._noted_by_me)]

    @property
    def _noted_by_me(self) -> bool:
        """Whether the reader has said already that they saw the card as it stands."""
        told = [line.step for line in self._steps if line.step.deed in ("note_seen", "raise_level")]
        mine = [step for step in told if step.deed == "raise_level" or step.person_id == self.actor.person_id]
        return bool(mine) and mine[-1].deed == "note_seen"

    @property
    def deeds(self) -> list[str]:
        """The deeds that ask for words, a level or a day."""
        return [deed for deed, spec in ASKS.items() if deed in self._open_deeds and spec.asks]

    @property
    def may_offer(self) -> bool:
        """Whether the reader can hand the case to the centre."""
        return bool(self._open_deeds & {"offer", "call_centre"})

    @property
    def may_open_file(self) -> bool:
        """Whether there is a way to the student's file."""
        return "room" in self.roles and files_policy.LIST.allows(self.actor)

    @cached_property
    def hand_overs(self) -> list[HandOver]:
        """The hand-overs whose packets the reader can open, newest first."""
        return [one.hand_over for one in queries.hand_overs_of(self.concern, self.actor)]

    @cached_property
    def opinion(self) -> dict[str, Any] | None:
        """The proposal that waits for a second person, for those who hold the card."""
        pending = queries.pending_opinion(self.concern.id)
        if pending is None or self.card is None:
            return None
        return {
            "id": pending.id, "words": proposal(pending), "reason": opinions.reason_of(pending, by=self.actor),
            "deed": pending.deed, "to_level": pending.to_level,
            "may_decide": policy.DECIDE.allows(self.actor, pending),
        }


def open_concerns(student_id: UUID) -> list[tuple[str | None, str, str]]:
    """Return level, words and address of a student's open concerns, for the bar on top of every record."""
    return [_in_the_bar(line.concern, g.actor) for line in queries.open_concerns_of(student_id, g.actor)]


def _in_the_bar(concern: Concern, actor: Actor) -> tuple[str | None, str, str]:
    """Return what the bar says of a concern; whoever only raised it sees its state alone."""
    reported = policy.roles_in(concern, actor) == ("reporter",)
    state = (words.STATES_FOR_REPORTER if reported else words.STATES)[concern.state]
    address = url_for("escalation.concern", concern_id=concern.id)
    return None if reported else concern.level, _(state), address


def raise_act(student: Any) -> bool:
    """Say whether a student's page shows the way to raise a concern."""
    return policy.RAISE_ABOUT.allows(g.actor, student)


def parties_around(student: Any, actor: Actor) -> list[tuple[str, str]]:
    """Return who could be part of it among those who would read or hear of a concern, the actor left out."""
    on = today_at(student.school_id)
    people = [*holders_of(PostKind.COUNSELLOR, PostKind.LEAD, organisation_id=student.school_id, on=on)]
    if student.grade_id:
        head = PostKind.HEAD_OF_GRADE
        people += holders_of(head, organisation_id=student.school_id, on=on, grade_id=student.grade_id)
    found = names_of(people)
    return [(str(one), found[one]) for one in dict.fromkeys(people) if one in found and one != actor.person_id]


def readers_of_packet(concern: Concern, actor: Actor) -> set[UUID]:
    """Return who would read a hand-over: the sender, the room and the centre."""
    teams = readers.teams_of(concern, actor)
    return {actor.person_id} | vault.readers_among(h for tier in ("room", "centre") for h in teams[tier].holders)


def packet_view(hand_over: HandOver, actor: Actor) -> dict[str, Any]:
    """Return what the page of a hand-over shows: the packet, the entries that went along, the answers."""
    concern, view = hand_over.concern, ConcernView(hand_over.concern, actor)
    packet = vault.read(hand_over, "packet", actor.ring.open(hand_over.id))
    live = queries.live_hand_over(concern.id)
    at_centre = "centre" in view.roles
    mine = at_centre and live is not None and live.id == hand_over.id
    return {
        "hand_over": hand_over, "concern": concern, "view": view, "at_centre": at_centre,
        "may_read_concern": policy.READ.allows(actor, concern),
        "readers": named(vault.readers_of(hand_over.id), actor),
        "school": names_of_organisations([hand_over.school_id])[hand_over.school_id],
        "sender": names_of([hand_over.sent_by]).get(hand_over.sent_by, ""),
        "contents": packet,
        "packet": [(_(label), _told(name, packet)) for name, label in words.PACKET.items() if packet.get(name)],
        "entries": [(entry, _(KINDS[entry.kind])) for entry in _entries_open_to(hand_over, actor)],
        "answers": view.answers_in(hand_over),
        "direct": [deed for deed in view.direct if mine and deed in OF_CENTRE],
        "deeds": [deed for deed in view.deeds if mine and deed in OF_CENTRE],
    }


def _told(name: str, packet: dict[str, Any]) -> str:
    return _(TOLD[packet[name]]) if name == "student_told" and packet[name] in TOLD else str(packet[name])


def _entries_open_to(hand_over: HandOver, actor: Actor) -> list[FileEntry]:
    entries = hand_overs.entries_of(hand_over)
    held = actor.ring.reaches([entry.id for entry in entries])
    return [entry for entry in entries if entry.id in held]
