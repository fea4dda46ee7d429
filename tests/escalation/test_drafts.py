"""A concern half-written: kept for its author alone, there again after any interruption, gone once it is sent."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from app.access import PostKind
from app.core import clock
from app.core.database import session
from app.core.errors import Missing, Stale
from app.directory import service as directory
from app.escalation import drafts
from app.escalation.models import Concern, ConcernDraft
from app.escalation.queries import students_with_concerns_since
from app.vault import Grant, destroy
from tests.escalation.test_pages import CALM
from tests.queries import counted
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]
WORDS = "课间一个人坐在操场边。"


def keep(world: World, browser: FlaskClient, about: str = "ana", version: int = 0, **answers: object) -> int:
    """Save what was typed so far, as the page does; return the status."""
    data = {"version": version, "seen": WORDS, **answers}
    return browser.post(f"/concerns/new/{world.students[about]}/draft", data=data).status_code


def page_about(world: World, browser: FlaskClient, about: str = "ana") -> str:
    return browser.get(f"/concerns/new/{world.students[about]}").get_data(as_text=True)


def kept(world: World) -> list[ConcernDraft]:
    with world.database.transaction(writes=False):
        found = session().query(ConcernDraft).all()
        for one in found:
            session().expunge(one)
        return found


def grants_of(world: World, draft: ConcernDraft) -> int:
    with world.database.transaction(writes=False):
        return session().query(Grant).filter(Grant.object_id == draft.id).count()


def test_cruz_comes_back_and_everything_stands_there(world: World, browser_of: BrowserOf) -> None:
    gao = str(world.people["gao"])
    assert keep(world, browser_of("cruz"), families=["mood"], safe_now="unsure", excluded=[gao]) == 200
    page = page_about(world, browser_of("cruz"))
    assert WORDS in page
    for checked in ('value="mood"', 'value="unsure"', f'value="{gao}"'):
        assert "checked" in page.split(checked, 1)[1].split(">", 1)[0], checked
    assert "checked" not in page.split('value="peers"', 1)[1].split(">", 1)[0]


def test_each_save_builds_on_the_one_before(world: World, browser_of: BrowserOf) -> None:
    cruz = browser_of("cruz")
    told = cruz.post(f"/concerns/new/{world.students['ana']}/draft", data={"version": 0, "seen": "一"}).get_json()
    assert told["version"] == 1 and len(told["saved_at"]) == 5
    assert keep(world, cruz, version=1) == 200
    assert keep(world, cruz, version=1) == 409, "another window saved meanwhile"
    assert keep(world, cruz, version=0) == 409, "another window began meanwhile"
    assert WORDS in page_about(world, cruz)
    assert len(kept(world)) == 1


@pytest.mark.parametrize("name", ["gao", "lin", "bo", "pia", "sol"])
def test_nobody_else_who_has_ana_sees_a_word_of_it(name: str, world: World, browser_of: BrowserOf) -> None:
    keep(world, browser_of("cruz"))
    assert WORDS not in page_about(world, browser_of(name))
    with world.acting(name) as by:
        [draft] = session().query(ConcernDraft).all()
        assert not by.ring.open_many([draft.id])
        with pytest.raises(Missing):
            drafts.discard_draft(draft, by=by)


@pytest.mark.parametrize("name", ["moss", "nora", "quill", "tan", "sam", "dee", "eve", "root"])
def test_who_does_not_have_ana_begins_nothing_about_her(name: str, world: World, browser_of: BrowserOf) -> None:
    browser = browser_of(name)
    assert keep(world, browser) == 404
    assert browser.post(f"/concerns/new/{world.students['ana']}/discard").status_code == 404
    assert kept(world) == []


def test_once_sent_nothing_of_the_draft_is_left(world: World, browser_of: BrowserOf) -> None:
    cruz = browser_of("cruz")
    keep(world, cruz)
    [draft] = kept(world)
    sent = cruz.post(f"/concerns/new/{world.students['ana']}", data={**CALM, "version": 1})
    assert sent.status_code == 303
    assert kept(world) == [] and grants_of(world, draft) == 0
    assert WORDS not in page_about(world, cruz)
    assert keep(world, cruz, version=1) == 409, "a window that was left open does not begin it again"
    with world.database.transaction(writes=False):
        assert session().query(Concern).count() == 1


def test_what_was_refused_keeps_the_draft(world: World, browser_of: BrowserOf) -> None:
    cruz = browser_of("cruz")
    keep(world, cruz)
    assert cruz.post(f"/concerns/new/{world.students['ana']}", data={"seen": WORDS, "version": 1}).status_code == 422
    assert len(kept(world)) == 1


def test_a_stale_draft_never_stands_in_the_way_of_sending(world: World, browser_of: BrowserOf) -> None:
    cruz = browser_of("cruz")
    keep(world, cruz)
    sent = cruz.post(f"/concerns/new/{world.students['ana']}", data={**CALM, "version": 0})
    assert sent.status_code == 303
    assert kept(world) == []


def test_without_script_nothing_is_kept_and_nothing_is_asked_for(world: World, browser_of: BrowserOf) -> None:
    sent = browser_of("cruz").post(f"/concerns/new/{world.students['ana']}", data=CALM)
    assert sent.status_code == 303
    assert kept(world) == []


def test_taken_away_it_is_gone_with_its_key(world: World, browser_of: BrowserOf) -> None:
    cruz = browser_of("cruz")
    keep(world, cruz)
    [draft] = kept(world)
    for _pressed_twice in range(2):
        assert cruz.post(f"/concerns/new/{world.students['ana']}/discard").status_code == 303
    assert kept(world) == [] and grants_of(world, draft) == 0
    assert WORDS not in page_about(world, cruz)


def test_more_than_fits_is_refused_and_what_was_kept_stays(world: World, browser_of: BrowserOf) -> None:
    cruz = browser_of("cruz")
    keep(world, cruz)
    assert keep(world, cruz, version=1, seen="很" * 4001) == 422
    assert keep(world, cruz, version=1, nonsense="x") == 422
    assert WORDS in page_about(world, cruz)


def test_after_a_lost_password_one_begins_again(world: World, browser_of: BrowserOf) -> None:
    """New keys open no old draft: it counts as none, and stands in nobody's way."""
    cruz = browser_of("cruz")
    keep(world, cruz)
    [draft] = kept(world)
    with world.database.transaction():
        destroy(draft.id, quietly=True)
    assert WORDS not in page_about(world, cruz)
    assert keep(world, cruz) == 200
    assert [one.id for one in kept(world)] != [draft.id]
    assert WORDS in page_about(world, cruz)


