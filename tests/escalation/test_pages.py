"""A concern in the browser: from Cruz through Gao and Lin to Dee and back, and who is turned away on the way."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.core.database import session
from app.escalation.models import Concern
from tests.world import World

pytestmark = pytest.mark.alike

BrowserOf = Callable[[str], FlaskClient]
CALM = {
    "safe_now": "yes", "seen": "上课常走神，午饭没吃。", "families": ["mood", "eating_sleep"], "since": "longer",
    "urgency": "this_week", "with_whom": "同桌陪着",
}
GRAVE = {**CALM, "safe_now": "unsure", "families": ["self_harm"], "urgency": "today"}


@pytest.fixture
def raised(world: World, browser_of: BrowserOf) -> Concern:
    """Cruz raises a calm concern about Ana."""
    return raise_one(world, browser_of, CALM)


def raise_one(world: World, browser_of: BrowserOf, answers: dict[str, object], by: str = "cruz") -> Concern:
    answer = browser_of(by).post(f"/concerns/new/{world.students['ana']}", data=answers)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return latest(world)


def latest(world: World) -> Concern:
    with world.database.transaction(writes=False):
        found = session().query(Concern).order_by(Concern.raised_at.desc()).first()
        assert found is not None
        session().expunge(found)
        return found


def act(world: World, browser: FlaskClient, deed: str, **data: object) -> int:
    concern = latest(world)
    answer = browser.post(f"/concerns/{concern.id}/{deed}", data={"version": concern.revision, **data})
    return answer.status_code


def test_cruz_raises_a_concern_and_is_told_what_happens_next(browser_of: BrowserOf, raised: Concern) -> None:
    page = browser_of("cruz").get(f"/concerns/{raised.id}/sent").get_data(as_text=True)
    assert "Gao" in page
    assert (raised.state, raised.tier, raised.level) == ("raised", "grade", "R2")


def test_what_was_typed_is_kept_when_something_is_missing(world: World, browser_of: BrowserOf) -> None:
    answer = browser_of("cruz").post(f"/concerns/new/{world.students['ana']}", data={"seen": "低头不语"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "低头不语" in page and "请选择一项" in page


@pytest.mark.parametrize("name", ["moss", "nora", "quill", "sam", "dee", "eve", "root"])
def test_those_who_do_not_have_ana_cannot_write_about_her(name: str, world: World, browser_of: BrowserOf) -> None:
    assert browser_of(name).get(f"/concerns/new/{world.students['ana']}").status_code == 404


def test_the_reader_box_names_who_will_read(world: World, browser_of: BrowserOf) -> None:
    page = browser_of("cruz").get(f"/concerns/new/{world.students['ana']}").get_data(as_text=True)
    box = page.split('id="readers"', 1)[1].split("<button", 1)[0]
    assert all(name in box for name in ("Gao", "Lin", "Bo"))
    assert "Pia" not in box


def test_an_excluded_head_of_grade_is_not_in_the_box(world: World, browser_of: BrowserOf) -> None:
    excluded = {**CALM, "excluded": [str(world.people["gao"])]}
    answer = browser_of("cruz").post(f"/concerns/new/{world.students['ana']}/readers", data=excluded)
    box = answer.get_data(as_text=True)
    assert "Gao" not in box and "Lin" in box


@pytest.mark.parametrize("name", ["moss", "hart", "tan", "quill", "pia", "dee", "dora", "sam", "uma", "eve", "root"])
def test_nobody_else_opens_it_or_sees_it_in_a_list(
    name: str, world: World, browser_of: BrowserOf, raised: Concern
) -> None:
    browser = browser_of(name)
    assert browser.get(f"/concerns/{raised.id}").status_code == 404
    for path in ("/concerns/mine", "/concerns/review", "/concerns/room", "/concerns/cards", "/concerns/centre"):
        answer = browser.get(path)
        assert answer.status_code in (200, 404)
        assert "陈子涵" not in answer.get_data(as_text=True)


def test_the_main_line_there_and_back(world: World, browser_of: BrowserOf, raised: Concern) -> None:
    cruz, gao, lin, dee = (browser_of(name) for name in ("cruz", "gao", "lin", "dee"))
    assert "低头" not in gao.get("/concerns/review").get_data(as_text=True)
    assert "上课常走神" in gao.get("/concerns/review").get_data(as_text=True)
    assert act(world, gao, "acknowledge") == 303
    assert act(world, gao, "ask", text="最近一周都这样吗？") == 303
    assert "最近一周都这样吗" in cruz.get(f"/concerns/{raised.id}").get_data(as_text=True)
    assert act(world, cruz, "answer", text="是的，从上周一开始。") == 303
    assert act(world, gao, "pass_on", text="请辅导室看看") == 303
    assert act(world, lin, "accept") == 303
    assert act(world, lin, "assess", level="R3", text="需要当天面谈") == 303
    assert "上课常走神" not in browser_of("pia").get(f"/concerns/{raised.id}").get_data(as_text=True)
    offered = lin.post(
        f"/concerns/{raised.id}/centre",
        data={
            "version": latest(world).revision, "basis": "SELF_HARM", "reason": "需要专业评估",
            "summary": "持续两周情绪低落", "student_told": "yes",
        },
    )
    assert offered.status_code == 303
    queue = dee.get("/concerns/centre").get_data(as_text=True)
    assert "陈子涵" in queue
    packet = re.search(r"/hand-overs/[0-9a-f-]{36}", queue)
    assert packet is not None
    shown = dee.get(packet.group()).get_data(as_text=True)
    assert "持续两周情绪低落" in shown
    assert "上课常走神" not in shown
    assert act(world, dee, "accept_by_centre") == 303
    assert act(world, dee, "advise", text="建议每周两次面谈") == 303
    assert "建议每周两次面谈" in lin.get(packet.group()).get_data(as_text=True)
    assert act(world, lin, "feedback", text="已在处理，请留意午饭") == 303
    heard = cruz.get(f"/concerns/{raised.id}").get_data(as_text=True)
    assert "已在处理，请留意午饭" in heard
    assert "建议每周两次面谈" not in heard and "需要当天面谈" not in heard and "持续两周情绪低落" not in heard
    assert act(world, lin, "close", text="情况稳定") == 303
    assert latest(world).state != "closed", "closing from R3 on takes a second person"
    asked = gao.get("/concerns/approvals").get_data(as_text=True)
    assert "陈子涵" in asked
    opinion = re.search(r"/concerns/opinions/[0-9a-f-]{36}", gao.get(f"/concerns/{raised.id}").get_data(as_text=True))
    assert opinion is not None
    answer = gao.post(opinion.group(), data={"outcome": "agreed", "version": latest(world).revision})
    assert answer.status_code == 303
    assert latest(world).state == "closed"


def test_who_gives_a_case_back_is_led_home(world: World, browser_of: BrowserOf) -> None:
    concern = raise_one(world, browser_of, GRAVE)
    lin, dee = browser_of("lin"), browser_of("dee")
    act(world, lin, "accept")
    packet = {"basis": "SELF_HARM", "reason": "x", "summary": "x", "student_told": "yes"}
    sent = lin.post(f"/concerns/{concern.id}/centre", data={"version": latest(world).revision, **packet})
    assert sent.status_code == 303
    answer = dee.post(f"/concerns/{concern.id}/decline", data={"version": latest(world).revision, "text": "x"})
    assert answer.status_code == 303
    assert dee.get(answer.location).status_code == 200


def test_a_stale_page_keeps_what_was_typed(world: World, browser_of: BrowserOf, raised: Concern) -> None:
    gao = browser_of("gao")
    assert act(world, gao, "acknowledge") == 303
    answer = gao.post(f"/concerns/{raised.id}/ask", data={"version": 1, "text": "问一句"})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "问一句" in page and "有人" in page


def test_a_grave_one_is_the_rooms_and_leadership_has_a_card_without_words(world: World, browser_of: BrowserOf) -> None:
    concern = raise_one(world, browser_of, GRAVE)
    assert (concern.level, concern.tier) == ("R3", "room")
    assert "陈子涵" in browser_of("pia").get("/concerns/cards").get_data(as_text=True)
    card = browser_of("pia").get(f"/concerns/{concern.id}").get_data(as_text=True)
    assert "处置卡" in card and "上课常走神" not in card
    assert browser_of("dee").get(f"/concerns/{concern.id}").status_code == 404


def test_the_same_button_pressed_twice_counts_once(world: World, browser_of: BrowserOf, raised: Concern) -> None:
    gao, once = browser_of("gao"), "0" * 31 + "7"
    for _ in range(2):
        answer = gao.post(f"/concerns/{raised.id}/acknowledge", data={"version": raised.revision, "_once": once})
        assert answer.status_code == 303
    assert len(world.events("concern:acknowledged")) == 1


def test_a_deed_that_there_is_not_is_missing(world: World, browser_of: BrowserOf, raised: Concern) -> None:
    assert browser_of("gao").post(f"/concerns/{raised.id}/delete", data={"version": 1}).status_code == 404
    assert browser_of("lin").post(f"/concerns/{raised.id}/agree_close", data={"version": 1}).status_code == 404


def test_what_is_refused_half_way_leaves_nothing_behind(
    world: World, browser_of: BrowserOf, raised: Concern, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.escalation import service
    from app.files.service.opening import RoomNotFounded

    def refuses(**_: object) -> None:
        raise RoomNotFounded()

    assert act(world, browser_of("gao"), "pass_on") == 303
    events = len(world.events())
    monkeypatch.setattr(service.files, "open_file", refuses)
    assert act(world, browser_of("lin"), "accept") == 422
    assert latest(world).state == "passed_to_room", "the deed before the refusal is undone with it"
    assert [event.action for event in world.events()[events:]] == ["sign_in:done"]


def test_a_review_too_far_away_says_until_when_it_may_be(
    world: World, browser_of: BrowserOf, raised: Concern
) -> None:
    gao, lin = browser_of("gao"), browser_of("lin")
    assert act(world, gao, "pass_on") == 303
    assert act(world, lin, "accept") == 303
    concern = latest(world)
    answer = lin.post(f"/concerns/{concern.id}/follow_up", data={"version": concern.revision, "day": "2099-01-01"})
    assert answer.status_code == 422
    assert "%(latest)s" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("name", ["dee", "lin", "gao", "pia", "cruz"])
def test_a_deed_to_a_concern_that_is_not_there_is_missing(name: str, world: World, browser_of: BrowserOf) -> None:
    browser = browser_of(name)
    for deed in ("accept", "advise", "nothing"):
        assert browser.post(f"/concerns/{world.school}/{deed}", data={"version": 1}).status_code == 404


def test_a_teacher_is_shown_no_level_on_any_page_of_her_concern(world: World, browser_of: BrowserOf) -> None:
    """She hears that it is in hand (4-domain.md, feedback line); the head of grade, the room and leadership see it."""
    raised, cruz = raise_one(world, browser_of, GRAVE), browser_of("cruz")
    student, concern = f"/students/{world.students['ana']}", f"/concerns/{raised.id}"
    new = f"/concerns/new/{world.students['ana']}"
    for path in (f"{concern}/sent", concern, "/concerns/mine", student, "/", new):
        answer = cruz.get(path)
        # That it is graver than was thought anybody with grounds may say: the choices stand in that form alone.
        shown = answer.text.partition('<aside class="x-deeds"')[0]
        assert answer.status_code == 200 and "x-level" not in shown, path
    assert concern in cruz.get(student).text, "that it is open is hers to know"
    assert "110" in cruz.get(f"{concern}/sent").text, "and what she has to do at once"
    for name in ("gao", "lin", "pia"):
        assert f"x-level-{raised.level.lower()}" in browser_of(name).get(concern).text, name


def test_a_head_of_grade_who_raised_it_sees_the_level_as_the_grade_does(world: World, browser_of: BrowserOf) -> None:
    raised = raise_one(world, browser_of, CALM, by="gao")
    assert "x-level-r2" in browser_of("gao").get(f"/concerns/{raised.id}").text
