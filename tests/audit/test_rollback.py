"""The book outside: a database of yesterday is found out whatever was done to it, and one of today never is."""

import shutil
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update

from app import vault
from app.audit import rollback
from app.audit.book import Book, book_of
from app.audit.checkpoint import from_file
from app.audit.models import TrailCheckpoint, TrailEvent, TrailLeaf, TrailTree
from app.audit.rollback import NothingMissing, Reason, acknowledge, carry, is_rolled_back, rollback_of
from app.audit.sealer import seal_now, seal_once
from app.audit.tree import CompactRange
from app.audit.trees import _head_message
from app.core.database import Database, session
from tests.audit.conftest import behind_the_triggers, check, happen, happen_and_seal
from tests.audit.workers import carry_until_stopped, seal_until_stopped, write_until_killed
from tests.databases import Installation


def book(database: Database) -> Book:
    found = book_of(database)
    assert found is not None
    return found


def sizes(database: Database) -> dict[UUID, int]:
    """Return what the book says of each organisation."""
    claims = [rollback.claimed(note) for note in book(database).notes()]
    return {claim.organisation_id(): claim.size for claim in claims}


def lost(database: Database) -> dict[UUID, tuple[int, int]]:
    """Return what the last comparison found: events known and found, by organisation."""
    known = rollback_of(database)
    return {loss.organisation_id: (loss.known, loss.missing) for loss in known.losses} if known else {}


def cut(database: Database, school: UUID, size: int) -> None:
    """Put back what a tree was when it had only so many events, head and all, as a restored database would."""
    with database.transaction(writes=False):
        kept = session().query(TrailLeaf).filter_by(organisation_id=school).order_by(TrailLeaf.position).all()
    tree = CompactRange()
    tree.extend([leaf.hash for leaf in kept[:size]])
    gone = [leaf.event_id for leaf in kept[size:]]
    with behind_the_triggers(database) as connection:
        connection.execute(delete(TrailCheckpoint).where(TrailCheckpoint.size > size))
        connection.execute(delete(TrailLeaf).where(TrailLeaf.event_id.in_(gone)))
        connection.execute(delete(TrailEvent).where(TrailEvent.id.in_(gone)))
        head = {"size": size, "peaks": tree.encode(), "note_size": 0, "note": None}
        head["mac"] = vault.server_mac(_head_message(school, size, tree.encode()))
        connection.execute(update(TrailTree).where(TrailTree.organisation_id == school), head)


def test_the_newest_checkpoint_of_every_organisation_is_outside_and_verifies(database: Database) -> None:
    schools = [uuid4(), uuid4()]
    for times, school in enumerate(schools, 3):
        happen_and_seal(database, school, times)
    assert carry(database) == 2
    assert sizes(database) == dict(zip(schools, (3, 4), strict=True))
    happen_and_seal(database, schools[0], 5)
    assert carry(database) == 1
    assert carry(database) == 0
    assert sizes(database) == dict(zip(schools, (8, 4), strict=True))
    assert check(database, *book(database).notes()).events == 12
    assert not is_rolled_back(database)


def test_a_database_behind_its_book_is_found_out_with_how_much_is_missing(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 9)
    carry(database)
    cut(database, school, 4)
    carry(database)
    assert lost(database) == {school: (9, 5)}
    assert sizes(database) == {school: 9}


def test_what_is_done_meanwhile_fills_no_gap(database: Database, school: UUID) -> None:
    """Also when more was done since than is missing: then the tree is long enough, and another one."""
    happen_and_seal(database, school, 6)
    carry(database)
    cut(database, school, 5)
    carry(database)
    since = rollback_of(database).since  # type: ignore[union-attr]
    with behind_the_triggers(database) as connection:
        connection.execute(delete(TrailLeaf).where(TrailLeaf.organisation_id == school))
        connection.execute(delete(TrailTree))
        connection.execute(delete(TrailEvent))
    happen_and_seal(database, school, 7)
    carry(database)
    assert lost(database) == {school: (6, 1)}
    assert rollback_of(database).since == since  # type: ignore[union-attr]


def test_a_fork_of_any_length_is_found_out(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 6)
    carry(database)
    with behind_the_triggers(database) as connection:
        for table in (TrailLeaf, TrailTree, TrailEvent):
            connection.execute(delete(table))
    happen_and_seal(database, school, 40)
    carry(database)
    assert lost(database) == {school: (6, 0)}


