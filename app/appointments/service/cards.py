"""Personal cards: printed for a class, withdrawn one by one or by the next sheet, and found by their code."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from app import audit, vault
from app.access import Actor
from app.appointments.errors import NoSuchCode, TryAgain
from app.appointments.models import CardSheet, StudentCard
from app.appointments.policy import KEEP_CARDS
from app.appointments.queries.cards import card_at, cards_by_student
from app.audit.body import Code
from app.core import clock
from app.core.database import session
from app.core.ids import new_id
from app.directory.queries import DirectoryLine, PlacedClass, lines_of_class
from app.escalation.readers import teams_around
from app.files.service import RoomNotFounded
from app.vault import letters
from app.vault.letters import Writer
from app.vault.personal_cards import lock_card, unlock_card
from app.vault.return_codes import new_return_code

# What the trail holds of a card: a withdrawn one that SQL puts back would count again.
_HELD = ("lookup", "locked", "holder")


@dataclass(frozen=True)
class Ready:
    """A code with its slow work done."""

    code: str = field(repr=False)
    writer: Writer = field(repr=False)


@dataclass(frozen=True)
class Slip:
    """A card as it is handed out: whose, and the code that is shown this once."""

    line: DirectoryLine
    code: str = field(repr=False)


@dataclass(frozen=True)
class CardHolder:
    """Who came with a card."""

    card: StudentCard
    student_id: UUID


def getting_ready(number: int) -> Callable[[], list[Ready]]:
    """Return the slow work of so many new codes: begun inside a transaction, done outside of it."""
    codes = [new_return_code() for _ in range(number)]
    work = [(code, letters.stretching(code)) for code in codes]
    return lambda: [Ready(code, stretch()) for code, stretch in work]


def print_sheet(shape: PlacedClass, ready: Sequence[Ready], *, by: Actor) -> list[Slip]:
    """Make a card for each student of a class; every card that they had before counts no more.

    Raises RoomNotFounded, and TryAgain where more students joined while the codes were made.
    """
    KEEP_CARDS.demand(by, shape)
    lines, room = lines_of_class(shape.id, by.ring), teams_around(
        school_id=shape.school_id, grade_id=None, excluded=())["room"]
    if not room.living:
        raise RoomNotFounded()
    if len(ready) < len(lines):
        raise TryAgain()
    sheet = CardSheet(
        id=new_id(), school_id=shape.school_id, class_id=shape.id, printed_by=by.person_id, printed_at=clock.now()
    )
    key = vault.create_object(
        sheet.id, organisation_id=shape.school_id, to=room.holders, by=by.ring, basis="student_card:printed"
    )
    before = cards_by_student(by, shape.school_id)
    gone = _delete([card for line in lines for card in before.get(line.id, ())])
    session().add(sheet)
    session().flush()
    given = list(zip(lines, ready, strict=False))
    cards = [_card(sheet, line.id, one.writer, key) for line, one in _shuffled(given)]
    session().add_all(cards)
    audit.record(
        by, "student_card:printed", organisation=shape.school_id, subject=("card_sheet", sheet.id), found=len(cards),
        holds=[*gone, *(held for card in cards for held in audit.holding(card, *_HELD))],
    )
    return [Slip(line, one.code) for line, one in given]


def withdraw_card(card: StudentCard, *, by: Actor) -> None:
    """Let a card count no more; what was booked with it stands."""
    KEEP_CARDS.demand(by, card)
    card_id, school_id = card.id, card.school_id
    gone = _delete([card])
    audit.record(
        by, "student_card:withdrawn", organisation=school_id, subject=("student_card", card_id), holds=gone
    )


def holder_of_code(writer: Writer, *, school_id: UUID) -> CardHolder:
    """Return whose card a code is at a school; raises NoSuchCode."""
    card = card_at(writer.lookup, school_id)
    if card is None:
        raise NoSuchCode()
    return CardHolder(card, unlock_card(card.locked, card_id=card.id, writer=writer))


def _card(sheet: CardSheet, student_id: UUID, writer: Writer, key: vault.ObjectKey) -> StudentCard:
    card = StudentCard(id=uuid4(), school_id=sheet.school_id, sheet_id=sheet.id, lookup=writer.lookup)
    card.locked = lock_card(student_id, card_id=card.id, writer=writer)
    vault.write(card, "holder", str(student_id), key)
    return card


def _delete(cards: Sequence[StudentCard]) -> list[Code]:
    """Delete cards, and return what the trail is to say of them."""
    gone = [held for card in cards for held in audit.gone(card)]
    for card in cards:
        session().delete(card)
    session().flush()
    return gone


def _shuffled(given: Sequence[tuple[DirectoryLine, Ready]]) -> list[tuple[DirectoryLine, Ready]]:
    """Return pairs in no order: rows written in the order of the class would tell whose they are."""
    mixed = list(given)
    secrets.SystemRandom().shuffle(mixed)
    return mixed
