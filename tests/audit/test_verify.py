"""Whoever touches the trail is found out, and the place is named."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from app.audit import broken, record
from app.audit.broken import TrailBroken
from app.audit.heads import hand_out_notes
from app.audit.models import TrailCheckpoint, TrailEvent, TrailLeaf, TrailTree
from app.audit.sealer import seal_now, seal_once
from app.audit.tree import CompactRange
from app.audit.trees import event_leaf
from app.audit.verify import verify
from app.core.database import Database
from app.vault.server import ServerKey
from tests.audit.conftest import LIN, behind_the_triggers, check, happen, happen_and_seal

# A fixed id that nothing has: ids made at collection would differ between the processes of a test run.
ELSE = UUID(int=7)


@dataclass(frozen=True)
class Person:
    """Somebody who looks."""

    person_id: UUID
    via: str = "page"


def found_out(database: Database, *outside: str) -> TrailBroken:
    with pytest.raises(TrailBroken) as caught:
        check(database, *outside)
    return caught.value


def hand_out(database: Database) -> list[str]:
    with database.transaction():
        return hand_out_notes()


def row_of(connection: Connection, position: int) -> dict[str, object]:
    """Return the event at a place of the only tree."""
    event = select(TrailEvent).join(TrailLeaf, TrailLeaf.event_id == TrailEvent.id)
    return dict(connection.execute(event.where(TrailLeaf.position == position)).mappings().one())


def hash_again(connection: Connection, school: UUID) -> None:
    """Rebuild leaves and head over whatever events there are now, as far as that goes without a key."""
    tree = CompactRange()
    connection.execute(delete(TrailLeaf))
    rows = connection.execute(select(TrailEvent).order_by(TrailEvent.id)).mappings().all()
    for position, row in enumerate(rows):
        leaf = event_leaf(row["id"], row["xid"], row["mac"], row["body"])
        tree.append(leaf)
        values = {"organisation_id": school, "position": position, "event_id": row["id"], "hash": leaf}
        connection.execute(insert(TrailLeaf), values)
    connection.execute(update(TrailTree), {"size": tree.size, "peaks": tree.encode()})


def test_an_empty_trail_is_whole(database: Database) -> None:
    assert (check(database).events, check(database).trees) == (0, 0)


def test_a_trail_that_nobody_touched_is_whole(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 5)
    early = hand_out(database)
    happen_and_seal(database, uuid4(), 70)
    happen_and_seal(database, school, 2070)
    late = hand_out(database)
    found = check(database, *early, *late)
    assert (found.events, found.trees, found.unsealed) == (2145, 2, 0)


@pytest.mark.parametrize("column", ["body", "mac"])
def test_every_changed_byte_is_noticed(database: Database, school: UUID, column: str) -> None:
    happen_and_seal(database, school, 3)
    with database.transaction(writes=False) as session:
        row = row_of(session.connection(), 1)
    kept = row[column]
    assert isinstance(kept, bytes)
    for at in range(len(kept)):
        changed = kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :]
        with behind_the_triggers(database) as connection:
            connection.execute(update(TrailEvent).where(TrailEvent.id == row["id"]), {column: changed})
        error = found_out(database)
        assert (error.what, error.organisation_id, error.position, error.event_id) == (
            broken.EVENT_CHANGED, school, 1, row["id"],
        )  # fmt: skip
    with behind_the_triggers(database) as connection:
        connection.execute(update(TrailEvent).where(TrailEvent.id == row["id"]), {column: kept})
    assert check(database).events == 3


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("uuid", ELSE), ("organisation_id", ELSE), ("person_id", ELSE), ("subject_id", ELSE),
        ("subject_id", None), ("subject_kind", "file"), ("subject_kind", None), ("via", "api"),
        ("via", 'page","with":'), ("action", "file:opened"), ("xid", 1), ("xid", -1),
    ],
    ids=lambda value: str(value)[:12],
)  # fmt: skip
def test_every_changed_column_is_noticed(database: Database, school: UUID, column: str, value: object) -> None:
    happen_and_seal(database, school, 3)
    with behind_the_triggers(database) as connection:
        event_id = row_of(connection, 2)["id"]
        connection.execute(update(TrailEvent).where(TrailEvent.id == event_id), {column: value})
    error = found_out(database)
    assert error.what == (broken.EVENT_CHANGED if column == "xid" else broken.COLUMNS_CHANGED)
    assert (error.position, error.event_id) == (2, event_id)


def test_a_changed_time_is_noticed(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 2)
    shift = {
        True: "strftime('%Y-%m-%d %H:%M:%f000', at, '+1 second')",
        False: "at + interval '1 microsecond'",
    }
    with behind_the_triggers(database) as connection:
        connection.execute(text(f"UPDATE trail_event SET at = {shift[database.is_sqlite]}"))
    assert found_out(database).what == broken.COLUMNS_CHANGED


@pytest.mark.parametrize("column", ["id", "body", "mac", "xid", "uuid", "at"])
def test_values_of_another_kind_are_noticed(sqlite_database: Database, school: UUID, column: str) -> None:
    happen_and_seal(sqlite_database, school, 2)
    value = "9" if column == "id" else "'text'"
    with behind_the_triggers(sqlite_database) as connection:
        connection.execute(text(f"UPDATE trail_event SET {column} = {value} WHERE id = 2"))
    assert found_out(sqlite_database).position == 1


@pytest.mark.parametrize("disguise", ["CAST({column} AS BLOB)", "{column} || char(0)", "{column} || char(0) || 'more'"])
@pytest.mark.parametrize(
    "column", ["uuid", "organisation_id", "person_id", "subject_id", "subject_kind", "via", "action"]
)
def test_a_value_that_reads_the_same_and_is_found_by_no_search_is_noticed(
    sqlite_database: Database, school: UUID, column: str, disguise: str
) -> None:
    with sqlite_database.transaction():
        record(Person(uuid4()), "file:viewed", organisation=school, subject=("file", uuid4()))
    with behind_the_triggers(sqlite_database) as connection:
        connection.execute(text(f"UPDATE trail_event SET {column} = {disguise.format(column=column)}"))
    assert found_out(sqlite_database).what == broken.COLUMNS_CHANGED


def test_an_index_that_leaves_an_event_out_is_noticed(sqlite_database: Database, school: UUID) -> None:
    happen_and_seal(sqlite_database, school, 3)
    sqlite_database.dispose()
    index = "name = 'ix_trail_event_subject_id_id'"
    with without_triggers(sqlite_database) as detaching:
        detaching.execute("UPDATE trail_event SET subject_kind = 'f', subject_id = id || subject_id")
        detaching.execute("PRAGMA writable_schema = ON")
        kept = detaching.execute(f"SELECT * FROM sqlite_master WHERE {index}").fetchone()
        detaching.execute(f"DELETE FROM sqlite_master WHERE {index}")
    with without_triggers(sqlite_database) as attaching:
        attaching.execute("UPDATE trail_event SET subject_kind = 'entry', subject_id = substr(subject_id, 2)")
        attaching.execute("PRAGMA writable_schema = ON")
        attaching.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", kept)
    assert found_out(sqlite_database).what == broken.INDEX_CHANGED


def test_functions_put_before_those_of_the_database_vouch_for_nothing(
    postgres_database: Database, school: UUID
) -> None:
    happen_and_seal(postgres_database, school, 3)
    with behind_the_triggers(postgres_database) as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text("CREATE SCHEMA forged"))
        connection.execute(
            text("CREATE FUNCTION forged.convert_to(text, name) RETURNS bytea LANGUAGE sql AS $$ SELECT ''::bytea $$")
        )
        connection.execute(text(f'ALTER DATABASE "{name}" SET search_path = forged, pg_catalog, public'))
        connection.execute(text("UPDATE trail_event SET subject_id = gen_random_uuid()"))
    postgres_database.dispose()
    assert found_out(postgres_database).what == broken.COLUMNS_CHANGED


@contextmanager
def without_triggers(database: Database) -> Iterator[sqlite3.Connection]:
    """Open the file itself, as whoever may write to it can."""
    with closing(sqlite3.connect(str(database.url.database), isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for _, sql in triggers:
            connection.execute(sql)


def delete_event(connection: Connection, school: UUID) -> None:
    connection.execute(delete(TrailEvent).where(TrailEvent.id == row_of(connection, 1)["id"]))


def delete_leaf(connection: Connection, school: UUID) -> None:
    connection.execute(delete(TrailLeaf).where(TrailLeaf.position == 1))


def delete_both(connection: Connection, school: UUID) -> None:
    delete_event(connection, school)
    delete_leaf(connection, school)


def swap_events(connection: Connection, school: UUID) -> None:
    one, two = row_of(connection, 1), row_of(connection, 2)
    for row, other in ((one, {**two, "uuid": uuid4()}), (two, one), (one, two)):
        values = {key: value for key, value in other.items() if key != "id"}
        connection.execute(update(TrailEvent).where(TrailEvent.id == row["id"]), values)


def swap_leaves(connection: Connection, school: UUID) -> None:
    for position, other in ((1, 99), (2, 1), (99, 2)):
        connection.execute(update(TrailLeaf).where(TrailLeaf.position == position), {"position": other})


@pytest.mark.parametrize(
    ("deed", "what", "position"),
    [
        (delete_event, broken.EVENT_MISSING, 1),
        (delete_leaf, broken.GAP, 1),
        (delete_both, broken.GAP, 1),
        (swap_events, broken.EVENT_CHANGED, 1),
        (swap_leaves, broken.NOTE_DISAGREES, 3),
    ],
)
def test_deleted_and_reordered_events_are_noticed(
    database: Database, school: UUID, deed: Callable[[Connection, UUID], None], what: str, position: int
) -> None:
    happen_and_seal(database, school, 4)
    with behind_the_triggers(database) as connection:
        deed(connection, school)
    error = found_out(database)
    assert (error.what, error.position) == (what, position)


def insert_copy(connection: Connection, school: UUID) -> None:
    copied = {**row_of(connection, 1), "id": 99, "uuid": uuid4()}
    connection.execute(insert(TrailEvent), copied)


def insert_forged(connection: Connection, school: UUID) -> None:
    insert_copy(connection, school)
    forged = event_leaf(99, 0, b"m" * 32, b"{}")
    values = {"organisation_id": school, "position": 4, "event_id": 99, "hash": forged}
    connection.execute(insert(TrailLeaf), values)


@pytest.mark.parametrize("deed", [insert_copy, insert_forged])
def test_an_inserted_event_is_noticed(
    database: Database, school: UUID, deed: Callable[[Connection, UUID], None]
) -> None:
    happen_and_seal(database, school, 4)
    with behind_the_triggers(database) as connection:
        deed(connection, school)
    assert found_out(database).event_id == 99


@pytest.mark.parametrize("deed", [delete_event, swap_events])
def test_hashing_everything_again_needs_our_key(
    database: Database, school: UUID, deed: Callable[[Connection, UUID], None]
) -> None:
    happen_and_seal(database, school, 4)
    with behind_the_triggers(database) as connection:
        deed(connection, school)
        hash_again(connection, school)
        connection.execute(delete(TrailCheckpoint))
        connection.execute(update(TrailTree), {"note": None, "note_size": 0})
    assert found_out(database).what == broken.HEAD_NOT_OURS


def test_a_head_that_was_tampered_with_is_never_signed_and_never_ours_again(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 4)
    with behind_the_triggers(database) as connection:
        connection.execute(delete(TrailLeaf).where(TrailLeaf.position == 3))
        connection.execute(delete(TrailEvent).where(TrailEvent.id == 4))
        hash_again(connection, school)
        connection.execute(delete(TrailCheckpoint))
        connection.execute(update(TrailTree), {"note": None, "note_size": 0})
    happen_and_seal(database, school, 2)
    with database.transaction(writes=False) as session:
        assert session.get_one(TrailTree, school).note is None
    assert found_out(database).what == broken.HEAD_NOT_OURS


def roll_back(connection: Connection, school: UUID, size: int, head: dict[str, object]) -> None:
    """Put yesterday's database back: everything after a size is gone, heads and notes too."""
    later = select(TrailLeaf.event_id).where(TrailLeaf.position >= size)
    connection.execute(delete(TrailEvent).where(TrailEvent.id.in_(later)))
    connection.execute(delete(TrailLeaf).where(TrailLeaf.position >= size))
    connection.execute(delete(TrailCheckpoint).where(TrailCheckpoint.size > size))
    connection.execute(update(TrailTree), head)


