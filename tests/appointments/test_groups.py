"""Lin's group on Tuesdays: its sessions, who has a seat, who came, and an entry that stays what it was once signed."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from app.appointments import service
from app.appointments.errors import SessionFull, StudentLeft
from app.appointments.models import GroupEntry, LookIn
from app.appointments.queries.series import GroupSession, get_programme, seats_in, sessions_of
from app.appointments.service import groups
from app.core import clock
from app.core.database import session
from app.core.errors import Missing, Stale
from app.directory.models import Student
from tests.appointments.telling import booked, claims, implied, noon, wish
from tests.files import steps
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]
TUESDAYS: dict[str, Any] = {"every_weeks": 1, "times": 3}


def begun(world: World, *, seats: int = 3, **more: Any) -> UUID:
    """Let Lin begin a group that meets on three Tuesdays."""
    with world.acting("lin") as lin:
        meets = wish(world, student=None, kind="group", seats=seats, **more)
        return groups.begin_group(meets, theme="结交朋友", **TUESDAYS, by=lin).id


def in_group(world: World, programme_id: UUID, name: str, deed: Callable[..., Any], *given: Any) -> Any:
    """Let somebody do a deed to the group."""
    with world.acting(name) as by:
        programme = get_programme(programme_id)
        assert programme is not None
        return deed(programme, *given, by=by)


def seats(world: World, programme_id: UUID) -> list[tuple[int, UUID | None, str]]:
    """Return session, student and state of every seat."""
    with world.database.transaction(writes=False):
        programme = get_programme(programme_id)
        assert programme is not None
        number = {one.id: one.series_number for one in sessions_of([programme.series_id])}
        found = seats_in(list(number))
        return sorted((number[seat.session_id], seat.student_id, seat.state) for seat in found)


def test_a_member_has_a_seat_in_every_session_but_those_in_which_they_are_elsewhere(world: World) -> None:
    ana, rui = world.students["ana"], world.students["rui"]
    elsewhere = {"starts_at": noon(20), "kind": "crisis", "room_id": None, "counsellor_id": world.people["bo"]}
    booked(world, "bo", **elsewhere)
    group = begun(world)
    in_group(world, group, "lin", groups.join_group, ana)
    in_group(world, group, "bo", groups.join_group, rui)
    in_group(world, group, "bo", groups.join_group, rui)
    assert [(number, who) for number, who, _state in seats(world, group)] == sorted(
        [(1, ana), (3, ana), (1, rui), (2, rui), (3, rui)], key=lambda one: (one[0], one[1])
    )
    assert claims(world) == implied(world)
    in_group(world, group, "lin", groups.leave_group, rui)
    in_group(world, group, "lin", groups.leave_group, rui)
    assert [(number, who) for number, who, _state in seats(world, group)] == [(1, ana), (3, ana)]
    assert claims(world) == implied(world)


def test_a_full_group_takes_nobody_and_who_left_or_is_from_elsewhere_never_joins(world: World) -> None:
    group = begun(world, seats=2)
    for name in ("ana", "rui"):
        in_group(world, group, "lin", groups.join_group, world.students[name])
    with pytest.raises(SessionFull):
        in_group(world, group, "lin", groups.join_group, world.students["zoe"])
    in_group(world, group, "lin", groups.leave_group, world.students["rui"])
    with pytest.raises(Missing):
        in_group(world, group, "lin", groups.join_group, world.students["kai"])
    with world.database.transaction():
        zoe = update(Student).where(Student.id == world.students["zoe"])
        session().execute(zoe.values(state="left", left_on=noon(12).date()))
    with pytest.raises(StudentLeft):
        in_group(world, group, "lin", groups.join_group, world.students["zoe"])
    for name in ("tan", "cruz", "gao", "pia", "sam", "dee"):
        with pytest.raises(Missing):
            in_group(world, group, name, groups.join_group, world.students["rui"])
        with pytest.raises(Missing):
            in_group(world, group, name, groups.leave_group, world.students["ana"])


def test_who_came_can_be_corrected_and_a_watched_member_who_did_not_is_looked_in_on(world: World) -> None:
    ana, rui = world.students["ana"], world.students["rui"]
    steps.open_file(world, "lin", "rui")
    group = begun(world)
    for student in (ana, rui):
        in_group(world, group, "lin", groups.join_group, student)

    def came(*students: UUID, revision: int | None = None) -> None:
        with clock.at(noon(13) + timedelta(minutes=20)), world.acting("lin") as lin:
            programme = get_programme(group)
            assert programme is not None
            held = GroupSession(programme, sessions_of([programme.series_id])[0])
            ticked = {seat.id for seat in seats_in([held.booking.id]) if seat.student_id in students}
            now = groups.revision_of(held) if revision is None else revision
            groups.note_attendance(held, came=ticked, revision=now, by=lin)

    came(ana)
    first = {who: state for number, who, state in seats(world, group) if number == 1}
    assert first == {ana: "attended", rui: "no_show"}
    with world.database.transaction(writes=False):
        assert session().scalars(text("SELECT count(*) FROM look_in")).one() == 1
    with pytest.raises(Stale):
        came(ana, rui, revision=3)
    came(ana, rui)
    assert {state for number, _who, state in seats(world, group) if number == 1} == {"attended"}
    with world.database.transaction(writes=False):
        assert session().query(LookIn).one().outcome_code == "came"
    assert claims(world) == implied(world)


def test_a_signed_entry_of_a_session_stays_what_it_was(world: World) -> None:
    group = begun(world)

    def with_session(deed: Callable[..., Any], **given: Any) -> Any:
        with world.acting("lin") as lin:
            programme = get_programme(group)
            assert programme is not None
            return deed(GroupSession(programme, sessions_of([programme.series_id])[0]), **given, by=lin)

    with pytest.raises(groups.NothingWritten):
        with_session(groups.sign_group_entry, revision=0)
    with_session(groups.write_group_entry, body="热身游戏，分享", revision=0)
    with pytest.raises(Stale):
        with_session(groups.write_group_entry, body="覆盖", revision=0)
    with_session(groups.sign_group_entry, revision=1)
    for deed, given in (
        (groups.write_group_entry, {"body": "改一改", "revision": 1}), (groups.sign_group_entry, {"revision": 1}),
    ):
        with pytest.raises(groups.GroupEntrySigned):
            with_session(deed, **given)
    with world.database.transaction(writes=False):
        assert groups.is_verified(session().query(GroupEntry).one())
    for statement in ("UPDATE group_entry SET revision = 9", "DELETE FROM group_entry"):
        with pytest.raises(DBAPIError, match="stays as it is"), world.database.transaction():
            session().execute(text(statement))


@pytest.mark.alike
def test_lin_sets_a_group_up_and_holds_its_first_session(world: World, browser_of: BrowserOf) -> None:
    lin, ana = browser_of("lin"), world.students["ana"]
    booked(world, "bo", day=20, student="rui")
    page = lin.get("/appointments/groups").get_data(as_text=True)
    assert "还没有小组" in page
    form = lin.get("/appointments/groups/new").get_data(as_text=True)
    slot = re.search(r'<option value="([0-9a-f]{32}-\d+)"', form)
    assert slot is not None
    sent = {"theme": "结交朋友", "seats": "4", "slot": slot[1], "every_weeks": "1", "times": "2"}
    assert lin.post("/appointments/groups/new", data={**sent, "times": "1"}).status_code == 422
    asked = lin.post("/appointments/groups/new", data=sent)
    shown = asked.get_data(as_text=True)
    assert asked.status_code == 409 and "结交朋友" in shown and "这个时间已被占用" in shown and "choice_2" in shown
    begun = lin.post("/appointments/groups/new", data={**sent, "choice_2": "out"})
    assert begun.status_code == 303
    address = begun.headers["Location"]
    found = lin.post(address, data={"q": "陈子涵"}).get_data(as_text=True)
    assert str(ana) in found and "加入小组" in found
    assert lin.post(f"{address}/members", data={"student_id": ana}).status_code == 303
    shown = lin.get(address).get_data(as_text=True)
    assert "陈子涵" in shown and "后面每次活动都有名额" in shown
    meeting = re.search(rf'href="({address}/sessions/[0-9a-f-]+)"', shown)
    assert meeting is not None
    assert "活动开始后才能登记" in lin.get(meeting[1]).get_data(as_text=True)
    with clock.at(noon(13) + timedelta(minutes=5)):
        lin = browser_of("lin")
        page = lin.get(meeting[1]).get_data(as_text=True)
        seat = re.search(r'name="came" value="([0-9a-f-]+)"', page)
        version = re.search(r'"version" value="(\d+)"', page)
        assert seat is not None and version is not None
        stale = lin.post(f"{meeting[1]}/attendance", data={"came": seat[1], "version": 99})
        assert stale.status_code == 409
        noted = lin.post(f"{meeting[1]}/attendance", data={"came": seat[1], "version": version[1]})
        assert noted.status_code == 303
        saved = lin.post(f"{meeting[1]}/draft", data={"body": "热身", "version": 0})
        assert saved.get_json()["version"] == 1
        late = lin.post(f"{meeting[1]}/entry", data={"body": "另一版", "version": 0, "then": "sign"})
        page = late.get_data(as_text=True)
        assert late.status_code == 422 and "另一版" in page and "热身" in page
        signed = {"body": "热身，分享", "version": 1, "then": "sign"}
        assert lin.post(f"{meeting[1]}/entry", data=signed).status_code == 303
        page = lin.get(meeting[1]).get_data(as_text=True)
        assert "热身，分享" in page and "<textarea" not in page
    for name in ("cruz", "gao", "pia", "sam", "tan", "dee", "eve"):
        browser = browser_of(name)
        assert {browser.get(path).status_code for path in (address, meeting[1])} == {404}, name
    everything = "\n".join(str(event.body) for event in world.events())
    assert "结交朋友" not in everything and "热身" not in everything


@pytest.mark.alike
def test_a_series_is_booked_time_by_time_and_its_rest_called_off(world: World, browser_of: BrowserOf) -> None:
    lin, ana = browser_of("lin"), world.students["ana"]
    booked(world, "bo", day=20, student="rui")
    path = f"/appointments/new/{ana}/series"
    assert path in lin.get(f"/appointments/new/{ana}").get_data(as_text=True)
    slot = f"{world.school.hex}-{int(noon(13).timestamp())}"
    sent = {"slot": slot, "every_weeks": "1", "times": "3", "about": "friends", "words": "每周二"}
    asked = lin.post(path, data=sent)
    shown = asked.get_data(as_text=True)
    assert asked.status_code == 409 and "每周二" in shown and "choice_2" in shown and "choice_3" not in shown
    moved = f"{world.school.hex}-{int(noon(21).timestamp())}"
    done = lin.post(path, data={**sent, "choice_2": moved})
    assert done.status_code == 303
    address = done.headers["Location"]
    page = lin.get(address).get_data(as_text=True)
    assert page.count("已确认") == 3 and "2026-10-21" in page
    with clock.at(noon(14)):
        lin = browser_of("lin")
        assert lin.post(f"{address}/end").status_code == 303
        page = lin.get(address).get_data(as_text=True)
        assert page.count("已确认") == 1 and page.count("已取消") == 3, "two, and the notice"
    for name in ("cruz", "gao", "pia", "sam", "tan", "dee", "eve"):
        assert browser_of(name).get(address).status_code == 404, name
        assert browser_of(name).post(f"{address}/end").status_code == 404, name
    assert claims(world) == implied(world)


@pytest.mark.alike
def test_who_must_not_know_of_one_time_finds_no_series(world: World, browser_of: BrowserOf) -> None:
    said: Any = {"reason": {"about": "other"}, "excluded": [world.people["lin"]]}
    with world.acting("bo") as bo:
        kept = service.book_series(wish(world), **TUESDAYS, **said, by=bo)
    assert browser_of("lin").get(f"/appointments/series/{kept.id}").status_code == 404
    assert browser_of("bo").get(f"/appointments/series/{kept.id}").status_code == 200


@pytest.mark.alike
def test_programs_do_the_same(world: World, browser_of: BrowserOf) -> None:
    lin, ana = browser_of("lin"), world.students["ana"]
    rule = {"starts_at": noon(13).isoformat(), "every_weeks": 1, "times": 2}
    made = lin.post("/api/v1/groups", json={**rule, "theme": "结交朋友", "seats": 4})
    assert made.status_code == 201
    address = f"/api/v1/groups/{made.get_json()['id']}"
    assert lin.get("/api/v1/groups").get_json()["items"][0]["theme"] == "结交朋友"
    joined = lin.post(f"{address}/members", json={"student_id": str(ana)}).get_json()
    assert joined["members"] == [{"student_id": str(ana), "without_seat": 0}]
    meeting = f"{address}/sessions/{joined['sessions'][0]['appointment_id']}"
    written = lin.put(f"{meeting}/entry", json={"body": "热身", "version": 0, "then": "sign"}).get_json()
    assert written["entry_signed"] and written["body"] == "热身"
    with clock.at(noon(13) + timedelta(minutes=5)):
        lin = browser_of("lin")
        held = lin.get(meeting).get_json()
        noted = lin.post(f"{meeting}/attendance", json={"came": [held["seats"][0]["id"]], "version": held["version"]})
        assert noted.get_json()["seats"][0]["state"] == "attended"
    clash = lin.post(f"/api/v1/students/{ana}/appointment-series", json=rule)
    assert clash.status_code == 409 and clash.get_json()["occurrences"][0]["number"] == 1
    free = {**rule, "starts_at": noon(14).isoformat(), "choices": {"2": None}}
    series = lin.post(f"/api/v1/students/{ana}/appointment-series", json=free).get_json()
    assert len(series["bookings"]) == 1 and series["left_out"][0]["number"] == 2
    assert lin.post(f"/api/v1/appointment-series/{series['id']}/end").get_json()["bookings"][0]["state"] == "cancelled"
    assert browser_of("tan").get(address).status_code == 404
