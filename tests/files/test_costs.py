"""A page of a file asks the database as often for sixty entries as for three."""

import io
from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.database import session
from app.files import queries, service
from tests.files import samples, steps
from tests.queries import counted
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]
PAGES = (
    "", "?part=entries", "?part=openings", "/overview", "/note", "/documents", "/viewers", "/print", "/restrict",
    "/charge", "/entries/{entry}",
)


def fill(world: World, file_id: UUID, count: int) -> UUID:
    """Put entries, additions, documents and openings into a file and return one entry's id."""
    entry_id = file_id
    for n in range(count):
        with world.acting("lin") as lin:
            file = steps.file(file_id)
            entry = service.begin_entry(
                file, kind="follow_up", started_at=steps.TEN, body={"concern": f"number {n}"}, by=lin
            )
            service.sign_entry(entry, revision=1, by=lin)
            service.add_addendum(entry, text=f"addendum {n}", by=lin)
            service.add_attachment(file, source=io.BytesIO(samples.PDF), name=f"{n}.pdf", by=lin)
            entry_id = entry.id
        steps.give_reason(world, "bo", file_id)
    return entry_id


@pytest.fixture
def filled(world: World, anas: UUID) -> tuple[UUID, UUID, UUID, UUID]:
    """Ana's file with three of each, Zoe's with twenty."""
    zoes = steps.open_file(world, "lin", "zoe")
    return anas, fill(world, anas, 3), zoes, fill(world, zoes, 20)


def test_no_page_asks_more_of_a_fuller_file(
    app: Flask, browser_of: BrowserOf, filled: tuple[UUID, UUID, UUID, UUID]
) -> None:
    anas, anas_entry, zoes, zoes_entry = filled
    lin = browser_of("lin")
    differing = {}
    for page in PAGES:
        costs = []
        for file_id, entry_id in ((anas, anas_entry), (zoes, zoes_entry)):
            with counted(app.database) as statements:
                answer = lin.get(f"/files/{file_id}{page.format(entry=entry_id)}")
            assert answer.status_code == 200, page
            costs.append(len(statements))
        if costs[0] != costs[1] or costs[0] > 45:
            differing[page] = costs
    assert not differing


def test_the_list_costs_the_same_for_one_file_and_for_many(
    world: World, app: Flask, browser_of: BrowserOf, anas: UUID
) -> None:
    lin = browser_of("lin")
    steps.draft(world, "lin", anas)
    with counted(app.database) as one:
        lin.get("/files")
    for student in ("rui", "zoe"):
        steps.draft(world, "lin", steps.open_file(world, "lin", student))
    with counted(app.database) as three:
        lin.get("/files")
    assert len(three) == len(one)


def test_a_list_of_entries_does_not_load_what_is_sealed_in_them(
    world: World, anas: UUID
) -> None:
    fill(world, anas, 2)
    with world.acting("lin"):
        lines = queries.entry_lines_of(steps.file(anas))
        assert all("body" not in vars(line) for line in lines)
        session().expunge_all()
