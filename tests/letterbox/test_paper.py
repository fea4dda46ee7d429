"""What lay in the wooden box is typed in, read like every other letter, and answered to the child's slip."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.database import session
from app.core.errors import Missing
from app.entrance.queries import letterbox_of
from app.identity.offers import TooOld
from app.letterbox.models import Letter
from app.letterbox.queries import waiting_for
from app.letterbox.service import answering, paper, returning
from app.vault import passwords
from tests.letterbox.conftest import GRAVE, TEXT
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]
SHEET = {"text": TEXT, "wish": "answer"}


def form_of(client: FlaskClient) -> dict[str, str]:
    page = client.get("/letters/paper").get_data(as_text=True)
    found = re.search(r'name="slip" value="([^"]+)"', page)
    assert found is not None
    return {**SHEET, "slip": found[1]}


def code_on(page: str) -> str:
    shown = re.search(r'x-keep-digits x-code">(.*?)</p>', page, re.DOTALL)
    assert shown is not None
    return "".join(re.findall(r"\d{4}", shown[1]))


def letters_in(world: World) -> int:
    with world.database.transaction(writes=False):
        return session().scalar(select(func.count()).select_from(Letter)) or 0


def test_lin_types_in_a_letter_and_the_child_finds_the_answer(
    world: World, letterbox: UUID, browser_of: BrowserOf
) -> None:
    lin = browser_of("lin")
    assert "谁能看到这些内容" in (asked := lin.get("/letters/paper").get_data(as_text=True)) and "Bo" in asked
    page = lin.post("/letters/paper", data={**form_of(lin), "name": "陈子涵", "class_name": "四(1)"})
    code = code_on(page.get_data(as_text=True))
    with world.acting("lin") as by:
        letter = waiting_for(by).items[0].letter
        head, said = answering.read(letter, by=by)
        assert (said[0].words, head["name"], head["class"]) == (TEXT, "陈子涵", "四(1)")
        assert (letter.state, letter.opened_by) == ("in_hand", world.people["lin"])
        answering.answer(letter, words="谢谢你写信来。", revision=letter.revision, by=by)
    with world.database.transaction(writes=False):
        opened = returning.come_back(returning.writer_of(code), school_id=world.school)
        assert [one.words for one in returning.thread(opened)] == [TEXT, "谢谢你写信来。"]
    assert "Lin" in lin.get(f"/letters/{opened.letter.id}").get_data(as_text=True)
    received = world.events("letter:received")
    assert [(event.person_id, event.subject_id) for event in received] == [(world.people["lin"], opened.letter.id)]


def test_a_form_sent_twice_shows_the_same_slip_again(
    world: World, letterbox: UUID, browser_of: BrowserOf
) -> None:
    lin = browser_of("lin")
    form = form_of(lin)
    before = passwords.runs()
    shown = [code_on(lin.post("/letters/paper", data=form).get_data(as_text=True)) for _ in range(2)]
    assert shown[0] == shown[1] and letters_in(world) == 1
    assert passwords.runs() == before, "the slow work was done when the page was opened"


@pytest.mark.parametrize("given", [{"text": " "}, {"text": "x" * 20_001}, {"box": "centre"}, {"slip": "x"}])
def test_what_was_typed_is_kept_when_something_is_wrong(
    world: World, letterbox: UUID, browser_of: BrowserOf, given: dict[str, str]
) -> None:
    lin = browser_of("lin")
    page = lin.post("/letters/paper", data={**form_of(lin), "name": "陈子涵", **given})
    assert page.status_code == 422 and "陈子涵" in page.get_data(as_text=True)
    assert letters_in(world) == 0


def test_the_form_of_another_person_carries_nothing(world: World, letterbox: UUID) -> None:
    with world.acting("lin") as lin:
        token = paper.new_slip(by=lin).token
    with world.acting("bo") as bo, pytest.raises(TooOld):
        paper.type_in(letterbox_of(world.school), {**SHEET, "box": "room"}, token=token, by=bo)


@pytest.mark.parametrize(("name", "box"), [
    ("lin", "leadership"), ("pia", "room"), ("tan", "room"), ("gao", "room"), ("dee", "room"), ("sam", "room"),
])
def test_only_who_opens_a_box_types_into_it(world: World, letterbox: UUID, name: str, box: str) -> None:
    with world.acting(name) as by, pytest.raises(Missing):
        paper.type_in(letterbox_of(world.school), {**SHEET, "box": box}, token=paper.new_slip(by=by).token, by=by)


def test_what_may_be_an_emergency_goes_from_the_principals_box_to_the_room(
    world: World, letterbox: UUID, browser_of: BrowserOf
) -> None:
    pia = browser_of("pia")
    page = pia.post("/letters/paper", data={**form_of(pia), "text": GRAVE}).get_data(as_text=True)
    assert code_on(page) and "心理辅导室" in page
    with world.acting("lin") as lin:
        letter = waiting_for(lin).items[0].letter
        assert (letter.box_code, letter.state) == ("room", "waiting")
    with world.acting("pia") as by:
        assert waiting_for(by).items == []


def test_who_must_not_learn_of_it_gets_no_key(world: World, letterbox: UUID, browser_of: BrowserOf) -> None:
    lin = browser_of("lin")
    lin.post("/letters/paper", data={**form_of(lin), "people": [world.people["bo"].hex]})
    with world.acting("bo") as bo:
        assert waiting_for(bo).items == []
    with world.acting("lin") as by:
        assert len(waiting_for(by).items) == 1
