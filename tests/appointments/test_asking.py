"""Cruz asks the room for a time on Ana's behalf, sees how it stands and nothing more, and takes it back."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.appointments.telling import booked, claims, implied
from tests.appointments.test_pages import slots_in, text
from tests.world import World

pytestmark = pytest.mark.alike
BrowserOf = Callable[[str], FlaskClient]
WHY = "最近总是一个人吃饭"


def ask(client: FlaskClient, student: object, **changes: str) -> tuple[int, str]:
    path = f"/appointments/ask/{student}"
    slot = slots_in(text(client, path))[0]
    answer = client.post(path, data={"slot": slot, "about": "friends", "words": WHY, **changes})
    return answer.status_code, answer.get_data(as_text=True)


def test_cruz_asks_lin_says_yes_and_cruz_sees_that_alone(world: World, browser_of: BrowserOf) -> None:
    cruz, lin, ana = browser_of("cruz"), browser_of("lin"), world.students["ana"]
    assert f"/appointments/ask/{ana}" in text(cruz, f"/students/{ana}")
    assert f"/appointments/ask/{ana}" not in text(lin, f"/students/{ana}"), "Lin books it herself"
    assert ask(cruz, ana)[0] == 303
    first_page = text(cruz, "/")
    assert "待确认" in first_page or "已申请" in first_page
    assert WHY not in first_page
    today = text(lin, "/")
    assert "老师代约，等待确认" in today and WHY not in today
    (made,) = {str(one) for one in claims(world).values()}
    address = f"/appointments/{made}"
    assert WHY in text(lin, address)
    for name in ("cruz", "gao", "pia", "dee", "tan"):
        assert browser_of(name).get(address).status_code == 404, name
    assert lin.post(address, data={"deed": "confirm", "version": 1}).status_code == 303
    assert "老师代约，等待确认" not in text(lin, "/")
    assert "已确认" in text(cruz, "/")


def test_cruz_takes_it_back_once_and_the_time_is_free(world: World, browser_of: BrowserOf) -> None:
    cruz, ana = browser_of("cruz"), world.students["ana"]
    ask(cruz, ana)
    (made,) = {str(one) for one in claims(world).values()}
    path = f"/appointments/{made}/take-back"
    for name in ("quill", "gao", "lin", "sam"):
        assert browser_of(name).post(path, data={"version": 1}).status_code == 404, name
    assert cruz.post(path, data={"version": 7}).status_code == 303 and claims(world), "somebody changed it meanwhile"
    assert cruz.post(path, data={"version": 1}).status_code == 303
    assert claims(world) == implied(world) == {}
    assert cruz.post(path, data={"version": 2}).status_code == 303, "it is said that this is not possible any more"
    assert len(world.events("appointment:cancelled")) == 1


def test_a_time_that_is_gone_is_said_with_the_nearest_and_no_word_is_lost(world: World, browser_of: BrowserOf) -> None:
    cruz, ana = browser_of("cruz"), world.students["ana"]
    path = f"/appointments/ask/{ana}"
    slot = slots_in(text(cruz, path))[0]
    booked(world, student="rui")
    answer = cruz.post(path, data={"slot": slot, "about": "friends", "words": WHY})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and WHY in page and slot not in slots_in(page)
    assert ask(cruz, ana, slot="")[0] == 422
    assert ask(cruz, ana, counsellor="x")[0] == 422


def test_nobody_asks_for_students_of_others(world: World, browser_of: BrowserOf) -> None:
    for name, student in (("quill", "ana"), ("cruz", "kai"), ("pia", "kai"), ("sam", "ana"), ("eve", "ana")):
        answer = browser_of(name).get(f"/appointments/ask/{world.students[student]}")
        assert answer.status_code == 404, name
