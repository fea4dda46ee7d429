"""Sam makes grades and classes before the first roster, and takes away what was never used."""

import pytest
from sqlalchemy import select

from app.core.database import session
from app.directory.models import Grade, SchoolClass
from tests.directory.pages import HTTPS, Browsers, text_of
from tests.world import World


def shapes(world: World) -> set[str]:
    with world.database.transaction(writes=False):
        rows = session().execute(
            select(Grade.label, SchoolClass.label).join(SchoolClass).where(Grade.school_id == world.school)
        )
        return {f"{grade} {label}" for grade, label in rows}


def address(world: World) -> str:
    return f"/schools/{world.school}/classes"


@pytest.mark.parametrize(("grade", "classes", "made"), [
    ("三年级", "1, 2、3", {"三年级 1班", "三年级 2班", "三年级 3班"}),
    ("3年级", "(2)班", {"三年级 2班"}),
    ("Grade 4", "Class 7", {"四年级 7班"}),
    ("四年级", "1班，5", {"四年级 5班"}),
    ("学前班", "小雨点", {"学前班 小雨点"}),
])
def test_however_it_is_written_it_is_kept_as_schools_write_it(
    world: World, browser_of: Browsers, grade: str, classes: str, made: set[str]
) -> None:
    before = shapes(world)
    answer = browser_of("sam").post(address(world), data={"grade": grade, "classes": classes}, **HTTPS)
    assert answer.status_code == 303
    assert shapes(world) - before == made
    assert len(world.events("class:added")) == len(made)


@pytest.mark.parametrize(("grade", "classes", "status"), [
    ("", "1", 422), ("三年级", "", 422), ("三年级", " , 、", 422), ("三" * 21, "1", 422), ("三年级", "班" * 21, 422),
    ("三年级", ",".join(str(number) for number in range(1, 42)), 422), ("四年级", "1、二班", 409),
])
def test_what_makes_no_class_changes_nothing_and_keeps_what_was_typed(
    world: World, browser_of: Browsers, grade: str, classes: str, status: int
) -> None:
    before = shapes(world)
    answer = browser_of("sam").post(address(world), data={"grade": grade, "classes": classes}, **HTTPS)
    assert answer.status_code == status
    assert f'value="{classes}"' in text_of(answer)
    assert shapes(world) == before


def test_an_empty_class_can_be_taken_away_and_no_other(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    sam.post(address(world), data={"grade": "四年级", "classes": "9"}, **HTTPS)
    with world.database.transaction(writes=False):
        made = session().scalars(select(SchoolClass.id).where(SchoolClass.label == "9班")).one()
    assert "撤掉这个班级" in text_of(sam.get(f"/classes/{made}", **HTTPS))
    taught = world.classes["school", "四年级", "1班"]
    for class_id in (taught, made):
        assert sam.post(f"/classes/{class_id}/remove", **HTTPS).status_code == 303
    assert "四年级 1班" in shapes(world) and "四年级 9班" not in shapes(world)
    assert "不能撤掉" in text_of(sam.get("/classes", **HTTPS))
    assert [event.subject_id for event in world.events("class:removed")] == [made]


@pytest.mark.parametrize("name", ["uma", "root", "lin", "pia", "gao", "cruz", "dee", "eve"])
def test_nobody_else_makes_or_takes_classes(world: World, browser_of: Browsers, name: str) -> None:
    client, before = browser_of(name), shapes(world)
    assert client.get(address(world), **HTTPS).status_code == 404
    assert client.post(address(world), data={"grade": "三年级", "classes": "1"}, **HTTPS).status_code == 404
    taught = world.classes["school", "四年级", "1班"]
    assert client.post(f"/classes/{taught}/remove", **HTTPS).status_code == 404
    assert "添加班级" not in text_of(client.get("/classes", **HTTPS)) or name == "uma"
    assert shapes(world) == before
