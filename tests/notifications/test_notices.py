"""A notice says that something waits, to the person it is for, and never what."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from app import audit
from app.core.database import session
from app.core.errors import Missing
from app.core.ids import new_id
from app.notifications import policy, queries, service
from app.notifications.models import Notice
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


def look(world: World, name: str, about: UUID, kind: str = "concern") -> None:
    """Let the trail say that somebody opened a record."""
    with world.acting(name) as actor:
        audit.record(actor, f"{kind}:viewed", organisation=world.school, subject=(kind, about))


def test_looking_at_a_record_sees_every_notice_about_it(world: World) -> None:
    one, other = new_id(), new_id()
    tell(world, "lin", "bo", about=one)
    tell(world, "lin", about=one)
    tell(world, "lin", about=other)
    look(world, "lin", one)
    for name, count in (("lin", 1), ("bo", 1)):
        with world.acting(name) as actor:
            assert queries.unseen_count(actor) == count
    with world.acting("lin") as lin:
        seen = {notice.subject_id: notice.seen_at for notice in queries.notices_of(lin).items}
        assert seen[one] is not None and seen[other] is None


def test_looking_at_something_else_or_before_it_was_said_sees_nothing(world: World) -> None:
    one = new_id()
    look(world, "lin", one)
    tell(world, "lin", about=one)
    look(world, "lin", one, kind="person")
    look(world, "lin", new_id())
    look(world, "bo", one)
    with world.acting("lin") as lin:
        assert queries.unseen_count(lin) == 1
        assert queries.notices_of(lin).items[0].seen_at is None


def test_a_page_writes_nothing_and_the_job_notes_what_was_looked_at(world: World) -> None:
    one = new_id()
    tell(world, "lin", "bo", about=one)
    look(world, "lin", one)
    with world.acting("lin") as lin:
        assert queries.unseen_count(lin) == 0 and queries.notices_of(lin).items[0].seen_at
    with world.database.transaction(writes=False):
        assert session().query(Notice).filter(Notice.seen_at.is_not(None)).count() == 0
    with world.database.transaction():
        assert service.see_what_was_looked_at() == 1
        assert service.see_what_was_looked_at() == 0
    with world.database.transaction(writes=False):
        noted = session().query(Notice).filter(Notice.seen_at.is_not(None)).one()
        assert noted.person_id == world.people["lin"]


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
