"""A notice says that something waits, to the person it is for, and never what."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from app.core.errors import Missing
from app.core.ids import new_id
from app.notifications import policy, queries, service
from app.notifications.words import KINDS
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]


def tell(world: World, *names: str, about: UUID | None = None) -> None:
    with world.acting("cruz") as cruz:
        service.queue(
            "concern:raised", to=[world.people[name] for name in names], organisation=world.school,
            subject=("concern", about or new_id()), by=cruz,
        )


def test_each_person_is_told_once_and_nobody_tells_themselves(world: World) -> None:
    tell(world, "gao", "gao", "lin", "cruz")
    for name, count in (("gao", 1), ("lin", 1), ("cruz", 0), ("bo", 0)):
        with world.acting(name) as actor:
            assert queries.unseen_count(actor) == count


def test_bo_cannot_follow_a_notice_of_lin(world: World) -> None:
    tell(world, "lin")
    with world.acting("lin") as lin:
        notice = queries.notices_of(lin).items[0]
        policy.FOLLOW.demand(lin, notice)
        notice_id = notice.id
    with world.acting("bo") as bo, pytest.raises(Missing):
        policy.FOLLOW.demand(bo, queries.get_notice(notice_id))


def test_looking_at_a_record_sees_every_notice_about_it(world: World) -> None:
    one, other = new_id(), new_id()
    tell(world, "lin", about=one)
    tell(world, "lin", about=one)
    tell(world, "lin", about=other)
    with world.acting("lin") as lin:
        service.see_all_about(one, by=lin)
        assert queries.unseen_count(lin) == 1


def test_the_page_names_no_one(browser_of: BrowserOf, world: World) -> None:
    tell(world, "gao")
    page = browser_of("gao").get("/notices").get_data(as_text=True)
    assert "有一份新的关注单" in page
    assert "Cruz" not in page.split("<main", 1)[1]


def test_following_leads_on_and_marks_as_read(browser_of: BrowserOf, world: World) -> None:
    tell(world, "gao")
    with world.acting("gao") as gao:
        notice_id = queries.notices_of(gao).items[0].id
    browser = browser_of("gao")
    assert browser.post(f"/notices/{notice_id}").status_code == 303
    assert browser_of("lin").post(f"/notices/{notice_id}").status_code == 404
    with world.acting("gao") as gao:
        assert queries.unseen_count(gao) == 0


def test_no_sentence_has_a_place_for_a_name() -> None:
    assert not [words for words in KINDS.values() if "%" in words]
