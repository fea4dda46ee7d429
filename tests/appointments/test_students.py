"""Ana books with her card on a phone, Rui without one; whoever has another code gets nowhere, and nothing is lost."""

import re
from collections.abc import Callable
from datetime import timedelta

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.appointments.models import Appointment, StudentCard, TypedName
from app.appointments.queries import waiting_for
from app.appointments.service import by_students, expire_due
from app.appointments.service.waiting import add_waiting, offer
from app.core import clock
from app.core.database import session
from app.directory.models import Student
from app.vault import NoKey, passwords
from app.vault.return_codes import new_return_code
from tests.appointments.own import HTTPS, Phone, address_of, booking_ids, printed
from tests.appointments.telling import TUESDAY_MORNING, booked, claims, implied, noon, state_of
from tests.appointments.test_pages import slots_in, text
from tests.world import World

pytestmark = pytest.mark.alike
BrowserOf = Callable[[str], FlaskClient]


@pytest.fixture
def phone(world: World, app: Flask) -> Phone:
    """A phone at the school's address."""
    return Phone(app, address_of(world))


def test_ana_books_with_her_card_moves_it_and_calls_it_off(
    world: World, phone: Phone, browser_of: BrowserOf
) -> None:
    code = printed(world)["ana"]
    page = phone.books(code)
    assert "已约好" in page and "心灵屋" in page and code not in page
    (made,) = set(claims(world).values())
    assert claims(world) == implied(world) and state_of(world, made) == "confirmed"
    assert {claim.resource_kind for claim in claims(world)} == {"counsellor", "room", "student"}
    assert phone.send("send").location.endswith("/done"), "the same form twice is booked once"
    lin = browser_of("lin")
    assert "朋友与同学" in text(lin, f"/appointments/{made}") and "陈子涵" in text(lin, f"/appointments/{made}")
    assert browser_of("cruz").get(f"/appointments/{made}").status_code == 404
    page = phone.get("own")
    assert booking_ids(page) == [made] and "朋友" not in page
    entry = icalendar.Calendar.from_ical(phone.phone.get(phone.path(f"own/{made}/calendar.ics"), base_url=HTTPS).data)
    assert str(entry.walk("VEVENT")[0]["SUMMARY"]) == "忙碌"
    slot = slots_in(page)[1]
    page = phone.goes(f"own/{made}/move", "own", version=1, slot=slot)
    (moved,) = booking_ids(page)
    assert moved != made and claims(world) == implied(world) and state_of(world, made) == "moved"
    assert phone.send(f"own/{made}/off", version=1).status_code == 404, "what was moved is not there any more"
    assert phone.send(f"own/{moved}/off", version=9).status_code == 409
    assert booking_ids(phone.goes(f"own/{moved}/off", "own", version=1)) == [] and claims(world) == {}
    events = {row.action for row in world.events() if row.action.startswith("appointment:")}
    assert {"appointment:booked", "appointment:moved", "appointment:cancelled"} <= events


def test_wrong_codes_cost_the_same_and_lead_nowhere(world: World, app: Flask, phone: Phone) -> None:
    codes = printed(world)
    elsewhere = Phone(app, address_of(world, "other_school", "tan"))
    foreign = printed(world, ("other_school", "四年级", "1班"), "tan")["kai"]
    costs = {}
    for name, code in {"none": new_return_code(), "of another school": foreign}.items():
        before = passwords.runs()
        answer = phone.send("in", code=code)
        costs[name] = passwords.runs() - before
        assert answer.status_code == 422 and "没有找到" in answer.get_data(as_text=True) and "Set-Cookie" not in [
            header for header, value in answer.headers if "xinxia-time" in value
        ]
    assert set(costs.values()) == {1}
    before = passwords.runs()
    wrong = codes["ana"][:-1] + str((int(codes["ana"][-1]) + 1) % 10)
    assert phone.send("in", code=wrong).status_code == 422, "a typing error"
    assert phone.send("in", code="").status_code == phone.send("in", code="7" * 500).status_code == 422
    assert passwords.runs() == before, "and costs nothing"
    elsewhere.comes_with(foreign)
    assert Phone(app, phone.address).get("own", 410)
    for step in ("when", "about", "check", "name", "done", "own", "code"):
        assert Phone(app, phone.address).phone.get(phone.path(step), base_url=HTTPS).status_code == 410, step
    for step in ("send", "another", "keep"):
        assert Phone(app, phone.address).send(step).status_code == 410, step
    assert Phone(app, "abcdefghjkmn").phone.get(Phone(app, "abcdefghjkmn").path(), base_url=HTTPS).status_code == 404


