"""What was signed stays what it was: by page, API, service, and by SQL under the application's own role."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.database import session
from app.files.models import Addendum, FileEntry
from tests.files import steps
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]
DEEDS = (
    "UPDATE {table} SET {column} = {column}",
    "UPDATE {table} SET school_id = school_id",
    "UPDATE {table} SET id = id WHERE id = :id",
    "DELETE FROM {table}",
    "DELETE FROM {table} WHERE id = :id",
)
ONLY_SQLITE = (
    "REPLACE INTO {table} SELECT * FROM {table}",
    "INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = :id",
    "UPDATE OR REPLACE {table} SET id = id",
)
ONLY_POSTGRESQL = (
    "TRUNCATE {table} CASCADE",
    "TRUNCATE student_file CASCADE",
    "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET {column} = excluded.{column}",
)
TABLES = {"file_entry": "body", "entry_addendum": "text"}


@pytest.fixture
def kept(world: World, anas: UUID) -> UUID:
    """A signed entry with an addendum, and a draft beside it."""
    entry_id = steps.signed(world, "lin", anas)
    steps.add(world, "lin", entry_id, "and on Friday she slept")
    return entry_id


def rows(world: World) -> list[object]:
    with world.database.transaction(writes=False):
        return [
            tuple(row)
            for model in (FileEntry, Addendum)
            for row in session().execute(model.__table__.select().order_by("id"))
        ]


@pytest.mark.parametrize("table", TABLES)
def test_sql_changes_nothing_that_was_signed(world: World, kept: UUID, table: str) -> None:
    before = rows(world)
    for deed in DEEDS + (ONLY_SQLITE if world.database.is_sqlite else ONLY_POSTGRESQL):
        statement = text(deed.format(table=table, column=TABLES[table]))
        with world.database.transaction():
            one = session().execute(text(f"SELECT id FROM {table}")).scalar_one()
            needed = {"id": one} if ":id" in deed else {}
            with pytest.raises(DBAPIError, match="stays as it is"):
                session().execute(statement, needed)
            session().rollback()
        assert rows(world) == before, deed


def test_a_signed_entry_is_not_made_a_draft_again(world: World, kept: UUID) -> None:
    with pytest.raises(DBAPIError, match="stays as it is"), world.database.transaction():
        session().execute(
            text("UPDATE file_entry SET state = 'draft', signed_at = NULL, signature = NULL, signer_epoch = NULL")
        )


def test_a_file_with_signed_entries_cannot_be_deleted_from_under_them(world: World, kept: UUID) -> None:
    with pytest.raises(DBAPIError), world.database.transaction():
        session().execute(text("DELETE FROM student_file"))


def test_a_draft_beside_it_can_still_be_written(world: World, anas: UUID, kept: UUID) -> None:
    draft = steps.draft(world, "lin", anas)
    with world.database.transaction():
        done = session().execute(text("UPDATE file_entry SET revision = 2 WHERE state = 'draft'"))
        assert done.rowcount == 1
    with world.acting("lin"):
        assert steps.entry(draft).revision == 2


@pytest.mark.parametrize(("method", "door", "sent"), [
    ("POST", "/files/{file}/entries/{entry}", {"version": "1", "concern": "other"}),
    ("POST", "/files/{file}/entries/{entry}", {"version": "1", "concern": "other", "then": "sign"}),
    ("POST", "/files/{file}/entries/{entry}/draft", {"version": "1", "concern": "other"}),
    ("POST", "/files/{file}/entries/{entry}/discard", {}),
    ("PUT", "/api/v1/files/{file}/entries/{entry}", {"version": 1, "concern": "other"}),
    ("POST", "/api/v1/files/{file}/entries/{entry}/signature", {"version": 1}),
    ("DELETE", "/api/v1/files/{file}/entries/{entry}", None),
    ("PATCH", "/api/v1/files/{file}/entries/{entry}", {"version": 1}),
    ("DELETE", "/files/{file}/entries/{entry}", None),
    ("PUT", "/files/{file}/entries/{entry}/addenda", {}),
    ("DELETE", "/api/v1/files/{file}/entries/{entry}/addenda", None),
])
def test_no_route_changes_it(
    world: World, browser_of: BrowserOf, anas: UUID, kept: UUID, method: str, door: str, sent: dict[str, object] | None
) -> None:
    before = rows(world)
    address = door.format(file=anas, entry=kept)
    body = {"json": sent} if "/api/" in door else {"data": sent}
    answer = browser_of("lin").open(address, method=method, **body)
    assert answer.status_code in (404, 405, 409), answer.status_code
    assert rows(world) == before
