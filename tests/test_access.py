"""The access table over the whole cast: who may is written down by hand, and everybody else may not.

A feature's rows stand in tests/access_rows/<feature>.py: ABOUT names its policy, TABLE says for each permission and
record who may, records() makes them. "-" is a permission without a record, "missing" a record that is not there.
Beside the cast stand "newcomer", Sol who became a counsellor today and holds no key of the room yet, and
"former", who was the counsellor Lin until yesterday and whose session still lives.
"""

import dataclasses
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest

from app.access import Actor, Permission, PostHeld, PostKind
from app.access.guard import Absent
from app.wiring import POLICIES, permissions
from tests.world import World

ROWS = sorted(path.stem for path in (Path(__file__).parent / "access_rows").glob("*.py"))
# Features whose author has not written the rows yet; the list only gets shorter.
NOT_WRITTEN_YET: set[str] = set()


def rows_of(name: str) -> ModuleType:
    """Return the rows of one feature."""
    return importlib.import_module(f"tests.access_rows.{name}")


def cast_of(world: World) -> Iterator[tuple[str, Actor]]:
    """Return everybody inside the open transaction."""
    for name in world.people:
        yield name, world.actor(name)
    counsellor = PostHeld(uuid4(), PostKind.COUNSELLOR, world.school)
    yield "newcomer", dataclasses.replace(world.actor("sol"), posts=(counsellor,))
    yield "former", dataclasses.replace(world.actor("lin"), posts=())


def named(permission: str) -> Permission:
    """Return a permission by its name."""
    return next(one for one in permissions() if one.name == permission)


def find(record: str, known: dict[str, Callable[[], Any]]) -> Any:
    """Return a record by the name it has in the table."""
    if record == "-":
        return None
    if record == "missing":
        return Absent({"id": uuid4()})
    return known[record]()


def wrong_cells(
    world: World, permission: Permission, cells: dict[str, str], known: dict[str, Callable[[], Any]]
) -> list[str]:
    """Return the records of the table's row on which others may than it says."""
    wrong = []
    for record, names in cells.items():
        with world.database.transaction(writes=False):
            found = find(record, known)
            may = {name for name, actor in cast_of(world) if permission.allows(actor, found)}
        if may != set(names.split()):
            wrong.append(f"{permission.name} on {record}: {' '.join(sorted(may))} may, not {names or 'nobody'}")
    return wrong


@pytest.mark.parametrize("feature", ROWS)
def test_everybody_may_exactly_what_the_table_says(world: World, feature: str) -> None:
    rows = rows_of(feature)
    known = rows.records(world)
    wrong = [wrong_cells(world, named(permission), cells, known) for permission, cells in rows.TABLE.items()]
    assert not any(wrong), "\n".join(line for lines in wrong for line in lines)


@pytest.mark.parametrize("feature", ROWS)
def test_nobody_who_is_not_signed_in_may_anything(world: World, feature: str) -> None:
    rows = rows_of(feature)
    known = rows.records(world)
    with world.database.transaction(writes=False):
        for permission, cells in rows.TABLE.items():
            assert not any(named(permission).allows(None, find(record, known)) for record in cells), permission


def test_every_permission_has_its_rows() -> None:
    written = {permission for name in ROWS for permission in rows_of(name).TABLE}
    expected = {
        one.name for policy in POLICIES if policy.__name__ not in NOT_WRITTEN_YET for one in policy.PERMISSIONS
    }
    assert written == expected
    assert not {rows_of(name).ABOUT for name in ROWS} & NOT_WRITTEN_YET


def test_every_permission_about_a_record_also_asks_about_one_that_is_missing_or_anothers() -> None:
    lonely = [
        permission
        for name in ROWS
        for permission, cells in rows_of(name).TABLE.items()
        if set(cells) != {"-"} and len(cells) < 2
    ]
    assert not lonely


def test_denials_outnumber_grants(world: World) -> None:
    cast = {*world.people, "newcomer", "former"}
    cells = [names for name in ROWS for row in rows_of(name).TABLE.values() for names in row.values()]
    granted = sum(len(names.split()) for names in cells)
    assert all(set(names.split()) <= cast for names in cells)
    assert len(cells) * len(cast) > 4 * granted
