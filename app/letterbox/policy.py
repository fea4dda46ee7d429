"""Who may do what with letters: the post that opens a box, and the key of the letter."""

from typing import Any

from app import vault
from app.access import Actor, Permission, PostKind, is_signed_in, relation
from app.directory.policy import is_school_admin
from app.escalation.policy import in_its_room, is_at_centre, is_counsellor, is_lead, leads_its_school
from app.letterbox.models import Letter


@relation
def lies_in_rooms_box(actor: Actor, record: Any) -> bool:
    """Ask about a letter to the counselling room."""
    return letter_of(record).box_code == "room"


@relation
def lies_in_principals_box(actor: Actor, record: Any) -> bool:
    """Ask about a letter to the school's leadership."""
    return letter_of(record).box_code == "leadership"


@relation
def holds_letter(actor: Actor, record: Any) -> bool:
    """Hold the key of the letter."""
    return bool(actor.ring.reaches([letter_of(record).id]))


@relation
def opens_a_box_here(actor: Actor, record: Any) -> bool:
    """Open one of the school's boxes: counsel there, or lead it."""
    return actor.at(record.school_id, PostKind.COUNSELLOR, PostKind.LEAD)


@relation
def is_not_its_author(actor: Actor, record: Any) -> bool:
    """Not be the one who wrote the answer."""
    return bool(record.author_id != actor.person_id)


@relation
def stands_by_for_name(actor: Actor, record: Any) -> bool:
    """Hold the key of the sealed name for an emergency."""
    name_id = letter_of(record).name_id
    return name_id is not None and bool(actor.ring.reaches([name_id], standby=True))


@relation
def stands_by_for_letter(actor: Actor, record: Any) -> bool:
    """Stand by for the letter, and not read it."""
    return bool(actor.ring.reaches([record.id], standby=True)) and not actor.ring.reaches([record.id])


@relation
def is_theirs_to_answer(actor: Actor, record: Any) -> bool:
    """Read the letter for good, or have it left to the centre because nobody at the school opens it."""
    letter = letter_of(record)
    return letter.is_left_to_centre or actor.person_id in vault.readers_each([letter.id])[letter.id]


@relation
def holds_reason(actor: Actor, record: Any) -> bool:
    """Hold the key of why it was opened."""
    return bool(actor.ring.reaches([record.id]))


@relation
def holds_told(actor: Actor, record: Any) -> bool:
    """Hold the key of what was told from a letter."""
    return bool(actor.ring.reaches([record.id]))


@relation
def was_told(actor: Actor, record: Any) -> bool:
    """Be the one to whom it was told, and still hold a post at the school."""
    return bool(record.recipient_id == actor.person_id) and actor.at(record.school_id, *PostKind)


@relation
def did_not_open_it(actor: Actor, record: Any) -> bool:
    """Not be the one who opened it."""
    return bool(record.opened_by != actor.person_id)


def letter_of(record: Any) -> Letter:
    """Return the letter that a message belongs to, or the letter itself."""
    letter: Letter = record if isinstance(record, Letter) else record.letter or record
    return letter


# The key first: a letter that is kept from somebody costs what none costs.
_ROOM = (is_counsellor, holds_letter, in_its_room, lies_in_rooms_box)
_LEADERSHIP = (is_lead, holds_letter, leads_its_school, lies_in_principals_box)
_CENTRE = (is_at_centre, holds_letter)
# Who has opened it under break-glass reads it; what is done with it stays with the school as long as somebody is there.
_CENTRE_ACTS = (*_CENTRE, is_theirs_to_answer)

LIST = Permission("letter:list", [is_counsellor], [is_lead], [is_at_centre])
READ = Permission("letter:read", _ROOM, _LEADERSHIP, _CENTRE)
ANSWER = Permission("letter:answer", _ROOM, _LEADERSHIP, _CENTRE_ACTS)
READ_SECOND = Permission("letter:read_second", (*_ROOM, is_not_its_author), (*_CENTRE, is_not_its_author))
OPEN_NAME = Permission(
    "letter:open_name", (*_ROOM, stands_by_for_name), (*_CENTRE, stands_by_for_name), reauth=True
)
OPEN_LETTER = Permission("letter:open_letter", [is_at_centre, stands_by_for_letter], reauth=True)
_REASON = (
    (is_counsellor, holds_reason, in_its_room), (is_lead, holds_reason, leads_its_school), (is_at_centre, holds_reason),
)
SEE_OPENING = Permission("letter:see_name_opening", *_REASON)
REVIEW_OPENING = Permission("letter:review_name_opening", *((*way, did_not_open_it) for way in _REASON))
RELEASE = Permission("letter:release", _ROOM, _CENTRE_ACTS)
READ_RELEASE = Permission(
    "letter:read_release", (is_counsellor, holds_told, in_its_room), (is_at_centre, holds_told),
    [is_signed_in, holds_told, was_told],
)
SET_READERS = Permission("letter:set_readers", _ROOM, _LEADERSHIP, _CENTRE_ACTS)
NOTE = Permission("letter:note", _ROOM, _CENTRE_ACTS)
SET_LEVEL = Permission("letter:set_level", _ROOM, _CENTRE_ACTS)
REROUTE = Permission("letter:reroute", _LEADERSHIP)
RAISE = Permission("letter:raise_concern", _ROOM)
OFFER_TALK = Permission("letter:offer_talk", _ROOM)
CLOSE = Permission("letter:close", _ROOM, _LEADERSHIP, _CENTRE_ACTS)
SEE_LATE = Permission("letter:see_late", [is_counsellor], [is_lead], [is_school_admin], [is_at_centre])
FIGURES = Permission("letter:figures", [is_counsellor], [is_lead])
OPEN_BOX = Permission("letterbox:open", [is_counsellor], [is_lead])
MANAGE = Permission("letterbox:manage", [is_counsellor], [is_lead])
MANAGE_THIS = Permission(
    "letterbox:manage_this", [is_counsellor, opens_a_box_here], [is_lead, opens_a_box_here]
)

PERMISSIONS = (
    LIST, READ, ANSWER, READ_SECOND, OPEN_NAME, OPEN_LETTER, SEE_OPENING, REVIEW_OPENING, RELEASE, READ_RELEASE,
    SET_READERS, NOTE, SET_LEVEL, REROUTE, RAISE, OFFER_TALK, CLOSE, SEE_LATE, FIGURES, OPEN_BOX, MANAGE, MANAGE_THIS,
)