def head_of(database: Database) -> dict[str, object]:
    with database.transaction(writes=False) as session:
        return dict(session.connection().execute(select(TrailTree)).mappings().one())


def test_a_cut_tail_shows_only_against_a_checkpoint_from_outside(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 3)
    early, head = hand_out(database), head_of(database)
    happen_and_seal(database, school, 2)
    late = hand_out(database)
    with behind_the_triggers(database) as connection:
        roll_back(connection, school, 3, head)
    assert check(database, *early).events == 3
    error = found_out(database, *early, *late)
    assert (error.what, error.organisation_id, error.position) == (broken.CUT, school, 3)


def test_a_cut_that_forgets_the_stored_checkpoints_shows_by_itself(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 5)
    with behind_the_triggers(database) as connection:
        connection.execute(delete(TrailLeaf).where(TrailLeaf.position >= 3))
        connection.execute(delete(TrailEvent).where(TrailEvent.id > 3))
    assert found_out(database).what == broken.CUT


def test_a_fork_shows_against_a_checkpoint_from_outside(database: Database, school: UUID) -> None:
    """Even to somebody who has the server's key and the database, the checkpoint outside is out of reach."""
    happen_and_seal(database, school, 3)
    head = head_of(database)
    happen_and_seal(database, school, 2)
    outside = hand_out(database)
    with behind_the_triggers(database) as connection:
        roll_back(connection, school, 3, head)
        if not database.is_sqlite:
            connection.execute(text("UPDATE trail_horizon SET xid = 0"))
    happen_and_seal(database, school, 4)
    assert check(database).events == 7
    error = found_out(database, *outside)
    assert (error.what, error.position) == (broken.OUTSIDE_DISAGREES, 4)