def test_a_card_counts_until_the_next_sheet_and_not_for_who_left(
    world: World, app: Flask, phone: Phone, browser_of: BrowserOf
) -> None:
    first = printed(world)
    phone.comes_with(first["ana"])
    second = printed(world)
    assert first.keys() == second.keys() and not set(first.values()) & set(second.values())
    assert phone.get("when", 410), "a card that was withdrawn while it was in use"
    assert phone.send("in", code=first["ana"]).status_code == 422
    phone.comes_with(second["ana"])
    lin, bo, shape = browser_of("lin"), browser_of("bo"), world.classes["school", "四年级", "1班"]
    page = text(bo, f"/appointments/cards/{shape}")
    assert page.count("作废这张卡") == 2 and "陈子涵" in page
    with world.database.transaction(writes=False):
        cards = list(session().scalars(select(StudentCard.id)))
        assert len(cards) == 2
    for name in ("cruz", "gao", "pia", "sam", "dee", "eve", "tan"):
        stranger = browser_of(name)
        assert stranger.get(f"/appointments/cards/{shape}").status_code == 404, name
        assert stranger.post(f"/appointments/cards/{shape}").status_code == 404, name
        assert stranger.post(f"/appointments/cards/{cards[0]}/withdraw").status_code == 404, name
    for name in ("cruz", "pia", "sam"):
        assert browser_of(name).get("/appointments/cards").status_code == 404, name
    for card in cards:
        assert lin.post(f"/appointments/cards/{card}/withdraw").status_code == 303
    assert phone.send("in", code=second["ana"]).status_code == 422
    assert "没有卡" in text(lin, f"/appointments/cards/{shape}")
    sheet = lin.post(f"/appointments/cards/{shape}").get_data(as_text=True)
    assert sheet.count('class="x-card-slip"') == 2 and phone.address in sheet
    assert "心理" not in sheet.split("<main")[1], "neutral words alone"
    assert re.findall(r"<span>(\d{4})</span>", sheet)
    assert len(world.events("student_card:printed")) == 3 and len(world.events("student_card:withdrawn")) == 2
    third = printed(world)
    with world.database.transaction():
        student = session().get_one(Student, world.students["rui"])
        student.state, student.class_id, student.left_on = "left", None, TUESDAY_MORNING.date()
    answer = phone.send("in", code=third["rui"])
    assert answer.status_code == 422 and "不能用了" in answer.get_data(as_text=True)


