"""A child writes from a phone, keeps the code, comes back and writes again: every page, and everything refused."""

import io
import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.core.database import session
from app.entrance import visits
from app.entrance.hotlines import hotlines_of
from app.entrance.models import Letterbox, LetterVisit
from app.entrance.queries import letterbox_of
from app.letterbox.models import Letter, LetterMessage
from app.letterbox.service import answering, boxes
from app.vault import passwords
from app.vault.return_codes import in_words, new_return_code
from tests.letterbox.conftest import GRAVE, Post
from tests.queries import counted
from tests.test_canary import Aviary, kept_bytes, logged
from tests.world import World

__all__ = ["logged"]
COOKIE = "__Host-xinxia-letter"
TEXT = "食堂的菜能不能热一点"
ANSWER = "谢谢你写信来。"
MORE = "谢谢老师"


class Child:
    """Somebody with a phone and no account."""

    def __init__(self, app: Flask, address: str) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        self.phone: FlaskClient = app.test_client()
        self.phone.environ_base["wsgi.url_scheme"] = "https"
        self.address = address

    def sees(self, page: str = "") -> TestResponse:
        return self.phone.get(f"/w/{self.address}{page}", base_url="https://localhost")

    def sends(self, page: str, **answers: Any) -> TestResponse:
        return self.phone.post(f"/w/{self.address}{page}", data=answers, base_url="https://localhost")

    def text(self, page: str = "") -> str:
        return self.sees(page).get_data(as_text=True)

    def answers_all(self, *, text: str = TEXT, **given: dict[str, Any]) -> None:
        """Answer every question and stop before sending."""
        answers: dict[str, dict[str, Any]] = {
            "to": {"box": "room"}, "letter": {"text": text}, "who": {"mode": "anonymous"}, "wish": {"wish": "answer"},
            "without": {}, "safe": {"safe": "yes"}, **given,
        }
        assert self.sends("/begin").status_code == 303
        for step, name in enumerate(("to", "letter", "who", "wish", "without", "safe"), 1):
            answer = self.sends(f"/{step}", **answers[name])
            assert answer.status_code == 303, (name, answer.get_data(as_text=True))
        assert answer.location.endswith("/check")

    def writes(self, **given: Any) -> str:
        """Write and send a letter; return its code as the page shows it."""
        self.answers_all(**given)
        assert self.sends("/send").location.endswith("/code")
        return self.code()

    def code(self) -> str:
        """Return the code that the page shows."""
        shown = re.search(r'x-keep-digits x-code">(.*?)</p>', self.text("/code"), re.DOTALL)
        assert shown is not None
        return "".join(re.findall(r"\d{4}", shown[1]))

    def comes_back(self, code: str) -> TestResponse:
        return self.sends("/back", code=code)


@pytest.fixture
def address(world: World, letterbox: UUID) -> str:
    with world.database.transaction(writes=False):
        return session().get_one(Letterbox, letterbox).address_code


@pytest.fixture
def child_of(app: Flask) -> Callable[[str], Child]:
    return lambda address: Child(app, address)


@pytest.fixture
def child(child_of: Callable[[str], Child], address: str) -> Child:
    return child_of(address)


def letters(world: World) -> list[Letter]:
    with world.database.transaction(writes=False):
        return list(session().scalars(select(Letter).order_by(Letter.id)))


def visit_rows(world: World) -> int:
    with world.database.transaction(writes=False):
        return session().scalar(select(func.count()).select_from(LetterVisit)) or 0


def answered(world: World, letter_id: UUID, words: str = ANSWER) -> None:
    with world.acting("lin") as lin:
        letter = session().get_one(Letter, letter_id)
        answering.take_up(letter, by=lin)
        answering.answer(letter, words=words, revision=letter.revision, by=lin)


