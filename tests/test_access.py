"""The access table over the whole cast: who may is written down by hand, and everybody else may not.

A feature's rows stand in tests/access_rows/<feature>.py: ABOUT names its policy, TABLE says for each permission and
record who may, records() makes them, others() are people of its own beside the cast. "-" is a permission without a
record, "missing" a record that is not there.
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


def cast_of(world: World, rows: ModuleType) -> Iterator[tuple[str, Actor]]:
    """Return everybody inside the open transaction."""
    for name in world.people:
        yield name, world.actor(name)
    counsellor = PostHeld(uuid4(), PostKind.COUNSELLOR, world.school)
    yield "newcomer", dataclasses.replace(world.actor("sol"), posts=(counsellor,))
    yield "former", dataclasses.replace(world.actor("lin"), posts=())
    yield from getattr(rows, "others", lambda _world: {})(world).items()


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
    world: World, permission: Permission, rows: ModuleType, known: dict[str, Callable[[], Any]]
) -> list[str]:
    """Return the records of the table's row on which others may than it says."""
    wrong = []
    for record, names in rows.TABLE[permission.name].items():
        with world.database.transaction(writes=False):
            found = find(record, known)
            may = {name for name, actor in cast_of(world, rows) if permission.allows(actor, found)}
        if may != set(names.split()):
            wrong.append(f"{permission.name} on {record}: {' '.join(sorted(may))} may, not {names or 'nobody'}")
    return wrong


@pytest.mark.parametrize("feature", ROWS)
def test_everybody_may_exactly_what_the_table_says(world: World, feature: str) -> None:
    rows = rows_of(feature)
    known = rows.records(world)
    wrong = [line for permission in rows.TABLE for line in wrong_cells(world, named(permission), rows, known)]
    assert not wrong, "\n".join(wrong)


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
    granted = denied = 0
    for rows in map(rows_of, ROWS):
        with world.database.transaction(writes=False):
            cast = {name for name, _ in cast_of(world, rows)}
        for names in (names.split() for cells in rows.TABLE.values() for names in cells.values()):
            assert set(names) <= cast
            granted, denied = granted + len(names), denied + len(cast) - len(names)
    assert denied > 4 * granted