def test_a_tree_that_vanished_shows_against_a_checkpoint_from_outside(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 3)
    outside = hand_out(database)
    with behind_the_triggers(database) as connection:
        for table in (TrailLeaf, TrailEvent, TrailCheckpoint, TrailTree):
            connection.execute(delete(table))
    assert check(database).trees == 0
    assert found_out(database, *outside).what == broken.CUT


def test_somebody_elses_checkpoint_is_refused(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 1)
    (note,) = hand_out(database)
    database.info["server_key"] = ServerKey.new()
    assert found_out(database, note).what == broken.OUTSIDE_UNREADABLE
    assert found_out(database, "no note").what == broken.OUTSIDE_UNREADABLE


@pytest.mark.parametrize(
    ("table", "values", "what"),
    [
        (TrailTree, {"peaks": b"x" * 32}, broken.HEAD_CHANGED),
        (TrailTree, {"size": 9}, broken.HEAD_CHANGED),
        (TrailTree, {"mac": b"x" * 32}, broken.HEAD_NOT_OURS),
        (TrailTree, {"note": "a note"}, broken.NOTE_CHANGED),
        (TrailTree, {"note_size": 7}, broken.NOTE_CHANGED),
        (TrailCheckpoint, {"note": "a note"}, broken.NOTE_CHANGED),
        (TrailCheckpoint, {"size": 7}, broken.NOTE_CHANGED),
        (TrailLeaf, {"hash": b"x" * 32}, broken.EVENT_CHANGED),
        (TrailLeaf, {"event_id": 77}, broken.EVENT_MISSING),
    ],
)
def test_heads_leaves_and_notes_are_checked_too(
    database: Database, school: UUID, table: type, values: dict[str, object], what: str
) -> None:
    happen_and_seal(database, school, 1)
    with behind_the_triggers(database) as connection:
        connection.execute(update(table), values)
    assert found_out(database).what == what


