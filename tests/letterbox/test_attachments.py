"""What goes along with a letter: known by content, without what a camera wrote into it, open to its readers alone."""

import io
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.database import session
from app.core.errors import Missing
from app.files import store
from app.letterbox.models import Letter, LetterAttachment
from app.letterbox.queries import attachments_of, get_attachment
from app.letterbox.service import answering, attaching, returning
from app.letterbox.service.attaching import Upload
from app.vault import Damaged
from app.wiring import DOCUMENTS
from tests.files import samples
from tests.files.test_pictures import PLACE, exif, photo
from tests.letterbox.conftest import GRAVE, TEXT, Post, Posted, come_back, letter_of
from tests.letterbox.test_child_pages import Child, address, child, child_of
from tests.world import World

__all__ = ["address", "child", "child_of"]
BrowserOf = Callable[[str], FlaskClient]
VOICE = b"\x00\x00\x00\x1cftypM4A \x00\x00\x02\x00M4A isomiso2" + b"\x00\x00\x00\x48mdat" + b"\x01" * 64


def file(name: str = "photo.jpg", content: bytes = b"") -> Upload:
    return Upload(name, io.BytesIO(content or photo(exif(6))))


def contents(world: World, posted: Posted, by: str) -> list[tuple[str, bytes]]:
    with world.acting(by) as reader:
        found = [attaching.read_attachment(one, by=reader) for one in attachments_of(posted.id)]
        return [(details["name"], b"".join(chunks)) for details, chunks in found]


def kept(world: World) -> int:
    with world.database.transaction(writes=False):
        return session().scalar(select(func.count()).select_from(LetterAttachment)) or 0


