"""The room's recovery card: two halves on two papers, for the day on which nobody of the room is left."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select, update

from app import audit, vault
from app.access import Actor, PostKind
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict, Invalid
from app.core.ids import new_id
from app.core.words import N_
from app.directory.contacts import settle_contacts
from app.identity import keys, offers
from app.identity.models import CardUse
from app.identity.throttle import count_failure, demand_patience, forget
from app.vault import MistypedCode, codes, recovery_cards
from app.vault.models import RecoveryCard


class WrongCard(Invalid):
    """Two halves that do not open a card of this school, or a card that is void."""

    words = N_("These halves do not open a card of your school. The newest card counts; a used one opens nothing more.")


class NotInTheRoom(Conflict):
    """A card opens what its maker can open: who is not in the room cannot make one."""

    words = N_("You do not hold the key of the room yet, so you cannot make its card.")


@dataclass(frozen=True)
class Offer:
    """Two halves that were shown and open nothing yet; `token` brings them back with the form."""

    halves: tuple[str, str] = field(repr=False)
    token: str = field(repr=False)


def uses_of(organisation_id: UUID, by: Actor) -> list[tuple[CardUse, str]]:
    """Return who used a card of the room and why, for those who hold the key of the room; the newest first."""
    rows: Sequence[CardUse] = session().scalars(
        select(CardUse).where(CardUse.organisation_id == organisation_id).order_by(CardUse.at.desc())
    ).all()
    opened = by.ring.open_many([row.id for row in rows])
    return [(row, str(vault.read(row, "reason", opened[row.id]))) for row in rows if row.id in opened]


def offer(organisation_id: UUID, *, by: Actor, token: str | None = None) -> Offer:
    """Return two new halves to print, or those that were shown before with this token."""
    _demand_room(organisation_id, by)
    kept = offers.shown_before(_what(organisation_id), token, by=by)
    both = kept or b"".join(map(codes.read_code, codes.new_card()))
    return Offer(_halves(both), offers.sealed(_what(organisation_id), both, by=by))


def _halves(both: bytes) -> tuple[str, str]:
    middle = len(both) // 2
    return codes.write_code(both[:middle]), codes.write_code(both[middle:])


def keep(organisation_id: UUID, *, token: str, first: str, second: str, by: Actor) -> RecoveryCard:
    """Make the card whose halves were printed, once the end of both was typed; older cards are void."""
    _demand_room(organisation_id, by)
    halves = _halves(offers.opened(_what(organisation_id), token, by=by))
    offers.demand_last_group(halves[0], first)
    offers.demand_last_group(halves[1], second)
    recovery_cards.close_cards(organisation_id)
    card = recovery_cards.make_card(organisation_id, code=codes.read_card(*halves), by=by.ring)
    recovery_cards.move_to_card(card, by=by.ring)
    audit.record(by, "card:made", organisation=organisation_id, subject=("recovery_card", card.id))
    return card


def use(organisation_id: UUID, *, first: str, second: str, reason: str, source: str, by: Actor) -> None:
    """Admit the person in front to everything that a card opens; the card is void, the reason sealed to the room.

    Raises WrongCard, MistypedCode and TooManyAttempts.
    """
    subject = f"card {organisation_id}"
    demand_patience(subject, source)
    code = codes.read_card(first, second)
    card = recovery_cards.find_card(code)
    room = vault.find_group(organisation_id, "room")
    present = recovery_cards.present_card(organisation_id)
    if room is None or card is None or present is None or card.id != present.id:
        raise WrongCard(afterwards=count_failure(subject, source))
    taken = session().execute(
        update(RecoveryCard)
        .where(RecoveryCard.id == card.id, RecoveryCard.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise WrongCard()
    recovery_cards.take_over_from_card(card, recovery_cards.card_pair(code), to=by.ring)
    recovery_cards.close_cards(organisation_id)
    keys.leave_others(by.person_id, organisation_id)
    by.ring.forget_memberships()
    _keep_reason(room, card, reason, by)
    settle_contacts(by)
    forget(subject, source)


def _keep_reason(room: vault.Group, card: RecoveryCard, reason: str, by: Actor) -> None:
    organisation_id = room.organisation_id
    row = CardUse(
        id=new_id(), organisation_id=organisation_id, card_id=card.id, person_id=by.person_id, at=clock.now()
    )
    key = vault.create_object(
        row.id, organisation_id=organisation_id, to=[vault.group(room.id)], by=by.ring, basis="card:used"
    )
    vault.write(row, "reason", reason.strip(), key)
    session().add(row)
    session().flush()
    audit.record(by, "card:used", organisation=organisation_id, subject=("recovery_card", card.id))


def _demand_room(organisation_id: UUID, by: Actor) -> None:
    room = vault.find_group(organisation_id, "room")
    if room is None or not by.at(organisation_id, PostKind.COUNSELLOR) or not by.ring.belongs_to(room.id):
        raise NotInTheRoom()


def _what(organisation_id: UUID) -> str:
    return f"card {organisation_id}"


__all__ = ["MistypedCode", "Offer", "WrongCard", "keep", "offer", "use", "uses_of"]