def test_a_child_writes_keeps_the_code_and_comes_back_to_an_answer(world: World, child: Child) -> None:
    assert "Lin" in child.text()
    code = child.writes()
    kept = child.sends("/code", last=code[-4:])
    assert kept.location.endswith("/done")
    assert code not in child.text("/done")
    (letter,) = letters(world)
    assert (letter.box_code, letter.state) == ("room", "waiting")
    answered(world, letter.id)
    assert child.comes_back(code).location.endswith("/thread")
    page = child.text("/thread")
    assert TEXT in page and ANSWER in page and "Lin" in page
    assert child.sends("/more", text=MORE).status_code == 303
    assert MORE in child.text("/thread")
    with world.acting("lin") as lin:
        said = answering.read(session().get_one(Letter, letter.id), by=lin)[1]
        assert [one.words for one in said] == [TEXT, ANSWER, MORE]


def test_six_words_of_either_language_lead_back_too(world: World, child: Child) -> None:
    code = child.writes()
    assert all(word in child.text("/code") for word in in_words(code, "zh_Hans_CN"))
    for language in ("zh_Hans_CN", "en"):
        assert child.comes_back(" ".join(in_words(code, language))).status_code == 303


def test_readers_are_named_before_the_first_word_and_again_after_somebody_is_left_out(
    world: World, child: Child
) -> None:
    child.sends("/begin")
    assert "Bo" in child.text("/1") and "Pia" in child.text("/1")
    child.sends("/1", box="room")
    assert "Lin" in child.text("/2") and "Bo" in child.text("/2")
    child.sends("/2", text=TEXT)
    child.sends("/3", skip="yes")
    child.sends("/4", skip="yes")
    child.sends("/5", people=[world.people["bo"].hex])
    reading = child.text("/6").split("x-readers")[1]
    assert "Lin" in reading and "Bo" not in reading
    child.sends("/6", skip="yes")
    child.sends("/send")
    (letter,) = letters(world)
    with world.acting("bo") as bo:
        assert not bo.ring.reaches([letter.id])
    with world.acting("lin") as lin:
        assert lin.ring.reaches([letter.id])


def test_with_the_whole_room_left_out_the_centre_reads(world: World, child: Child) -> None:
    child.answers_all(without={"people": [world.people[name].hex for name in ("lin", "bo")]})
    assert "Dee" in child.text("/check") and "Lin (" not in child.text("/check").split("x-readers")[1]


def test_answers_can_be_changed_and_the_others_are_kept(child: Child) -> None:
    child.answers_all(who={"mode": "named", "name": "小雨", "class_name": "四(1)"})
    assert "小雨" in child.text("/check")
    assert child.sends("/4", wish="talk").location.endswith("/check")
    page = child.text("/check")
    assert "小雨" in page and "四(1)" in page and TEXT in page and "面聊" in page


def test_steps_are_taken_in_their_order(child: Child) -> None:
    child.sends("/begin")
    for page in ("/2", "/6", "/check", "/next"):
        assert child.sees(page).location.endswith("/1")
    assert child.sends("/4", wish="talk").location.endswith("/1")
    assert child.sends("/send").location.endswith("/1")
    assert child.sees("/7").status_code == 404


@pytest.mark.parametrize(
    ("step", "answers"),
    [
        (1, {}), (1, {"box": "centre"}), (2, {"text": "  "}), (2, {"text": "x" * 20_001}), (2, {"skip": "yes"}),
        (3, {"mode": "named"}), (3, {"mode": "sealed", "name": " "}), (4, {"wish": "money"}), (6, {"safe": "maybe"}),
        (5, {"people": ["nobody"]}), (1, {"box": "room", "level": "R0"}),
    ],
)
def test_what_makes_no_sense_is_said_and_asked_again(child: Child, step: int, answers: dict[str, Any]) -> None:
    child.answers_all()
    answer = child.sends(f"/{step}", **answers)
    assert answer.status_code == 422
    assert child.sees("/check").status_code == 200