def test_an_organisation_that_is_gone_as_a_whole_is_found_out(database: Database, school: UUID) -> None:
    other = uuid4()
    happen_and_seal(database, school, 2)
    happen_and_seal(database, other, 3)
    carry(database)
    with behind_the_triggers(database) as connection:
        for table in (TrailLeaf, TrailTree):
            connection.execute(delete(table).where(table.organisation_id == other))
        connection.execute(delete(TrailEvent).where(TrailEvent.organisation_id == other))
    carry(database)
    assert lost(database) == {other: (3, 3)}


@pytest.mark.parametrize("kind", ["peaks", "mac", "size"])
def test_a_head_of_another_kind_stops_neither_finding_nor_carrying(
    sqlite_database: Database, school: UUID, kind: str
) -> None:
    """SQLite takes any kind of value in any column."""
    other = uuid4()
    happen_and_seal(sqlite_database, school, 3)
    carry(sqlite_database)
    with behind_the_triggers(sqlite_database) as connection:
        connection.execute(text(f"UPDATE trail_tree SET {kind} = 'x'"))
        connection.execute(
            text(
                "INSERT INTO trail_tree (organisation_id, size, peaks, mac, note_size)"
                " VALUES ('nobody', 'many', 7, 7, 0)"
            )
        )
    happen(sqlite_database, other)
    carry(sqlite_database)
    assert is_rolled_back(sqlite_database) is (kind != "mac")


def test_when_the_right_database_is_back_people_can_write_again(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 3)
    carry(database)
    real = book(database).notes()
    other = uuid4()
    book(database).write([*real, *_notes_of_another(database, other)])
    carry(database)
    assert lost(database) == {other: (2, 2)}
    book(database).write(real)
    carry(database)
    assert not is_rolled_back(database) and rollback_of(database) is None


def _notes_of_another(database: Database, school: UUID) -> list[str]:
    with database.snapshot():
        return [rollback.signed_note(school, 2, CompactRange(2, [b"p" * 32]).encode())]


def test_a_file_of_trail_checkpoint_is_a_book_too(database: Database, school: UUID, tmp_path: Path) -> None:
    """Who has a checkpoint on a stick alone puts it in the folder: it carries no peaks, and all leaves are read."""
    from app.audit.heads import hand_out_notes

    happen_and_seal(database, school, 5)
    with database.transaction():
        carried = hand_out_notes()
    happen_and_seal(database, school, 4)
    book(database).folder.mkdir()
    book(database).write(carried)
    carry(database)
    assert not is_rolled_back(database) and sizes(database) == {school: 9}
    book(database).write(carried)
    cut(database, school, 4)
    carry(database)
    assert lost(database) == {school: (5, 1)}


def test_an_acknowledgement_is_on_the_trail_and_begins_a_new_book(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 9)
    carry(database)
    cut(database, school, 4)
    acknowledge(database, Reason.BACKUP_RESTORED)
    assert not is_rolled_back(database)
    with database.transaction(writes=False):
        (event,) = session().query(TrailEvent).filter_by(action="trail:rollback_acknowledged")
    assert (event.organisation_id, event.codes) == (
        school, {"reason": "backup_restored", "known": 9, "found": 4},
    )
    assert sizes(database) == {school: 5}
    (kept,) = book(database).folder.glob("until-*.txt")
    assert rollback.claimed(from_file(kept.read_text("utf-8"))[0]).size == 9
    check(database, *book(database).notes())
    with pytest.raises(NothingMissing):
        acknowledge(database, Reason.UNEXPLAINED)


