"""Documents: only what they say they are, sealed before they are stored, downloaded whole or not at all."""

import io
import os
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.access import Actor
from app.core.database import savepoint, session
from app.core.errors import Refusal
from app.files import content, queries, service, store
from app.files.models import Attachment
from app.vault import Damaged
from app.wiring import DOCUMENTS
from tests.files import samples, steps
from tests.world import World

pytestmark = pytest.mark.alike

BrowserOf = Callable[[str], FlaskClient]
KEPT = {
    "letter.pdf": samples.PDF, "drawing.png": samples.png(), "photo.jpg": samples.JPEG, "report.docx": samples.docx(),
}
REFUSED = {
    "a page as a picture": samples.HTML,
    "an active drawing": samples.SVG,
    "a program": b"\x7fELF" + bytes(200),
    "a script": b"#!/bin/sh\nrm -rf /\n",
    "a plain text": "心理".encode(),
    "nothing": b"",
    "an archive": samples.zipped({"a.txt": b"a"}),
    "a workbook": samples.zipped({"[Content_Types].xml": samples.TYPES, "xl/workbook.xml": b"<x/>"}),
    "half a document": samples.docx()[:120],
    "a macro": samples.docx({"word/vbaProject.bin": b"x"}),
    "a macro by another name": samples.docx({"word/settings.bin": b"x"}, types=samples.MACRO_TYPES),
    "a macro named in UTF-16": samples.docx(types=samples.MACRO_TYPES.decode().encode("utf-16-le")),
    "a control": samples.docx({"word/activeX/activeX1.bin": b"x"}),
    "an embedded program": samples.docx({"word/embeddings/oleObject1.bin": b"x"}),
    "a list of types without end": samples.docx(types=samples.TYPES + b" " * 300_000),
    "thousands of parts": samples.docx({f"word/{n}.xml": b"" for n in range(2_001)}),
    "300,000 parts": samples.many_parts(),
    "parts packed in an unusual way": samples.docx(packed=zipfile.ZIP_LZMA),
    "an old Word document": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
}


def upload(browser: FlaskClient, file_id: UUID, name: str, document: bytes) -> Any:
    """Send a document through the page."""
    boundary, body = encode_multipart({"document": FileStorage(io.BytesIO(document), name)})
    return browser.post(
        f"/files/{file_id}/documents", data=body, content_type=f'multipart/form-data; boundary="{boundary}"'
    )


def keep(world: World, file_id: UUID, document: bytes = samples.PDF, name: str = "letter.pdf") -> UUID:
    """Let Lin keep a document."""
    with world.acting("lin") as lin:
        return service.add_attachment(steps.file(file_id), source=io.BytesIO(document), name=name, by=lin).id


def stored(world: World) -> list[Path]:
    """Return every file in the store."""
    return sorted(path for path in Path(world.database.info["attachments"]).rglob("*") if path.is_file())


@pytest.mark.parametrize("name", KEPT)
def test_a_document_goes_in_and_comes_out_as_it_was(
    world: World, browser_of: BrowserOf, anas: UUID, name: str
) -> None:
    lin = browser_of("lin")
    assert upload(lin, anas, name, KEPT[name]).status_code == 303
    page = lin.get(f"/files/{anas}/documents").get_data(as_text=True)
    assert name in page
    with world.acting("lin"):
        kept = queries.attachments_of(steps.file(anas))[0].id
    answer = lin.get(f"/files/{anas}/documents/{kept}")
    assert answer.get_data() == KEPT[name]
    assert answer.headers["Content-Length"] == str(len(KEPT[name]))


