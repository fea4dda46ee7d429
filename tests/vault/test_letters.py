"""A letter is opened by its readers and by the code of whoever wrote it, and by nobody who only has the database."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from app import vault
from app.core.database import Database, session
from app.core.ids import new_id
from app.vault import letters, passwords
from app.vault.errors import Damaged, NoKey, Untrusted
from app.vault.grants import create_object
from app.vault.keypairs import KeyPair
from app.vault.letters import Writer, come_back, lock_visit, seal_letter, unlock_visit, writer_of
from app.vault.models import Grant, LetterKey
from app.vault.return_codes import new_return_code
from app.vault.statements import grant_statement, letter_id
from tests.queries import counted
from tests.vault.keyholders import Keyholders, gather

_SECRETS = st.binary(min_size=32, max_size=32)


@pytest.fixture
def holders(database: Database) -> Keyholders:
    return gather(database)


@dataclass(frozen=True)
class Posted:
    """A letter that a child wrote to Lin, and the code on the slip of paper."""

    code: str
    id: UUID
    secret: bytes


@pytest.fixture
def posted(holders: Keyholders) -> Posted:
    code = new_return_code()
    with holders.database.transaction():
        key = seal_letter(
            organisation_id=holders.organisation, to=[vault.user(holders.ids["lin"])], basis="letter",
            writer=writer_of(code),
        )
    return Posted(code, key.object_id, key.secret)


def test_lin_and_the_child_open_the_same_letter(holders: Keyholders, posted: Posted) -> None:
    with holders.ring("lin") as lin:
        assert lin.open(posted.id).secret == posted.secret
    with holders.database.transaction(writes=False):
        key = come_back(writer_of(posted.code), organisation_id=holders.organisation)
        assert key is not None
        assert (key.object_id, key.secret) == (posted.id, posted.secret)


def test_bo_opens_nothing(holders: Keyholders, posted: Posted) -> None:
    with holders.ring("bo") as bo, pytest.raises(NoKey):
        bo.open(posted.id)


def test_another_code_leads_nowhere_with_the_same_work(holders: Keyholders, posted: Posted) -> None:
    with holders.database.transaction(writes=False):
        before = passwords.runs()
        assert come_back(writer_of(new_return_code()), organisation_id=holders.organisation) is None
        assert passwords.runs() - before == 1
        assert come_back(writer_of(posted.code), organisation_id=holders.organisation) is not None
        assert passwords.runs() - before == 2


def test_neither_code_nor_private_key_is_kept(holders: Keyholders, posted: Posted) -> None:
    with holders.database.transaction(writes=False):
        writer = writer_of(posted.code)
        row = session().get_one(LetterKey, posted.id)
        kept = b"".join([row.lookup or b"", row.kem_public, row.sign_public])
        for grant in session().scalars(select(Grant).where(Grant.object_id == posted.id)):
            kept += grant.wrapped + grant.signature
    for secret in (posted.code.encode(), writer.pair.seed()[:32], writer.pair.seed()[32:], posted.secret):
        assert secret not in kept


def test_a_letter_is_not_opened_with_another_servers_pepper(
    holders: Keyholders, posted: Posted, monkeypatch: pytest.MonkeyPatch
) -> None:
    with holders.database.transaction(writes=False):
        monkeypatch.setattr(type(letters.server_key()), "pepper", lambda self: b"p" * 32)
        assert come_back(writer_of(posted.code), organisation_id=holders.organisation) is None


def test_the_centre_stands_by_and_opens_nothing_by_itself(holders: Keyholders) -> None:
    with holders.database.transaction():
        key = seal_letter(
            organisation_id=holders.organisation, to=[vault.user(holders.ids["lin"])], basis="letter",
            standby=[vault.user(holders.ids["bo"])], writer=writer_of(new_return_code()),
        )
    with holders.ring("bo") as bo:
        with pytest.raises(NoKey):
            bo.open(key.object_id)
        assert bo.open(key.object_id, standby=True).secret == key.secret


def test_a_name_that_nobody_opens_plainly_has_no_way_back(holders: Keyholders) -> None:
    with holders.database.transaction():
        key = seal_letter(
            organisation_id=holders.organisation, to=[], standby=[vault.user(holders.ids["lin"])], basis="letter:name",
            writer=None,
        )
        assert session().get_one(LetterKey, key.object_id).lookup is None
    with holders.ring("lin") as lin:
        assert not lin.reaches([key.object_id])
        assert lin.open(key.object_id, standby=True).secret == key.secret


def test_a_letter_to_nobody_is_refused(holders: Keyholders) -> None:
    with holders.database.transaction(), pytest.raises(NoKey):
        seal_letter(organisation_id=holders.organisation, to=[], basis="letter", writer=writer_of(new_return_code()))


def test_an_id_is_made_of_the_keys_and_tells_no_time(posted: Posted) -> None:
    assert posted.id.version == 8
    one, other = KeyPair.new(), KeyPair.new()
    assert letter_id(one.kem_public, one.sign_public) != letter_id(other.kem_public, other.sign_public)
    assert letter_id(one.kem_public, one.sign_public) != letter_id(one.sign_public, one.kem_public)


def forge(holders: Keyholders, object_id: UUID, pair: KeyPair) -> None:
    """Let a thief with write access put keys of his own in an object's place, and sign a grant with them."""
    with holders.database.transaction() as db:
        db.execute(
            insert(LetterKey).values(
                object_id=object_id, lookup=b"x" * 16, kem_public=pair.kem_public, sign_public=pair.sign_public
            )
        )
        grants = db.scalars(select(Grant).where(Grant.object_id == object_id)).all()
        for grant in grants:
            grant.granted_by, grant.granter_epoch = object_id, 0
            grant.signature = pair.sign(grant_statement(grant))