def test_a_head_cannot_be_given_to_another_school(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 1)
    with behind_the_triggers(database) as connection:
        connection.execute(update(TrailTree), {"organisation_id": uuid4()})
    found_out(database)


def test_an_event_waiting_for_the_sealer_is_checked_by_its_mac(postgres_database: Database, school: UUID) -> None:
    happen_and_seal(postgres_database, school, 2)
    happen(postgres_database, school, 3)
    assert check(postgres_database).unsealed == 3
    with behind_the_triggers(postgres_database) as connection:
        connection.execute(text("UPDATE trail_event SET body = overlay(body placing 'x' from 40) WHERE id = 4"))
    assert (found_out(postgres_database).what, found_out(postgres_database).event_id) == (broken.NOT_OURS, 4)
    seal_once(postgres_database)
    error = found_out(postgres_database)
    assert (error.what, error.event_id) == (broken.NOT_OURS, 4), "what is not ours is never sealed"


def test_columns_of_a_waiting_event_are_checked(postgres_database: Database, school: UUID) -> None:
    happen(postgres_database, school, 2)
    with behind_the_triggers(postgres_database) as connection:
        connection.execute(update(TrailEvent).where(TrailEvent.id == 2), {"person_id": uuid4()})
    assert found_out(postgres_database).what == broken.COLUMNS_CHANGED