@pytest.fixture
def quota(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the school have so much room for files."""
    return lambda size: monkeypatch.setitem(world.database.info, "attachment_quota", size)


def test_a_photo_arrives_and_says_nothing_of_where_it_was_taken(world: World, post: Post) -> None:
    posted = post(uploads=[file(), file("voice.m4a", VOICE)])
    (name, shown), (_voice, said) = contents(world, posted, "lin")
    assert name == "photo.jpg" and PLACE not in shown and shown.startswith(samples.JPEG[:2])
    assert said == VOICE
    folder = Path(world.database.info["attachments"])
    assert [path for path in folder.rglob("*") if path.is_file() and samples.JPEG[:20] in path.read_bytes()] == []


def test_more_can_follow_with_more_files(world: World, post: Post) -> None:
    posted = post(uploads=[file()])
    with world.database.transaction():
        opened = come_back(world, posted)
        returning.go_on(opened, TEXT, files=attaching.checked([file("second.png", samples.png())]))
        files = attaching.files_by_message(opened.letter, opened.key)
        assert [len(files[one.message.id]) for one in returning.thread(opened)] == [1, 1]
    assert [name for name, _content in contents(world, posted, "bo")] == ["photo.jpg", "second.png"]


@pytest.mark.parametrize("name", ["pia", "gao", "cruz", "dee", "tan", "sam", "root", "eve"])
def test_others_get_no_file(world: World, post: Post, browser_of: BrowserOf, name: str) -> None:
    posted = post(uploads=[file()])
    with world.database.transaction(writes=False):
        attachment = attachments_of(posted.id)[0].id
    with world.acting(name) as by, pytest.raises(Missing):
        attaching.read_attachment(get_attachment(posted.id, attachment), by=by)
    assert browser_of(name).get(f"/letters/{posted.id}/files/{attachment}").status_code == 404


def test_it_is_handed_out_as_a_download_and_that_is_on_record(
    world: World, post: Post, browser_of: BrowserOf
) -> None:
    posted, other = post(uploads=[file()]), post()
    with world.database.transaction(writes=False):
        attachment = attachments_of(posted.id)[0].id
    answer = browser_of("lin").get(f"/letters/{posted.id}/files/{attachment}", buffered=True)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment") and "sandbox" in str(answer.headers)
    assert [event.subject_id for event in world.events("letter:document_opened")] == [posted.id]
    assert browser_of("lin").get(f"/letters/{other.id}/files/{attachment}").status_code == 404


def test_a_file_put_in_the_place_of_another_is_not_handed_out(world: World, post: Post) -> None:
    one, other = post(uploads=[file()]), post(uploads=[file("other.png", samples.png())])
    with world.database.transaction(writes=False):
        first, second = (store.path_of(attachments_of(posted.id)[0].id) for posted in (one, other))
    first.write_bytes(second.read_bytes())
    with pytest.raises(Damaged):
        contents(world, one, "lin")


@pytest.mark.parametrize(("files", "refusal"), [
    ([("a.svg", samples.SVG)], attaching.WrongKind), ([("photo.jpg", samples.HTML)], attaching.WrongKind),
    ([(f"{number}.png", samples.png()) for number in range(4)], attaching.TooMany),
])
def test_what_does_not_go_along_is_said(post: Post, files: list[tuple[str, bytes]], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        post(uploads=[file(*one) for one in files])


def test_a_full_disk_keeps_files_out_and_never_a_letter(
    world: World, post: Post, quota: Callable[[int], None]
) -> None:
    quota(10)
    with pytest.raises(attaching.NoRoom):
        post(uploads=[file()])
    assert letter_of_anything(world, post()) is not None


def stored(world: World) -> int:
    with world.database.transaction(writes=False):
        return session().scalar(select(func.sum(LetterAttachment.stored_size))) or 0


def test_letters_that_nobody_has_opened_fill_half_the_room_and_no_more(
    world: World, post: Post, quota: Callable[[int], None]
) -> None:
    known = post(uploads=[file()])
    one = stored(world)
    with world.acting("lin") as lin:
        answering.take_up(letter_of(known), by=lin)
    quota(8 * one)
    for _ in range(4):
        post(uploads=[file()])
    with pytest.raises(attaching.NoRoom):
        post(uploads=[file()])
    post(GRAVE, uploads=[file()])
    with world.database.transaction():
        returning.go_on(come_back(world, known), TEXT, files=attaching.checked([file()]))
    assert stored(world) == 7 * one


def test_whoever_writes_on_and_on_fills_no_disk(
    world: World, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted = post(uploads=[file()])
    monkeypatch.setattr(attaching, "MOST_OF_A_LETTER", 2 * stored(world))
    for expected in (nullcontext(), pytest.raises(attaching.NoRoom)):
        with expected, world.database.transaction():
            returning.go_on(come_back(world, posted), TEXT, files=attaching.checked([file()]))
    assert post(uploads=[file()])


def test_a_file_is_whole_when_its_request_was_run_again(world: World, post: Post) -> None:
    posted, again = post(), attaching.checked([file("voice.m4a", VOICE)])
    for fails in (True, False):
        with suppress(ZeroDivisionError), world.database.transaction():
            returning.go_on(come_back(world, posted), TEXT, files=again)
            assert not fails or 1 / 0
    assert contents(world, posted, "lin") == [("voice.m4a", VOICE)]


def letter_of_anything(world: World, posted: Posted) -> UUID:
    with world.database.transaction(writes=False):
        return letter_of(posted).id


def test_what_a_letter_names_is_not_swept(world: World, post: Post) -> None:
    posted = post(uploads=[file()])
    assert store.sweep(world.database, kept_by=DOCUMENTS, older_than=-1) == 0
    assert len(contents(world, posted, "lin")) == 1


def letters_in(world: World) -> int:
    with world.database.transaction(writes=False):
        return session().scalar(select(func.count()).select_from(Letter)) or 0


def test_a_child_sends_a_photo_and_a_wrong_file_loses_nothing(world: World, child: Child) -> None:
    child.answers_all()
    wrong: Any = child.sends("/send", files=(io.BytesIO(samples.SVG), "a.svg"))
    assert wrong.status_code == 422 and "不要附上它" in wrong.get_data(as_text=True) and letters_in(world) == 0
    sent = child.sends("/send", files=[(io.BytesIO(photo(exif(1))), "photo.jpg"), (io.BytesIO(samples.PDF), "b.pdf")])
    assert sent.status_code == 303 and (letters_in(world), kept(world)) == (1, 2)


def test_what_may_be_an_emergency_is_sent_even_when_no_file_can_go_along(
    world: World, child: Child, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions["database"].info, "attachment_quota", 10)
    child.answers_all()
    refused = child.sends("/send", files=(io.BytesIO(photo(exif(1))), "photo.jpg"))
    assert refused.status_code == 422 and "现在放不下文件了" in refused.get_data(as_text=True)
    child.sends("/2", text=GRAVE)
    assert child.sends("/send", files=(io.BytesIO(photo(exif(1))), "photo.jpg")).location.endswith("/code")
    assert (letters_in(world), kept(world)) == (1, 0)
    assert "文件没有送到" in child.text("/code")
    code = child.code()
    child.sends("/code", printed="yes")
    assert "文件没有送到" in child.text("/done")
    child.comes_back(code)
    assert child.sends("/more", text=TEXT, files=(io.BytesIO(samples.SVG), "a.svg")).status_code == 422
    assert child.sends("/more", text=GRAVE, files=(io.BytesIO(samples.SVG), "a.svg")).status_code == 303
    assert "文件没有送到" in child.text("/thread")
    assert child.sends("/more", text=TEXT).status_code == 303
    assert "文件没有送到" not in child.text("/thread")


def test_the_child_sees_what_went_along(world: World, post: Post, child: Child) -> None:
    posted = post(uploads=[file("drawing.jpg")])
    assert child.sends("/back", code=posted.code).status_code == 303
    page = child.text("/thread")
    assert "drawing.jpg" in page and str(posted.id) not in page
