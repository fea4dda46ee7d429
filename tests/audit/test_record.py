"""What is done is on record, in the same transaction, and nothing anybody typed can get there."""

import json
from enum import StrEnum
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.audit import NotACode, record, system
from app.audit.body import Saying
from app.audit.models import TrailEvent, TrailTree
from app.audit.record import EventSwallowed
from app.core import clock
from app.core.database import Database
from tests.audit.conftest import LIN, check, happen, happen_and_seal, swallow_events


class Level(StrEnum):
    R4 = "R4"


def saying() -> Saying:
    return Saying(uuid4(), uuid4(), clock.now(), None, "page", "file:opened", None, None)


def events(database: Database) -> list[TrailEvent]:
    with database.transaction(writes=False) as session:
        found = list(session.scalars(select(TrailEvent).order_by(TrailEvent.id)))
        session.expunge_all()
    return found


def test_an_event_says_who_did_what_to_what(database: Database, school: UUID) -> None:
    entry, reader = uuid4(), uuid4()
    with database.transaction():
        record(
            LIN, "entry:released", organisation=school, subject=("entry", entry),
            level=Level.R4, code="OWN_SAFETY_LETTER", to=[reader], count=3, whole=False, until=None,
        )  # fmt: skip
    (event,) = events(database)
    assert (event.organisation_id, event.action, event.via) == (school, "entry:released", LIN.via)
    assert (event.subject_kind, event.subject_id, event.person_id) == ("entry", entry, None)
    assert event.codes == {
        "level": "R4", "code": "OWN_SAFETY_LETTER", "to": [reader.hex], "count": 3, "whole": False,
    }  # fmt: skip
    said = json.loads(event.body)
    assert json.dumps(said, sort_keys=True, separators=(",", ":")).encode() == event.body
    assert said["at"] == event.at.isoformat().replace("+00:00", "Z")


def test_nothing_is_done_where_the_database_swallows_the_event(database: Database, school: UUID) -> None:
    happen(database, school, 1)
    swallow_events(database)
    with pytest.raises(EventSwallowed), database.transaction():
        record(LIN, "entry:signed", organisation=school)


def test_a_deed_that_fails_leaves_no_event_and_no_gap(database: Database, school: UUID) -> None:
    happen(database, school, 2)
    with pytest.raises(ZeroDivisionError), database.transaction():
        record(LIN, "entry:signed", organisation=school)
        raise ZeroDivisionError
    happen_and_seal(database, school, 1)
    assert len(events(database)) == 3
    assert check(database).events == 3


def test_one_transaction_may_do_several_things_in_several_schools(database: Database, school: UUID) -> None:
    with database.transaction():
        for organisation in (school, uuid4(), school):
            record(LIN, "concern:passed", organisation=organisation)
    happen_and_seal(database, school, 1)
    found = check(database)
    assert (found.events, found.trees, found.unsealed) == (4, 2, 0)


def test_on_sqlite_there_is_no_tail(sqlite_database: Database, school: UUID) -> None:
    happen(sqlite_database, school, 3)
    with sqlite_database.transaction(writes=False) as session:
        assert session.get_one(TrailTree, school).size == 3


@pytest.mark.parametrize(
    "typed",
    [
        "She said she is sad.", "Chen Zihan", "ChenZihan", "陈子涵", "chen zihan", "20260312", "", "é", "a\n",
        "\ta", "x" * 81, "-", "<script>", "{{7*7}}", "file: read", "r４", 2**53, -(2**60), 1.5, b"bytes",
        {"a": 1}, {1, 2}, clock.now(), ["fine", "not fine"], object(),
    ],
)  # fmt: skip
def test_what_a_person_typed_cannot_get_in(typed: object) -> None:
    with pytest.raises(NotACode) as refused:
        saying().body({"value": typed})  # type: ignore[dict-item]
    assert str(refused.value) == "only ids, codes and counts go into the trail"


@pytest.mark.parametrize("part", ["action", "via", "subject_kind"])
def test_nor_as_action_way_or_kind(part: str) -> None:
    facts = vars(saying()) | {"subject_kind": "entry", "subject_id": uuid4()}
    with pytest.raises(NotACode):
        Saying(**(facts | {part: "no code"})).body({})


@pytest.mark.parametrize(
    "code",
    ["file:read", "files.show_entry", "files-api.FileEntries", "R4", "SELF_HARM", "system:sealer", "page"],
)
def test_names_of_permissions_endpoints_and_codes_are_fine(code: str) -> None:
    assert f'"with":{{"value":"{code}"}}'.encode() in saying().body({"value": code})


@given(st.text())
def test_only_short_ascii_without_spaces_is_ever_kept(typed: str) -> None:
    try:
        body = saying().body({"value": typed})
    except NotACode:
        return
    kept = json.loads(body)["with"]["value"]
    assert kept == typed and kept.isascii() and len(kept) <= 80 and not any(map(str.isspace, kept))


@pytest.mark.parametrize("table", ["trail_event", "trail_leaf", "trail_checkpoint"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_database_itself_refuses_changes(database: Database, school: UUID, table: str, verb: str) -> None:
    happen_and_seal(database, school, 2)
    column = {"trail_event": "via", "trail_leaf": "event_id", "trail_checkpoint": "note"}[table]
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(text(verb.format(table, column, column)))
    assert check(database).events == 2


@pytest.mark.parametrize("table", ["trail_event", "trail_leaf", "trail_checkpoint", "trail_tree"])
def test_a_replacing_insert_is_a_change_too(sqlite_database: Database, school: UUID, table: str) -> None:
    happen_and_seal(sqlite_database, school, 2)
    with pytest.raises(DBAPIError, match=r"append-only|only grows"), sqlite_database.transaction() as session:
        session.execute(text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"))


@pytest.mark.parametrize("table", ["trail_event", "trail_leaf", "trail_checkpoint", "trail_tree"])
def test_tables_cannot_be_emptied(postgres_database: Database, school: UUID, table: str) -> None:
    happen_and_seal(postgres_database, school, 1)
    with pytest.raises(DBAPIError, match="append-only"), postgres_database.transaction() as session:
        session.execute(text(f"TRUNCATE {table}"))


@pytest.mark.parametrize("change", ["UPDATE trail_tree SET size = size - 1", "DELETE FROM trail_tree"])
def test_a_tree_only_grows(database: Database, school: UUID, change: str) -> None:
    happen_and_seal(database, school, 2)
    with pytest.raises(DBAPIError, match=r"only grows|append-only"), database.transaction() as session:
        session.execute(text(change))


def test_a_job_is_named_as_what_it_is() -> None:
    assert (system("retention").via, system("retention").person_id) == ("system:retention", None)
