"""Documents kept with a file: checked by content, sealed while they are read, never plain on disk."""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import magic
from sqlalchemy import func, select

from app import audit, vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Invalid, TooLarge
from app.core.ids import new_id
from app.core.words import N_
from app.files.models import Attachment, StudentFile
from app.files.policy import ATTACH, READ_ATTACHMENT
from app.vault.streams import open_stream, seal_stream

LIMIT = 15 * 1024 * 1024
"""The largest document in bytes (Xinxia's own default)."""
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
KINDS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png", _DOCX: ".docx"}
_MOST_UNPACKED = 200 * 1024 * 1024


class WrongKind(Invalid):
    """Only documents that are what they say."""

    words = N_("Only PDF, Word (docx), JPEG and PNG documents can be kept here. This one is something else inside.")


class DocumentTooLarge(TooLarge):
    """More than one document may hold."""

    words = N_("A document may be up to 15 MB.")


class NoRoomLeft(TooLarge):
    """The school's share of the disk is used up."""

    words = N_("There is no room left for documents. Please tell your administrator.")


def add_attachment(file: StudentFile, *, source: IO[bytes], name: str, by: Actor) -> Attachment:
    """Check a document by its content, seal it into the store, and keep its name sealed with the file."""
    ATTACH.demand(by, file)
    size = _size_of(source)
    if size > LIMIT:
        raise DocumentTooLarge()
    kind = kind_of(source)
    used = session().scalar(select(func.coalesce(func.sum(Attachment.stored_size), 0))) or 0
    if used + size > session().info["attachment_quota"]:
        raise NoRoomLeft()
    attachment = Attachment(
        id=new_id(), school_id=file.school_id, file_id=file.id, author_id=by.person_id, added_at=clock.now()
    )
    attachment.file = file
    key = by.ring.open(file.id)
    vault.write(attachment, "details", {"name": _plain_name(name, kind), "kind": kind, "size": size}, key)
    attachment.stored_size = _store(attachment, key, source)
    session().add(attachment)
    session().flush()
    audit.record(
        by, "attachment:added", organisation=file.school_id, subject=("student_file", file.id),
        attachment=attachment.id,
    )
    return attachment


def read_attachment(attachment: Attachment, *, by: Actor) -> tuple[dict[str, Any], Iterator[bytes]]:
    """Return name, kind and size of a document and its content, a verified chunk at a time."""
    READ_ATTACHMENT.demand(by, attachment)
    key = by.ring.open(attachment.file_id)
    details: dict[str, Any] = vault.read(attachment, "details", key)
    return details, _stream(path_of(attachment), key, _aad(attachment))


def details_of(attachments: list[Attachment], *, by: Actor) -> list[tuple[Attachment, dict[str, Any]]]:
    """Return these documents with their names, for a list."""
    keys = by.ring.open_many({attachment.file_id for attachment in attachments})
    return [(a, vault.read(a, "details", keys[a.file_id])) for a in attachments if a.file_id in keys]


def kind_of(source: IO[bytes]) -> str:
    """Return the media type a document has by its content; raises WrongKind."""
    source.seek(0)
    kind = magic.from_buffer(source.read(8192), mime=True)
    source.seek(0)
    if kind in ("application/zip", "application/octet-stream", _DOCX):
        kind = _DOCX if _is_docx(source) else ""
    if kind not in KINDS:
        raise WrongKind()
    return kind


def path_of(attachment: Attachment) -> Path:
    """Return where a document lies sealed; the server makes the name (ASVS V5.3.2)."""
    folder: Path = session().info["attachments"]
    return folder / attachment.id.hex[-2:] / attachment.id.hex


def _is_docx(source: IO[bytes]) -> bool:
    try:
        with zipfile.ZipFile(source) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            unpacked = sum(part.file_size for part in parts)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    finally:
        source.seek(0)
    # A macro makes a document a program; an absurd ratio makes it a bomb.
    active = any(name.lower().endswith("vbaproject.bin") for name in names)
    return "word/document.xml" in names and not active and unpacked <= _MOST_UNPACKED


def _size_of(source: IO[bytes]) -> int:
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    return size


def _plain_name(name: str, kind: str) -> str:
    """Keep a name for the person who downloads it: no folders, no controls, the right ending."""
    stem = "".join(c for c in name.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable())[:120]
    ending = KINDS[kind]
    return stem if stem.lower().endswith((ending, ".jpeg")) else f"{stem or 'document'}{ending}"


def _aad(attachment: Attachment) -> bytes:
    return b"xinxia/1/attachment" + attachment.id.bytes + attachment.file_id.bytes


def _store(attachment: Attachment, key: vault.ObjectKey, source: IO[bytes]) -> int:
    path = path_of(attachment)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(".part")
    try:
        with draft.open("xb") as sink:
            seal_stream(key.secret, key.object_id, key.epoch, source, sink, _aad(attachment))
            sink.flush()
            os.fsync(sink.fileno())
            size = sink.tell()
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return size


def _stream(path: Path, key: vault.ObjectKey, aad: bytes) -> Iterator[bytes]:
    """Return the chunks of a document; one that does not fit its place raises here, before any answer."""
    source = path.open("rb")
    try:
        chunks = open_stream(key.secret, key.object_id, key.epoch, source, aad)
    except BaseException:
        source.close()
        raise
    return _closing(source, chunks)


def _closing(source: IO[bytes], chunks: Iterator[bytes]) -> Iterator[bytes]:
    with source:
        yield from chunks
