"""Concerns as programs see them: one shape for each audience, the reporter's the smallest."""

from typing import Any

from marshmallow import fields, validate

from app.core.forms import Shape
from app.escalation.asking import ASKS
from app.escalation.levels import FAMILIES, LEVELS
from app.escalation.models import BASES, HAND_OVER_STATES
from app.escalation.tiers import CLOCK_NAMES, ROLES, SOURCES, STATES, TIERS
from app.escalation.words import DEEDS, HEARD, HEARD_OF_STATE
from app.files.schemas import EntryLine


def _code(choices: Any, **more: Any) -> fields.Str:
    return fields.Str(validate=validate.OneOf(list(choices)), **more)


class Heard(fields.Str):
    """How a concern stands for its reporter: that it is in hand, never how far the work is."""

    def __init__(self, **more: Any) -> None:
        super().__init__(validate=validate.OneOf(list(HEARD)), **more)

    def _serialize(self, value: Any, *_: Any, **__: Any) -> str:
        return HEARD_OF_STATE[value]


class _Whom(Shape):
    """Whom a line of any list is about."""

    id = fields.UUID(attribute="concern.id")
    student_id = fields.UUID(attribute="concern.student_id")
    who = fields.Str(metadata={"description": "The student's name."})
    where = fields.Str(metadata={"description": "Grade and class when the concern was raised."})
    raised_at = fields.AwareDateTime(attribute="concern.raised_at")
    version = fields.Int(attribute="concern.revision")


class ReportedLine(_Whom):
    """A concern in the list of the one who raised it."""

    state = Heard(attribute="concern.state")
    answer_due_at = fields.AwareDateTime(allow_none=True)


class _Standing(Shape):
    """How a concern stands, for those who act on it."""

    source = _code(SOURCES, attribute="concern.source")
    level = _code(LEVELS, attribute="concern.level")
    level_basis = fields.Str(attribute="concern.level_basis_code")
    state = _code(STATES, attribute="concern.state")
    tier = _code(TIERS, attribute="concern.tier")
    due_at = fields.AwareDateTime(attribute="concern.due_at", allow_none=True)
    due_for = _code(CLOCK_NAMES, attribute="concern.due_for_code", allow_none=True)
    closed_at = fields.AwareDateTime(attribute="concern.closed_at", allow_none=True)


class ConcernLine(_Whom, _Standing):
    """A concern in the list of those who act on it."""

    families = fields.List(_code(FAMILIES))


class HandOverLine(Shape):
    """A hand-over in a list; what was handed over stands in the hand-over itself."""

    id = fields.UUID()
    concern_id = fields.UUID()
    school_id = fields.UUID()
    state = _code(HAND_OVER_STATES)
    basis = _code(BASES, attribute="basis_code")
    sent_at = fields.AwareDateTime()
    answered_at = fields.AwareDateTime(allow_none=True)


class CaseLine(ConcernLine):
    """A concern in the centre's queue."""

    school_id = fields.UUID(attribute="concern.school_id")
    hand_over = fields.Nested(HandOverLine, allow_none=True)


class ProposalLine(Shape):
    """What waits for a second person; why it is proposed stands in the concern."""

    id = fields.UUID(attribute="opinion.id")
    concern_id = fields.UUID(attribute="concern.id")
    who = fields.Str(attribute="name")
    where = fields.Str()
    level = _code(LEVELS, attribute="concern.level")
    deed = _code(("lower", "close"), attribute="opinion.deed")
    to_level = _code(LEVELS, attribute="opinion.to_level", allow_none=True)
    proposer = fields.Str()
    proposed_at = fields.AwareDateTime()
    version = fields.Int(attribute="concern.revision")


class AccountOut(Shape):
    """What the reporter wrote."""

    seen = fields.Str()
    when_where = fields.Str()
    families = fields.List(_code(FAMILIES))
    since = fields.Str()
    safe_now = fields.Str()
    with_whom = fields.Str()
    urgency = fields.Str()
    plan = fields.Str()
    means = fields.Str()
    injury = fields.Str()
    commanded = fields.Str()
    done = fields.Str()
    guardian_told = fields.Str()


