"""Founding, invitations and the recovery card: a room survives its last counsellor, and nothing less opens it."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from app import vault
from app.core import clock
from app.core.database import Database, session
from app.core.ids import new_id
from app.vault import AlreadyFounded, NoKey, Untrusted, codes, groups, people, recovery_cards, slips
from app.vault.keypairs import KeyPair
from app.vault.models import Membership, RecoveryCard
from app.vault.publics import Member
from app.vault.statements import card_statement, membership_statement
from app.vault.trust import trust
from tests.vault.keyholders import Keyholders, gather


@pytest.fixture
def holders(database: Database) -> Keyholders:
    return gather(database)


def test_a_group_is_founded_once(holders: Keyholders) -> None:
    with holders.ring("lin") as lin:
        groups.found(holders.organisation, "room", by=lin)
    with holders.ring("bo") as bo, pytest.raises(AlreadyFounded):
        groups.found(holders.organisation, "room", by=bo)


def test_a_slip_carries_the_groups_of_its_inviter_to_the_newcomer_and_then_nothing(holders: Keyholders) -> None:
    code, newcomer, object_id = codes.read_code(codes.new_code()), new_id(), new_id()
    with holders.ring("lin") as lin:
        room = groups.found(holders.organisation, "room", by=lin).id
        vault.create_object(
            object_id, organisation_id=holders.organisation, to=[vault.group(room)], by=lin, basis="test"
        )
        slip = slips.make_slip(newcomer, code=code, expires_at=clock.now() + timedelta(days=7), by=lin)
        groups.admit_slip(room, slip=slip, by=lin)
        slip_id = slip.id
    with holders.database.transaction() as db:
        slip = db.get(slips.Slip, slip_id)
        ring = people.enrol(newcomer, kek=b"k" * 32, recovery_code=None, signer=slips.slip_signer(slip, code))
        groups.take_over_from_slip(slip, slips.slip_pair(code), to=ring)
        ring.open(object_id)
    with holders.database.transaction():
        assert groups.carried_by(vault.Holder("slip", slip_id)) == []
        people.unlock(newcomer, kek=b"k" * 32).open(object_id)


def test_a_slip_vouches_for_the_invited_person_only(holders: Keyholders) -> None:
    code = codes.read_code(codes.new_code())
    with holders.ring("lin") as lin:
        slip = slips.make_slip(new_id(), code=code, expires_at=clock.now() + timedelta(days=7), by=lin)
        other = people.enrol(new_id(), kek=b"k" * 32, recovery_code=None, signer=slips.slip_signer(slip, code))
        with pytest.raises(Untrusted):
            vault.create_object(
                new_id(), organisation_id=holders.organisation, to=[vault.user(other.user_id)], by=lin, basis="test"
            )


def test_a_used_slip_from_the_waste_paper_makes_no_second_key(holders: Keyholders) -> None:
    code, newcomer = codes.read_code(codes.new_code()), new_id()
    with holders.ring("lin") as lin:
        slip = slips.make_slip(newcomer, code=code, expires_at=clock.now() + timedelta(days=7), by=lin)
        for _ in range(2):
            people.enrol(newcomer, kek=b"k" * 32, recovery_code=None, signer=slips.slip_signer(slip, code))
        trust().user_key(newcomer, 1)
        with pytest.raises(Untrusted):
            trust().user_key(newcomer, 2)


def test_a_slip_for_a_reset_makes_the_next_key(holders: Keyholders) -> None:
    code = codes.read_code(codes.new_code())
    with holders.ring("lin") as lin:
        slip = slips.make_slip(holders.ids["bo"], code=code, expires_at=clock.now() + timedelta(days=7), by=lin)
        signer = slips.slip_signer(slip, code)
        people.enrol(holders.ids["bo"], kek=b"k" * 32, recovery_code=None, signer=signer)
        assert trust().user_key(holders.ids["bo"], 2)


def test_the_recovery_card_admits_somebody_new_when_nobody_is_left(holders: Keyholders) -> None:
    one, other = codes.new_card()
    object_id = new_id()
    with holders.ring("lin") as lin:
        room = groups.found(holders.organisation, "room", by=lin).id
        vault.create_object(
            object_id, organisation_id=holders.organisation, to=[vault.group(room)], by=lin, basis="test"
        )
        recovery_cards.make_card(holders.organisation, code=codes.read_card(one, other), by=lin)
    with holders.database.transaction():
        groups.leave_all(holders.ids["lin"])
    with holders.ring("bo") as bo:
        code = codes.read_card(one, other)
        card = recovery_cards.find_card(code)
        assert card is not None
        recovery_cards.take_over_from_card(card, recovery_cards.card_pair(code), to=bo)
    with holders.ring("bo") as bo:
        bo.open(object_id)


def test_half_a_card_opens_nothing(holders: Keyholders) -> None:
    one, other = codes.new_card()
    with holders.ring("lin") as lin:
        groups.found(holders.organisation, "room", by=lin)
        recovery_cards.make_card(holders.organisation, code=codes.read_card(one, other), by=lin)
        for half in (one, other):
            assert recovery_cards.find_card(codes.read_code(half)) is None
            assert recovery_cards.find_card(codes.read_card(half, codes.new_card()[0])) is None


def test_a_voided_card_opens_nothing(holders: Keyholders) -> None:
    code = codes.read_card(*codes.new_card())
    with holders.ring("lin") as lin:
        room = groups.found(holders.organisation, "room", by=lin).id
        card = recovery_cards.make_card(holders.organisation, code=code, by=lin)
        recovery_cards.void_cards(holders.organisation)
        card_id = card.id
    with holders.ring("bo") as bo:
        card = session().get(RecoveryCard, card_id)
        recovery_cards.take_over_from_card(card, recovery_cards.card_pair(code), to=bo)
        assert not bo.belongs_to(room)


def test_a_card_whose_key_was_swapped_by_sql_is_given_nothing(holders: Keyholders) -> None:
    with holders.ring("lin") as lin:
        groups.found(holders.organisation, "room", by=lin)
        recovery_cards.make_card(holders.organisation, code=codes.read_card(*codes.new_card()), by=lin)
    with holders.database.transaction() as db:
        db.execute(update(RecoveryCard).values(kem_public=KeyPair.new().kem_public))
    with holders.ring("lin") as lin:
        grade = groups.found(holders.organisation, "grade", subject_id=new_id(), by=lin)
        with pytest.raises(Untrusted):
            recovery_cards.admit_card(grade.id, card=session().scalars(select(RecoveryCard)).one(), by=lin)


def test_a_card_signed_by_somebody_outside_the_room_is_given_nothing(holders: Keyholders) -> None:
    with holders.ring("lin") as lin:
        room = groups.found(holders.organisation, "room", by=lin).id
        recovery_cards.make_card(holders.organisation, code=codes.read_card(*codes.new_card()), by=lin)
    with holders.ring("bo") as bo:
        with pytest.raises(NoKey):
            recovery_cards.make_card(holders.organisation, code=codes.read_card(*codes.new_card()), by=bo)
        forged = session().scalars(select(RecoveryCard)).one()
        forged.kem_public, forged.made_by = KeyPair.new().kem_public, bo.user_id
        forged.signature = bo.pair.sign(card_statement(forged))
    with holders.ring("lin") as lin, pytest.raises(Untrusted):
        recovery_cards.admit_card(room, card=session().scalars(select(RecoveryCard)).one(), by=lin)


def test_a_membership_made_by_sql_makes_nobody_a_keyholder(holders: Keyholders) -> None:
    with holders.ring("lin") as lin:
        room = groups.found(holders.organisation, "room", by=lin).id
        row = dict(session().execute(select(Membership.__table__)).mappings().one())
        session().execute(insert(Membership.__table__).values({**row, "holder_id": holders.ids["bo"]}))
    with holders.database.transaction(writes=False):
        assert groups.holding({room})[room] == {holders.ids["lin"]}


def test_only_a_member_admits(holders: Keyholders) -> None:
    with holders.ring("lin") as lin:
        room = groups.found(holders.organisation, "room", by=lin).id
    with holders.ring("bo") as bo, pytest.raises(NoKey):
        groups.admit(room, user_id=bo.user_id, by=bo)


def test_a_reset_person_has_other_words_to_compare(holders: Keyholders) -> None:
    with holders.ring("lin") as lin:
        before = people.fingerprint(holders.ids["bo"], "zh")
        signer = people.Signer("user", lin.pair, lin.user_id, lin.epoch)
        people.enrol(holders.ids["bo"], kek=b"z" * 32, recovery_code=None, signer=signer)
        assert len(before) == 6
        assert people.fingerprint(holders.ids["bo"], "zh") != before


def test_bo_whose_key_may_not_vouch_brings_nobody_in(holders: Keyholders) -> None:
    code, friend = codes.read_code(codes.new_code()), new_id()
    with holders.ring("bo") as bo:
        slip = slips.make_slip(friend, code=code, expires_at=clock.now() + timedelta(days=7), by=bo, vouches=True)
        people.enrol(friend, kek=b"k" * 32, recovery_code=None, signer=slips.slip_signer(slip, code))
    with holders.ring("lin") as lin, pytest.raises(Untrusted):
        vault.create_object(
            new_id(), organisation_id=holders.organisation, to=[vault.user(friend)], by=lin, basis="test"
        )


def test_two_who_vouch_never_sign_each_other(holders: Keyholders) -> None:
    with holders.ring("bo") as bo, pytest.raises(Untrusted):
        people.vouch_for(holders.ids["lin"], by=bo)
    with holders.ring("lin") as lin:
        people.vouch_for(holders.ids["bo"], by=lin)
    with holders.ring("bo") as bo, pytest.raises(Untrusted):
        people.vouch_for(holders.ids["lin"], by=bo)
    with holders.ring("lin") as lin:
        vault.create_object(
            new_id(), organisation_id=holders.organisation, to=[vault.user(holders.ids["bo"])], by=lin, basis="test"
        )


def test_a_slip_made_to_last_longer_by_sql_vouches_for_nobody(holders: Keyholders) -> None:
    code, newcomer = codes.read_code(codes.new_code()), new_id()
    with holders.ring("lin") as lin:
        slip = slips.make_slip(newcomer, code=code, expires_at=clock.now() + timedelta(days=7), by=lin)
        slip.expires_at += timedelta(days=365)
        people.enrol(newcomer, kek=b"k" * 32, recovery_code=None, signer=slips.slip_signer(slip, code))
        with pytest.raises(Untrusted):
            vault.create_object(
                new_id(), organisation_id=holders.organisation, to=[vault.user(newcomer)], by=lin, basis="test"
            )


def test_a_membership_reads_as_it_stands_however_often_it_was_read_before(holders: Keyholders) -> None:
    with holders.ring("lin") as lin:
        groups.found(holders.organisation, "room", by=lin)
        entity = session().scalars(select(Membership)).one()
        kept = Member._make(getattr(entity, name) for name in Member._fields)
        assert membership_statement(entity) == membership_statement(kept) == membership_statement(kept)
        entity.wrapped = bytes(80)
        assert membership_statement(entity) == membership_statement(kept._replace(wrapped=bytes(80)))
        assert membership_statement(entity) != membership_statement(kept)