def test_today_names_what_was_begun_until_the_class_is_another_teachers(world: World, browser_of: BrowserOf) -> None:
    words = "有一份关注单写了一半"
    cruz = browser_of("cruz")
    assert words not in cruz.get("/").get_data(as_text=True)
    keep(world, cruz)
    assert words in cruz.get("/").get_data(as_text=True)
    assert words not in browser_of("gao").get("/").get_data(as_text=True)
    with world.database.transaction():
        world.end_posts("cruz", date(2026, 10, 1))
        directory.give_post(
            person_id=world.people["cruz"], kind=PostKind.CLASS_TEACHER, organisation_id=world.school,
            grade_id=world.grades["school", "四年级"], class_id=world.classes["school", "四年级", "2班"],
            starts_on=date(2026, 10, 2), by=world.actor("sam"),
        )
    assert words not in cruz.get("/").get_data(as_text=True)
    with world.acting("cruz") as by, pytest.raises(Missing):
        drafts.save_draft(student_id=world.students["ana"], answers={}, revision=1, by=by)


def test_what_nobody_touches_for_a_fortnight_is_forgotten(world: World, browser_of: BrowserOf) -> None:
    keep(world, browser_of("cruz"))
    for days, left in ((13, 1), (15, 0)):
        with clock.at(clock.now() + timedelta(days=days)), world.database.transaction():
            drafts.forget_old()
        assert len(kept(world)) == left


def test_the_trail_keeps_that_it_was_begun_and_how_it_ended(world: World, browser_of: BrowserOf) -> None:
    cruz = browser_of("cruz")
    for version in (0, 1):
        keep(world, cruz, version=version)
    cruz.post(f"/concerns/new/{world.students['ana']}/discard")
    actions = [event.action for event in world.events() if event.person_id == world.people["cruz"]]
    assert actions[-2:] == ["concern:begun", "concern:draft_discarded"]
    [event] = world.events("concern:begun")
    assert event.subject_id == world.students["ana"]


def test_a_student_about_whom_somebody_writes_stays_when_a_roster_is_undone(
    world: World, browser_of: BrowserOf
) -> None:
    before = clock.now()
    keep(world, browser_of("cruz"))
    with world.database.transaction(writes=False):
        ids = set(world.students.values())
        assert students_with_concerns_since(ids, before) == {world.students["ana"]}
        assert students_with_concerns_since(ids, before + timedelta(days=1)) == set()


def test_two_first_saves_at_once_make_one_draft(world: World) -> None:
    with world.acting("cruz") as by:
        drafts.save_draft(student_id=world.students["ana"], answers={"seen": WORDS}, revision=0, by=by)
    with world.acting("cruz") as by, pytest.raises(Stale):
        drafts.save_draft(student_id=world.students["ana"], answers={"seen": ""}, revision=0, by=by)


def test_looking_for_what_one_began_costs_the_same_for_one_draft_and_for_several(
    world: World, browser_of: BrowserOf
) -> None:
    lin = browser_of("lin")

    def statements() -> tuple[int, int]:
        with world.acting("lin") as actor, counted(world.database) as said:
            found = drafts.drafts_of(actor)
        return len(found), len(said)

    assert keep(world, lin) == 200
    one, of_one = statements()
    for about in ("rui", "zoe", "ivo"):
        assert keep(world, lin, about) == 200
    several, of_several = statements()
    assert (one, several) == (1, 4) and of_one == of_several
