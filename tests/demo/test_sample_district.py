"""The sample district is loaded whole, by the product's own importers, and every post of the tour has things to see."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import create_app
from app.audit.verify import verify
from app.core.database import session
from app.demo import cast
from app.directory.models import Organisation, Student
from app.escalation.models import Concern
from app.files.models import FileEntry
from tests.databases import Installation, Server

PAGES = {
    "T00022": ["/", "/concerns/new", "/concerns/mine", "/classes", "/notices"],
    "T00028": ["/", "/concerns/review", "/concerns/approvals", "/classes"],
    "T00031": ["/", "/concerns/room", "/files", "/classes", "/keys"],
    "T00032": ["/", "/concerns/cards", "/concerns/approvals"],
    "T00033": ["/", "/people", "/rosters", "/calendar", "/keys"],
    "T00092": ["/", "/concerns/centre"],
    "T00096": ["/", "/trail", "/trail/verification", "/access"],
    "T00097": ["/", "/people", "/schools"],
}


@pytest.fixture(scope="module")
def loaded(
    servers: Callable[[str], Server], migrated_template: Callable[[str], Installation],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Flask]:
    """The sample district on SQLite, as `make run` makes it."""
    home = tmp_path_factory.mktemp("demo") / "home"
    installation: Installation = servers("sqlite").copy(migrated_template("sqlite"), home)
    app = create_app(installation.settings(demo=True))
    app.config["WTF_CSRF_ENABLED"] = False
    done = app.test_cli_runner().invoke(args=["demo", "load"])
    assert done.exit_code == 0, done.output
    yield app
    app.database.dispose()


def browser(app: Flask, number: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    answer = client.post("/sign-in", data={"login": number, "password": cast.PASSWORD})
    assert answer.status_code == 303, number
    return client


def test_both_rosters_are_there_and_the_trail_is_whole(loaded: Flask) -> None:
    with loaded.database.transaction(writes=False):
        counts = dict(
            session().execute(
                select(Organisation.name, func.count()).join(Student, Student.school_id == Organisation.id)
                .group_by(Organisation.name)
            ).all()
        )
        assert counts[cast.PRIMARY] > 800 and counts[cast.MIDDLE] > 1900
        assert verify().events > 300


def test_concerns_stand_in_many_states_and_entries_are_signed(loaded: Flask) -> None:
    with loaded.database.transaction(writes=False):
        states = set(session().scalars(select(Concern.state)))
        signed = session().scalar(select(func.count()).select_from(FileEntry).where(FileEntry.state == "signed"))
    assert {
        "raised", "asked", "passed_to_room", "follow_up", "offered_to_centre", "accepted_by_centre", "returned",
        "closed_by_grade", "in_support",
    } <= states
    assert signed is not None and signed >= 10


@pytest.mark.parametrize("number", PAGES)
def test_no_page_of_the_tour_is_empty(loaded: Flask, number: str) -> None:
    client = browser(loaded, number)
    for path in PAGES[number]:
        answer = client.get(path)
        page = answer.get_data(as_text=True)
        assert answer.status_code == 200, (number, path)
        main = page.split("<main", 1)[1].split("</main>", 1)[0]
        empty = "x-empty" in main
        assert not empty or path in EMPTY_IS_FINE.get(number, ()), (number, path)


EMPTY_IS_FINE = {
    # An administrator and an auditor have no concerns; everybody in the sample is admitted.
    "T00033": ("/", "/keys"), "T00096": ("/",), "T00097": ("/",), "T00031": ("/keys",),
}


def test_every_role_of_the_tour_can_be_signed_in_from_the_page(loaded: Flask) -> None:
    page = loaded.test_client().get("/sign-in", base_url="https://localhost").get_data(as_text=True)
    assert [one.number for one in cast.TOUR if one.number not in page] == []


def test_a_second_load_changes_nothing(loaded: Flask) -> None:
    with loaded.database.transaction(writes=False):
        before = session().scalar(select(func.count()).select_from(Concern))
    assert loaded.test_cli_runner().invoke(args=["demo", "load"]).exit_code == 0
    with loaded.database.transaction(writes=False):
        assert session().scalar(select(func.count()).select_from(Concern)) == before


def test_outside_demo_mode_nobody_of_the_sample_signs_in_and_nothing_is_loaded(loaded: Flask) -> None:
    settings = loaded.extensions["settings"]
    app = create_app(type(settings)(**{**vars(settings), "demo": False}))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    answer = client.post(
        "/sign-in", data={"login": "T00031", "password": cast.PASSWORD}, base_url="https://localhost"
    )
    assert answer.status_code == 422
    assert not re.search("T000", answer.get_data(as_text=True).replace('value="T00031"', ""))
    refused = app.test_cli_runner().invoke(args=["demo", "load"])
    assert refused.exit_code != 0 and "demo mode" in refused.output
    app.database.dispose()
