"""Personal cards: where a code leads, and who has one as far as the room's keys open it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app import vault
from app.access import Actor
from app.appointments.models import CardSheet, StudentCard
from app.core.database import session
from app.vault import NoKey


@dataclass(frozen=True)
class ClassCards:
    """How many cards of a class count, and when the last sheet was printed."""

    count: int
    printed_at: datetime


def get_card(card_id: UUID) -> StudentCard | None:
    """Return a card by its id."""
    return session().get(StudentCard, card_id)


def card_at(lookup: bytes, school_id: UUID) -> StudentCard | None:
    """Return the card of a school to which a code leads."""
    return session().scalar(
        select(StudentCard).where(StudentCard.lookup == lookup, StudentCard.school_id == school_id)
    )


def cards_by_class(school_id: UUID) -> Mapping[UUID, ClassCards]:
    """Return for the classes of a school that have cards how many count and when they were printed."""
    rows = session().execute(
        select(CardSheet.class_id, func.count(StudentCard.id), func.max(CardSheet.printed_at))
        .join(StudentCard, StudentCard.sheet_id == CardSheet.id)
        .where(CardSheet.school_id == school_id)
        .group_by(CardSheet.class_id)
    )
    return {class_id: ClassCards(count, printed_at) for class_id, count, printed_at in rows}


def cards_by_student(actor: Actor, school_id: UUID) -> Mapping[UUID, Sequence[StudentCard]]:
    """Return the cards of a school's students, by opening whose each is; a sheet without a key for it is left out."""
    found: dict[UUID, list[StudentCard]] = {}
    keys: dict[UUID, vault.ObjectKey | None] = {}
    for card in session().scalars(select(StudentCard).where(StudentCard.school_id == school_id)):
        if card.sheet_id not in keys:
            keys[card.sheet_id] = _key_of(actor, card.sheet_id)
        key = keys[card.sheet_id]
        if key is not None:
            found.setdefault(UUID(vault.read(card, "holder", key)), []).append(card)
    return found


def _key_of(actor: Actor, sheet_id: UUID) -> vault.ObjectKey | None:
    try:
        return actor.ring.open(sheet_id)
    except NoKey:
        return None
