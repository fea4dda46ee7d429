"""An installation begins with a code from the console; afterwards the page is gone."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import create_app, vault
from app.access import PostKind
from app.core import clock
from app.core.address import ServingRefused
from app.core.database import Database, session
from app.core.errors import Conflict
from app.core.ids import new_id
from app.directory.models import Organisation, Person
from app.identity import setup
from app.identity.credentials import choosing
from app.identity.models import Account
from app.vault import Untrusted, people
from tests.databases import Installation
from tests.identity.browsing import MORNING, device_for, hidden, may_work, signed_in, stranger
from tests.serving import environment, flask
from tests.world import World

pytestmark = pytest.mark.alike

PASSWORD = "a lantern on the long pier"
ASKED = {
    "district": "临江区", "number": "A001", "name": "周区", "mail": "zhou@example.org", "password": PASSWORD,
    "again": PASSWORD,
}


@pytest.fixture
def fresh(installation: Installation) -> Iterator[Flask]:
    """The application on its first day, for real work."""
    made = create_app(installation.settings(second_factor="required"))
    yield made
    made.database.dispose()


def code_for(app: Flask) -> str:
    with app.extensions["database"].transaction(writes=False):
        return setup.set_up_code()


def send(app: Flask, browser: FlaskClient | None = None, **changes: str):
    return (browser or stranger(app)).post("/set-up", data={"code": code_for(app)} | ASKED | changes)


def districts(app: Flask) -> int:
    with app.extensions["database"].transaction(writes=False):
        return session().scalar(select(func.count()).select_from(Organisation)) or 0


def test_the_first_administrator_sets_up_and_is_led_through_code_and_second_step(
    fresh: Flask, installation: Installation
) -> None:
    browser = stranger(fresh)
    assert browser.get("/sign-in").headers["Location"] == "/set-up"
    with clock.at(MORNING):
        assert send(fresh, browser).headers["Location"] == "/"
        assert browser.get("/").headers["Location"] == "/account/recovery-code"
        page = browser.get("/account/recovery-code").get_data(as_text=True)
        last = re.findall(r"<span>([0-9A-Z]{5})</span>", page)[-1]
        browser.post("/account/recovery-code", data={"token": hidden(page, "token"), "code": last})
        assert browser.get("/").headers["Location"] == "/account/second-step"
        device_for(browser, MORNING)
        assert browser.get("/").status_code == 200
        assert browser.get("/people/invitations").status_code == 200
    assert (installation.home / "keys" / "root.pub").is_file()


def test_the_administrators_key_ends_at_the_pinned_root(fresh: Flask) -> None:
    send(fresh)
    with fresh.extensions["database"].transaction(writes=False):
        person = session().scalars(select(Person)).one()
        assert vault.trust().user_key(person.id, 1).signer_kind == "root"
        assert people.vouches(person.id)


def test_afterwards_the_page_is_gone(fresh: Flask) -> None:
    code = code_for(fresh)
    send(fresh)
    browser = stranger(fresh)
    assert browser.get("/set-up").status_code == 404
    assert browser.post("/set-up", data={"code": code} | ASKED).status_code == 404
    assert browser.get("/sign-in").status_code == 200
    assert districts(fresh) == 1


@pytest.mark.parametrize("code", ["", "00000-00000-00000-00000", "x", "é" * 20])
def test_without_the_code_of_the_console_nothing_is_made(fresh: Flask, code: str) -> None:
    assert send(fresh, code=code).status_code == 422
    assert districts(fresh) == 0


def test_the_code_of_another_server_is_wrong(fresh: Flask, tmp_path) -> None:
    from app.vault import codes
    from app.vault.server import ServerKey

    other = codes.write_code(ServerKey.new().mac(b"set-up code")[:10])
    assert send(fresh, code=other).status_code == 422


def test_guessing_the_code_is_counted(fresh: Flask) -> None:
    for _ in range(8):
        send(fresh, code="00000")
    answer = send(fresh)
    assert answer.status_code == 422 and "too often" in answer.get_data(as_text=True)
    assert districts(fresh) == 0


@pytest.mark.parametrize(
    "changes",
    [{"password": "short", "again": "short"}, {"again": "other other other"}, {"mail": "nonsense"}, {"district": ""},
     {"number": ""}, {"name": "x" * 61}, {"password": "passwordpassword", "again": "passwordpassword"}],
)
def test_a_form_by_halves_makes_nothing_and_pins_nothing(
    fresh: Flask, installation: Installation, changes: dict[str, str]
) -> None:
    answer = send(fresh, **changes)
    assert answer.status_code == 422
    assert PASSWORD not in answer.get_data(as_text=True)
    assert districts(fresh) == 0
    assert not (installation.home / "keys" / "root.pub").exists()
    assert send(fresh).status_code == 303, "and it can be done afterwards"


def test_a_set_up_that_is_not_committed_pins_no_root(database: Database, installation: Installation) -> None:
    """Else the next one would find a root key that belongs to nobody."""
    pinned = installation.home / "keys" / "root.pub"
    with pytest.raises(RuntimeError), database.transaction():
        setup.set_up(district="临江区", number="A1", name="Root", mail=None, chosen=choosing(new_id(), PASSWORD)())
        assert pinned.is_file()
        raise RuntimeError
    assert not pinned.exists()
    with database.transaction():
        setup.set_up(district="临江区", number="A1", name="Root", mail=None, chosen=choosing(new_id(), PASSWORD)())
    assert pinned.is_file()


def test_a_rollback_after_the_set_up_leaves_the_pin(database: Database, installation: Installation) -> None:
    with database.transaction():
        setup.set_up(district="临江区", number="A1", name="Root", mail=None, chosen=choosing(new_id(), PASSWORD)())
    with pytest.raises(RuntimeError), database.transaction():
        raise RuntimeError
    assert (installation.home / "keys" / "root.pub").is_file()


def test_a_foreign_root_key_is_never_replaced(fresh: Flask, installation: Installation) -> None:
    pinned = installation.home / "keys" / "root.pub"
    pinned.parent.mkdir(parents=True, exist_ok=True)
    pinned.write_text("00" * 32 + "\n")
    answer = send(fresh)
    assert answer.status_code in (409, 422)
    assert pinned.read_text() == "00" * 32 + "\n"
    assert districts(fresh) == 0


def test_a_second_set_up_is_refused_also_below_the_page(world: World) -> None:
    with pytest.raises(Conflict), world.database.transaction():
        setup.set_up(district="Another", number="A1", name="Root", mail=None, chosen=choosing(new_id(), PASSWORD)())


def test_a_root_key_swapped_on_disk_is_trusted_by_nobody(world: World) -> None:
    from app.vault.keypairs import KeyPair

    world.database.info["root_public"] = lambda: KeyPair.new().sign_public
    with pytest.raises(Untrusted), world.database.transaction(writes=False):
        vault.trust().user_key(world.people["lin"], 1)


def test_there_is_no_set_up_in_demo_mode(installation: Installation) -> None:
    app = create_app(installation.settings(demo=True))
    assert stranger(app).get("/set-up").status_code == 404
    app.database.dispose()


# What the console says.


def test_the_console_prints_the_code_and_only_until_it_was_used(installation: Installation) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
    with subprocess.Popen(command, env=environment(installation), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        said = [server.stdout.readline() for _ in range(2)]
        server.terminate()
    code = said[1].split()[-1]
    assert "/set-up" in said[1] and re.fullmatch(r"([0-9A-Z]{5}-){3}[0-9A-Z]{5}", code)
    app = create_app(installation.settings())
    assert code_for(app) == code
    send(app)
    with app.database.transaction(writes=False):
        assert setup.before_serving() is None
    app.database.dispose()


def test_a_command_prints_the_same_code_while_it_is_good_for_something(fresh: Flask) -> None:
    said = fresh.test_cli_runner().invoke(args=["set-up", "code"])
    assert said.stdout.strip() == code_for(fresh)
    send(fresh)
    assert fresh.test_cli_runner().invoke(args=["set-up", "code"]).exit_code != 0


def test_real_work_is_not_served_in_demo_mode_nor_the_sample_district_outside_it(world: World) -> None:
    with world.database.transaction():
        assert setup.before_serving() is None
        session().info["demo"] = True
        with pytest.raises(ServingRefused, match="in real use"):
            setup.before_serving()
        for account in session().scalars(select(Account)):
            account.demo = True
        assert setup.before_serving() is None
        session().info["demo"] = False
        with pytest.raises(ServingRefused, match="everybody knows"):
            setup.before_serving()


def test_serving_a_demo_database_for_real_ends_in_one_sentence(
    world: World, world_installation: Installation
) -> None:
    with world.database.transaction():
        for account in session().scalars(select(Account)):
            account.demo = True
    world.database.dispose()
    done = flask(world_installation, "serve")
    assert done.returncode != 0
    assert done.stderr.strip().count("\n") == 0 and "sample district" in done.stderr


def test_accounts_made_in_demo_mode_are_marked(database: Database) -> None:
    database.info["demo"] = True
    with database.transaction():
        setup.set_up(district="临江区", number="A1", name="Root", mail=None, chosen=choosing(new_id(), PASSWORD)())
        assert session().scalars(select(Account)).one().demo


def test_the_first_administrator_holds_no_key_to_any_record(app: Flask, world: World) -> None:
    with world.acting("root") as root:
        assert root.ring.memberships() == {}
        assert root.holds(PostKind.DISTRICT_ADMIN)
    assert may_work(signed_in(app, "root"))
