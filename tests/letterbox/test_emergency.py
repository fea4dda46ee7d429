"""The centre opens a letter that it stands by for: with a reason, for three days, and everybody hears of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import audit
from app.audit.broken import TrailBroken
from app.core import clock
from app.core.database import session
from app.core.errors import Missing
from app.home.tasks import first_tasks
from app.letterbox.models import EmergencyOpening
from app.letterbox.queries import get_opening, openings_to_review
from app.letterbox.service import answering, breaking, climbing, readerless, readership, reminding, returning
from app.notifications.models import Notice
from app.vault import Untrusted
from app.vault.grants import withdraw
from app.vault.holders import user
from tests.audit.conftest import check
from tests.letterbox.conftest import GRAVE, TEXT, Post, Posted, come_back, letter_of
from tests.letterbox.test_child_pages import Child, address, child, child_of
from tests.thief import Thief
from tests.world import World

__all__ = ["address", "child", "child_of"]
BrowserOf = Callable[[str], FlaskClient]
NIGHT = datetime.fromisoformat("2026-11-25T22:30:00+08:00")
NAME, WHY, ANSWER = "陈子涵", "学校电话没人接，担心今晚有危险。", "我是区指导中心的老师，今晚我陪着你。"


def opened(world: World, posted: Posted, by: str = "dee") -> UUID:
    with world.acting(by) as doer:
        return breaking.open_letter(letter_of(posted), basis="SELF_HARM", reason=WHY, by=doer).id


def answered(world: World, posted: Posted, by: str = "dee") -> None:
    with world.acting(by) as doer:
        letter = letter_of(posted)
        answering.answer(letter, words=ANSWER, revision=letter.revision, by=doer)


def reads(world: World, posted: Posted, name: str) -> bool:
    with world.acting(name) as by:
        try:
            return answering.read(letter_of(posted), by=by)[1][0].words == GRAVE
        except Missing:
            return False


def told(world: World, kind: str = "letter:emergency_opened") -> set[str]:
    names = {person_id: name for name, person_id in world.people.items()}
    with world.database.transaction(writes=False):
        return {names[one] for one in session().scalars(select(Notice.person_id).where(Notice.kind == kind))}


def climbed(world: World, *minutes: int) -> None:
    for some in minutes:
        with clock.at(NIGHT + timedelta(minutes=some)), world.database.transaction():
            climbing.climb()


def gone(world: World, *names: str) -> None:
    with world.database.transaction():
        for name in names:
            world.end_posts(name, (clock.now() - timedelta(days=1)).date())
    with world.database.transaction():
        readerless.look()


def test_dee_gives_a_reason_and_reads_for_three_days_what_she_only_stood_by_for(world: World, post: Post) -> None:
    posted = post(GRAVE, mode="sealed", name=NAME)
    assert not reads(world, posted, "dee")
    opened(world, posted)
    assert reads(world, posted, "dee") and not reads(world, posted, "dora"), "each opens it for themselves"
    assert told(world) == {"lin", "bo", "pia", "dora"}
    with world.acting("dee") as dee:
        assert breaking.name_of(letter_of(posted), by=dee) == "", "a letter that is open opens no name"
    with clock.at(clock.now() + timedelta(hours=73)):
        assert not reads(world, posted, "dee") and reads(world, posted, "lin")
        opened(world, posted)
        assert reads(world, posted, "dee"), "she stands by as before"
    event, _second = world.events("letter:emergency_opened")
    assert (event.person_id, event.subject_id, event.codes["basis"]) == (world.people["dee"], posted.id, "SELF_HARM")
    assert WHY not in event.body.decode()


def test_as_long_as_the_school_has_time_the_centre_reads_and_does_nothing(world: World, post: Post) -> None:
    posted = post(GRAVE)
    opened(world, posted)
    deeds = {
        "answer": lambda letter, by: answering.answer(letter, words=ANSWER, revision=letter.revision, by=by),
        "take up": lambda letter, by: answering.take_up(letter, by=by),
        "close": lambda letter, by: answering.close(letter, revision=letter.revision, by=by),
        "note": lambda letter, by: answering.note(letter, words=ANSWER, by=by),
        "level": lambda letter, by: answering.set_level(letter, level="R1", revision=letter.revision, by=by),
        "let in": lambda letter, by: readership.let_in(letter, person_id=world.people["bo"], by=by),
    }
    for deed in deeds.values():
        with world.acting("dee") as dee, pytest.raises(Missing):
            deed(letter_of(posted), dee)


def test_when_its_clock_has_run_out_to_the_centre_dee_answers_until_the_school_is_there(
    world: World, post: Post
) -> None:
    with clock.at(NIGHT):
        posted = post(GRAVE)
        opened(world, posted)
    climbed(world, 10)
    with clock.at(NIGHT + timedelta(minutes=12)), pytest.raises(Missing):
        answered(world, posted)
    climbed(world, 20)
    with clock.at(NIGHT + timedelta(minutes=22)):
        answered(world, posted)
        with world.database.transaction(writes=False):
            last = returning.thread(come_back(world, posted))[-1]
            assert (last.words, last.verified) == (ANSWER, True)
            assert letter_of(posted).opening_due_at is None
        assert told(world, "letter:second_reading") == {"lin", "bo"}, "the room reads it as the second person"
        with world.acting("lin") as lin:
            letter = letter_of(posted)
            answering.answer(letter, words="我是学校的心理老师。", revision=letter.revision, by=lin)
        with pytest.raises(Missing):
            answered(world, posted)


def test_where_nobody_reads_it_any_more_the_centre_takes_it_over_and_stays(world: World, post: Post) -> None:
    posted = post(GRAVE)
    gone(world, "lin", "bo")
    opened(world, posted)
    with world.acting("dee") as dee:
        pages = {task.page for task in first_tasks(dee)}
        assert "letterbox.letter" in pages and "letterbox.open_letter" not in pages
        answering.take_up(letter_of(posted), by=dee)
        answering.note(letter_of(posted), words="已联系校领导", by=dee)
    answered(world, posted)
    with clock.at(clock.now() + timedelta(hours=80)):
        assert reads(world, posted, "dee") and reads(world, posted, "dora"), "who answers goes on reading"
        with world.acting("dee") as dee:
            assert [one.words for one in answering.read(letter_of(posted), by=dee)[1]][1:] == ["已联系校领导", ANSWER]
        with world.database.transaction():
            returning.go_on(come_back(world, posted), "谢谢老师")
            readerless.look()
            assert letter_of(posted).readerless_since is None


def test_a_letter_kept_from_somebody_is_lent_and_stands_by_again(world: World, post: Post) -> None:
    posted = post(GRAVE, excluded=[world.people["pia"], world.people["bo"]])
    opening = opened(world, posted)
    assert reads(world, posted, "dee") and told(world) == {"lin", "dora"}
    for name in ("pia", "bo"):
        with world.acting(name) as by, pytest.raises(Missing):
            breaking.reason_of(get_opening(opening), by=by)
    with clock.at(clock.now() + timedelta(hours=73)):
        assert not reads(world, posted, "dee")
        opened(world, posted)
        assert reads(world, posted, "dee")


def test_whoever_is_meant_by_its_words_loses_what_was_lent_too(world: World, post: Post) -> None:
    posted = post(GRAVE, excluded_words="中心的那个阿姨")
    opened(world, posted)
    assert told(world) == {"lin", "bo", "dora"}, "leadership may be meant"
    with world.acting("lin") as lin:
        readership.say_who_is_meant(letter_of(posted), people=[world.people["dee"]], by=lin)
    assert not reads(world, posted, "dee")
    with world.acting("dee") as dee, pytest.raises(Missing):
        breaking.open_letter(letter_of(posted), basis="SELF_HARM", reason=WHY, by=dee)


def test_the_centre_gives_a_letter_back_to_the_school_by_letting_a_counsellor_in(world: World, post: Post) -> None:
    posted = post(GRAVE, excluded=[world.people["bo"], world.people["moss"]])
    gone(world, "lin")
    opened(world, posted)
    with world.acting("dee") as dee:
        assert world.people["bo"] not in readership.could_be_let_in(letter_of(posted), by=dee)
    with world.database.transaction():
        world.end_posts("lin", (clock.now() + timedelta(days=30)).date())
        withdraw(posted.id, holder=user(world.people["lin"]))
        audit.record(audit.system("test"), "key:left", organisation=world.school)
        readerless.look()
    with world.acting("dee") as dee:
        readership.let_in(letter_of(posted), person_id=world.people["lin"], by=dee)
    assert reads(world, posted, "lin")
    with world.database.transaction():
        readerless.look()
    with pytest.raises(Missing):
        answered(world, posted)
    answered(world, posted, by="lin")


@pytest.mark.parametrize("name", ["lin", "pia", "gao", "cruz", "tan", "sam", "root", "eve"])
def test_nobody_else_opens_letters_so(world: World, post: Post, name: str) -> None:
    posted = post(GRAVE)
    with world.acting(name) as by, pytest.raises(Missing):
        breaking.open_letter(letter_of(posted), basis="SELF_HARM", reason=WHY, by=by)


def test_what_the_centre_does_not_stand_by_for_it_does_not_open(world: World, post: Post) -> None:
    everyday, to_it = post(), post(excluded=[world.people["lin"], world.people["bo"]])
    for one in (everyday, to_it):
        with world.acting("dee") as dee, pytest.raises(Missing):
            breaking.open_letter(letter_of(one), basis="SELF_HARM", reason=WHY, by=dee)


def test_somebody_else_looks_at_it_and_not_whoever_opened_it(world: World, post: Post) -> None:
    opening = opened(world, post(GRAVE))
    with world.acting("dee") as dee:
        assert openings_to_review(dee) == []
        with pytest.raises(Missing):
            breaking.review(get_opening(opening), verdict="justified", by=dee)
    with world.acting("pia") as pia:
        assert breaking.reason_of(get_opening(opening), by=pia) == WHY
        assert [task.what for task in first_tasks(pia) if task.page == "letterbox.opening"]
        breaking.review(get_opening(opening), verdict="not_justified", by=pia)
    with world.acting("lin") as lin, pytest.raises(breaking.ReviewedAlready):
        breaking.review(get_opening(opening), verdict="justified", by=lin)


def test_a_row_that_is_forged_or_stretched_opens_neither_letter_nor_name(world: World, post: Post) -> None:
    posted, thief = post(GRAVE, mode="sealed", name=NAME), Thief(world)
    opening = opened(world, posted)
    later = clock.now() + timedelta(days=30)
    thief.runs("UPDATE name_opening SET expires_at = :later", later=later)
    thief.runs("UPDATE name_opening SET subject_code = 'name', key_id = NULL")
    with world.acting("dee") as dee:
        assert breaking.name_of(letter_of(posted), by=dee) == ""
    thief.runs("UPDATE object_grant SET expires_at = :later WHERE expires_at IS NOT NULL", later=later)
    with pytest.raises(Untrusted):
        reads(world, posted, "dee")
    with world.database.transaction(writes=False):
        assert session().get_one(EmergencyOpening, opening).subject_code == "name"
    with pytest.raises(TrailBroken):
        check(world.database)


def test_what_is_done_so_stays_whole_on_the_trail_and_a_reminder_put_back_is_found(world: World, post: Post) -> None:
    posted, thief = post(GRAVE), Thief(world)
    gone(world, "lin", "bo")
    opened(world, posted)
    answered(world, posted)
    with clock.at(clock.now() + timedelta(days=4)), world.database.transaction():
        assert reminding.remind() == 2
    check(world.database)
    thief.runs("UPDATE name_opening SET reminded = 0")
    with pytest.raises(TrailBroken):
        check(world.database)


def test_the_pages_say_all_of_it_before_and_after(
    world: World, post: Post, browser_of: BrowserOf, child: Child
) -> None:
    posted, other = post(GRAVE), post(GRAVE)
    gone(world, "lin", "bo")
    dee, where = browser_of("dee"), f"/letters/{posted.id}/emergency"
    assert dee.get(f"/letters/{posted.id}").status_code == 404
    assert where in dee.get("/").get_data(as_text=True) and where in dee.get("/letters/late").get_data(as_text=True)
    page = dee.get(where).get_data(as_text=True)
    assert "青禾小学" in page and "您可以在信中回复" in page and GRAVE not in page
    assert dee.post(where, data={"basis": "SELF_HARM", "reason": " "}).status_code == 422
    assert dee.post(where, data={"reason": WHY}).status_code == 422
    assert told(world) == set()
    assert dee.post(where, data={"basis": "SELF_HARM", "reason": WHY}).status_code == 303
    letter = dee.get(f"/letters/{posted.id}").get_data(as_text=True)
    assert GRAVE in letter and "紧急开启了这封信" in letter and "寄出回信" in letter
    assert dee.get(where).status_code == 404, "it is open already"
    pia = browser_of("pia")
    with world.database.transaction(writes=False):
        opening = session().scalars(select(EmergencyOpening.id)).one()
    page = pia.get(f"/letters/openings/{opening}").get_data(as_text=True)
    assert WHY in page and "区指导中心开启了一封信" in page and GRAVE not in page
    assert pia.get(where).status_code == 404
    with clock.at(clock.now() + timedelta(minutes=18)):
        assert "/confirm" in dee.get(f"/letters/{other.id}/emergency").headers.get("Location", "")
    child.comes_back(posted.code)
    page = child.text("/thread")
    assert "打开了你的信，因为有人担心你" in page and "区指导中心也能读这封信" in page and WHY not in page


def test_what_was_opened_shows_calmly_to_those_who_cannot_answer(
    world: World, post: Post, browser_of: BrowserOf
) -> None:
    posted = post(GRAVE)
    dee, where = browser_of("dee"), f"/letters/{posted.id}"
    assert "不能回复" in dee.get(f"{where}/emergency").get_data(as_text=True)
    dee.post(f"{where}/emergency", data={"basis": "SELF_HARM", "reason": WHY})
    page = dee.get(where).get_data(as_text=True)
    assert "您可以阅读这封信，但不能回复" in page and "寄出回信" not in page and "take-up" not in page
    assert dee.post(f"{where}/take-up").status_code == 404
    assert TEXT not in page
