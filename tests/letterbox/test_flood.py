"""A class of forty gets through at once behind one address; a flood is looked through; nobody is shut out."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.core.database import session
from app.letterbox.models import Letter
from app.letterbox.queries import held_for, waiting_for
from app.letterbox.service import answering
from app.letterbox.service import flood as flooding
from app.notifications.models import Notice
from tests.letterbox.conftest import GRAVE, TEXT, Post, letter_of
from tests.world import World

FEW = 3


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let very many be more than three."""
    monkeypatch.setattr(flooding, "ALLOWED", FEW)


def states(world: World) -> dict[str, int]:
    with world.database.transaction(writes=False):
        return dict(session().execute(select(Letter.state, func.count()).group_by(Letter.state)).all())


def flood(post: Post, count: int) -> None:
    for _ in range(count):
        post(TEXT, source="203.0.113.7")


def test_a_class_of_forty_gets_through_at_once(world: World, post: Post) -> None:
    flood(post, 40)
    assert states(world) == {"waiting": 40}
    assert flooding.ALLOWED > 40


def test_one_too_many_is_held_and_still_read(world: World, post: Post, few: None) -> None:
    flood(post, FEW + 3)
    assert states(world) == {"waiting": FEW, "held": 3}
    with world.acting("lin") as lin:
        held = held_for(lin).items
        assert len(held) == 3
        answering.take_up(held[0].letter, by=lin)
    assert states(world) == {"waiting": FEW, "held": 2, "in_hand": 1}


def test_what_may_be_an_emergency_is_never_held(world: World, post: Post, few: None) -> None:
    flood(post, FEW + 1)
    posted = post(GRAVE, source="203.0.113.7")
    with world.acting("lin") as lin:
        assert letter_of(posted).state == "waiting"
        assert posted.id not in {line.letter.id for line in held_for(lin).items}


def test_another_place_is_not_held_for_it(world: World, post: Post, few: None) -> None:
    flood(post, FEW + 1)
    posted = post(TEXT, source="198.51.100.9")
    with world.acting("lin") as lin:
        assert letter_of(posted).state == "waiting"
        assert waiting_for(lin).items


def test_one_digest_an_hour_and_not_a_notice_for_each(world: World, post: Post, few: None) -> None:
    now = clock.now()
    with clock.at(now):
        flood(post, FEW + 5)
    with world.database.transaction(writes=False):
        told = select(Notice.person_id, func.count()).where(Notice.kind == "letter:held").group_by(Notice.person_id)
        assert dict(session().execute(told).all()) == {world.people["lin"]: 1, world.people["bo"]: 1}
    with clock.at(now + timedelta(minutes=16)):
        flood(post, 1)
    assert states(world) == {"waiting": FEW + 1, "held": 5}
