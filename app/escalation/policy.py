"""Who may do what with concerns: a post, a relation to the student, and the key of account or card."""

from typing import Any
from uuid import UUID

from app import vault
from app.access import CENTRE, TEACHERS, Actor, Permission, PostKind, relation, role
from app.escalation.models import Concern, HandOver, SecondOpinion
from app.escalation.tiers import STANDS_IN, turn

_RAISES = (*TEACHERS, PostKind.HEAD_OF_GRADE, PostKind.COUNSELLOR, PostKind.LEAD)
_WHOLE_SCHOOL = (PostKind.SUBJECT_TEACHER, PostKind.COUNSELLOR, PostKind.LEAD)


@role
def works_with_students(actor: Actor, record: Any) -> bool:
    """Teach, head a grade, counsel or lead at a school."""
    return actor.holds(*_RAISES)


@role
def is_head_of_grade(actor: Actor, record: Any) -> bool:
    """Head a grade."""
    return actor.holds(PostKind.HEAD_OF_GRADE)


@role
def is_counsellor(actor: Actor, record: Any) -> bool:
    """Hold the post of a school counsellor."""
    return actor.holds(PostKind.COUNSELLOR)


@role
def is_lead(actor: Actor, record: Any) -> bool:
    """Lead a school."""
    return actor.holds(PostKind.LEAD)


@role
def is_at_centre(actor: Actor, record: Any) -> bool:
    """Work at the district guidance centre."""
    return actor.holds(*CENTRE)


@relation
def has_student(actor: Actor, record: Any) -> bool:
    """Have the student in one's own class, grade or school."""
    return (
        actor.at(record.school_id, *_WHOLE_SCHOOL)
        or (record.grade_id is not None and record.grade_id in actor.grades(PostKind.HEAD_OF_GRADE))
        or (record.class_id is not None and record.class_id in actor.classes(PostKind.CLASS_TEACHER))
    )


@relation
def raised_it(actor: Actor, record: Any) -> bool:
    """Have raised the concern as a teacher."""
    concern = concern_of(record)
    return concern.source == "teacher" and concern.raised_by == actor.person_id


@relation
def heads_its_grade(actor: Actor, record: Any) -> bool:
    """Head the grade in which the student was."""
    grade_id = concern_of(record).grade_id
    return grade_id is not None and grade_id in actor.grades(PostKind.HEAD_OF_GRADE)


@relation
def in_its_room(actor: Actor, record: Any) -> bool:
    """Belong to the counselling room of the school."""
    return actor.at(record.school_id, PostKind.COUNSELLOR)


@relation
def leads_its_school(actor: Actor, record: Any) -> bool:
    """Lead the school."""
    return actor.at(record.school_id, PostKind.LEAD)


@relation
def holds_account(actor: Actor, record: Any) -> bool:
    """Hold the key of the account, and not be among those who must not be told."""
    return _is_told(actor, concern_of(record), "account", concern_of(record).id)


@relation
def holds_card(actor: Actor, record: Any) -> bool:
    """Hold the key of the action card, and not be among those who must not be told."""
    return _is_told(actor, concern_of(record), "card", concern_of(record).card_id)


def _is_told(actor: Actor, concern: Concern, column: str, object_id: UUID) -> bool:
    """Say whether somebody may read one of the two; a key that came with a later post is no invitation."""
    key = actor.ring.open_many([object_id]).get(object_id)
    return key is not None and actor.person_id.hex not in vault.read(concern, column, key)["excluded"]


@relation
def holds_packet(actor: Actor, hand_over: HandOver) -> bool:
    """Hold the key of the hand-over."""
    return bool(actor.ring.reaches([hand_over.id]))


@relation
def stands_in(actor: Actor, record: Any) -> bool:
    """Own the concern in place of a tier in which nobody is."""
    concern = concern_of(record)
    return concern.tier in STANDS_IN[turn(concern)]


@relation
def did_not_propose(actor: Actor, opinion: SecondOpinion) -> bool:
    """Be somebody else than the one who proposes."""
    return opinion.proposed_by != actor.person_id


def concern_of(record: Any) -> Concern:
    """Return the concern a record belongs to; what is not there stands for its own, so that it costs the same."""
    concern: Concern = record if isinstance(record, Concern) else record.concern or record
    return concern


def roles_in(concern: Concern, actor: Actor) -> tuple[str, ...]:
    """Return the roles somebody's posts give them in a concern, whatever keys they hold."""
    held = {
        "reporter": works_with_students(actor, concern) and raised_it(actor, concern),
        "grade": heads_its_grade(actor, concern),
        "room": in_its_room(actor, concern),
        "leadership": leads_its_school(actor, concern),
        "centre": is_at_centre(actor, concern),
    }
    return tuple(name for name, is_so in held.items() if is_so)


def only_reported(concern: Concern, actor: Actor) -> bool:
    """Say whether somebody hears of a concern what its reporter hears, and no more: that it is in hand, no level."""
    return roles_in(concern, actor) == ("reporter",)