def test_what_cannot_be_booked_is_said_and_nothing_is_lost(world: World, app: Flask, phone: Phone) -> None:
    codes = printed(world)
    page = phone.comes_with(codes["ana"])
    free = slots_in(page)
    assert len(free) == 11, "the noons of the next two weeks"
    over = f"{world.school.hex}-{int((TUESDAY_MORNING - timedelta(days=1)).timestamp())}"
    far = f"{world.school.hex}-{int(noon(30).timestamp())}"
    saturday = f"{world.school.hex}-{int(noon(17).timestamp())}"
    for slot, status in ((over, 409), (far, 409), (saturday, 409), ("x", 422), ("", 422)):
        assert phone.send("when", slot=slot).status_code == status, slot
    assert phone.send("when", slot=free[0], student="x").status_code == 422
    assert phone.phone.get(phone.path("check"), base_url=HTTPS).location.endswith("/when"), "steps in their order"
    phone.goes("when", "about", slot=free[0])
    assert phone.send("about", about="diagnosis").status_code == 422
    phone.goes("about", "check", skip="yes")
    booked(world, student="rui")
    answer = phone.send("send")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409 and "已被占用" in page and "另选一个时间" in page
    assert phone.goes("when", "check", slot=free[1]), "what it is about was kept"
    phone.goes("send", "done")
    with clock.at(TUESDAY_MORNING + timedelta(minutes=40)):
        phone.get("own", 410)
    other = Phone(app, phone.address)
    page = other.comes_with(codes["ana"], "own")
    (first,) = booking_ids(page)
    page = other.goes("another", "when")
    assert free[1] not in slots_in(page)
    other.goes("when", "about", slot=free[2])
    other.goes("about", "check", about="mood")
    other.goes("send", "done")
    page = other.goes("another", "when")
    other.goes("when", "about", slot=slots_in(page)[0])
    other.goes("about", "check", about="mood")
    answer = other.send("send")
    assert answer.status_code == 409 and "已经约了两次" in answer.get_data(as_text=True)
    rui = Phone(app, phone.address)
    rui.comes_with(codes["rui"])
    for deed in ("move", "off"):
        assert rui.send(f"own/{first}/{deed}", version=1, slot=free[5]).status_code == 404
    assert rui.phone.get(rui.path(f"own/{first}/calendar.ics"), base_url=HTTPS).status_code == 404
    with clock.at(noon(14) + timedelta(minutes=5)):
        late = Phone(app, phone.address)
        (begun, _coming) = booking_ids(late.comes_with(codes["ana"], "own"))
        answer = late.send(f"own/{begun}/off", version=1)
        assert answer.status_code == 409 and "已经开始" in answer.get_data(as_text=True)
    assert claims(world) == implied(world)


def test_somebody_without_a_card_asks_by_name_and_lin_finds_out_who(
    world: World, app: Flask, phone: Phone, browser_of: BrowserOf
) -> None:
    code = phone.asks("王瑞")
    (made,) = set(claims(world).values())
    assert {claim.resource_kind for claim in claims(world)} == {"counsellor", "room"}
    lin = browser_of("lin")
    assert "学生申请预约" in text(lin, "/") and "王瑞" not in text(lin, "/")
    for name in ("cruz", "gao", "pia", "dee", "tan"):
        assert browser_of(name).get(f"/appointments/{made}/who").status_code == 404, name
    assert lin.post(f"/appointments/{made}", data={"deed": "confirm", "version": 1}).status_code == 409
    page = text(lin, f"/appointments/{made}/who")
    assert "王瑞" in page and "四(1)班" in page
    rui = str(world.students["rui"])
    assert rui in page
    booked(world, student="zoe", day=14)
    who = f"/appointments/{made}/who"
    assert lin.post(who, data={"student": world.students["kai"], "version": 1}).status_code == 404
    assert lin.post(who, data={"student": rui, "version": 1}).status_code == 303
    assert state_of(world, made) == "confirmed" and claims(world) == implied(world)
    assert "王瑞" in text(lin, f"/appointments/{made}")
    assert "王瑞" not in text(lin, f"/appointments/{made}/who").split("<main")[1].split("填写的内容")[1][:200]
    mine = Phone(app, phone.address)
    page = mine.comes_with(code, "own")
    assert booking_ids(page) == [made] and "已确认" in page
    assert booking_ids(mine.goes(f"own/{made}/move", "own", version=3, slot=slots_in(page)[0]))
    assert claims(world) == implied(world)


def test_who_nobody_finds_or_answers_is_told_so(world: World, app: Flask, phone: Phone, browser_of: BrowserOf) -> None:
    codes = [Phone(app, phone.address).asks("不存在的人", which=number) for number in range(2)]
    lin = browser_of("lin")
    first, _second = sorted(set(claims(world).values()), key=str)
    assert lin.post(f"/appointments/{first}/nobody", data={"version": 1}).status_code == 303
    assert lin.post(f"/appointments/{first}/nobody", data={"version": 2}).status_code == 303
    assert state_of(world, first) == "cancelled"
    with clock.at(TUESDAY_MORNING + timedelta(days=3)), world.database.transaction():
        assert expire_due() == 1
    assert claims(world) == {}
    pages = " ".join(Phone(app, phone.address).comes_with(code, "own") for code in codes)
    assert "没有查到你填写的名字" in pages and "没能及时处理" in pages
    with world.acting("lin") as by:
        for typed in session().scalars(select(TypedName)):
            with pytest.raises(NoKey):
                by.ring.open(typed.id)


