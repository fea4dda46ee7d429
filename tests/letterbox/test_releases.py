"""What leaves the room of a letter: to one person, on a ground, signed, never changed, and its writer sees it."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.core.database import session
from app.core.errors import Missing
from app.letterbox.models import LetterRelease
from app.letterbox.queries import get_release
from app.letterbox.service import answering, releasing
from app.notifications.models import Notice
from tests.letterbox.conftest import GRAVE, TEXT, Post, Posted, letter_of
from tests.letterbox.test_child_pages import Child, address, child, child_of
from tests.world import World

__all__ = ["address", "child", "child_of"]
BrowserOf = Callable[[str], FlaskClient]
WORDS = "请今天放学后陪这位同学到心灵屋来。"


def told(world: World, posted: Posted, to: str = "gao", by: str = "lin", basis: str = "CONSENT") -> UUID:
    with world.acting(by) as doer:
        return releasing.release(letter_of(posted), to=world.people[to], basis=basis, words=WORDS, by=doer).id


def test_gao_reads_what_was_told_and_not_the_letter(world: World, post: Post) -> None:
    posted = post()
    released = told(world, posted)
    with world.acting("gao") as gao:
        assert releasing.words_of(get_release(released), by=gao) == (WORDS, True)
        with pytest.raises(Missing):
            answering.read(letter_of(posted), by=gao)
    with world.database.transaction(writes=False):
        notices = session().scalars(select(Notice.person_id).where(Notice.kind == "letter:released")).all()
        assert notices == [world.people["gao"]]
    (event,) = world.events("letter:released")
    assert event.codes["basis"] == "CONSENT" and WORDS not in event.body.decode()


@pytest.mark.parametrize("name", ["cruz", "pia", "dee", "tan", "sam", "eve", "root"])
def test_nobody_else_reads_it(world: World, post: Post, name: str) -> None:
    released = told(world, post())
    with world.acting(name) as by, pytest.raises(Missing):
        releasing.words_of(get_release(released), by=by)


@pytest.mark.parametrize("name", ["pia", "gao", "cruz", "dee", "tan", "sam", "eve", "root"])
def test_only_the_room_tells(world: World, post: Post, name: str) -> None:
    posted = post()
    with world.acting(name) as by, pytest.raises(Missing):
        releasing.release(letter_of(posted), to=world.people["cruz"], basis="CONSENT", words=WORDS, by=by)


@pytest.mark.parametrize("to", ["gao", "bo", "lin", "tan", "quill"])
def test_who_must_not_learn_of_it_reads_it_anyway_or_works_elsewhere_is_not_told(
    world: World, post: Post, to: str
) -> None:
    posted = post(excluded=[world.people["gao"]])
    with pytest.raises(releasing.CannotTell):
        told(world, posted, to=to)


def test_sql_does_not_change_what_was_told(world: World, post: Post) -> None:
    released = told(world, post())
    for deed in ("UPDATE letter_release SET basis_code = 'OWN_SAFETY_LETTER'", "DELETE FROM letter_release"):
        with pytest.raises(DBAPIError), world.database.transaction():
            session().execute(text(deed))
    with world.database.transaction(writes=False):
        assert session().get_one(LetterRelease, released).basis_code == "CONSENT"


def test_the_writer_sees_who_was_told_and_why(world: World, post: Post, child: Child) -> None:
    posted = post(GRAVE)
    told(world, posted, basis="OWN_SAFETY_LETTER")
    assert child.sends("/back", code=posted.code).status_code == 303
    page = child.text("/thread")
    assert "Gao" in page and "为了你的安全" in page and WORDS not in page


def test_the_pages_keep_what_was_typed_and_say_what_is_missing(
    world: World, post: Post, browser_of: BrowserOf
) -> None:
    posted, lin = post(excluded=[world.people["pia"]]), browser_of("lin")
    where = f"/letters/{posted.id}/release"
    page = lin.get(where).get_data(as_text=True)
    assert world.people["gao"].hex in page and world.people["pia"].hex not in page and TEXT not in page
    assert "被告知的人" in page and "Bo" in page, "who will be able to read it"
    for wrong in ({}, {"to": world.people["pia"].hex, "basis": "CONSENT"}, {"to": "x", "basis": "CONSENT"}):
        answer = lin.post(where, data={"words": WORDS, **wrong})
        assert answer.status_code == 422 and WORDS in answer.get_data(as_text=True)
    right = {"to": world.people["gao"].hex, "basis": "CONSENT", "words": WORDS}
    assert lin.post(where, data=right).status_code == 303
    assert "Gao" in lin.get(f"/letters/{posted.id}").get_data(as_text=True)
    with world.database.transaction(writes=False):
        released = session().scalars(select(LetterRelease.id)).one()
    shown = browser_of("gao").get(f"/letters/releases/{released}")
    assert WORDS in shown.get_data(as_text=True)
    assert browser_of("cruz").get(f"/letters/releases/{released}").status_code == 404