def test_it_is_never_shown_inside_a_page(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    answer = browser_of("lin").get(f"/files/{anas}/documents/{keep(world, anas)}", buffered=True)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_asking_for_its_head_alone_leaves_no_file_open(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    kept = keep(world, anas)
    answer = browser_of("lin").head(f"/files/{anas}/documents/{kept}", buffered=True)
    assert answer.headers["Content-Length"] == str(len(samples.PDF))
    assert answer.get_data() == b""
    descriptors = (os.readlink(path) for path in Path("/proc/self/fd").iterdir() if path.is_symlink())
    assert not [path for path in descriptors if path.endswith(kept.hex)]


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_something_else_inside_is_refused(
    world: World, browser_of: BrowserOf, anas: UUID, what: str
) -> None:
    for name in ("letter.pdf", "letter.docx"):
        assert upload(browser_of("lin"), anas, name, REFUSED[what]).status_code == 422
    assert stored(world) == []
    assert not world.events("attachment:added")


def test_a_bomb_is_refused_without_being_unpacked(world: World, anas: UUID) -> None:
    bomb = samples.bomb()
    assert len(bomb) < 1024 * 1024
    began = time.process_time()
    with pytest.raises(content.WrongKind), world.acting("lin") as lin:
        service.add_attachment(steps.file(anas), source=io.BytesIO(bomb), name="a.docx", by=lin)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("upload_", [None, ("", b""), ("letter.pdf", b"")])
def test_choosing_nothing_is_said(browser_of: BrowserOf, anas: UUID, upload_: tuple[str, bytes] | None) -> None:
    lin = browser_of("lin")
    answer = upload(lin, anas, *upload_) if upload_ else lin.post(f"/files/{anas}/documents", data={})
    assert answer.status_code == 422


def test_fifteen_megabytes_are_the_most(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    largest = samples.PDF + bytes(content.LIMIT - len(samples.PDF))
    assert upload(lin, anas, "a.pdf", largest + b"x").status_code == 422
    assert stored(world) == []
    assert upload(lin, anas, "a.pdf", largest).status_code == 303


def test_a_request_beyond_all_measure_is_refused_before_it_is_read(browser_of: BrowserOf, anas: UUID) -> None:
    assert upload(browser_of("lin"), anas, "a.pdf", bytes(21 * 1024 * 1024)).status_code == 413


def test_the_schools_share_of_the_disk_ends(world: World, anas: UUID) -> None:
    world.database.info["attachment_quota"] = 5_000
    keep(world, anas)
    with pytest.raises(service.NoRoomLeft):
        keep(world, anas, samples.PDF + bytes(6_000))
    kais = steps.open_file(world, "tan", "kai")
    with world.acting("tan") as tan:
        service.add_attachment(steps.file(kais), source=io.BytesIO(samples.PDF), name="a.pdf", by=tan)


def test_an_upload_never_touches_the_disk_before_it_is_sealed(app: Flask) -> None:
    """Otherwise Werkzeug keeps everything above 500 kB in a temporary file."""
    boundary, body = encode_multipart({"document": FileStorage(io.BytesIO(bytes(3 * 1024 * 1024)), "a.pdf")})
    with app.test_request_context(
        "/", method="POST", data=body, content_type=f'multipart/form-data; boundary="{boundary}"'
    ) as context:
        assert isinstance(context.request.files["document"].stream, io.BytesIO)


def test_what_lies_in_the_store_is_sealed_and_nameless(world: World, anas: UUID) -> None:
    kept = keep(world, anas, samples.PDF + b"she drew a house", name="house of Ana.pdf")
    [path] = stored(world)
    assert path.name == kept.hex
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"house" not in path.read_bytes()
    assert b"PDF" not in path.read_bytes()


@pytest.mark.parametrize(("given_", "kept"), [
    ("../../etc/passwd", "passwd.pdf"), ("..\\..\\boot.ini", "boot.ini.pdf"),
    ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
    ("陈子涵的画.pdf", "陈子涵的画.pdf"), ('a".pdf', 'a".pdf'), ("a.pdf.exe", "a.pdf.exe.pdf"), ("...", "document.pdf"),
    ("x" * 500 + ".pdf", "x" * 120 + ".pdf"), ("", "document.pdf"), ("\u202egnp.exe.pdf", "gnp.exe.pdf"),
])
def test_a_name_is_made_harmless(given_: str, kept: str) -> None:
    assert content.plain_name(given_, "application/pdf") == kept


def test_a_name_in_chinese_is_downloaded_in_chinese(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    kept = keep(world, anas, name='她的"画".pdf')
    header = browser_of("lin").get(f"/files/{anas}/documents/{kept}", buffered=True).headers["Content-Disposition"]
    assert header == "attachment; filename=\"document.pdf\"; filename*=UTF-8''%E5%A5%B9%E7%9A%84%22%E7%94%BB%22.pdf"


@pytest.mark.parametrize("who", ["tan", "cruz", "gao", "pia", "sam", "dee", "eve", "root", "bo"])
def test_others_neither_see_nor_open_nor_add(world: World, browser_of: BrowserOf, anas: UUID, who: str) -> None:
    kept = keep(world, anas)
    browser = browser_of(who)
    assert browser.get(f"/files/{anas}/documents").status_code == 404
    assert browser.get(f"/files/{anas}/documents/{kept}").status_code == 404
    assert upload(browser, anas, "a.pdf", samples.PDF).status_code == 404


def test_bo_with_a_reason_reads_but_does_not_add(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    kept = keep(world, anas)
    steps.give_reason(world, "bo", anas)
    bo = browser_of("bo")
    assert bo.get(f"/files/{anas}/documents/{kept}").get_data() == samples.PDF
    assert "Seal" not in bo.get(f"/files/{anas}/documents").get_data(as_text=True)
    assert upload(bo, anas, "a.pdf", samples.PDF).status_code == 404


def test_another_files_document_is_not_found_in_this_one(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    kept = keep(world, steps.open_file(world, "lin", "zoe"))
    assert browser_of("lin").get(f"/files/{anas}/documents/{kept}").status_code == 404


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_byte_a_cut_or_a_longer_file_is_never_handed_out(world: World, anas: UUID, data: Any) -> None:
    with world.acting("lin"):
        known = [attachment.id for attachment in queries.attachments_of(steps.file(anas))]
    kept = known[0] if known else keep(world, anas, samples.PDF + os.urandom(150_000))
    [path] = stored(world)
    sealed = path.read_bytes()
    at = data.draw(st.integers(0, len(sealed) - 1))
    damaged = data.draw(st.sampled_from([
        sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1:], sealed[:at], sealed + b"\0", b"",
    ]))
    path.write_bytes(damaged)
    try:
        with world.acting("lin") as lin, pytest.raises(Damaged):
            service.read_attachment(session().get_one(Attachment, kept), by=lin)
    finally:
        path.write_bytes(sealed)


def test_a_damaged_document_is_said_on_a_page_and_the_others_open(
    world: World, browser_of: BrowserOf, anas: UUID
) -> None:
    first, second = keep(world, anas, samples.PDF + b"1"), keep(world, anas, samples.PDF + b"2")
    with world.acting("lin"):
        path = store.path_of(first)
    path.write_bytes(path.read_bytes()[:-1])
    lin = browser_of("lin")
    answer = lin.get(f"/files/{anas}/documents/{first}")
    assert answer.status_code == 500
    assert "已损坏" in answer.get_data(as_text=True)
    assert lin.get(f"/files/{anas}/documents/{second}").get_data() == samples.PDF + b"2"
    path.unlink()
    assert "已损坏" in lin.get(f"/files/{anas}/documents/{first}").get_data(as_text=True)


def test_a_document_moved_into_anothers_place_does_not_open(world: World, anas: UUID) -> None:
    first, second = keep(world, anas), keep(world, anas)
    with world.acting("lin") as lin:
        store.path_of(second).write_bytes(store.path_of(first).read_bytes())
        with pytest.raises(Damaged):
            service.read_attachment(session().get_one(Attachment, second), by=lin)


@pytest.mark.unlike
def test_what_was_rolled_back_leaves_no_document(world: World, anas: UUID) -> None:
    class Lost(Exception):
        pass

    with pytest.raises(Lost), world.acting("lin") as lin:
        service.add_attachment(steps.file(anas), source=io.BytesIO(samples.PDF), name="a.pdf", by=lin)
        assert len(stored(world)) == 1
        raise Lost
    assert stored(world) == []


@pytest.mark.unlike
def test_a_document_goes_with_the_savepoint_around_it_and_with_no_other(world: World, anas: UUID) -> None:
    class Lost(Exception):
        pass

    def add(by: Actor) -> None:
        service.add_attachment(steps.file(anas), source=io.BytesIO(samples.PDF), name="a.pdf", by=by)

    with pytest.raises(Lost), world.acting("lin") as lin:
        with savepoint():
            add(lin)
        assert len(stored(world)) == 1
        raise Lost
    assert stored(world) == [], "a savepoint that was released is no commit"
    with world.acting("lin") as lin:
        add(lin)
        with suppress(Lost), savepoint():
            with savepoint():
                add(lin)
            assert len(stored(world)) == 2
            raise Lost
        assert len(stored(world)) == 1, "what was added before the savepoint stays"
    assert len(stored(world)) == 1


def test_what_could_not_be_written_leaves_no_document(
    world: World, anas: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(store.NotStored), world.acting("lin") as lin:
        service.add_attachment(steps.file(anas), source=io.BytesIO(samples.PDF), name="a.pdf", by=lin)
    assert stored(world) == []


def test_a_full_disk_is_one_clear_page(
    world: World, browser_of: BrowserOf, anas: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    lin = browser_of("lin")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.os, "fsync", full)
    answer = upload(lin, anas, "a.pdf", samples.PDF)
    monkeypatch.undo()
    assert answer.status_code == 503
    assert stored(world) == []
    assert not world.events("attachment:added")
    assert upload(lin, anas, "a.pdf", samples.PDF).status_code == 303


def test_what_a_killed_process_left_is_swept_and_what_is_kept_stays(world: World, anas: UUID) -> None:
    kept = keep(world, anas)
    folder = Path(world.database.info["attachments"])
    orphan = folder / "ab" / uuid4().hex
    draft = folder / "ab" / f"{uuid4().hex}.part"
    note = folder / "README"
    orphan.parent.mkdir(parents=True, exist_ok=True)
    for path in (orphan, draft, note):
        path.write_bytes(b"x")
    assert store.sweep(world.database, kept_by=DOCUMENTS) == 0
    assert store.sweep(world.database, kept_by=DOCUMENTS, older_than=-1) == 2
    assert {path.name for path in stored(world)} == {kept.hex, "README"}


def test_the_trail_keeps_who_added_and_who_opened_what(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    kept = keep(world, anas, name="house of Ana.pdf")
    browser_of("lin").get(f"/files/{anas}/documents/{kept}", buffered=True)
    for event in (world.events("attachment:added")[0], world.events("attachment:opened")[0]):
        assert event.subject_id == anas
        assert kept.hex.encode() in event.body
        assert b"house" not in event.body


def test_every_refusal_of_a_document_is_one_sentence() -> None:
    for refusal in (content.WrongKind, content.ActiveContent, content.DocumentTooLarge, service.NoRoomLeft):
        assert issubclass(refusal, Refusal)
        assert refusal.words.endswith(".")
