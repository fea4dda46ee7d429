"""A backup is taken while people work, comes back on an empty machine, and is proved by opening a record."""

import io
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from app import create_app
from app.audit.broken import TrailBroken
from app.core.database import session
from app.files import service as files
from app.files.models import Attachment
from app.identity.models import SignInSession
from app.upkeep import backup
from app.upkeep.backup import BackupRefused, Places
from app.vault import Damaged
from tests.databases import KINDS, Installation, Server
from tests.world import World, sign_in

PASSPHRASE = "a lantern behind seven doors"
DOCUMENT = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
WORDS = "她说最近睡得好些了"


def places_of(installation: Installation) -> Places:
    settings = installation.settings()
    return Places(settings.home, settings.server_key_file, settings.root_public_file, settings.attachments)


@pytest.fixture
def written(world: World) -> tuple[UUID, UUID, UUID]:
    """Lin has a file of Ana with a signed entry and a document."""
    with world.acting("lin") as lin:
        file = files.open_file(student_id=world.students["ana"], school_id=world.school, by=lin)
        entry = files.begin_entry(file, kind="first", started_at=datetime(2026, 11, 2, 4, tzinfo=UTC), by=lin)
        files.save_entry(entry, body={"concern": WORDS}, revision=entry.revision, by=lin)
        files.sign_entry(entry, revision=entry.revision, by=lin)
        document = files.add_attachment(file, source=io.BytesIO(DOCUMENT), name="日记.pdf", by=lin)
        return file.id, entry.id, document.id


@pytest.fixture
def sealed(world: World, world_installation: Installation, written: object, tmp_path: Path) -> Path:
    """A backup of that installation."""
    output = tmp_path / "xinxia.backup"
    backup.create(world.database, places_of(world_installation), output=output, passphrase=PASSPHRASE)
    return output


@pytest.fixture
def empty(server: Server, tmp_path: Path) -> Iterator[Installation]:
    """An empty machine of the same kind."""
    made = server.create(tmp_path / "empty")
    yield made
    server.drop(made)


@pytest.fixture
def other(servers: Callable[[str], Server], database_kind: str, tmp_path: Path) -> Iterator[Installation]:
    """An empty machine of the other kind: how a district moves from one PC to PostgreSQL, and back."""
    server = servers(next(kind for kind in KINDS if kind != database_kind))
    made = server.create(tmp_path / "other")
    yield made
    server.drop(made)


def restore(installation: Installation, source: Path, passphrase: str = PASSPHRASE) -> None:
    opened = installation.open()
    try:
        backup.restore(opened, places_of(installation), source=source, passphrase=passphrase)
    finally:
        opened.dispose()


def test_lin_signs_in_on_the_new_machine_and_opens_her_record(
    empty: Installation, sealed: Path, written: tuple[UUID, UUID, UUID]
) -> None:
    opens_her_record(empty, sealed, written)


def test_a_district_moves_to_the_other_kind_of_database(
    other: Installation, sealed: Path, written: tuple[UUID, UUID, UUID]
) -> None:
    opens_her_record(other, sealed, written)


def opens_her_record(empty: Installation, sealed: Path, written: tuple[UUID, UUID, UUID]) -> None:
    restore(empty, sealed)
    app = create_app(empty.settings())
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    browser.environ_base["wsgi.url_scheme"] = "https"
    sign_in(browser, "lin")
    file_id, entry_id, document_id = written
    assert WORDS in browser.get(f"/files/{file_id}/entries/{entry_id}").get_data(as_text=True)
    with browser.get(f"/files/{file_id}/documents/{document_id}") as answer:
        assert answer.data == DOCUMENT
    app.database.dispose()
    opened = empty.open()
    assert backup.prove(opened, places_of(empty)).events > 0
    opened.dispose()


