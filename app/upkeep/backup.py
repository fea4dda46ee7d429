"""A backup: one consistent view of the database with documents and keys, sealed under a passphrase."""

import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from app.audit.checkpoint import from_file, to_file
from app.audit.heads import hand_out_notes
from app.audit.sealer import seal_now
from app.audit.verify import Verified, verify
from app.core import clock
from app.core.database import Database, session
from app.core.disk import write_whole
from app.core.migrating import current, upgrade
from app.upkeep.dump import count_on, is_empty, lines_of, tables, take_lines
from app.vault.backups import open_backup, seal_backup

_FORMAT = 1


class BackupRefused(Exception):
    """A backup that cannot be made or restored; the message says why in one sentence."""


@dataclass(frozen=True)
class Contents:
    """What a backup held: rows by table, documents, and what the trail's verification found."""

    rows: int
    documents: int
    verified: Verified


@dataclass(frozen=True)
class Places:
    """Where an installation keeps what is not in its database."""

    home: Path
    server_key: Path
    root_public: Path
    attachments: Path


def create(database: Database, places: Places, *, output: Path, passphrase: str) -> int:
    """Write a sealed backup while the server runs, and return how many rows it holds.

    Rows are read in one snapshot; documents are sealed files that never change once they are there.
    """
    if len(passphrase) < 15:
        raise BackupRefused("a backup needs a passphrase of at least 15 characters")
    if output.exists():
        raise BackupRefused(f"{output} is there already and is not overwritten")
    seal_now(database)
    with database.transaction():
        checkpoints = to_file(hand_out_notes())
    with tempfile.TemporaryFile(dir=places.home) as spool:
        rows = _pack(database, places, spool, checkpoints)
        spool.seek(0)
        draft = output.with_name(output.name + ".part")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as sink:
            seal_backup(passphrase, spool, sink, cost=database.info["kdf_cost"])
            sink.flush()
            os.fsync(sink.fileno())
        draft.replace(output)
    return rows


def restore(database: Database, places: Places, *, source: Path, passphrase: str) -> None:
    """Put a backup into an empty database and a home; a file that is there already is put aside, never overwritten."""
    if not is_empty(database):
        raise BackupRefused("this database holds records; a backup is restored into an empty one")
    with tempfile.TemporaryFile(dir=places.home) as spool:
        with source.open("rb") as sealed:
            for chunk in open_backup(passphrase, sealed):
                spool.write(chunk)
        spool.seek(0)
        with tarfile.open(fileobj=spool, mode="r:") as archive:
            _unpack(database, places, archive)


def prove(database: Database, places: Places) -> Verified:
    """Verify the restored trail against the checkpoints that came with the backup."""
    notes = from_file((places.home / "restored-checkpoints.txt").read_text("utf-8"))
    with database.transaction(writes=False):
        return verify(notes)


def _pack(database: Database, places: Places, spool: BinaryIO, checkpoints: str) -> int:
    counts: dict[str, int] = {}
    with tarfile.open(fileobj=spool, mode="w") as archive:
        with database.snapshot():
            revision = current(database)
            for table in tables():
                counts[table.name] = _pack_table(archive, table, places.home)
        for path in _documents(places.attachments):
            archive.add(path, f"attachments/{path.relative_to(places.attachments)}", recursive=False)
        _pack_bytes(archive, "keys/server.key", places.server_key.read_bytes())
        if places.root_public.is_file():
            _pack_bytes(archive, "keys/root.pub", places.root_public.read_bytes())
        _pack_bytes(archive, "checkpoints.txt", checkpoints.encode())
        manifest: dict[str, Any] = {
            "format": _FORMAT, "schema": revision, "made_at": clock.now().isoformat(), "rows": counts,
        }
        _pack_bytes(archive, "manifest.json", json.dumps(manifest, indent=1).encode())
    return sum(counts.values())


def _pack_table(archive: tarfile.TarFile, table: Any, folder: Path) -> int:
    count = 0
    with tempfile.TemporaryFile(dir=folder) as lines:
        for line in lines_of(table):
            lines.write(line.encode() + b"\n")
            count += 1
        entry = tarfile.TarInfo(f"tables/{table.name}.jsonl")
        entry.size = lines.tell()
        lines.seek(0)
        archive.addfile(entry, lines)
    return count


def _pack_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _documents(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".part")


def _unpack(database: Database, places: Places, archive: tarfile.TarFile) -> None:
    manifest = json.loads(_content(archive, "manifest.json"))
    if manifest["format"] != _FORMAT:
        raise BackupRefused("this backup was made by another version; restore it with that version")
    # The rows come last: until they are committed the database is empty, and the same restore can be begun again.
    for name in archive.getnames():
        if name.startswith("attachments/"):
            _write(places.attachments / Path(name).relative_to("attachments"), archive, name)
    _write(places.server_key, archive, "keys/server.key")
    if "keys/root.pub" in archive.getnames():
        _write(places.root_public, archive, "keys/root.pub")
    _write(places.home / "restored-checkpoints.txt", archive, "checkpoints.txt")
    upgrade(database, manifest["schema"])
    with database.transaction():
        for table in tables():
            member = archive.extractfile(f"tables/{table.name}.jsonl")
            if member is not None:
                taken = take_lines(table, (line.decode() for line in member))
                if taken != manifest["rows"][table.name]:
                    raise BackupRefused(f"the backup is not whole: {table.name}")
        count_on()
        session().flush()
    upgrade(database)


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise BackupRefused(f"the backup is not whole: {name}")
    return member.read()


def _write(path: Path, archive: tarfile.TarFile, name: str) -> None:
    """Write a file of the backup; names come from an archive that authenticated, and stay inside all the same."""
    if ".." in Path(name).parts or Path(name).is_absolute():
        raise BackupRefused("the backup names a file outside its place")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = _content(archive, name)
    _put_aside(path, content)
    write_whole(path, content)


def _put_aside(path: Path, content: bytes) -> None:
    """Keep a file that is there already and is another one: a key file can be the only one of its kind."""
    if path.exists() and path.read_bytes() != content:
        path.rename(path.with_name(f"{path.name}.before-{clock.now():%Y%m%dT%H%M%S}"))