def test_made_up_names_take_half_of_what_is_free_and_a_card_finds_the_rest(
    world: World, app: Flask, phone: Phone
) -> None:
    for number in range(6):
        Phone(app, phone.address).asks(f"某人{number}")
    last = Phone(app, phone.address)
    last.goes("begin", "name")
    page = last.goes("name", "when", name="周芷若", class_name="四(2)班")
    last.goes("when", "about", slot=slots_in(page)[0])
    last.goes("about", "check", skip="yes")
    answer = last.send("send")
    assert answer.status_code == 409 and "有卡可以马上预约" in answer.get_data(as_text=True)
    assert "已约好" in Phone(app, phone.address).books(printed(world)["ana"])
    with world.database.transaction(writes=False):
        assert by_students.count_unsettled(world.school) == 6
        assert {one.state for one in session().scalars(select(Appointment))} == {"requested", "confirmed"}


def test_a_pass_says_valid_and_when_and_nothing_else(world: World, app: Flask, phone: Phone) -> None:
    phone.books(printed(world)["ana"])
    page = phone.get("own")
    (shown,) = re.findall(r'x-code">([2-9A-Z]{6})<', page)
    (made,) = booking_ids(page)
    teacher = Phone(app, phone.address)
    answer = teacher.send("pass", code=shown.lower())
    said = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "有效：" in said and "12:00" in said
    assert not any(word in said for word in ("陈子涵", "心灵屋", "朋友", "Lin", str(made)))
    elsewhere = Phone(app, address_of(world, "other_school", "tan"))
    for other, typed in ((teacher, "ZZZZZZ"), (elsewhere, shown), (teacher, "一")):
        assert "无效" in other.send("pass", code=typed).get_data(as_text=True)
    assert teacher.send("pass", code="").status_code == 422
    phone.goes(f"own/{made}/off", "own", version=1)
    assert "无效" in teacher.send("pass", code=shown).get_data(as_text=True)


def test_pages_are_neutral_kept_nowhere_and_left_at_once(world: World, phone: Phone) -> None:
    code = printed(world)["ana"]
    phone.books(code)
    for step in ("", "in", "own", "done", "pass"):
        answer = phone.phone.get(phone.path(step), base_url=HTTPS)
        page = answer.get_data(as_text=True)
        assert "no-store" in answer.headers["Cache-Control"] and "<title>页面</title>" in page, step
        assert ("x-exit" in page and code not in page and "/safe" in page) or step == "pass"
    answer = phone.phone.post(f"/w/{phone.address}/leave", base_url=HTTPS)
    assert answer.location == "/w/" and "__Host-xinxia-time=;" in str(answer.headers)
    phone.get("own", 410)


def test_ana_takes_the_time_that_became_free_for_her(world: World, app: Flask, phone: Phone) -> None:
    codes = printed(world)
    with world.acting("lin") as lin:
        entry = add_waiting(world.students["ana"], by=lin)
        held = offer(entry, room_id=world.school, starts_at=noon(14), by=lin).id
    rui = Phone(app, phone.address)
    rui.comes_with(codes["rui"])
    assert rui.send(f"own/{held}/take", version=1).status_code == 404
    page = phone.comes_with(codes["ana"], "own")
    assert "为你保留到" in page and "朋友" not in page
    assert phone.send(f"own/{held}/take", version=7).status_code == 409
    page = phone.goes(f"own/{held}/take", "own", version=1)
    assert state_of(world, held) == "confirmed" and "已确认" in page and claims(world) == implied(world)
    assert phone.send(f"own/{held}/take", version=2).status_code == 409
    with world.acting("lin") as lin:
        add_waiting(world.students["rui"], by=lin)
    Phone(app, phone.address).books(codes["rui"], which=2)
    with world.acting("lin") as lin:
        assert waiting_for(lin) == [], "who has booked waits no more"
