"""A letter whose readers have all gone does not lie there unnoticed: a job sees it without any key, and says so."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import audit
from app.access import PostKind
from app.core import clock
from app.core.database import session
from app.directory import service as directory
from app.home.tasks import first_tasks
from app.letterbox.late import late_for
from app.letterbox.service import answering, climbing, readerless, returning
from app.notifications.models import Notice
from app.vault.grants import withdraw
from app.vault.holders import user
from tests.letterbox.conftest import GRAVE, TEXT, Post, Posted, come_back, letter_of
from tests.letterbox.test_child_pages import Child, address, child, child_of
from tests.world import World

__all__ = ["address", "child", "child_of"]
BrowserOf = Callable[[str], FlaskClient]
MONDAY = datetime.fromisoformat("2026-11-23T10:00:00+08:00")


def gone(world: World, *names: str) -> None:
    """Let posts have ended yesterday."""
    with world.database.transaction():
        for name in names:
            world.end_posts(name, (clock.now() - timedelta(days=1)).date())


def look(world: World) -> int:
    with world.database.transaction():
        return readerless.look()


def told(world: World, posted: Posted, kind: str = "letter:readerless") -> list[str]:
    """Return who was told of a letter, once for each time."""
    names = {person_id: name for name, person_id in world.people.items()}
    with world.database.transaction(writes=False):
        query = select(Notice.person_id).where(Notice.subject_id == posted.id, Notice.kind == kind)
        return sorted(names[person_id] for person_id in session().scalars(query))


def since(world: World, posted: Posted) -> datetime | None:
    with world.database.transaction(writes=False):
        return letter_of(posted).readerless_since


def test_when_the_room_is_empty_leadership_administrator_and_centre_hear_of_it_once_a_school_day(
    world: World, post: Post
) -> None:
    with clock.at(MONDAY):
        posted, done = post(), post()
        with world.acting("lin") as lin:
            answering.close(letter_of(done), revision=1, by=lin)
        gone(world, "lin")
        assert look(world) == 0, "Bo is there"
        gone(world, "bo")
        assert (look(world), look(world)) == (1, 0), "said once, whoever looks again"
        assert told(world, posted) == ["dee", "dora", "pia", "sam"]
        assert since(world, posted) == MONDAY
    with clock.at(MONDAY + timedelta(days=1, hours=14)):
        assert (look(world), look(world)) == (1, 0)
        assert told(world, posted) == sorted(["dee", "dora", "pia", "sam"] * 2)
        assert since(world, posted) == MONDAY
    event, _again = world.events("letter:readerless")
    assert (event.subject_id, event.codes["told"], event.codes.keys()) == (posted.id, 4, {"told", "holds"})
    assert told(world, done) == [], "nobody waits for a letter that is closed"


def test_it_is_over_when_somebody_reads_it_again_and_begins_anew(world: World, post: Post) -> None:
    posted = post()
    gone(world, "lin", "bo")
    look(world)
    with world.database.transaction():
        world.end_posts("bo", (clock.now() + timedelta(days=30)).date())
    assert (look(world), since(world, posted)) == (0, None)
    assert [event.subject_id for event in world.events("letter:has_reader")] == [posted.id]
    gone(world, "bo")
    assert look(world) == 1


def test_of_a_letter_that_is_kept_from_somebody_nobody_hears_who_was_not_to_hear_before(
    world: World, post: Post
) -> None:
    without = [world.people["pia"], world.people["bo"]]
    posted = post(GRAVE, excluded=without)
    named_in_words = post(GRAVE, excluded_words="那个管门的老师")
    with world.database.transaction():
        for one in (posted, named_in_words):
            for name in ("lin", "bo"):
                withdraw(one.id, holder=user(world.people[name]))
        audit.record(audit.system("test"), "key:left", organisation=world.school)
    assert look(world) == 2
    assert told(world, posted) == ["dee", "dora", "lin"]
    assert told(world, named_in_words) == ["bo", "dee", "dora", "lin", "pia"], "Sam is not among those on its ladder"
    gone(world, "dee", "dora")
    with world.acting("pia") as pia:
        (one,) = late_for(pia)
        assert (one.readerless, one.room_is_empty) == ("<5", False)
    gone(world, "lin", "bo", "pia")
    with world.acting("sam") as sam:
        assert late_for(sam) == []


def test_a_letter_to_the_principal_without_a_principal_is_one(world: World, post: Post) -> None:
    posted, other = post(box="leadership"), post()
    gone(world, "pia")
    assert look(world) == 1
    assert told(world, posted) == ["bo", "dee", "dora", "lin", "sam"] and told(world, other) == []


def test_its_writer_comes_back_and_it_is_read_again(world: World, post: Post) -> None:
    posted = post(box="leadership")
    gone(world, "pia")
    look(world)
    with world.database.transaction():
        opened = come_back(world, posted)
        returning.take_note(opened, returning.thread(opened))
    assert (look(world), since(world, posted)) == (0, None)
    with world.acting("lin") as lin:
        assert answering.read(letter_of(posted), by=lin)[1][0].words == TEXT


def test_today_says_what_to_do_and_the_notice_leads_there(world: World, post: Post, browser_of: BrowserOf) -> None:
    posted = post()
    gone(world, "lin", "bo")
    look(world)
    for name, says in (("pia", "安排一位任职"), ("sam", "邀请"), ("dee", "青禾小学")):
        browser = browser_of(name)
        (notice,) = notices(world, name, posted)
        assert "无人能打开" in browser.get("/notices").get_data(as_text=True)
        answer = browser.post(f"/notices/{notice}")
        assert answer.headers["Location"] == "/letters/late"
        page = browser.get("/letters/late").get_data(as_text=True)
        assert says in page and "应急卡" in page and "&lt;5" in page and TEXT not in page
    with world.acting("pia") as pia:
        assert [task.page for task in first_tasks(pia)].count("letterbox.late") == 1
    for name in ("gao", "cruz", "eve", "root"):
        assert browser_of(name).get("/letters/late").status_code == 404
    other = browser_of("tan").get("/letters/late").get_data(as_text=True)
    assert "没有等候过久的来信" in other and "青禾小学" not in other


def test_a_new_counsellor_without_the_rooms_key_is_led_to_the_recovery_card(
    world: World, post: Post, browser_of: BrowserOf
) -> None:
    post()
    gone(world, "lin", "bo")
    with world.database.transaction():
        directory.give_post(
            person_id=world.people["sol"], kind=PostKind.COUNSELLOR, organisation_id=world.school,
            starts_on=clock.now().date() - timedelta(days=1), by=audit.system("test"),
        )
    look(world)
    sol = browser_of("sol")
    assert "已无人能打开" in sol.get("/").get_data(as_text=True)
    assert f"/keys/card/{world.school}/use" in sol.get("/letters/late").get_data(as_text=True)


def notices(world: World, name: str, posted: Posted) -> list[UUID]:
    with world.database.transaction(writes=False):
        mine = select(Notice.id).where(Notice.person_id == world.people[name], Notice.subject_id == posted.id)
        return list(session().scalars(mine.order_by(Notice.id)))


def test_a_notice_that_a_grave_letter_waits_leads_leadership_to_counts_and_the_room_to_the_letter(
    world: World, post: Post, browser_of: BrowserOf
) -> None:
    night = datetime.fromisoformat("2026-11-25T22:30:00+08:00")
    with clock.at(night):
        posted = post(GRAVE)
    for minutes in (10, 20, 30):
        with clock.at(night + timedelta(minutes=minutes)), world.database.transaction():
            climbing.climb()
    assert told(world, posted, "letter:unopened") == ["bo", "dee", "dee", "dora", "dora", "lin", "pia", "pia"]
    with clock.at(night + timedelta(minutes=31)):
        for name, where, says in (
            ("pia", "/letters/late", "请给心理教师"), ("dee", "/letters/late", "紧急开启"),
            ("lin", f"/letters/{posted.id}", "死"),
        ):
            browser = browser_of(name)
            leads = browser.post(f"/notices/{notices(world, name, posted)[-1]}").headers["Location"]
            page = browser.get(leads)
            assert (leads, page.status_code) == (where, 200) and says in page.get_data(as_text=True)
        assert browser_of("pia").get(f"/letters/{posted.id}").status_code == 404


@pytest.mark.alike
def test_the_child_reads_nothing_of_all_that(world: World, post: Post, child: Child) -> None:
    posted = post()
    gone(world, "lin", "bo")
    look(world)
    child.comes_back(posted.code)
    assert "无人" not in child.text("/thread")
