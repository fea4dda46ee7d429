"""Root adds schools, the centre and the bureau; schools are named once."""

from typing import Any

import pytest
from sqlalchemy import select

from app.core.database import session
from app.directory import service
from app.directory.models import Organisation
from tests.directory.pages import HTTPS, Browsers, statements, text_of
from tests.world import World

pytestmark = pytest.mark.alike


def names(world: World) -> set[str]:
    with world.database.transaction(writes=False):
        return set(session().scalars(select(Organisation.name)))


def test_root_adds_a_school_and_sees_what_it_needs_next(world: World, browser_of: Browsers) -> None:
    root = browser_of("root")
    assert root.post("/schools", data={"kind": "school", "name": " 望江小学 "}, **HTTPS).status_code == 303
    page = text_of(root.get("/schools", **HTTPS))
    assert "望江小学" in page
    assert "需要管理员" in page
    assert "望江小学" in names(world)
    assert root.post("/schools", data={"kind": "school", "name": "望江小学"}, **HTTPS).status_code == 409
    assert root.post("/schools", data={"kind": "district", "name": "x"}, **HTTPS).status_code == 422


@pytest.mark.unlike
def test_a_school_is_renamed_and_two_do_not_share_a_name(world: World, browser_of: Browsers) -> None:
    root = browser_of("root")
    address = f"/schools/{world.school}"
    assert root.post(address, data={"name": "青禾实验小学"}, **HTTPS).status_code == 303
    assert "青禾实验小学" in names(world)
    assert root.post(address, data={"name": "临江中学"}, **HTTPS).status_code == 409
    assert world.events("organisation:renamed")


@pytest.mark.parametrize("name", ["sam", "uma", "lin", "pia", "dee", "dora", "eve"])
def test_only_the_district_keeps_schools(world: World, browser_of: Browsers, name: str) -> None:
    client = browser_of(name)
    assert client.get("/schools", **HTTPS).status_code == 404
    assert client.post("/schools", data={"kind": "school", "name": "望江小学"}, **HTTPS).status_code == 404
    assert client.post(f"/schools/{world.school}", data={"name": "x"}, **HTTPS).status_code == 404
    assert "望江小学" not in names(world)


@pytest.mark.unlike
def test_many_schools_ask_no_more_than_few(world: World, app: Any, browser_of: Browsers) -> None:
    root = browser_of("root")
    few = statements(app, lambda: root.get("/schools", **HTTPS))
    with world.acting("root") as actor:
        for number in range(30):
            service.make_organisation(kind="school", name=f"小学{number}", district_id=world.district, by=actor)
    assert statements(app, lambda: root.get("/schools", **HTTPS)) == few
