"""Who reads a letter stays who may: whoever joins, leaves or is named later changes nothing by themselves."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import vault
from app.access import PostKind
from app.core.database import session
from app.core.errors import Missing
from app.directory import service as directory
from app.identity import keys
from app.letterbox.queries import count_unopened, get_opening, urgent_for, waiting_for
from app.letterbox.service import answering, breaking, helping, readership, releasing, returning
from app.notifications.models import Notice
from app.vault.models import UserKey
from tests.letterbox.conftest import GRAVE, Post, Posted, come_back, letter_of
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]


def joins(world: World, name: str, by: str = "lin") -> None:
    """Let somebody of the cast become counsellor of the school, admitted to its keys by a colleague."""
    with world.acting("root") as root:
        directory.give_post(
            person_id=world.people[name], kind=PostKind.COUNSELLOR, organisation_id=world.school, grade_id=None,
            class_id=None, starts_on=date(2020, 9, 1), by=root,
        )
    with world.acting(by) as colleague:
        for waiting in keys.waiting_for(colleague):
            if waiting.person_id == world.people[name]:
                keys.admit(waiting.person_id, waiting.group, by=colleague)


def told(world: World, kind: str) -> set[str]:
    """Return who has a notice of a kind."""
    names = {person_id: name for name, person_id in world.people.items()}
    with world.database.transaction(writes=False):
        return {names[one] for one in session().scalars(select(Notice.person_id).where(Notice.kind == kind))}


def reads(world: World, name: str, posted: Posted) -> bool:
    """Say whether somebody opens a letter."""
    with world.acting(name) as by:
        try:
            return bool(answering.read(letter_of(posted), by=by))
        except Missing:
            return False


def test_who_must_not_learn_of_it_and_joins_the_room_later_reads_nothing_of_it(world: World, post: Post) -> None:
    posted = post(GRAVE, mode="sealed", name="陈子涵", excluded=[world.people["cruz"]])
    with world.acting("lin") as lin:
        answering.note(letter_of(posted), words="四(1)的孩子", by=lin)
        opening = breaking.open_name(letter_of(posted), basis="SELF_HARM", reason="没有到校", by=lin).id
    joins(world, "cruz")
    assert reads(world, "lin", posted) and reads(world, "bo", posted) and not reads(world, "cruz", posted)
    with world.acting("cruz") as cruz:
        letter = letter_of(posted)
        assert count_unopened(cruz, world.school, "room") == 0
        assert not waiting_for(cruz).items and not urgent_for(cruz)
        assert not cruz.ring.reaches([letter.id, letter.notes_id, letter.name_id], standby=True)
        with pytest.raises(Missing):
            breaking.open_name(letter, basis="SELF_HARM", reason="x", by=cruz)
        with pytest.raises(Missing):
            breaking.reason_of(get_opening(opening), by=cruz)
    with world.acting("lin") as lin:
        answering.answer(letter_of(posted), words="今天来找我", revision=letter_of(posted).revision, by=lin)
    assert "cruz" not in told(world, "letter:second_reading")


def test_a_colleague_who_came_later_is_let_in_by_one_who_reads_it(world: World, post: Post) -> None:
    posted = post(GRAVE, mode="sealed", name="陈子涵", excluded=[world.people["cruz"], world.people["pia"]])
    for name in ("cruz", "sol"):
        joins(world, name)
    with world.acting("lin") as lin:
        answering.note(letter_of(posted), words="四(1)的孩子", by=lin)
        assert readership.could_be_let_in(letter_of(posted), by=lin) == {world.people["sol"]}
        for nobody in ("cruz", "pia", "moss", "tan", "bo"):
            with pytest.raises(readership.CannotBeLetIn):
                readership.let_in(letter_of(posted), person_id=world.people[nobody], by=lin)
    with world.acting("sol") as sol, pytest.raises(Missing):
        readership.let_in(letter_of(posted), person_id=world.people["sol"], by=sol)
    with world.acting("bo") as bo:
        readership.let_in(letter_of(posted), person_id=world.people["sol"], by=bo)
    with world.acting("sol") as sol:
        _head, said = answering.read(letter_of(posted), by=sol)
        assert [each.words for each in said] == [GRAVE, "四(1)的孩子"]
        breaking.open_name(letter_of(posted), basis="SELF_HARM", reason="没有到校", by=sol)
        assert breaking.name_of(letter_of(posted), by=sol) == "陈子涵"
    assert told(world, "letter:name_opened") == {"lin", "bo", "dee", "dora"}
    assert [event.codes["person"] for event in world.events("letter:let_in")] == [world.people["sol"].hex]
    assert not reads(world, "cruz", posted)


def test_the_writers_visit_lets_those_in_who_came_later_and_never_whom_it_is_kept_from(
    world: World, post: Post
) -> None:
    posted = post(excluded=[world.people["cruz"]])
    for name in ("cruz", "sol"):
        joins(world, name)
    assert not reads(world, "sol", posted)
    with world.database.transaction():
        opened = come_back(world, posted)
        returning.take_note(opened, returning.thread(opened))
    assert reads(world, "sol", posted) and not reads(world, "cruz", posted)
    assert told(world, "letter:received") == {"lin", "bo", "sol"}
    with world.acting("lin") as lin:
        answering.note(letter_of(posted), words="给大家", by=lin)
    with world.acting("sol") as sol:
        assert answering.read(letter_of(posted), by=sol)[1][-1].words == "给大家"


def test_nobody_is_added_until_somebody_says_who_is_meant_by_words(world: World, post: Post) -> None:
    posted = post(GRAVE, mode="sealed", name="陈子涵", excluded_words="管图书的那个老师")
    joins(world, "sol")
    with world.database.transaction():
        opened = come_back(world, posted)
        returning.take_note(opened, returning.thread(opened))
    assert not reads(world, "sol", posted)
    with world.acting("lin") as lin:
        opening = breaking.open_name(letter_of(posted), basis="SELF_HARM", reason="没有到校", by=lin).id
        ana = {"student_id": world.students["ana"], "level": "R3", "families": ["mood"], "safe_now": "unknown"}
        with pytest.raises(readership.WhoIsMeant):
            helping.raise_concern(letter_of(posted), words="担心", by=lin, **ana)
        with pytest.raises(readership.WhoIsMeant):
            releasing.release(letter_of(posted), to=world.people["gao"], basis="CONSENT", words="x", by=lin)
    assert told(world, "letter:name_opened") == {"bo", "dee", "dora"}
    with world.acting("lin") as lin:
        readership.say_who_is_meant(letter_of(posted), people=[world.people["bo"], world.people["pia"]], by=lin)
        with pytest.raises(readership.SaidAlready):
            readership.say_who_is_meant(letter_of(posted), people=[], by=lin)
        assert helping.raise_concern(letter_of(posted), words="担心", by=lin, **ana)
    with world.acting("bo") as bo:
        assert not bo.ring.reaches([posted.id, opening, letter_of(posted).name_id], standby=True)
        with pytest.raises(Missing):
            breaking.reason_of(get_opening(opening), by=bo)
    assert reads(world, "sol", posted), "nobody is unclear any more"
    (event,) = world.events("letter:said_who")
    assert world.people["bo"].hex not in event.body.decode() and str(world.people["bo"]) not in event.body.decode()


def test_words_that_mean_nobody_of_the_staff_leave_the_letter_to_the_room(world: World, post: Post) -> None:
    posted = post(excluded_words="我爸爸")
    with world.acting("lin") as lin:
        readership.say_who_is_meant(letter_of(posted), people=[], by=lin)
    joins(world, "sol")
    assert reads(world, "sol", posted)


def test_words_that_mean_the_whole_room_give_the_letter_to_the_centre(world: World, post: Post) -> None:
    posted = post(excluded_words="心理老师")
    with world.acting("lin") as lin:
        readership.say_who_is_meant(letter_of(posted), people=[world.people[one] for one in ("lin", "bo")], by=lin)
    assert not reads(world, "lin", posted) and not reads(world, "bo", posted)
    assert reads(world, "dee", posted) and told(world, "letter:received") == {"lin", "bo", "dee", "dora"}


def test_who_does_not_read_it_decides_nothing(world: World, post: Post) -> None:
    posted = post(excluded_words="我爸爸")
    joins(world, "sol")
    for name in ("pia", "gao", "dee", "tan", "sam", "eve", "root", "sol"):
        with world.acting(name) as by:
            with pytest.raises(Missing):
                readership.let_in(letter_of(posted), person_id=world.people["sol"], by=by)
            with pytest.raises(Missing):
                readership.say_who_is_meant(letter_of(posted), people=[], by=by)


def test_a_counsellor_with_new_keys_gets_single_letters_back_from_a_colleague(world: World, post: Post) -> None:
    posted = post(excluded=[world.people["cruz"]])
    with world.database.transaction():
        key = session().get_one(UserKey, (world.people["bo"], 1))
        lost = {column.name: getattr(key, column.name) for column in UserKey.__table__.columns}
        session().add(UserKey(**{**lost, "epoch": 2}))
    with world.database.transaction(writes=False):
        assert vault.readers_each([posted.id])[posted.id] == {world.people["lin"]}
        assert vault.holders_of(posted.id).keys() == {
            vault.user(world.people["lin"]), vault.Holder("letter", posted.id)
        }


def test_the_pages_ask_who_is_meant_and_let_a_colleague_in(
    world: World, post: Post, browser_of: BrowserOf
) -> None:
    posted, lin = post(excluded_words="管图书的那个老师", excluded=[world.people["pia"]]), browser_of("lin")
    joins(world, "sol")
    where = f"/letters/{posted.id}"
    assert "确认指的是谁" in lin.get(where).get_data(as_text=True)
    page = lin.get(f"{where}/readers").get_data(as_text=True)
    assert "管图书的那个老师" in page and world.people["sol"].hex in page
    told_nobody = lin.post(f"{where}/readers", data={"person": world.people["pia"].hex})
    assert (told_nobody.status_code, lin.post(f"{where}/readers").status_code) == (422, 422)
    assert lin.post(f"{where}/readers", data={"person": world.people["sol"].hex}).status_code == 303
    sol = browser_of("sol")
    assert sol.get(where).status_code == 200
    meant = {"people": [world.people["sol"].hex]}
    assert lin.post(f"{where}/who-is-meant", data=meant).headers["Location"].endswith(where)
    assert lin.post(f"{where}/who-is-meant", data=meant).status_code == 422
    assert sol.get(where).status_code == sol.get(f"{where}/readers").status_code == 404
    assert "确认指的是谁" not in lin.get(where).get_data(as_text=True)
    myself = post(excluded_words="林老师")
    answer = lin.post(f"/letters/{myself.id}/who-is-meant", data={"people": [world.people["lin"].hex]})
    assert answer.headers["Location"].endswith("/letters") and lin.get(f"/letters/{myself.id}").status_code == 404