def test_the_trail_of_a_restored_backup_that_was_cut_is_found_out(empty: Installation, sealed: Path) -> None:
    restore(empty, sealed)
    opened = empty.open()
    from tests.audit.conftest import behind_the_triggers

    with behind_the_triggers(opened) as connection:
        connection.exec_driver_sql("DELETE FROM trail_leaf WHERE event_id = (SELECT max(event_id) FROM trail_leaf)")
    with pytest.raises(TrailBroken):
        backup.prove(opened, places_of(empty))
    opened.dispose()


def test_nothing_that_was_written_stands_in_the_backup(sealed: Path) -> None:
    content = sealed.read_bytes()
    assert WORDS.encode() not in content and b"\x89" * 4 not in content
    assert not tarfile.is_tarfile(sealed)


def test_another_passphrase_opens_nothing_and_leaves_the_machine_empty(empty: Installation, sealed: Path) -> None:
    with pytest.raises(Damaged):
        restore(empty, sealed, "a lantern behind eight doors")
    restore(empty, sealed)


def test_a_changed_byte_is_found_before_anything_is_restored(empty: Installation, sealed: Path) -> None:
    content = bytearray(sealed.read_bytes())
    content[len(content) // 2] ^= 1
    broken = sealed.with_name("broken.backup")
    broken.write_bytes(content)
    with pytest.raises(Damaged):
        restore(empty, broken)
    restore(empty, sealed)


def test_a_restore_that_was_broken_off_can_be_begun_again(
    empty: Installation, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []

    def fails(table: object, lines: object) -> int:
        taken.append(table)
        if len(taken) > 5:
            raise OSError("no space left on device")
        return real(table, lines)

    real = backup.take_lines
    monkeypatch.setattr(backup, "take_lines", fails)
    with pytest.raises(OSError, match="no space"):
        restore(empty, sealed)
    monkeypatch.undo()
    restore(empty, sealed)


def test_records_that_are_there_are_never_overwritten(
    world: World, world_installation: Installation, sealed: Path
) -> None:
    with pytest.raises(BackupRefused, match="empty"):
        restore(world_installation, sealed)


def test_a_key_file_that_is_there_already_is_put_aside_and_not_lost(empty: Installation, sealed: Path) -> None:
    empty.open().dispose()
    path = empty.settings().server_key_file
    before = path.read_bytes()
    restore(empty, sealed)
    assert path.read_bytes() != before
    (aside,) = path.parent.glob("server.key.before-*")
    assert aside.read_bytes() == before
    assert aside.stat().st_mode & 0o077 == 0


def test_who_had_signed_out_is_not_signed_in_again_by_a_restore(
    world_installation: Installation, written: object, empty: Installation, tmp_path: Path
) -> None:
    app = create_app(world_installation.settings())
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    browser.environ_base["wsgi.url_scheme"] = "https"
    sign_in(browser, "lin")
    backup.create(app.database, places_of(world_installation), output=tmp_path / "kept", passphrase=PASSPHRASE)
    app.database.dispose()
    restore(empty, tmp_path / "kept")
    opened = empty.open()
    with opened.transaction(writes=False):
        assert session().query(SignInSession).count() == 0
    opened.dispose()


def test_a_short_passphrase_and_an_existing_file_are_refused(
    world: World, world_installation: Installation, tmp_path: Path
) -> None:
    with pytest.raises(BackupRefused, match="15"):
        backup.create(world.database, places_of(world_installation), output=tmp_path / "x", passphrase="short")
    (tmp_path / "y").write_text("here already")
    with pytest.raises(BackupRefused, match="not overwritten"):
        backup.create(world.database, places_of(world_installation), output=tmp_path / "y", passphrase=PASSPHRASE)
    assert not (tmp_path / "x").exists()


def test_a_deed_after_the_snapshot_is_not_in_the_backup_and_the_trail_still_fits(
    world: World, world_installation: Installation, sealed: Path, empty: Installation
) -> None:
    with world.acting("lin") as lin:
        files.open_file(student_id=world.students["zoe"], school_id=world.school, by=lin)
    restore(empty, sealed)
    opened = empty.open()
    backup.prove(opened, places_of(empty))
    with opened.transaction(writes=False):
        assert session().query(Attachment).count() == 1
    opened.dispose()
