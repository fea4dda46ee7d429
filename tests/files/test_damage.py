"""A damaged record is shown as damaged, never as garbage, and hides no other."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app.core.database import session
from tests.files import steps
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]
DAMAGED = "已损坏"


def damage(world: World, table: str, column: str, row_id: UUID | None = None) -> None:
    """Flip a bit of a sealed value, as a failing disk would; triggers are no protection against that."""
    with world.database.transaction():
        where = "WHERE id = :id" if row_id else ""
        kept = session().execute(
            text(f"SELECT id, {column} FROM {table} {where}"), {"id": _plain(world, row_id)} if row_id else {}
        ).one()
        broken = bytearray(kept[1])
        broken[-20] ^= 4
        for trigger in _triggers(world, table, "DISABLE"):
            session().execute(text(trigger))
        session().execute(
            text(f"UPDATE {table} SET {column} = :broken WHERE id = :id"), {"broken": bytes(broken), "id": kept[0]}
        )
        for trigger in _triggers(world, table, "ENABLE"):
            session().execute(text(trigger))


def _plain(world: World, row_id: UUID | None) -> object:
    return row_id.hex if row_id is not None and world.database.is_sqlite else row_id


def _triggers(world: World, table: str, deed: str) -> list[str]:
    if not world.database.is_sqlite:
        return [f"ALTER TABLE {table} {deed} TRIGGER USER"]
    return [f"DROP TRIGGER IF EXISTS {table}_stays_update"] if deed == "DISABLE" else []


def test_a_damaged_entry_is_said_and_the_others_open(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    first, second = (steps.signed(world, "lin", anas, words) for words in ("the first", "the second"))
    damage(world, "file_entry", "body", first)
    lin = browser_of("lin")
    page = lin.get(f"/files/{anas}/entries/{first}")
    assert page.status_code == 200
    assert DAMAGED in page.get_data(as_text=True)
    assert "the first" not in page.get_data(as_text=True)
    assert "the second" in lin.get(f"/files/{anas}/entries/{second}").get_data(as_text=True)
    assert lin.get(f"/files/{anas}").status_code == 200
    paper = lin.get(f"/files/{anas}/print").get_data(as_text=True)
    assert DAMAGED in paper
    assert "the second" in paper
    assert lin.get(f"/api/v1/files/{anas}/entries/{first}").get_json()["body"] is None


def test_a_damaged_draft_is_said(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    draft = steps.draft(world, "lin", anas, {"concern": "half"})
    damage(world, "file_entry", "body", draft)
    page = browser_of("lin").get(f"/files/{anas}/entries/{draft}")
    assert page.status_code == 200
    assert DAMAGED in page.get_data(as_text=True)


def test_a_damaged_addendum_hides_neither_entry_nor_other_addenda(
    world: World, browser_of: BrowserOf, anas: UUID
) -> None:
    entry_id = steps.signed(world, "lin", anas, "the entry")
    steps.add(world, "lin", entry_id, "the addendum")
    damage(world, "entry_addendum", "text")
    page = browser_of("lin").get(f"/files/{anas}/entries/{entry_id}").get_data(as_text=True)
    assert "the entry" in page
    assert DAMAGED in page
    assert "签名不符" in page


@pytest.mark.parametrize(("table", "column", "door"), [
    ("student_file", "overview", "/overview"), ("file_opening", "reason", ""), ("process_note", "text", "/note"),
])
def test_every_other_page_says_it_too(
    world: World, browser_of: BrowserOf, anas: UUID, table: str, column: str, door: str
) -> None:
    lin = browser_of("lin")
    steps.give_reason(world, "bo", anas, "the reason that is lost")
    lin.post(f"/files/{anas}/note", data={"text": "mine"})
    damage(world, table, column)
    page = lin.get(f"/files/{anas}{door}")
    assert page.status_code == 200
    assert DAMAGED in page.get_data(as_text=True)
    assert "<textarea" not in page.get_data(as_text=True)


def test_what_is_damaged_is_not_written_over(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    lin.post(f"/files/{anas}/overview", data={"version": "1", "family": "her grandmother"})
    damage(world, "student_file", "overview")
    answer = lin.post(f"/files/{anas}/overview", data={"version": "2", "family": "x"})
    assert answer.status_code == 500
    assert DAMAGED in answer.get_data(as_text=True)


def test_an_entry_moved_into_anothers_place_is_damaged(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    """A writer into the database swaps two drafts of one author."""
    first, second = (steps.draft(world, "lin", anas, {"concern": words}) for words in ("the first", "the second"))
    with world.database.transaction():
        session().execute(
            text("UPDATE file_entry SET body = (SELECT body FROM file_entry WHERE id = :from) WHERE id = :to"),
            {"from": _plain(world, first), "to": _plain(world, second)},
        )
    page = browser_of("lin").get(f"/files/{anas}/entries/{second}").get_data(as_text=True)
    assert DAMAGED in page
    assert "the first" not in page
