"""An answer half-written survives a closed laptop, and nobody but its author reads it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core import clock
from app.core.database import session
from app.core.errors import Missing
from app.letterbox.models import AnswerDraft
from app.letterbox.service import answering, drafts
from tests.letterbox.conftest import Post, Posted, letter_of
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]
BEGUN, SENT = "谢谢你写信来，我想", "谢谢你写信来，我想当面听你说。"


def begin(world: World, posted: Posted, words: str = BEGUN, by: str = "lin") -> None:
    with world.acting(by) as doer:
        drafts.save(letter_of(posted), words, by=doer)


def kept(world: World) -> int:
    with world.database.transaction(writes=False):
        return session().scalar(select(func.count()).select_from(AnswerDraft)) or 0


def test_lin_finds_it_again_and_once_it_is_sent_it_is_gone(world: World, post: Post, browser_of: BrowserOf) -> None:
    posted, lin = post(), browser_of("lin")
    saved = lin.post(f"/letters/{posted.id}/draft", data={"text": BEGUN, "version": 1})
    assert saved.status_code == 200 and saved.json and saved.json["saved_at"]
    assert BEGUN in lin.get(f"/letters/{posted.id}").get_data(as_text=True)
    assert lin.post(f"/letters/{posted.id}/answer", data={"text": SENT, "version": 1}).status_code == 303
    assert kept(world) == 0
    begun = [event.subject_id for event in world.events("letter:answer_begun")]
    assert begun == [posted.id]


def test_bo_sees_that_lin_is_writing_and_never_what(world: World, post: Post, browser_of: BrowserOf) -> None:
    posted = post()
    begin(world, posted)
    page = browser_of("bo").get(f"/letters/{posted.id}").get_data(as_text=True)
    assert "Lin 也正在写回信" in page and BEGUN not in page
    with world.acting("bo") as bo:
        assert drafts.words_of(letter_of(posted), by=bo) == ""
        draft = session().scalars(select(AnswerDraft)).one()
        assert bo.ring.open_many([draft.id]) == {}


def test_the_last_save_counts_and_each_has_their_own(world: World, post: Post) -> None:
    posted = post()
    for words in (BEGUN, SENT):
        begin(world, posted, words)
    begin(world, posted, "Bo", by="bo")
    assert kept(world) == 2
    with world.acting("lin") as lin:
        assert drafts.words_of(letter_of(posted), by=lin) == SENT
        answering.answer(letter_of(posted), words=SENT, revision=1, by=lin)
    assert kept(world) == 1


@pytest.mark.parametrize("name", ["pia", "gao", "tan", "dee", "sam", "root", "eve"])
def test_nobody_drafts_an_answer_to_a_letter_they_cannot_read(world: World, post: Post, name: str) -> None:
    posted = post()
    with world.acting(name) as by, pytest.raises(Missing):
        drafts.save(letter_of(posted), BEGUN, by=by)
    assert kept(world) == 0


def test_what_nobody_sends_is_forgotten(world: World, post: Post) -> None:
    posted = post()
    begin(world, posted)
    for days, left in ((13, 1), (15, 0)):
        with clock.at(clock.now() + timedelta(days=days)), world.database.transaction():
            drafts.forget_old()
        assert kept(world) == left


@pytest.mark.alike
def test_a_draft_that_is_too_long_is_refused_and_the_last_one_stays(
    world: World, post: Post, browser_of: BrowserOf
) -> None:
    posted, lin = post(), browser_of("lin")
    begin(world, posted)
    assert lin.post(f"/letters/{posted.id}/draft", data={"text": "x" * 20_001}).status_code == 422
    assert BEGUN in lin.get(f"/letters/{posted.id}").get_data(as_text=True)


def test_a_first_sentence_goes_before_what_is_written_and_not_in_its_place(
    world: World, post: Post, browser_of: BrowserOf
) -> None:
    posted = post()
    begin(world, posted)
    page = browser_of("lin").get(f"/letters/{posted.id}?begin=worried").get_data(as_text=True)
    assert BEGUN in page and "我很担心你" in page