def test_a_thief_cannot_let_keys_of_his_own_vouch_for_another_object(holders: Keyholders) -> None:
    object_id = new_id()
    with holders.ring("lin") as lin:
        create_object(
            object_id, organisation_id=holders.organisation, to=[vault.user(lin.user_id)], by=lin, basis="test"
        )
    forge(holders, object_id, KeyPair.new())
    with holders.ring("lin") as lin, pytest.raises(Untrusted):
        lin.open(object_id)


def test_a_thief_cannot_change_the_keys_of_a_letter(holders: Keyholders, posted: Posted) -> None:
    thief = KeyPair.new()
    with holders.database.transaction() as db:
        db.execute(
            update(LetterKey).values(kem_public=thief.kem_public, sign_public=thief.sign_public)
        )
        for grant in db.scalars(select(Grant).where(Grant.object_id == posted.id)):
            grant.signature = thief.sign(grant_statement(grant))
    with holders.ring("lin") as lin, pytest.raises(Untrusted):
        lin.open(posted.id)
    with holders.database.transaction(writes=False), pytest.raises(Untrusted):
        come_back(writer_of(posted.code), organisation_id=holders.organisation)


def test_a_letter_vouches_for_no_other_letter(holders: Keyholders, posted: Posted) -> None:
    with holders.database.transaction() as db:
        other = seal_letter(
            organisation_id=holders.organisation, to=[vault.user(holders.ids["lin"])], basis="letter",
            writer=writer_of(new_return_code()),
        )
        own = writer_of(posted.code).pair
        for grant in db.scalars(select(Grant).where(Grant.object_id == other.object_id)):
            grant.granted_by = posted.id
            grant.signature = own.sign(grant_statement(grant))
    with holders.ring("lin") as lin, pytest.raises(Untrusted):
        lin.open(other.object_id)


def test_a_grant_of_a_letter_is_not_made_plain_by_sql(holders: Keyholders) -> None:
    with holders.database.transaction():
        key = seal_letter(
            organisation_id=holders.organisation, to=[vault.user(holders.ids["lin"])], basis="letter",
            standby=[vault.user(holders.ids["bo"])], writer=writer_of(new_return_code()),
        )
        session().execute(update(Grant).values(standby=False))
    with holders.ring("bo") as bo, pytest.raises(Untrusted):
        bo.open(key.object_id)


def test_fifty_letters_cost_no_more_questions_than_one(holders: Keyholders) -> None:
    with holders.database.transaction():
        made = [
            seal_letter(
                organisation_id=holders.organisation, to=[vault.user(holders.ids["lin"])], basis="letter", writer=None
            ).object_id
            for _ in range(50)
        ]
    with holders.ring("lin") as lin, counted(holders.database) as one:
        assert len(lin.open_many(made[:1])) == 1
    with holders.ring("lin") as lin, counted(holders.database) as fifty:
        assert len(lin.open_many(made)) == 50
    assert len(fifty) == len(one)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=3000), token=_SECRETS, half=_SECRETS)
def test_a_visit_opens_with_its_own_cookie_only(content: bytes, token: bytes, half: bytes) -> None:
    visit = new_id()
    locked = lock_visit(content, visit=visit, token=token, server_half=half)
    assert unlock_visit(locked, visit=visit, token=token, server_half=half) == content
    for other in (
        {"visit": new_id(), "token": token, "server_half": half},
        {"visit": visit, "token": b"\0" + token[1:] if token[0] else b"\1" + token[1:], "server_half": half},
        {"visit": visit, "token": token, "server_half": half[:-1] + bytes([half[-1] ^ 1])},
    ):
        with pytest.raises(Damaged):
            unlock_visit(locked, **other)


def test_a_writer_shows_nothing_of_its_key() -> None:
    assert "pair" not in repr(Writer(b"l", KeyPair.new()))
