"""The recovery cards of a room: two printed halves that together open what belongs to everybody in it."""

from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.database import session
from app.core.ids import new_id
from app.vault import codes, grants, groups
from app.vault.errors import NoKey
from app.vault.holders import Holder, find_group
from app.vault.keypairs import KeyPair
from app.vault.models import Grant, Group, Membership, RecoveryCard
from app.vault.ring import KeyRing
from app.vault.statements import card_statement
from app.vault.taking import take_away
from app.vault.trust import FIRST_EPOCH, trust


def card_pair(code: bytes) -> KeyPair:
    """Return the key pair that the two joined halves of a recovery card stand for."""
    return KeyPair.from_seed(codes.derive(code, "card/1", 64))


def find_card(code: bytes) -> RecoveryCard | None:
    """Return the recovery card that these joined halves open, or None."""
    public = card_pair(code).kem_public
    return session().scalar(select(RecoveryCard).where(RecoveryCard.kem_public == public))


def make_card(organisation_id: UUID, *, code: bytes, by: KeyRing) -> RecoveryCard:
    """Make a recovery card for the room and grade teams its maker belongs to; raises NoKey outside the room.

    The code is printed in two halves, of which neither alone opens anything, and kept nowhere. The room's own key
    signs the card: what is wrapped to cards without a person's doing would else follow anybody enrolled.
    """
    room = find_group(organisation_id, "room")
    if room is None:
        raise NoKey()
    pair = card_pair(code)
    card = RecoveryCard(
        id=new_id(),
        organisation_id=organisation_id,
        kem_public=pair.kem_public,
        sign_public=pair.sign_public,
        made_by=by.user_id,
        maker_epoch=by.epoch,
        created_at=clock.now(),
    )
    card.signature = by.group_pair(room.id, FIRST_EPOCH).sign(card_statement(card))
    session().add(card)
    session().flush()
    held = {group_id for group_id, _ in by.memberships()}
    opened = session().scalars(
        select(Group).where(
            Group.id.in_(held), Group.organisation_id == organisation_id, Group.kind.in_(("room", "grade"))
        )
    )
    for group in opened:
        admit_card(group.id, card=card, by=by)
    return card


def admit_card(group_id: UUID, *, card: RecoveryCard, by: KeyRing) -> None:
    """Let a recovery card open a group; raises Untrusted for a card that the room did not make."""
    groups.give_all(group_id, Holder("card", card.id), 1, trust().card(card.id).kem_public, by)


def take_over_from_card(card: RecoveryCard, pair: KeyPair, *, to: KeyRing) -> None:
    """Admit the person in front of the screen to every group and single object that a recovery card opens."""
    opened = groups.carried_by(Holder("card", card.id))
    groups.leave(to.user_id, [member.group_id for member in opened])
    groups.hand_on(opened, pair, to=to, granter=groups.Granter("card", card.id, 1, pair))
    grants.take_over(Holder("card", card.id), pair, to=to, basis="card:used")
    to.forget_memberships()


def cards_of(organisation_id: UUID) -> list[Holder]:
    """Return the recovery cards of an organisation that still open something."""
    live = select(Membership.holder_id).where(Membership.holder_kind == "card")
    ids = session().scalars(
        select(RecoveryCard.id)
        .where(RecoveryCard.organisation_id == organisation_id, RecoveryCard.id.in_(live))
        .order_by(RecoveryCard.id)
    )
    return [Holder("card", card_id) for card_id in ids]


def present_card(organisation_id: UUID) -> RecoveryCard | None:
    """Return the recovery card that opens the room of an organisation now."""
    live = {holder.id for holder in cards_of(organisation_id)}
    query = select(RecoveryCard).where(RecoveryCard.id.in_(live), RecoveryCard.used_at.is_(None))
    return session().scalar(query.order_by(RecoveryCard.created_at.desc()).limit(1))


def close_cards(organisation_id: UUID) -> None:
    """Let no recovery card of an organisation open its room any more; single objects wait for the next card."""
    ids = select(RecoveryCard.id).where(RecoveryCard.organisation_id == organisation_id)
    take_away(Membership, Membership.holder_kind == "card", Membership.holder_id.in_(ids))
    session().expire_all()


def move_to_card(card: RecoveryCard, *, by: KeyRing) -> int:
    """Wrap to the present card those single objects of older cards that this person can open; return how many."""
    older = select(RecoveryCard.id).where(
        RecoveryCard.organisation_id == card.organisation_id, RecoveryCard.id != card.id
    )
    held = session().scalars(select(Grant).where(Grant.holder_kind == "card", Grant.holder_id.in_(older))).all()
    opened = by.open_many({grant.object_id for grant in held})
    moved = [(grant.object_id, grant.holder_id) for grant in held if grant.object_id in opened]
    for object_id, old in moved:
        grants.share(object_id, to=Holder("card", card.id), by=by, basis="card:made")
        grants.withdraw(object_id, holder=Holder("card", old))
    return len(moved)


def void_cards(organisation_id: UUID, *, but: UUID | None = None) -> None:
    """Make every recovery card of an organisation useless, except one."""
    ids = select(RecoveryCard.id).where(RecoveryCard.organisation_id == organisation_id)
    if but is not None:
        ids = ids.where(RecoveryCard.id != but)
    for table in (Membership, Grant):
        take_away(table, table.holder_kind == "card", table.holder_id.in_(ids))