def test_a_waiting_event_cannot_be_played_again(postgres_database: Database, school: UUID) -> None:
    happen(postgres_database, school, 1)
    with behind_the_triggers(postgres_database) as connection:
        row = dict(connection.execute(select(TrailEvent)).mappings().one())
        connection.execute(text("ALTER TABLE trail_event DROP CONSTRAINT uq_trail_event_uuid"))
        connection.execute(insert(TrailEvent), {**row, "id": 99})
    assert seal_now(postgres_database)
    assert found_out(postgres_database).what == broken.WRITTEN_TWICE


def test_an_event_taken_out_of_its_tree_is_missed(postgres_database: Database, school: UUID) -> None:
    happen_and_seal(postgres_database, school, 3)
    head = head_of(postgres_database)
    happen_and_seal(postgres_database, school, 1)
    with behind_the_triggers(postgres_database) as connection:
        connection.execute(delete(TrailLeaf).where(TrailLeaf.position == 3))
        connection.execute(delete(TrailCheckpoint))
        connection.execute(update(TrailTree), head)
    error = found_out(postgres_database)
    assert (error.what, error.event_id) == (broken.NOT_IN_A_TREE, 4)


def test_the_place_reads_as_a_sentence(school: UUID) -> None:
    error = TrailBroken(broken.GAP, organisation_id=school, position=4, event_id=7)
    assert error.place() == f"tree {school}, index 4, event 7"
    assert TrailBroken(broken.UNREADABLE).place() == ""


def test_a_trail_without_its_tables_is_unreadable(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("DROP TABLE trail_leaf"))
    assert found_out(database).what == broken.UNREADABLE


def test_the_trail_can_be_verified_in_the_midst_of_a_request(database: Database, school: UUID) -> None:
    """The auditor's page has put its own visit on record before it begins to verify."""
    happen_and_seal(database, school, 2)
    with database.transaction():
        record(LIN, "trail:verified", organisation=school)
        assert verify().events == 3


def test_a_byte_changed_in_the_file_itself_is_noticed(sqlite_database: Database, school: UUID) -> None:
    happen_and_seal(sqlite_database, school, 3)
    with sqlite_database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    sqlite_database.dispose()
    file = Path(str(sqlite_database.url.database))
    kept = file.read_bytes()
    at = kept.index(b'"with":{"number":1}')
    file.write_bytes(kept[: at + 17] + b"7" + kept[at + 18 :])
    error = found_out(sqlite_database)
    assert (error.what, error.position) == (broken.EVENT_CHANGED, 1)