# The key is asked for first, by ids alone, and only then who is in charge of whom: so a concern that does not exist
# for somebody costs exactly what one that does not exist at all costs.
_REPORTER = (works_with_students, holds_account, raised_it)
_GRADE = (is_head_of_grade, holds_card, heads_its_grade)
_ROOM = (is_counsellor, holds_card, in_its_room)
_LEADERSHIP = (is_lead, holds_card, leads_its_school)
_CENTRE = (is_at_centre, holds_card)
_ABOVE = ((*_LEADERSHIP, stands_in), (*_CENTRE, stands_in))
_INSTEAD = ((*_ROOM, stands_in), *_ABOVE)
_HANDS = (is_at_centre, holds_packet)
_ACCOUNT = (
    _REPORTER,
    (is_head_of_grade, holds_account, heads_its_grade),
    (is_counsellor, holds_account, in_its_room),
    (is_lead, holds_account, leads_its_school),
    (is_at_centre, holds_account),
)

RAISE = Permission("concern:raise", [works_with_students])
RAISE_ABOUT = Permission("concern:raise_about", [works_with_students, has_student])
MINE = Permission("concern:mine", [works_with_students])
REVIEW = Permission("concern:review", [is_head_of_grade])
ROOM = Permission("concern:room", [is_counsellor])
CARDS = Permission("concern:cards", [is_lead])
CENTRE_QUEUE = Permission("concern:centre", [is_at_centre])
APPROVE = Permission("concern:approve", [is_head_of_grade], [is_lead], [is_at_centre])

READ_ACCOUNT = Permission("concern:read_account", *_ACCOUNT)
READ_CARD = Permission("concern:read_card", _GRADE, _ROOM, _LEADERSHIP, _CENTRE)
READ = Permission("concern:read", *_ACCOUNT, _GRADE, _ROOM, _LEADERSHIP, _CENTRE)

ACKNOWLEDGE = Permission("concern:acknowledge", _GRADE, *_INSTEAD)
ASK = Permission("concern:ask", _GRADE, *_INSTEAD)
ANSWER = Permission("concern:answer", _REPORTER)
PASS_ON = Permission("concern:pass_on", _GRADE, *_INSTEAD)
CLOSE_BY_GRADE = Permission("concern:close_by_grade", _GRADE, *_INSTEAD)
ACCEPT = Permission("concern:accept", _ROOM, (*_CENTRE, stands_in))
ASSESS = Permission("concern:assess", _ROOM, (*_CENTRE, stands_in))
RAISE_LEVEL = Permission("concern:raise_level", _REPORTER, _GRADE, _ROOM, _LEADERSHIP, _CENTRE)
OFFER = Permission("concern:offer", _ROOM)
CALL_CENTRE = Permission("concern:call_centre", _GRADE, _LEADERSHIP)
WITHDRAW = Permission(
    "concern:withdraw", (holds_packet, *_GRADE), (holds_packet, *_ROOM), (holds_packet, *_LEADERSHIP)
)
ACCEPT_BY_CENTRE = Permission("centre:accept", _HANDS)
DECLINE = Permission("centre:decline", _HANDS)
ADVISE = Permission("centre:advise", _HANDS)
RETURN = Permission("centre:return", _HANDS)
FOLLOW_UP = Permission("concern:follow_up", _ROOM, (*_CENTRE, stands_in))
CLOSE = Permission("concern:close", _ROOM, (*_CENTRE, stands_in))
REOPEN = Permission("concern:reopen", _GRADE, _ROOM, *_ABOVE)
FEEDBACK = Permission(
    "concern:feedback",
    (is_head_of_grade, holds_account, heads_its_grade),
    (is_counsellor, holds_account, in_its_room),
)
NOTE_SEEN = Permission("concern:note_seen", _GRADE, _LEADERSHIP)
DECIDE = Permission(
    "concern:second_opinion",
    (*_GRADE, did_not_propose),
    (*_LEADERSHIP, did_not_propose),
    (*_CENTRE, did_not_propose),
)
READ_HAND_OVER = Permission(
    "hand_over:read",
    (is_head_of_grade, holds_packet, heads_its_grade),
    (is_counsellor, holds_packet, in_its_room),
    (is_lead, holds_packet, leads_its_school),
    _HANDS,
)

PERMISSIONS = (
    RAISE, RAISE_ABOUT, MINE, REVIEW, ROOM, CARDS, CENTRE_QUEUE, APPROVE, READ_ACCOUNT, READ_CARD, READ, ACKNOWLEDGE,
    ASK, ANSWER, PASS_ON, CLOSE_BY_GRADE, ACCEPT, ASSESS, RAISE_LEVEL, OFFER, CALL_CENTRE, WITHDRAW,
    ACCEPT_BY_CENTRE, DECLINE, ADVISE, RETURN, FOLLOW_UP, CLOSE, REOPEN, FEEDBACK, NOTE_SEEN, DECIDE, READ_HAND_OVER,
)
