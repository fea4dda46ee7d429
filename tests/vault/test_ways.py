"""What leads to an object is asked once, asked again when it changed, and never goes round in circles."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import text

from app import vault
from app.core.database import Database, session
from app.core.ids import new_id
from app.vault import NoKey, groups
from tests.queries import counted
from tests.vault.keyholders import Keyholders, gather


@pytest.fixture
def holders(database: Database) -> Keyholders:
    return gather(database)


@pytest.fixture
def nested(holders: Keyholders) -> Iterator[tuple[UUID, UUID, UUID]]:
    """A room, a file that it holds, and an entry within the file."""
    file, entry = new_id(), new_id()
    with holders.ring("lin") as lin:
        room = groups.found(holders.organisation, "room", by=lin).id
        for made, holder in ((file, vault.group(room)), (entry, vault.within(file))):
            vault.create_object(made, organisation_id=holders.organisation, to=[holder], by=lin, basis="test")
    yield room, file, entry


def test_reaching_opening_and_asking_again_is_one_question_about_the_grants(
    holders: Keyholders, nested: tuple[UUID, UUID, UUID]
) -> None:
    _room, file, entry = nested
    with holders.ring("lin") as lin, counted(holders.database) as asked:
        assert lin.reaches([entry]) == {entry}
        lin.open(entry)
        lin.open(file)
        assert lin.reaches([file, entry]) == {file, entry}
    assert sum("nest" in question for question in asked) == 1
    # The others are the memberships, and the chain of the people who signed.
    assert len(asked) == 3


def test_what_is_not_there_costs_what_is_not_open(holders: Keyholders, nested: tuple[UUID, UUID, UUID]) -> None:
    _room, _file, entry = nested
    costs = []
    for object_id in (entry, new_id()):
        with holders.ring("bo") as bo, counted(holders.database) as asked:
            assert bo.reaches([object_id]) == set()
            with pytest.raises(NoKey):
                bo.open(object_id)
        costs.append(len(asked))
    assert costs == [1, 1]


def test_who_is_admitted_or_leaves_reaches_more_or_less_at_once(
    holders: Keyholders, nested: tuple[UUID, UUID, UUID]
) -> None:
    room, file, entry = nested
    with holders.ring("lin") as lin:
        assert lin.reaches([entry]) == {entry}
        groups.leave(lin.user_id, [room])
        assert lin.reaches([entry, file]) == set()


def test_a_grant_given_or_withdrawn_counts_at_once(holders: Keyholders, nested: tuple[UUID, UUID, UUID]) -> None:
    _room, file, entry = nested
    with holders.ring("lin") as lin:
        own = new_id()
        assert lin.reaches([own, entry]) == {entry}
        vault.create_object(
            own, organisation_id=holders.organisation, to=[vault.user(lin.user_id)], by=lin, basis="test"
        )
        assert lin.reaches([own]) == {own}
        vault.withdraw(own, holder=vault.user(lin.user_id))
        vault.destroy(file)
        assert lin.reaches([own, entry, file]) == set()


def test_objects_nested_in_each_other_open_nothing_and_end(holders: Keyholders) -> None:
    one, other = new_id(), new_id()
    with holders.ring("lin") as lin:
        sealed = vault.create_object(
            one, organisation_id=holders.organisation, to=[vault.user(lin.user_id)], by=lin, basis="test"
        )
        vault.create_object(
            other, organisation_id=holders.organisation, to=[vault.within(one)], by=lin, basis="test"
        )
        vault.share(one, to=vault.within(other), by=lin, basis="test")
        vault.withdraw(one, holder=vault.user(lin.user_id))
        assert sealed.object_id == one
    with holders.ring("lin") as lin:
        assert lin.reaches([one, other]) == set()
        assert lin.open_many([one, other]) == {}
    assert readers(holders, one) == set()


def readers(holders: Keyholders, object_id: UUID, *, standby: bool = False) -> set[UUID]:
    """Return who can open something, which one question must answer."""
    with holders.database.transaction(writes=False), counted(holders.database) as asked:
        found = vault.readers_of(object_id, standby=standby)
    assert sum("SELECT" in question for question in asked) == 1
    return found


def test_a_membership_of_another_epoch_opens_nothing(holders: Keyholders, nested: tuple[UUID, UUID, UUID]) -> None:
    _room, file, _entry = nested
    with holders.ring("lin") as lin:
        session().execute(text("UPDATE object_grant SET holder_epoch = 2 WHERE holder_kind = 'group'"))
        assert lin.reaches([file]) == set()
        assert lin.open_many([file]) == {}


def test_many_objects_within_one_cost_what_one_costs(
    holders: Keyholders, nested: tuple[UUID, UUID, UUID]
) -> None:
    _room, file, _entry = nested
    entries = [new_id() for _ in range(30)]
    with holders.ring("lin") as lin:
        for entry in entries:
            vault.create_object(
                entry, organisation_id=holders.organisation, to=[vault.within(file)], by=lin, basis="test"
            )
    with holders.ring("lin") as lin, counted(holders.database) as asked:
        assert lin.open_many(entries).keys() == set(entries)
    assert len(asked) == 3


def test_readers_are_those_behind_every_way(holders: Keyholders, nested: tuple[UUID, UUID, UUID]) -> None:
    room, _file, entry = nested
    with holders.ring("lin") as lin:
        vault.share(entry, to=vault.user(holders.ids["bo"]), by=lin, basis="test", standby=True)
    assert readers(holders, entry) == {holders.ids["lin"]}
    assert readers(holders, entry, standby=True) == {holders.ids["lin"], holders.ids["bo"]}
    with holders.ring("lin") as lin:
        groups.admit(room, user_id=holders.ids["bo"], by=lin)
    assert readers(holders, entry) == {holders.ids["lin"], holders.ids["bo"]}