@pytest.mark.parametrize("text", [TEXT, GRAVE])
def test_a_care_card_stands_before_sending_where_the_words_are_heavy(world: World, child: Child, text: str) -> None:
    child.answers_all(text=text, to={"box": "leadership"})
    page = child.text("/check")
    assert ("x-help-now" in page) == (text == GRAVE)
    assert ("Pia" in page.split("x-readers")[1].split("</div>")[0]) == (text != GRAVE)
    assert child.sends("/send").status_code == 303
    (letter,) = letters(world)
    assert letter.box_code == ("room" if text == GRAVE else "leadership")


@pytest.mark.parametrize(
    ("safe", "level", "unsafe"), [("no", "R4", True), ("unsure", "R3", False), ("yes", "", False)]
)
def test_what_a_child_says_of_being_safe_decides_how_soon_somebody_is_told(
    world: World, child: Child, safe: str, level: str, unsafe: bool
) -> None:
    child.writes(safe={"safe": safe})
    (letter,) = letters(world)
    assert (letter.unsafe, letter.opening_due_at is not None) == (unsafe, safe != "yes")
    assert letter.suggested_level == level or not level


def test_whoever_is_not_safe_is_asked_three_things(world: World, child: Child) -> None:
    assert child.sends("/begin", unsafe="yes").location.endswith("/next")
    assert child.sees("/next").location.endswith("/2")
    assert child.sends("/2", text="来帮帮我").location.endswith("/3")
    assert child.sends("/3", skip="yes").location.endswith("/5")
    assert child.sends("/5", skip="yes").location.endswith("/check")
    child.sends("/send")
    (letter,) = letters(world)
    assert letter.unsafe and letter.suggested_level == "R4"


def test_a_letter_sent_twice_is_one_letter_with_one_code(world: World, child: Child) -> None:
    child.answers_all()
    once = "0e4b7b0c5b5f4f7c8e2f3a1d9c6b5a40"
    for _time in range(2):
        assert child.sends("/send", _once=once).location.endswith("/code")
    assert child.sends("/send").location.endswith("/code")
    assert child.sees("/check").status_code == 410
    assert len(letters(world)) == 1
    assert child.code() == child.code()


def test_after_a_lost_connection_the_code_is_shown_again_until_it_is_kept(world: World, child: Child) -> None:
    code = child.writes()
    assert "显示我的回信码" in child.text()
    assert child.sends("/begin").location.endswith("/code")
    assert child.code() == code
    assert child.sends("/code", last="").status_code == 422
    wrong = f"{(int(code[-4:]) + 1) % 10_000:04}"
    assert child.sends("/code", last=wrong).status_code == 422
    assert child.sends("/code", last=f" {code[-4:]} ").status_code == 303
    assert child.sees("/code").location.endswith("/done")
    assert "显示我的回信码" not in child.text()
    assert len(letters(world)) == 1


def test_having_printed_it_is_enough(child: Child) -> None:
    child.writes()
    assert child.sends("/code", printed="yes").location.endswith("/done")


def test_the_next_child_at_the_computer_sees_no_code_once_it_was_said_that_it_is_not_theirs(child: Child) -> None:
    child.writes()
    assert child.sends("/leave", stay="yes").location.endswith(child.address)
    assert child.sees("/code").status_code == 410
    assert "显示我的回信码" not in child.text()


def test_leaving_forgets_everything_and_leads_to_a_page_that_says_nothing(world: World, child: Child) -> None:
    child.answers_all()
    left = child.sends("/leave")
    assert left.location == "/w/" and f"{COOKIE}=;" in left.headers["Set-Cookie"]
    assert visit_rows(world) == 0
    assert child.sees("/check").status_code == 410
    page = child.phone.get("/w/", base_url="https://localhost").get_data(as_text=True)
    assert child.address not in page and "信" not in page


