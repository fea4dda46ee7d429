"""Lin holds a session: one step from Today, written in Ana's file, ended with who came and the next time."""

import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.appointments import service
from app.appointments.errors import NotPossible
from app.appointments.models import Appointment, Sitting
from app.appointments.service import sittings as sitting_service
from app.appointments.service.sittings import Ending
from app.core import clock
from app.core.database import session
from app.core.errors import Missing
from app.files.models import FileEntry, StudentFile
from app.files.reading import body_of
from tests.appointments.telling import booked, claims, does, implied, noon, state_of, wish
from tests.files import steps
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]
SAID = "他说体育课上没有人跟他一组"
AGREED = "每天记一件顺利的小事"
SOON = noon(13) - timedelta(minutes=10)


def text(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.get_data(as_text=True)


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


def sittings(world: World) -> list[Sitting]:
    with world.database.transaction(writes=False):
        found = list(session().scalars(select(Sitting)))
        for one in found:
            session().expunge(one)
    return found


def entry_of(world: World, booking_id: UUID, who: str = "lin") -> FileEntry:
    with world.database.transaction(writes=False):
        sitting = session().get_one(Sitting, (booking_id, world.people[who]))
        found = session().get_one(FileEntry, sitting.entry_id)
        session().expunge(found)
    return found


def begun(world: World, browser: FlaskClient, booking_id: UUID) -> tuple[str, str]:
    """Begin the session of a booking through the page; return its address and what it shows."""
    answer = browser.post(f"/appointments/{booking_id}/sitting")
    assert answer.status_code == 303
    return answer.headers["Location"], text(browser, answer.headers["Location"])


def test_from_today_to_the_next_time_and_a_signed_entry(world: World, browser_of: BrowserOf) -> None:
    ana = world.students["ana"]
    file_id = steps.open_file(world, "lin", "ana")
    before = steps.draft(world, "lin", file_id, {"concern": "x", "homework": AGREED, "template": "soap"})
    with world.acting("lin") as lin_acts:
        steps.service.sign_entry(steps.entry(before), revision=1, by=lin_acts)
    booking = booked(world)
    lin = browser_of("lin")
    today = text(lin, "/")
    assert "下一场" in today and "陈*涵" in today and "第 2 次" in today and "陈子涵" not in today
    assert "/sitting" not in today, "two hours before"
    assert lin.post(f"/appointments/{booking}/sitting").headers["Location"] == f"/appointments/{booking}"
    assert not sittings(world)
    with clock.at(SOON):
        lin = browser_of("lin")
        assert f'action="/appointments/{booking}/sitting"' in text(lin, "/")
        address, page = begun(world, lin, booking)
        assert AGREED in page and "陈子涵" in page and 'value="soap" selected' in page, "as it was written last time"
        assert begun(world, lin, booking)[0] == address
        assert len(sittings(world)) == 1, "a second click begins nothing"
        draft = {"version": version_in(page), "template": "free", "concern": SAID, "effect_before": "3"}
        entry = entry_of(world, booking)
        saved = lin.post(f"/files/{file_id}/entries/{entry.id}/draft", data=draft)
        assert saved.status_code == 200
    with clock.at(noon(13) + timedelta(minutes=35)):
        lin = browser_of("lin")
        assert SAID in text(lin, address), "the laptop was closed in between"
        assert "辅导进行中" in text(lin, "/") and SAID not in text(lin, "/")
        sent = {**draft, "version": saved.get_json()["version"], "effect_after": "5", "then": "end"}
        assert lin.post(f"{address}/record", data=draft).status_code == 422, "saved elsewhere since"
        ended = lin.post(f"{address}/record", data=sent)
        page = text(lin, ended.headers["Location"])
        next_week = f"{world.school.hex}-{int(noon(20).timestamp())}"
        assert next_week in page and "下周同一时间" in page
        sent = {"came": "true", "slot": next_week, "record": "sign", "version": version_in(page)}
        assert lin.post(f"{address}/end", data={**sent, "came": ""}).status_code == 422
        booked(world, "bo", day=20, student="rui")
        taken = lin.post(f"{address}/end", data={**sent, "slot": f"{world.school.hex}-{int(noon(21).timestamp())}"})
        assert taken.status_code == 303
    assert state_of(world, booking) == "attended" and claims(world) == implied(world)
    entry = entry_of(world, booking)
    assert entry.state == "signed" and entry.kind == "follow_up" and entry.started_at == SOON
    shown = text(lin, f"/files/{file_id}/entries/{entry.id}")
    assert SAID in shown and "3 → 5" in shown and "2026-10-21 12:00" in shown and "2026-10-13 12:35" in shown
    with world.database.transaction(writes=False):
        following = session().scalars(select(Appointment).where(Appointment.starts_at == noon(21))).one()
        assert (following.student_id, following.counsellor_id) == (ana, world.people["lin"])
    with clock.at(noon(21)):
        lin = browser_of("lin")
        again = lin.post(f"/appointments/{booking}/sitting")
        assert lin.get(again.headers["Location"]).headers["Location"] == f"/files/{file_id}/entries/{entry.id}"
        assert "第 3 次" in text(lin, "/")
    assert len(world.events("sitting:begun")) == len(world.events("sitting:ended")) == 1
    looked = [row for row in world.events("entry:viewed") if row.subject_id == file_id]
    assert looked, "who viewed the file is known"


def test_a_time_that_is_taken_undoes_the_whole_ending(world: World, browser_of: BrowserOf) -> None:
    booking = booked(world)
    with clock.at(noon(13)):
        lin = browser_of("lin")
        address, _page = begun(world, lin, booking)
        page = text(lin, f"{address}/end")
        slot = f"{world.school.hex}-{int(noon(20).timestamp())}"
        booked(world, "bo", day=20, student="rui")
        sent = {"came": "true", "slot": slot, "record": "discard", "version": version_in(page)}
        refused = lin.post(f"{address}/end", data=sent)
        assert refused.status_code == 409 and f"{world.school.hex}-{int(noon(21).timestamp())}" in refused.text
        assert state_of(world, booking) == "confirmed" and sittings(world)[0].ended_at is None
        unsaid = lin.post(f"{address}/end", data={**sent, "slot": "", "record": "sign"})
        assert unsaid.status_code == 422 and sittings(world)[0].ended_at is None, "nothing was written"
        assert lin.post(f"{address}/end", data={**sent, "slot": "", "came": "false"}).status_code == 303
    assert state_of(world, booking) == "no_show"
    (held,) = sittings(world)
    assert held.entry_id is None and held.ended_at is not None, "the empty draft is gone"
    assert len(world.events("entry:discarded")) == 1
    assert len(world.events("look_in:begun")) == 1, "Lin opened a file: she watches over Ana"


@pytest.mark.alike
def test_a_student_without_a_file_gets_one_and_a_colleagues_file_asks_why(
    world: World, browser_of: BrowserOf
) -> None:
    booking = booked(world)
    file_id = steps.open_file(world, "lin", "rui")
    covered = booked(world, "bo", day=14, student="rui")
    with clock.at(noon(13)):
        lin = browser_of("lin")
        begun(world, lin, booking)
        with world.database.transaction(writes=False):
            file = session().scalars(select(StudentFile).where(StudentFile.student_id == world.students["ana"])).one()
            assert file.in_charge_id == world.people["lin"]
        assert entry_of(world, booking).kind == "first"
    with clock.at(noon(14)):
        bo = browser_of("bo")
        asked = bo.post(f"/appointments/{covered}/sitting")
        assert asked.status_code == 200 and "请说明理由" not in asked.text and 'name="reason"' in asked.text
        for wrong in ("", "no"):
            assert bo.post(f"/appointments/{covered}/sitting", data={"reason": wrong}).status_code == 422
        assert not world.events("file:reason_given") and len(sittings(world)) == 1
        done = bo.post(f"/appointments/{covered}/sitting", data={"reason": "林老师今天请假"})
        assert done.status_code == 303
        assert entry_of(world, covered, "bo").file_id == file_id
        assert len(world.events("file:reason_given")) == 1
        lin = browser_of("lin")
        theirs = lin.get(f"/appointments/{covered}/sitting")
        assert theirs.headers["Location"] == f"/appointments/{covered}", "Bo's session is Bo's"


@pytest.mark.alike
def test_what_is_kept_from_a_colleague_stays_so_the_next_time(world: World, browser_of: BrowserOf) -> None:
    with world.acting("lin") as lin_acts:
        booking = service.book(wish(world), excluded=[world.people["bo"]], by=lin_acts).id
    with clock.at(noon(13)):
        lin, bo = browser_of("lin"), browser_of("bo")
        address, _page = begun(world, lin, booking)
        slot = f"{world.school.hex}-{int(noon(20).timestamp())}"
        sent = {"came": "true", "slot": slot, "record": "leave", "version": "1"}
        for path in (address, f"{address}/end"):
            assert bo.get(path).status_code == 404
        for path in (address, f"{address}/record", f"{address}/end"):
            assert bo.post(path, data=sent).status_code == 404
        assert lin.post(f"{address}/end", data=sent).status_code == 303
        week = text(bo, "/appointments?day=2026-10-20")
        assert "已占用" in week and "陈*涵" not in week and "陈*涵" in text(lin, "/appointments?day=2026-10-20")


@pytest.mark.alike
def test_nobody_else_holds_it_and_only_what_stands_can_be_held(world: World, browser_of: BrowserOf) -> None:
    booking, called_off = booked(world), booked(world, day=14)
    does(world, "lin", service.cancel, called_off)
    with world.acting("cruz") as cruz:
        requested = service.ask_for(wish(world, day=15), by=cruz).id
    with clock.at(noon(15)):
        for name in ("cruz", "gao", "pia", "sam", "tan", "dee", "eve"):
            browser = browser_of(name)
            assert browser.post(f"/appointments/{booking}/sitting").status_code == 404, name
            assert browser.get(f"/appointments/{booking}/sitting/end").status_code == 404, name
        lin = browser_of("lin")
        for one in (called_off, requested):
            answer = lin.post(f"/appointments/{one}/sitting")
            assert answer.headers["Location"] == f"/appointments/{one}"
        for path in ("sitting", "sitting/end"):
            assert lin.get(f"/appointments/{booking}/{path}").headers["Location"] == f"/appointments/{booking}"
        assert lin.post(f"/appointments/{booking}/sitting/record", data={"version": "1"}).status_code == 303
        assert not sittings(world) and not world.events("entry:begun")
        begun(world, lin, booking)
    assert entry_of(world, booking).started_at == noon(13), "written down afterwards"


def test_a_draft_taken_away_leaves_the_session_to_be_begun_again(world: World, browser_of: BrowserOf) -> None:
    booking = booked(world)
    with clock.at(noon(13)):
        lin = browser_of("lin")
        address, _page = begun(world, lin, booking)
        entry = entry_of(world, booking)
        lin.post(f"/files/{entry.file_id}/entries/{entry.id}/discard")
        assert sittings(world)[0].entry_id is None
        assert lin.get(address).headers["Location"] == f"/appointments/{booking}"
        assert "开始辅导" in text(lin, f"/appointments/{booking}")
        begun(world, lin, booking)
        assert entry_of(world, booking).id != entry.id and len(sittings(world)) == 1
    with clock.at(noon(13) + timedelta(hours=3)):
        for who, refusal in (("bo", Missing), ("lin", None), ("lin", NotPossible)):
            with nullcontext() if refusal is None else pytest.raises(refusal), world.acting(who) as by:
                held = session().get_one(Sitting, (booking, world.people["lin"]))
                sitting_service.end(held, session().get_one(Appointment, booking), Ending(came=True), by=by)
    entry = entry_of(world, booking)
    with world.acting("lin") as by:
        body = body_of(steps.entry(entry.id), by=by)
    assert body is not None and body["ended_at"] == "2026-10-13T12:40", "when it was over, not when it was noted"
    assert body["place"] == "心灵屋"


@pytest.mark.alike
def test_today_and_paper_say_who_comes_without_the_whole_name(world: World, browser_of: BrowserOf) -> None:
    booked(world, student="rui")
    with world.acting("cruz") as cruz:
        service.ask_for(wish(world, day=14), by=cruz)
        kept = service.ask_for(wish(world, day=15, student="rui"), excluded=[world.people["lin"]], by=cruz).id
    lin = browser_of("lin")
    strip = text(lin, "/")
    assert "x-slot-mark-booked" in strip and "王*" in strip and "王瑞" not in strip
    with clock.at(noon(14) - timedelta(hours=1)):
        assert "x-slot-mark-asked" in text(browser_of("lin"), "/"), "an answer is waited for"
    with clock.at(noon(15) - timedelta(hours=1)):
        taken = text(browser_of("lin"), "/")
        assert "x-slot-mark-closed" in taken and str(kept) not in taken
        free = text(browser_of("tan"), "/")
        assert "x-slot-mark-free" in free and "王*" not in free and "候补" not in free
    with clock.at(noon(16) - timedelta(hours=1)):
        with world.acting("lin") as by:
            service.add_waiting(world.students["zoe"], by=by)
        assert "空（候补 1）" in text(browser_of("lin"), "/")
    week = "/appointments/print?view=week&day=2026-10-14"
    paper = text(lin, week)
    assert "王*" in paper and "王瑞" not in paper and "青禾小学" in paper and "Lin" in paper and "已占用" in paper
    whole = text(lin, f"{week}&names=whole")
    assert "王瑞" in whole and whole.count("王瑞") == 1, "of what is kept from Lin nothing is written out"
    printed = [row.body.decode() for row in world.events("appointment:printed")]
    assert len(printed) == 2 and "masked" in printed[0] and "whole" in printed[1]
    assert "王*" not in text(lin, "/appointments/print?day=2026-10-14")
    assert text(lin, "/appointments/print?view=x&day=y")
    for name in ("cruz", "gao", "pia", "sam", "dee", "eve"):
        assert browser_of(name).get(week).status_code == 404, name
    assert "王" not in text(browser_of("tan"), week)
