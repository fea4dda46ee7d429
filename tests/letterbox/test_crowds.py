"""Very many at once fill no disk and keep nobody from writing: what nobody sent goes first, the empty before all."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.core.database import session
from app.core.once import OnceDone
from app.core.requests import MOST_FIELDS
from app.entrance import visits
from app.entrance.models import LetterVisit
from app.letterbox.schemas import MOST_LEFT_OUT
from app.letterbox.service import answering, returning
from tests.letterbox.conftest import GRAVE, Post, letter_of
from tests.letterbox.test_child_pages import TEXT, Child, address, child, child_of
from tests.world import World

__all__ = ["address", "child", "child_of"]
ChildOf = Callable[[str], Child]
EMPTY = {"code": "1", "answers": {"to": {"box": "room"}}}
WRITTEN = {"code": "1", "answers": {"to": {"box": "room"}, "letter": {"text": TEXT}}}
DRAFT = {"code": "1", "answers": {}, "draft": TEXT}
SENT, BACK = {"code": "1", "sent": {}}, {"writer": {}}


def swept(world: World) -> int:
    with world.database.transaction():
        return visits.forget_old()


def begun(world: World, *contents: dict[str, object], place: str = "school") -> list[bytes]:
    """Begin visits one after the other, and return their secrets."""
    tokens = []
    for content in contents:
        with clock.at(clock.now() + timedelta(seconds=len(tokens))), world.database.transaction():
            tokens.append(visits.begin(world.organisations[place], content).token)
    return tokens


def left(world: World, tokens: list[bytes]) -> list[int]:
    """Return which of these visits are still there, by their place."""
    with world.database.transaction(writes=False):
        return [place for place, token in enumerate(tokens) if visits.find(token) is not None]


def test_what_was_begun_and_left_empty_goes_first_and_a_code_never(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "MOST_UNSENT", 3)
    tokens = begun(world, SENT, WRITTEN, BACK, EMPTY, DRAFT, EMPTY, WRITTEN)
    elsewhere = begun(world, *[EMPTY] * 3, place="other_school")
    assert swept(world) == 2 and left(world, tokens) == [0, 1, 2, 4, 6]
    tokens += begun(world, EMPTY, WRITTEN)
    assert swept(world) == 2 and left(world, tokens) == [0, 2, 4, 6, 8], "then the oldest words"
    assert swept(world) == 0 and left(world, elsewhere) == [0, 1, 2]


def test_a_visit_that_is_over_is_gone_with_the_next_sweep(world: World) -> None:
    tokens = begun(world, EMPTY, SENT)
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert swept(world) == 2 and left(world, tokens) == []


@pytest.mark.alike
def test_sixty_who_write_at_once_are_all_let_through(world: World, child_of: ChildOf, address: str) -> None:
    children = [child_of(address) for _ in range(60)]
    for one in children:
        assert one.sends("/begin").status_code == 303
    assert swept(world) == 0 and 10 * len(children) < visits.MOST_UNSENT
    for one in children:
        assert one.sends("/1", box="room").status_code == 303 and one.sees("/2").status_code == 200


@pytest.mark.alike
def test_who_lost_a_visit_in_a_crowd_gets_the_words_back(
    world: World, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    child.sends("/begin")
    child.sends("/1", box="room")
    monkeypatch.setattr(visits, "MOST_UNSENT", 0)
    assert swept(world) == 1
    late = child.sends("/2", text=TEXT)
    assert late.status_code == 410 and TEXT in late.get_data(as_text=True)
    assert child.sends("/begin", text=TEXT).status_code == 303


@pytest.mark.alike
def test_a_letter_is_not_written_on_without_end_before_somebody_answers(
    world: World, post: Post, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returning, "MOST_UNANSWERED", 2)
    posted = post()
    child.comes_back(posted.code)
    for _ in range(2):
        assert child.sends("/more", text=TEXT).status_code == 303
    late = child.sends("/more", text=GRAVE)
    page = late.get_data(as_text=True)
    assert late.status_code == 422 and "还没有收到回信" in page and GRAVE in page and "tel:" in page
    with world.acting("lin") as lin:
        letter = letter_of(posted)
        answering.answer(letter, words=TEXT, revision=letter.revision, by=lin)
    assert child.sends("/more", text=GRAVE).status_code == 303


@pytest.mark.alike
def test_nobody_can_be_kept_from_more_people_than_work_at_a_school(child: Child) -> None:
    child.answers_all()
    people = [uuid.uuid4().hex for _ in range(MOST_LEFT_OUT + 1)]
    assert child.sends("/5", people=people[1:]).status_code == 303
    refused = child.sends("/5", people=people)
    assert refused.status_code == 422 and "勾选的人太多了" in refused.get_data(as_text=True)


@pytest.mark.alike
def test_forms_of_nobody_leave_no_trace_of_having_been_sent(world: World, child: Child) -> None:
    child.answers_all()
    for page, answers in (("/begin", {}), ("/4", {"wish": "talk"}), ("/send", {}), ("/leave", {"stay": "yes"})):
        assert child.sends(page, _once=uuid.uuid4().hex, **answers).status_code == 303
    with world.database.transaction(writes=False):
        assert session().scalar(select(func.count()).select_from(OnceDone)) == 0


@pytest.mark.alike
def test_how_far_a_visit_has_come_is_all_that_its_row_says(world: World, child: Child) -> None:
    def stages() -> list[str]:
        with world.database.transaction(writes=False):
            return list(session().scalars(select(LetterVisit.stage_code)))

    child.sends("/begin")
    assert stages() == ["begun"]
    child.sends("/keep", text=TEXT)
    assert stages() == ["written"]
    child.answers_all()
    assert stages() == ["written"]
    child.sends("/send")
    assert stages() == ["kept"]
    child.sends("/code", printed="yes")
    assert stages() == ["kept"]


@pytest.mark.alike
def test_a_form_of_more_fields_than_any_page_has_is_refused_before_it_is_read(child: Child) -> None:
    """To name what is wrong with each of 200,000 took a quarter of a minute, and everybody's writing waited."""
    child.answers_all()
    unknown = {f"field{number}": "x" for number in range(MOST_FIELDS)}
    assert child.sends("/4", **unknown).status_code == 422
    assert child.sends("/4", wish="talk", **unknown).status_code == 413