def test_a_visit_that_is_over_says_so_and_leads_on(world: World, child: Child) -> None:
    child.answers_all()
    with world.database.transaction():
        for row in session().scalars(select(LetterVisit)):
            row.expires_at -= visits.LASTS
    for answer in (child.sees("/2"), child.sends("/2", text="x"), child.sees("/check"), child.sends("/send")):
        page = answer.get_data(as_text=True)
        assert answer.status_code == 410
        assert "你离开了一会儿" in page and f'href="/w/{child.address}"' in page and "tel:12356" in page
    assert not letters(world)


def test_what_was_typed_for_longer_than_a_visit_lasts_is_given_back(world: World, child: Child) -> None:
    child.answers_all()
    child.phone.delete_cookie(COOKIE, domain="localhost")
    late = child.sends("/2", text=TEXT)
    assert late.status_code == 410 and TEXT in late.get_data(as_text=True)
    assert child.sends("/begin", text=TEXT).status_code == 303
    child.sends("/1", box="room")
    assert TEXT in child.text("/2")
    late = child.sends("/more", text=TEXT)
    assert late.status_code == 410 and TEXT in late.get_data(as_text=True)


def test_a_letter_that_is_open_is_found_again_from_the_start(child: Child) -> None:
    code = child.writes()
    child.comes_back(code)
    assert f"/w/{child.address}/thread" in child.text()


@pytest.mark.parametrize("page", ["/1", "/check", "/code", "/done", "/thread", "/next"])
def test_without_a_visit_no_inner_page_opens(child: Child, page: str) -> None:
    assert child.sees(page).status_code == 410


def test_a_visit_is_worth_nothing_at_another_school(world: World, child: Child) -> None:
    with world.acting("tan") as tan:
        other = boxes.set_up(world.organisations["other_school"], by=tan).address_code
    code = child.writes()
    child.address = other
    assert child.sees("/code").status_code == 410
    assert child.comes_back(code).status_code == 422


def test_what_is_half_written_is_kept(child: Child) -> None:
    child.sends("/begin")
    child.sends("/1", box="room")
    kept = child.sends("/keep", text="才写了一半")
    assert kept.status_code == 200 and kept.json is not None and kept.json["ends_in"] > 1700
    assert "才写了一半" in child.text("/2")
    assert child.sends("/keep").status_code == 200
    assert child.sends("/keep", text="x" * 20_001).status_code == 422
    assert "才写了一半" in child.text("/2")
    child.sends("/leave")
    assert child.sends("/keep", text="x").status_code == 410


def test_a_closed_address_looks_like_one_that_never_was(world: World, child: Child) -> None:
    code = child.writes()
    with world.acting("lin") as lin:
        box = letterbox_of(world.school)
        assert box is not None
        boxes.configure(box, open=False, hotlines=hotlines_of(box), hours="", by=lin)
    closed, child.address = child.address, "nothing-here"
    unknown = child.text()
    child.address = closed
    assert masked(child.text(), closed) == masked(unknown, "nothing-here")
    assert child.sees().status_code == 404 and "tel:12356" in unknown
    assert child.sends("/begin").status_code == 404
    assert child.comes_back(code).status_code == 303, "letters that are in stay answerable"


def masked(page: str, address: str) -> str:
    return re.sub(r'(value|content)="[^"]*"', "", page.replace(address, "-"))


def test_wrong_codes_are_answered_alike_with_the_same_work(
    world: World, child: Child, post: Post, child_of: Callable[[str], Child]
) -> None:
    posted = post()
    with world.acting("tan") as tan:
        other = child_of(boxes.set_up(world.organisations["other_school"], by=tan).address_code)
    costs, pages = set(), set()
    for asking, code in ((child, new_return_code()), (child, new_return_code()), (other, posted.code)):
        before = passwords.runs()
        with counted(world.database) as _none, counted(asking.phone.application.database) as statements:  # type: ignore[attr-defined]
            answer = asking.comes_back(code)
        assert answer.status_code == 422
        costs.add((passwords.runs() - before, len(statements)))
        pages.add(masked(answer.get_data(as_text=True), asking.address))
    assert len(costs) == 1 and next(iter(costs))[0] == 1
    assert len(pages) == 1


