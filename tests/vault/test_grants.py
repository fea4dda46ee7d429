"""Who holds a grant opens; who writes into the database without a key opens nothing and adds nobody."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select, update

from app import vault
from app.core import clock
from app.core.database import Database, session
from app.core.ids import new_id
from app.vault import Damaged, NoKey, Untrusted, Wrap, groups, people
from app.vault.holders import Holder
from app.vault.keypairs import KeyPair
from app.vault.models import Grant, Group, GroupKey, Membership, UserKey
from app.vault.statements import group_key_statement
from tests.vault.keyholders import KEK, Keyholders, gather


@pytest.fixture
def holders(database: Database) -> Keyholders:
    return gather(database)


def sealed_for(holders: Keyholders, name: str, text: bytes = b"kept") -> tuple[UUID, bytes]:
    object_id = new_id()
    with holders.ring("lin") as lin:
        key = vault.create_object(
            object_id,
            organisation_id=holders.organisation,
            to=[vault.user(holders.ids[name])],
            by=lin,
            basis="test",
        )
        return object_id, key.seal(text, b"aad")


def founded_room(holders: Keyholders) -> UUID:
    with holders.ring("lin") as lin:
        return groups.found(holders.organisation, "room", by=lin).id


def test_bo_opens_what_was_wrapped_to_him_and_lin_who_wrapped_it_does_not(holders: Keyholders) -> None:
    object_id, sealed = sealed_for(holders, "bo")
    with holders.ring("bo") as bo:
        assert bo.open(object_id).unseal(sealed, b"aad") == b"kept"
    with holders.ring("lin") as lin, pytest.raises(NoKey):
        lin.open(object_id)


def test_a_group_opens_for_its_members_and_from_admission_for_the_admitted(holders: Keyholders) -> None:
    room = founded_room(holders)
    object_id = new_id()
    with holders.ring("lin") as lin:
        vault.create_object(
            object_id, organisation_id=holders.organisation, to=[vault.group(room)], by=lin, basis="test"
        )
    with holders.ring("bo") as bo:
        assert bo.reaches([object_id]) == set()
        with pytest.raises(NoKey):
            bo.open(object_id)
    with holders.ring("lin") as lin:
        groups.admit(room, user_id=holders.ids["bo"], by=lin)
    with holders.ring("bo") as bo:
        assert bo.reaches([object_id]) == {object_id}
        bo.open(object_id)


def test_who_left_the_group_opens_nothing_at_the_next_request(holders: Keyholders) -> None:
    room = founded_room(holders)
    object_id = new_id()
    with holders.ring("lin") as lin:
        groups.admit(room, user_id=holders.ids["bo"], by=lin)
        vault.create_object(
            object_id, organisation_id=holders.organisation, to=[vault.group(room)], by=lin, basis="test"
        )
    with holders.database.transaction():
        groups.leave(holders.ids["bo"], [room])
    with holders.ring("bo") as bo, pytest.raises(NoKey):
        bo.open(object_id)


def test_an_entry_within_a_file_opens_with_the_file_and_alone_once_released(holders: Keyholders) -> None:
    file_id, _ = sealed_for(holders, "lin")
    entry_id = new_id()
    with holders.ring("lin") as lin:
        vault.create_object(
            entry_id, organisation_id=holders.organisation, to=[vault.within(file_id)], by=lin, basis="test"
        )
    with holders.ring("lin") as lin:
        lin.open(entry_id)
        vault.share(entry_id, to=vault.user(holders.ids["bo"]), by=lin, basis="released")
    with holders.ring("bo") as bo:
        bo.open(entry_id)
        with pytest.raises(NoKey):
            bo.open(file_id)


def test_nobody_shares_what_he_cannot_open(holders: Keyholders) -> None:
    object_id, _ = sealed_for(holders, "lin")
    with holders.ring("bo") as bo, pytest.raises(NoKey):
        vault.share(object_id, to=vault.user(bo.user_id), by=bo, basis="mine now")


def test_a_standby_grant_opens_only_when_asked_for_as_such(holders: Keyholders) -> None:
    object_id = new_id()
    with holders.ring("lin") as lin:
        vault.create_object(
            object_id,
            organisation_id=holders.organisation,
            to=[vault.user(lin.user_id)],
            standby=[vault.user(holders.ids["bo"])],
            by=lin,
            basis="test",
        )
    with holders.ring("bo") as bo:
        assert bo.reaches([object_id]) == set()
        with pytest.raises(NoKey):
            bo.open(object_id)
        bo.open(object_id, standby=True)
        with pytest.raises(NoKey):
            bo.open(object_id)


def test_an_expired_grant_opens_nothing(holders: Keyholders) -> None:
    object_id, _ = sealed_for(holders, "lin")
    soon = clock.now() + timedelta(hours=1)
    with holders.ring("lin") as lin:
        vault.share(object_id, to=vault.user(holders.ids["bo"]), by=lin, basis="an hour", expires_at=soon)
    with holders.ring("bo") as bo:
        bo.open(object_id)
    with clock.at(soon + timedelta(seconds=1)), holders.ring("bo") as bo, pytest.raises(NoKey):
        bo.open(object_id)


def test_a_grant_whose_expiry_was_moved_by_sql_is_refused(holders: Keyholders) -> None:
    object_id, _ = sealed_for(holders, "lin")
    with holders.ring("lin") as lin:
        vault.share(
            object_id, to=vault.user(holders.ids["bo"]), by=lin, basis="an hour",
            expires_at=clock.now() + timedelta(hours=1),
        )
    with holders.database.transaction() as db:
        db.execute(update(Grant).where(Grant.holder_id == holders.ids["bo"]).values(expires_at=None))
    with holders.ring("bo") as bo, pytest.raises(Untrusted):
        bo.open(object_id)


def test_a_standby_grant_made_plain_by_sql_is_refused(holders: Keyholders) -> None:
    object_id = new_id()
    with holders.ring("lin") as lin:
        vault.create_object(
            object_id, organisation_id=holders.organisation, to=[vault.user(lin.user_id)],
            standby=[vault.user(holders.ids["bo"])], by=lin, basis="test",
        )
    with holders.database.transaction() as db:
        db.execute(update(Grant).where(Grant.standby.is_(True)).values(standby=False))
    with holders.ring("bo") as bo, pytest.raises(Untrusted):
        bo.open(object_id)


def test_a_grant_transplanted_to_another_object_is_refused(holders: Keyholders) -> None:
    mine, _ = sealed_for(holders, "bo")
    other, _ = sealed_for(holders, "lin")
    with holders.database.transaction() as db:
        row = db.execute(select(Grant.__table__).where(Grant.object_id == mine)).mappings().one()
        db.execute(insert(Grant.__table__).values({**row, "object_id": other}))
    with holders.ring("bo") as bo, pytest.raises(Untrusted):
        bo.open(other)


def test_mallory_whose_chain_does_not_end_at_the_root_cannot_give_and_cannot_be_given(
    holders: Keyholders,
) -> None:
    object_id, _ = sealed_for(holders, "lin")
    with holders.ring("lin") as lin, pytest.raises(Untrusted):
        vault.share(object_id, to=vault.user(holders.ids["mallory"]), by=lin, basis="by mistake")
    planted = new_id()
    with holders.ring("mallory") as mallory:
        vault.create_object(
            planted, organisation_id=holders.organisation, to=[vault.user(holders.ids["bo"])], by=mallory,
            basis="forged",
        )
    with holders.ring("bo") as bo, pytest.raises(Untrusted):
        bo.open(planted)


def test_a_public_key_swapped_in_the_table_receives_nothing(holders: Keyholders) -> None:
    object_id, _ = sealed_for(holders, "lin")
    with holders.database.transaction() as db:
        mallory = db.get(UserKey, (holders.ids["mallory"], 1))
        db.execute(
            update(UserKey).where(UserKey.user_id == holders.ids["bo"]).values(kem_public=mallory.kem_public)
        )
    with holders.ring("lin") as lin, pytest.raises(Untrusted):
        vault.share(object_id, to=vault.user(holders.ids["bo"]), by=lin, basis="to Bo, as I believe")


def test_a_group_key_swapped_in_the_table_receives_nothing(holders: Keyholders) -> None:
    room = founded_room(holders)
    with holders.database.transaction() as db:
        mallory = db.get(UserKey, (holders.ids["mallory"], 1))
        db.execute(update(GroupKey).where(GroupKey.group_id == room).values(kem_public=mallory.kem_public))
    with holders.ring("lin") as lin, pytest.raises(Untrusted):
        vault.create_object(
            new_id(), organisation_id=holders.organisation, to=[vault.group(room)], by=lin, basis="test"
        )


def test_an_enrolled_colleague_cannot_put_a_newer_key_in_the_place_of_the_rooms(holders: Keyholders) -> None:
    room, pair = founded_room(holders), KeyPair.new()
    with holders.ring("bo") as bo:
        key = GroupKey(
            group_id=room, epoch=2, kem_public=pair.kem_public, sign_public=pair.sign_public, founder_id=bo.user_id,
            founder_epoch=bo.epoch, created_at=clock.now(),
        )
        key.signature = bo.pair.sign(group_key_statement(session().get_one(Group, room), key))
        session().add(key)
    with holders.ring("lin") as lin, pytest.raises(Untrusted):
        vault.create_object(
            new_id(), organisation_id=holders.organisation, to=[vault.group(room)], by=lin, basis="test"
        )


def test_a_membership_copied_to_somebody_else_is_refused(holders: Keyholders) -> None:
    room = founded_room(holders)
    object_id = new_id()
    with holders.ring("lin") as lin:
        vault.create_object(
            object_id, organisation_id=holders.organisation, to=[vault.group(room)], by=lin, basis="test"
        )
        row = dict(session().execute(select(Membership.__table__)).mappings().one())
        session().execute(insert(Membership.__table__).values({**row, "holder_id": holders.ids["bo"]}))
    with holders.ring("bo") as bo, pytest.raises(Untrusted):
        bo.open(object_id)


def test_destroying_deletes_every_way_in(holders: Keyholders) -> None:
    object_id, _ = sealed_for(holders, "lin")
    with holders.database.transaction():
        assert vault.destroy(object_id) == 1
    with holders.ring("lin") as lin, pytest.raises(NoKey):
        lin.open(object_id)


def test_an_object_for_nobody_is_not_made(holders: Keyholders) -> None:
    with holders.ring("lin") as lin, pytest.raises(NoKey):
        vault.create_object(new_id(), organisation_id=holders.organisation, to=[], by=lin, basis="test")


def test_objects_made_together_open_each_for_its_own_holders_on_its_own_basis(holders: Keyholders) -> None:
    account, card = new_id(), new_id()
    lins, bos = (vault.user(holders.ids[name]) for name in ("lin", "bo"))
    wanted = {
        account: [Wrap(lins, "told"), Wrap(bos, "waits", standby=True)],
        card: [Wrap(bos, "acts"), Wrap(lins, "told")],
    }
    with holders.ring("lin") as lin:
        keys = vault.create_objects(wanted, organisation_id=holders.organisation, by=lin)
        given = {(grant.basis, grant.standby) for grant in vault.grants_of(account)}
        assert given == {("told", False), ("waits", True)}
        assert keys[account].secret != keys[card].secret
    with holders.ring("bo") as bo:
        assert bo.open_many([account, card]).keys() == {card}
        assert bo.open(account, standby=True).secret == keys[account].secret


def test_of_objects_made_together_none_is_made_when_one_is_for_nobody(holders: Keyholders) -> None:
    first, second = new_id(), new_id()
    lins = vault.user(holders.ids["lin"])
    with holders.ring("lin") as lin:
        for nobody in ([], [Wrap(lins, "waits", standby=True)]):
            with pytest.raises(NoKey):
                vault.create_objects(
                    {first: [Wrap(lins, "told")], second: nobody}, organisation_id=holders.organisation, by=lin
                )
        assert vault.grants_of(first) == vault.grants_of(second) == []
        with pytest.raises(NoKey):
            lin.open(first)


def test_who_will_be_able_to_read_is_answered_through_groups_and_nesting(holders: Keyholders) -> None:
    room = founded_room(holders)
    file_id, entry_id = new_id(), new_id()
    with holders.ring("lin") as lin:
        groups.admit(room, user_id=holders.ids["bo"], by=lin)
        vault.create_object(
            file_id, organisation_id=holders.organisation, to=[vault.group(room)], by=lin, basis="test"
        )
        vault.create_object(
            entry_id, organisation_id=holders.organisation, to=[vault.within(file_id)], by=lin, basis="test"
        )
        assert vault.readers_of(entry_id) == {holders.ids["lin"], holders.ids["bo"]}
        vault.withdraw(file_id, holder=Holder("group", room))
        assert vault.readers_of(entry_id) == set()


def test_a_wrong_password_and_a_wrong_code_open_no_ring(holders: Keyholders) -> None:
    with holders.database.transaction():
        with pytest.raises(Damaged):
            people.unlock(holders.ids["lin"], kek=KEK["bo"])
        with pytest.raises(Damaged):
            people.unlock_with_code(holders.ids["lin"], recovery_code=b"x" * 20)
        with pytest.raises(Damaged):
            people.unlock_with_code(holders.ids["bo"], recovery_code=b"r" * 20)


def test_a_changed_password_opens_the_same_keys_and_the_old_one_none(holders: Keyholders) -> None:
    object_id, sealed = sealed_for(holders, "lin")
    with holders.ring("lin") as lin:
        people.change_password(lin, kek=b"n" * 32)
    with holders.database.transaction():
        ring = people.unlock(holders.ids["lin"], kek=b"n" * 32)
        assert ring.open(object_id).unseal(sealed, b"aad") == b"kept"
        with pytest.raises(Damaged):
            people.unlock(holders.ids["lin"], kek=KEK["lin"])


def test_a_session_row_opens_only_with_its_own_cookie_and_in_its_own_place(holders: Keyholders) -> None:
    with holders.ring("lin") as lin:
        row = {"token": b"t" * 32, "server_half": b"s" * 32, "session_id": b"i" * 32}
        wrapped = people.lock_into_session(lin, **row)
        assert people.unlock_session(lin.user_id, wrapped=wrapped, **row).user_id == lin.user_id
        for changed in ({"token": b"x" * 32}, {"server_half": b"x" * 32}, {"session_id": b"x" * 32}):
            with pytest.raises(Damaged):
                people.unlock_session(lin.user_id, wrapped=wrapped, **{**row, **changed})
        with pytest.raises(Damaged):
            people.unlock_session(holders.ids["bo"], wrapped=wrapped, **row)


def test_one_damaged_grant_closes_its_own_object_and_no_other(holders: Keyholders) -> None:
    damaged, _ = sealed_for(holders, "bo")
    entry, whole = new_id(), sealed_for(holders, "bo")[0]
    with holders.ring("bo") as bo:
        vault.create_object(
            entry, organisation_id=holders.organisation, to=[vault.within(damaged)], by=bo, basis="test"
        )
    with holders.database.transaction() as db:
        grant = db.scalars(select(Grant).where(Grant.object_id == damaged)).one()
        grant.wrapped = grant.wrapped[:-1] + bytes([grant.wrapped[-1] ^ 1])
    with holders.ring("bo") as bo:
        assert set(bo.open_many([damaged, entry, whole])) == {whole}
        for lost in (damaged, entry):
            with pytest.raises(Untrusted):
                bo.open(lost)


def test_a_forged_grant_does_not_stand_in_the_way_of_a_sound_one(holders: Keyholders) -> None:
    room, object_id = founded_room(holders), new_id()
    with holders.ring("lin") as lin:
        vault.create_object(
            object_id, organisation_id=holders.organisation, to=[vault.group(room)], by=lin, basis="test"
        )
    with holders.database.transaction() as db:
        row = dict(db.execute(select(Grant.__table__)).mappings().one())
        db.execute(insert(Grant.__table__).values({**row, "holder_kind": "user", "holder_id": holders.ids["lin"]}))
        db.execute(insert(Grant.__table__).values({**row, "epoch": 2}))
    with holders.ring("lin") as lin:
        assert lin.open(object_id).epoch == 1


def test_the_last_grant_deleted_leaves_a_list_that_simply_misses_it(holders: Keyholders) -> None:
    first, _ = sealed_for(holders, "bo")
    second, _ = sealed_for(holders, "bo")
    with holders.database.transaction() as db:
        db.execute(delete(Grant).where(Grant.object_id == first))
    with holders.ring("bo") as bo:
        assert set(bo.open_many([first, second])) == {second}