class CardOut(Shape):
    """The action card: codes of what to do and what not to do, never a quotation."""

    families = fields.List(_code(FAMILIES))
    level_reason = fields.Str()
    do = fields.List(fields.Str())
    dont = fields.List(fields.Str())
    callback = fields.Str()


class StepOut(Shape):
    """Something that happened, with those of its words that the reader's keys open."""

    at = fields.AwareDateTime()
    deed = _code(DEEDS)
    who = fields.Str(allow_none=True)
    level = _code(LEVELS, allow_none=True)
    text = fields.Str(attribute="body", allow_none=True)


class _Read(_Whom):
    """What every reader of a concern is shown of it."""

    who = fields.Str(attribute="name")
    roles = fields.List(_code(ROLES))
    account = fields.Nested(AccountOut, allow_none=True)
    steps = fields.List(fields.Nested(StepOut))
    readers = fields.List(fields.Str())
    deeds = fields.List(_code(ASKS), attribute="open_deeds")


class ReportedConcern(_Read):
    """A concern as the one who raised it sees it: who has it, and what came back."""

    state = Heard(attribute="concern.state")
    answer_due_at = fields.AwareDateTime(allow_none=True)
    owners = fields.List(fields.Str())


class ProposalOut(Shape):
    """What a second person is asked, and why."""

    id = fields.UUID()
    deed = _code(("lower", "close"))
    to_level = _code(LEVELS, allow_none=True)
    reason = fields.Str()
    may_decide = fields.Bool()


class RecentOut(Shape):
    """How often the student was spoken of in the last four weeks, and by how many people."""

    count = fields.Int()
    people = fields.Int()


class ConcernOut(_Read, _Standing):
    """A concern as those see it who act on it; account and card are null for who does not hold them."""

    number = fields.Str(allow_none=True)
    reporter = fields.Str(allow_none=True)
    owner = fields.Str(allow_none=True)
    card = fields.Nested(CardOut, allow_none=True)
    recent = fields.Nested(RecentOut, allow_none=True)
    proposal = fields.Nested(ProposalOut, attribute="opinion", allow_none=True)
    hand_overs = fields.List(fields.Nested(HandOverLine))
    may_offer = fields.Bool()


class RaisedOut(Shape):
    """What the one who raised a concern is told: who has it, and until when they answer."""

    id = fields.UUID(attribute="concern.id")
    due_at = fields.AwareDateTime(attribute="concern.due_at")
    owners = fields.List(fields.Str())
    version = fields.Int(attribute="concern.revision")


class Readers(Shape):
    """Who would read it."""

    readers = fields.List(fields.Str())


class Party(Shape):
    """Somebody who can be left out because they are part of it."""

    id = fields.UUID()
    name = fields.Str()


class PacketOut(Shape):
    """What the sender wrote for the centre."""

    reason = fields.Str()
    questions = fields.Str()
    summary = fields.Str()
    tried = fields.Str()
    resources = fields.Str()
    student_told = fields.Str()
    consent = fields.Str()


class ReleasedEntry(EntryLine):
    """A session entry that went along; its text is read where entries are read."""

    file_id = fields.UUID()


class HandOverOut(Shape):
    """A hand-over as both sides see it."""

    id = fields.UUID(attribute="hand_over.id")
    concern_id = fields.UUID(attribute="concern.id")
    state = _code(HAND_OVER_STATES, attribute="hand_over.state")
    basis = _code(BASES, attribute="hand_over.basis_code")
    sent_at = fields.AwareDateTime(attribute="hand_over.sent_at")
    answered_at = fields.AwareDateTime(attribute="hand_over.answered_at", allow_none=True)
    school = fields.Str()
    sender = fields.Str()
    who = fields.Str(attribute="view.name")
    where = fields.Str(attribute="view.where")
    level = _code(LEVELS, attribute="concern.level")
    version = fields.Int(attribute="concern.revision")
    packet = fields.Nested(PacketOut, attribute="contents")
    card = fields.Nested(CardOut, attribute="view.card", allow_none=True)
    entries = fields.List(fields.Nested(ReleasedEntry))
    answers = fields.List(fields.Nested(StepOut))
    readers = fields.List(fields.Str())
    deeds = fields.List(_code(ASKS), attribute="open_deeds")