def test_a_typing_error_costs_no_work_and_is_said_kindly(child: Child) -> None:
    code = child.writes()
    before = passwords.runs()
    for typed in (code[:-1], code[:-1] + str((int(code[-1]) + 1) % 10), "苹果 苹果", "x" * 300, ""):
        answer = child.comes_back(typed)
        assert answer.status_code == 422
    assert passwords.runs() == before


def test_neither_code_nor_words_stand_in_addresses_titles_logs_or_what_is_kept(
    world: World, world_installation: Any, child: Child, logged: io.StringIO
) -> None:
    aviary = Aviary()
    bird = aviary.bird
    child.sends("/begin")
    child.sends("/1", box="room")
    child.sends("/keep", text=bird("draft"))
    child.sends("/2", text=bird("refused") + "x" * 20_000)
    code = child.writes(
        text=bird("letter"), who={"mode": "sealed", "name": bird("name"), "class_name": bird("class")},
        without={"words": bird("without")},
    )
    child.sends("/code", last=code[-4:])
    child.comes_back(code)
    child.sends("/keep", text=bird("more, half"))
    child.sends("/more", text=bird("more"))
    child.sends("/back", code=bird("typed for a code"))
    pages = [child.sees(page) for page in ("", "/thread", "/back", "/safe")]
    found = [name for page in pages for name in aviary.found_in("a title", title_of(page).encode())]
    found += aviary.found_in("logs", logged.getvalue().encode())
    assert "letters_out.send" in logged.getvalue(), "the logs were listened to"
    for name, content in kept_bytes(world_installation, world.database):
        found += aviary.found_in(name, content)
        assert code.encode() not in content, name
    assert code not in logged.getvalue()
    assert not found


def title_of(page: TestResponse) -> str:
    title = re.search(r"<title>(.*?)</title>", page.get_data(as_text=True))
    assert title is not None and title[1] == "页面"
    return title[1]


def test_pages_are_kept_by_nobody_and_tell_nobody_where_one_comes_from(child: Child) -> None:
    child.answers_all()
    for page in ("", "/safe", "/back", "/2", "/check"):
        headers = child.sees(page).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
    cookie = child.sends("/4", wish="talk").headers["Set-Cookie"]
    assert all(part in cookie for part in (COOKIE, "Secure", "HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=1800"))


def test_the_visit_keeps_the_key_and_never_the_code(world: World, child: Child) -> None:
    code = child.writes()
    child.sends("/code", printed="yes")
    child.comes_back(code)
    cookie = child.phone.get_cookie(COOKIE, domain="localhost")
    assert cookie is not None
    from app.identity.sessions import token_of

    with world.database.transaction(writes=False):
        visit = visits.find(token_of(cookie.value))
        assert visit is not None and "writer" in visit.content
        assert code not in json.dumps(visit.content)
    assert visit_rows(world) == 1


def test_whoever_writes_nothing_more_is_told_so(world: World, child: Child) -> None:
    code = child.writes()
    child.comes_back(code)
    assert child.sends("/more", text=" ").status_code == 422
    child.sends("/more", text=GRAVE)
    assert "x-help-now" in child.text("/thread")
    with world.database.transaction(writes=False):
        assert session().scalar(select(func.count()).select_from(LetterMessage)) == 2


def test_the_thread_says_who_reads_what_was_read_and_when_it_was_opened_last(world: World, child: Child) -> None:
    code = child.writes()
    child.comes_back(code)
    page = child.text("/thread")
    assert "还没有回信" in page and "未读" in page and "Lin" in page and "第一次" in page
    (letter,) = letters(world)
    answered(world, letter.id)
    child.comes_back(code)
    page = child.text("/thread")
    assert "已读" in page and "确认来自学校" in page and "上次打开" in page
    assert re.search(r'x-count">新<', page)
