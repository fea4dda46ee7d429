"""A sealed name stays sealed until somebody gives a reason for it, and somebody else looks at that reason."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.database import session
from app.core.errors import Missing
from app.home.tasks import first_tasks
from app.letterbox.models import EmergencyOpening
from app.letterbox.queries import get_opening, openings_to_review
from app.letterbox.service import answering, breaking
from app.notifications.models import Notice
from app.vault import NoKey
from tests.letterbox.conftest import GRAVE, Post, Posted, letter_of
from tests.letterbox.test_child_pages import Child, address, child, child_of
from tests.world import World

__all__ = ["address", "child", "child_of"]
BrowserOf = Callable[[str], FlaskClient]
NAME, WHY = "陈子涵", "今天没有到校，电话没人接，担心有危险。"


@pytest.fixture
def posted(post: Post) -> Posted:
    """A grave letter with a sealed name."""
    return post(GRAVE, mode="sealed", name=NAME)


def opened(world: World, posted: Posted, by: str = "lin") -> UUID:
    with world.acting(by) as doer:
        return breaking.open_name(letter_of(posted), basis="SELF_HARM", reason=WHY, by=doer).id


def name_for(world: World, posted: Posted, name: str) -> str:
    with world.acting(name) as by:
        return breaking.name_of(letter_of(posted), by=by)


def told(world: World) -> set[str]:
    names = {person_id: name for name, person_id in world.people.items()}
    with world.database.transaction(writes=False):
        query = select(Notice.person_id).where(Notice.kind == "letter:name_opened")
        return {names[person_id] for person_id in session().scalars(query)}


def test_lin_gives_a_reason_and_sees_the_name_for_three_days(world: World, posted: Posted) -> None:
    assert name_for(world, posted, "lin") == ""
    opened(world, posted)
    assert name_for(world, posted, "lin") == NAME
    assert name_for(world, posted, "bo") == "", "each opens it for themselves"
    with clock.at(clock.now() + timedelta(hours=73)):
        assert name_for(world, posted, "lin") == ""
    assert told(world) == {"bo", "pia", "dee", "dora"}
    (event,) = world.events("letter:name_opened")
    assert (event.person_id, event.subject_id) == (world.people["lin"], posted.id)
    assert WHY not in event.body.decode() and NAME not in event.body.decode()


def test_pia_reads_why_and_neither_name_nor_letter(world: World, posted: Posted) -> None:
    opening = opened(world, posted)
    with world.acting("pia") as pia:
        assert [one.id for one in openings_to_review(pia)] == [opening]
        assert [task.page for task in first_tasks(pia)].count("letterbox.opening") == 1
        assert breaking.reason_of(get_opening(opening), by=pia) == WHY
        with pytest.raises(Missing):
            answering.read(letter_of(posted), by=pia)
        letter = letter_of(posted)
        assert letter.name_id is not None
        with pytest.raises(NoKey):
            pia.ring.open(letter.name_id, standby=True)
        breaking.review(get_opening(opening), verdict="justified", by=pia)
        assert openings_to_review(pia) == []
    with world.acting("bo") as bo:
        assert openings_to_review(bo) == []
        with pytest.raises(breaking.ReviewedAlready):
            breaking.review(get_opening(opening), verdict="not_justified", by=bo)


def test_nobody_judges_their_own_opening(world: World, posted: Posted) -> None:
    opening = opened(world, posted)
    with world.acting("lin") as lin, pytest.raises(Missing):
        breaking.review(get_opening(opening), verdict="justified", by=lin)
    with world.acting("lin") as lin:
        assert openings_to_review(lin) == []


@pytest.mark.parametrize("name", ["pia", "dee", "gao", "cruz", "tan", "sam", "root", "eve"])
def test_others_open_no_name(world: World, posted: Posted, name: str) -> None:
    with world.acting(name) as by, pytest.raises(Missing):
        breaking.open_name(letter_of(posted), basis="SELF_HARM", reason=WHY, by=by)
    with world.database.transaction(writes=False):
        assert session().scalars(select(EmergencyOpening)).all() == []


def test_who_must_not_learn_of_the_letter_is_not_told(world: World, post: Post) -> None:
    posted = post(GRAVE, mode="sealed", name=NAME, excluded=[world.people["pia"], world.people["bo"]])
    opening = opened(world, posted)
    assert told(world) == {"dee", "dora"}
    for name in ("pia", "bo"):
        with world.acting(name) as by, pytest.raises(Missing):
            breaking.reason_of(get_opening(opening), by=by)


def test_a_letter_without_a_name_has_none_to_open(world: World, post: Post) -> None:
    posted = post(GRAVE)
    with world.acting("lin") as lin, pytest.raises(Missing):
        breaking.open_name(letter_of(posted), basis="SELF_HARM", reason=WHY, by=lin)


def test_a_name_given_to_the_principal_is_the_rooms_to_open_once_it_has_the_letter(world: World, post: Post) -> None:
    posted = post(box="leadership", mode="sealed", name=NAME)
    with world.acting("pia") as pia:
        with pytest.raises(Missing):
            breaking.open_name(letter_of(posted), basis="SELF_HARM", reason=WHY, by=pia)
        answering.reroute(letter_of(posted), revision=letter_of(posted).revision, by=pia)
    opened(world, posted)
    assert name_for(world, posted, "lin") == NAME


def test_the_pages_ask_for_a_proof_and_a_reason_and_say_who_opened_it(
    world: World, posted: Posted, browser_of: BrowserOf
) -> None:
    lin, pia = browser_of("lin"), browser_of("pia")
    where = f"/letters/{posted.id}/name"
    assert lin.post(where, data={"basis": "SELF_HARM", "reason": " "}).status_code == 422
    assert NAME not in lin.get(f"/letters/{posted.id}").get_data(as_text=True)
    assert lin.post(where, data={"basis": "SELF_HARM", "reason": WHY}).status_code == 303
    assert NAME in lin.get(f"/letters/{posted.id}").get_data(as_text=True)
    with world.database.transaction(writes=False):
        opening = session().scalars(select(EmergencyOpening.id)).one()
    page = pia.get(f"/letters/openings/{opening}").get_data(as_text=True)
    assert WHY in page and NAME not in page and GRAVE not in page
    assert pia.post(f"/letters/openings/{opening}/review", data={"verdict": "perhaps"}).status_code == 303
    assert pia.post(f"/letters/openings/{opening}/review", data={"verdict": "justified"}).status_code == 303
    assert "开启是必要的" in pia.get(f"/letters/openings/{opening}").get_data(as_text=True)
    assert lin.post(f"/letters/openings/{opening}/review", data={"verdict": "justified"}).status_code == 404
    with clock.at(clock.now() + timedelta(minutes=18)):
        assert "/confirm" in lin.get(where).headers.get("Location", "")


def test_its_writer_sees_when_and_by_whom_it_was_opened_and_calmly_why(
    world: World, posted: Posted, child: Child
) -> None:
    assert child.comes_back(posted.code).status_code == 303
    assert "打开了你封存的姓名" not in child.text("/thread")
    opened(world, posted)
    page = child.text("/thread")
    assert "Lin（心理教师）打开了你封存的姓名，因为有人担心你。" in page
    assert WHY not in page and NAME not in page
