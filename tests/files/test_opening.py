"""A student has no file until there is a reason; then one, sealed to the room, in somebody's charge."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from app.core import clock
from app.core.errors import Missing
from app.files import policy, queries, service
from tests.files import steps
from tests.world import World

pytestmark = pytest.mark.alike

BrowserOf = Callable[[str], FlaskClient]
NOT_COUNSELLORS = ("sam", "pia", "gao", "hart", "cruz", "moss", "sol", "uma", "quill", "dee", "dora", "eve", "root")


def test_lin_opens_anas_file_from_the_students_page(world: World, browser_of: BrowserOf) -> None:
    lin = browser_of("lin")
    ana = f"/students/{world.students['ana']}"
    assert f'action="{ana}/file"' in lin.get(ana).get_data(as_text=True)
    page = lin.post(f"{ana}/file", follow_redirects=True)
    assert page.status_code == 200
    assert "陈子涵" in page.get_data(as_text=True)
    assert [event.action for event in world.events() if event.action.startswith("file:")] == [
        "file:opened_new", "file:viewed",
    ]


def test_opening_twice_leads_to_the_same_file(world: World, browser_of: BrowserOf) -> None:
    lin = browser_of("lin")
    first, second = (lin.post(f"/students/{world.students['ana']}/file") for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert len(world.events("file:opened_new")) == 1


@pytest.mark.parametrize("who", NOT_COUNSELLORS)
def test_nobody_but_a_counsellor_opens_a_file(world: World, browser_of: BrowserOf, who: str) -> None:
    browser = browser_of(who)
    page = browser.get(f"/students/{world.students['ana']}")
    assert "/file" not in page.get_data(as_text=True)
    assert browser.post(f"/students/{world.students['ana']}/file").status_code == 404
    assert not world.events("file:opened_new")


def test_a_counsellor_opens_no_file_of_another_school(world: World, browser_of: BrowserOf) -> None:
    assert browser_of("tan").post(f"/students/{world.students['ana']}/file").status_code == 404
    assert browser_of("lin").post(f"/students/{world.students['kai']}/file").status_code == 404
    assert not world.events("file:opened_new")


def test_bo_is_asked_for_a_reason_before_he_sees_anything(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    bo = browser_of("bo")
    assert bo.get(f"/files/{anas}").status_code == 404
    asked = bo.post(f"/students/{world.students['ana']}/file", follow_redirects=True)
    assert asked.request.path == f"/files/{anas}/reason"
    assert "陈子涵" not in asked.get_data(as_text=True)
    assert not world.events("file:viewed")


@pytest.mark.parametrize("reason", ["", "   ", "abc", "x" * 501])
def test_a_reason_says_something(world: World, browser_of: BrowserOf, anas: UUID, reason: str) -> None:
    bo = browser_of("bo")
    assert bo.post(f"/files/{anas}/reason", data={"reason": reason}).status_code == 422
    assert bo.get(f"/files/{anas}").status_code == 404
    assert not world.events("file:reason_given")


def test_a_reason_opens_the_file_for_eight_hours_and_stays_with_it(
    world: World, browser_of: BrowserOf, anas: UUID
) -> None:
    why = "Ana sat crying in the corridor and Lin is away"
    bo = browser_of("bo")
    page = bo.post(f"/files/{anas}/reason", data={"reason": why}, follow_redirects=True)
    assert page.request.path == f"/files/{anas}"
    assert why in page.get_data(as_text=True)
    assert why in browser_of("lin").get(f"/files/{anas}").get_data(as_text=True)
    given = world.events("file:reason_given")
    assert [(event.person_id, event.subject_id) for event in given] == [(world.people["bo"], anas)]
    assert b"corridor" not in given[0].body


def test_after_eight_hours_a_new_reason_is_needed(world: World, anas: UUID) -> None:
    steps.give_reason(world, "bo", anas)
    later = clock.now() + service.REASON_COUNTS_FOR
    with world.acting("bo") as bo:
        with clock.at(later - timedelta(seconds=1)):
            assert policy.READ.allows(bo, steps.file(anas))
        with clock.at(later):
            assert not policy.READ.allows(bo, steps.file(anas))


def test_a_reason_opens_one_file_to_one_person(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    zoes = steps.open_file(world, "lin", "zoe")
    steps.give_reason(world, "bo", anas)
    assert browser_of("bo").get(f"/files/{zoes}").status_code == 404
    assert browser_of("tan").get(f"/files/{anas}").status_code == 404


def test_with_a_reason_bo_reads_and_writes_but_decides_nothing(world: World, anas: UUID) -> None:
    steps.give_reason(world, "bo", anas)
    with world.acting("bo") as bo:
        file = steps.file(anas)
        assert policy.READ.allows(bo, file)
        assert policy.WRITE_ENTRY.allows(bo, file)
        assert policy.READ_ATTACHMENT.allows(bo, file)
        for refused in (
            policy.EDIT, policy.RESTRICT, policy.HAND_CHARGE, policy.ATTACH, policy.WHO_VIEWED, policy.PRINT
        ):
            assert not refused.allows(bo, file), refused


@pytest.mark.parametrize("who", [*NOT_COUNSELLORS, "tan"])
def test_nobody_else_can_give_a_reason(world: World, browser_of: BrowserOf, anas: UUID, who: str) -> None:
    browser = browser_of(who)
    assert browser.get(f"/files/{anas}/reason").status_code == 404
    assert browser.post(f"/files/{anas}/reason", data={"reason": "I would like to know"}).status_code == 404
    assert not world.events("file:reason_given")
    with world.acting(who) as by, pytest.raises(Missing):
        service.give_reason(steps.file(anas), reason="I would like to know", by=by)


def test_the_list_shows_exactly_what_the_policy_opens(world: World, anas: UUID, ruis: UUID) -> None:
    """A list query that disagrees with its policy, over the whole cast, is a hole or a lost file."""
    zoes, ivos, kais = (
        steps.open_file(world, who, student) for who, student in (("bo", "zoe"), ("bo", "ivo"), ("tan", "kai"))
    )
    steps.restrict(world, "bo", ivos, "bo", "lin")
    steps.give_reason(world, "lin", zoes)
    every = [anas, ruis, zoes, ivos, kais]
    expected = {"lin": {anas, ruis, zoes, ivos}, "bo": {zoes, ivos}, "tan": {kais}}
    for who in world.people:
        with world.acting(who) as by:
            listed = {file.id for file in queries.files_open_to(by).items}
            allowed = {file_id for file_id in every if policy.READ.allows(by, steps.file(file_id))}
        assert listed == allowed == expected.get(who, set()), who


def test_the_list_names_the_students_and_says_why_they_are_there(
    world: World, browser_of: BrowserOf, anas: UUID
) -> None:
    zoes = steps.open_file(world, "bo", "zoe")
    steps.give_reason(world, "lin", zoes)
    page = browser_of("lin").get("/files").get_data(as_text=True)
    assert "陈子涵" in page
    assert "周芷若" in page
    assert "凭理由查阅" in page


@pytest.mark.unlike
def test_two_counsellors_opening_at_once_make_one_file(world: World) -> None:
    import threading

    found: list[UUID] = []

    def open_it(who: str) -> None:
        def work() -> UUID:
            by = world.actor(who)
            return service.open_file(student_id=world.students["ana"], school_id=world.school, by=by).id

        found.append(world.database.retrying(work, attempts=12))

    threads = [threading.Thread(target=open_it, args=(who,)) for who in ("lin", "bo") * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert len(world.events("file:opened_new")) == 1


def test_a_missing_file_is_missing(browser_of: BrowserOf) -> None:
    assert browser_of("lin").get(f"/files/{uuid4()}").status_code == 404