def test_killed_between_the_event_and_the_new_book_it_is_acknowledged_again(
    database: Database, school: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen_and_seal(database, school, 2)
    carry(database)
    book(database).write([*book(database).notes(), *_notes_of_another(database, uuid4())])

    def killed(_: Book) -> None:
        raise SystemExit(137)

    monkeypatch.setattr(Book, "put_aside", killed)
    with pytest.raises(SystemExit):
        acknowledge(database, Reason.DISK_FAULT)
    monkeypatch.undo()
    assert is_rolled_back(database)
    acknowledge(database, Reason.DISK_FAULT)
    assert not is_rolled_back(database)


@pytest.mark.parametrize("content", [b"not a note", b"\xff", b"a\n\nb\n", b"\n", b"xinxia/trail/x\n1\nAA==\n\nx\n"])
def test_a_book_that_was_scribbled_in_lets_nobody_write(database: Database, school: UUID, content: bytes) -> None:
    happen_and_seal(database, school, 1)
    carry(database)
    (book(database).folder / "newest.txt").write_bytes(content)
    carry(database)
    assert is_rolled_back(database) and lost(database) == {}
    acknowledge(database, Reason.UNEXPLAINED)
    assert sizes(database) == {school: 2}


def test_a_note_under_another_key_is_none_of_ours(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 1)
    carry(database)
    newest = book(database).folder / "newest.txt"
    newest.write_text(newest.read_text("utf-8").replace("\n1\n", "\n2\n", 1), "utf-8")
    carry(database)
    assert is_rolled_back(database)


def test_a_disk_that_is_full_leaves_the_book_that_was_there(
    database: Database, school: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen_and_seal(database, school, 1)
    carry(database)
    happen_and_seal(database, school, 1)

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.core.disk.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        carry(database)
    monkeypatch.undo()
    assert sizes(database) == {school: 1}
    carry(database)
    assert sizes(database) == {school: 2} and not is_rolled_back(database)


def test_what_was_rolled_back_was_never_outside(database: Database, school: UUID) -> None:
    happen_and_seal(database, school, 2)
    with pytest.raises(ZeroDivisionError), database.transaction():
        rollback.record(rollback.system("x"), "entry:signed", organisation=school)
        session().flush()
        raise ZeroDivisionError
    carry(database)
    assert sizes(database) == {school: 2}


def test_writers_killed_sealers_and_carriers_at_once_are_never_taken_for_a_rollback(
    database: Database, installation: Installation, tmp_path: Path, school: UUID
) -> None:
    context = get_context("spawn")
    key, stopped = installation.settings().server_key_file, context.Event()
    where = (installation.url, key)
    folder = book(database).folder
    others = [
        context.Process(target=carry_until_stopped, args=(*where, folder, stopped)),
        context.Process(target=carry_until_stopped, args=(*where, folder, stopped)),
        context.Process(target=seal_until_stopped, args=(*where, stopped)),
    ]
    writers = [
        context.Process(target=write_until_killed, args=(*where, school, tmp_path / str(n), 10_000)) for n in range(2)
    ]
    for process in (*others, *writers):
        process.start()
    while len([n for n in range(2) if (tmp_path / str(n)).exists() and (tmp_path / str(n)).stat().st_size > 30]) < 2:
        assert all(process.is_alive() for process in (*others, *writers))
    for process in writers:
        process.kill()
    stopped.set()
    for process in (*writers, *others):
        process.join(60)
    assert [process.exitcode for process in others] == [0, 0, 0]
    assert not is_rolled_back(database)
    seal_now(database)
    carry(database)
    assert not is_rolled_back(database)
    assert sizes(database) == {school: check(database).events}


STEPS = st.lists(st.sampled_from(["deed", "deed", "aborted", "sign", "carry", "copy", "restore"]), max_size=25)


@pytest.fixture
def machine(servers: Callable[[str], Any], migrated_template: Any, tmp_path: Path) -> Iterator[Any]:
    """Make machines one after the other: Hypothesis tries many lives of one."""
    count = iter(range(10_000))

    def new() -> Installation:
        made: Installation = servers("sqlite").copy(migrated_template("sqlite"), tmp_path / str(next(count)))
        return made

    yield new


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_it_is_noticed_exactly_when_what_was_outside_is_gone(machine: Any, steps: list[str]) -> None:
    installation = machine()
    school, file = uuid4(), installation.home / "xinxia.sqlite3"
    present: list[UUID] = []
    outside: list[UUID] = []
    copied: tuple[list[UUID], Path] = ([], installation.home / "copy")
    database = installation.open()
    database.dispose()
    shutil.copy(file, copied[1])
    for step in steps:
        if step == "deed":
            happen(database, school)
            present = [*present, uuid4()]
        elif step == "aborted":
            with pytest.raises(ZeroDivisionError), database.transaction():
                rollback.record(rollback.system("x"), "entry:signed", organisation=school)
                raise ZeroDivisionError
        elif step == "sign":
            seal_once(database)
        elif step == "carry":
            carry(database)
            if present[: len(outside)] == outside:
                outside = present
        else:
            database.dispose()
            source, target = (file, copied[1]) if step == "copy" else (copied[1], file)
            shutil.copy(source, target)
            if step == "copy":
                copied = (present, copied[1])
            else:
                present = copied[0]
    carry(database)
    assert is_rolled_back(database) is (present[: len(outside)] != outside)
    database.dispose()
