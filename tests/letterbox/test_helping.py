"""From letter to help: the counsellor's own words go on, the child's stay where they were put."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app import vault
from app.core.database import session
from app.core.errors import Missing
from app.escalation import queries as concerns
from app.escalation.models import Concern
from app.letterbox.service import helping
from app.vault import NoKey
from tests.letterbox.conftest import Post, Posted, letter_of
from tests.world import World

WORDS: dict[str, Any] = {
    "level": "R3", "families": ["victim"], "safe_now": "unsure", "words": "被同学反复欺负，今天要当面谈。",
}
TEXT = "他们把我关在厕所里拍视频，我不敢告诉别人。"


def raised(world: World, posted: Posted, name: str = "lin", student: str = "ana") -> UUID:
    with world.acting(name) as by:
        return helping.raise_concern(letter_of(posted), student_id=world.students[student], by=by, **WORDS).id


def test_lin_raises_a_concern_that_the_room_owns_and_others_get_the_card_of(world: World, post: Post) -> None:
    concern_id = raised(world, post(TEXT))
    with world.acting("bo") as bo:
        concern = session().get_one(Concern, concern_id)
        assert (concern.source, concern.tier, concern.level) == ("letter", "room", "R3")
        assert vault.read(concern, "account", bo.ring.open(concern.id))["seen"] == WORDS["words"]
    for name in ("gao", "pia"):
        with world.acting(name) as other:
            concern = session().get_one(Concern, concern_id)
            card = vault.read(concern, "card", other.ring.open(concern.card_id))
            assert TEXT not in str(card) and WORDS["words"] not in str(card)
            with pytest.raises(NoKey):
                other.ring.open(concern.id)


def test_nothing_of_the_letter_goes_along(world: World, post: Post) -> None:
    posted = post(TEXT)
    concern_id = raised(world, posted)
    with world.acting("lin") as lin:
        line = concerns.with_accounts(concerns.open_lines([session().get_one(Concern, concern_id)], lin), lin)[0]
        assert TEXT not in str(line.account) and posted.id.hex not in str(line.account)
    with world.database.transaction(writes=False):
        assert posted.id not in [value for row in session().execute(select(Concern.__table__)) for value in row]


def test_who_must_not_learn_of_the_letter_does_not_learn_of_the_concern(world: World, post: Post) -> None:
    concern_id = raised(world, post(TEXT, excluded=[world.people["gao"]]))
    with world.acting("gao") as gao:
        concern = session().get_one(Concern, concern_id)
        for object_id in (concern.id, concern.card_id):
            with pytest.raises(NoKey):
                gao.ring.open(object_id)


@pytest.mark.parametrize("name", ["pia", "cruz", "gao", "tan", "dee", "sam"])
def test_nobody_but_the_room_raises_one(world: World, post: Post, name: str) -> None:
    posted = post(TEXT)
    with pytest.raises(Missing):
        raised(world, posted, name)


def test_a_student_of_another_school_is_not_there(world: World, post: Post) -> None:
    posted = post(TEXT)
    with pytest.raises(Missing):
        raised(world, posted, student="kai")


def test_the_page_finds_the_student_and_keeps_what_was_typed(world: World, post: Post, browser_of: Any) -> None:
    posted = post(TEXT)
    lin = browser_of("lin")
    where = f"/letters/{posted.id}/concern"
    assert "陈子涵" in lin.post(where, data={"q": "czh"}).get_data(as_text=True)
    student = world.students["ana"]
    again = lin.post(f"{where}/{student}", data={"words": "要当面谈"})
    assert again.status_code == 422 and "要当面谈" in again.get_data(as_text=True)
    done = lin.post(f"{where}/{student}", data=WORDS)
    assert done.status_code == 303 and "/concerns/" in done.headers["Location"]
    page = lin.get(f"/letters/{posted.id}").get_data(as_text=True)
    assert "陈子涵" in page


def test_bo_answers_on_the_page_and_pia_finds_nothing_there(world: World, post: Post, browser_of: Any) -> None:
    posted = post(TEXT)
    bo, pia = browser_of("bo"), browser_of("pia")
    page = bo.get(f"/letters/{posted.id}")
    assert page.status_code == 200 and TEXT in page.get_data(as_text=True)
    stale = bo.post(f"/letters/{posted.id}/answer", data={"text": "我在", "version": 99})
    assert stale.status_code == 422 and "我在" in stale.get_data(as_text=True)
    assert bo.post(f"/letters/{posted.id}/answer", data={"text": "我在", "version": 1}).status_code == 303
    assert pia.get(f"/letters/{posted.id}").status_code == 404
    assert pia.post(f"/letters/{posted.id}/close", data={"version": 2}).status_code == 404


def test_the_box_is_signed_off_also_when_it_was_empty(world: World, letterbox: Any, browser_of: Any) -> None:
    lin, pia = browser_of("lin"), browser_of("pia")
    assert lin.post("/letters/open-box", data={"box": "room"}).status_code == 303
    assert pia.post("/letters/open-box", data={"box": "room"}).status_code in (404, 422)
    assert [event.codes for event in world.events("box:opened")] == [{"box": "room", "found": 0}]
