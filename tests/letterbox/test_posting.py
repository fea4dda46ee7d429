"""A letter reaches those who were named before the first word, and nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import vault
from app.core import clock
from app.core.database import session
from app.core.errors import Missing
from app.entrance.queries import letterbox_at, letterbox_of
from app.letterbox.models import Letter, LetterMessage
from app.letterbox.queries import urgent_for, waiting_for
from app.letterbox.service import answering, posting
from app.letterbox.service.posting import NothingWritten, TooLong
from app.letterbox.service.readership import KeptFrom, NobodyReads, readers_of
from app.notifications.models import Notice
from app.vault import NoKey
from app.vault.return_codes import new_return_code
from tests.letterbox.conftest import GRAVE, TEXT, Post, letter_of
from tests.world import World

OUTSIDERS = ("sam", "gao", "hart", "cruz", "moss", "sol", "uma", "tan", "quill", "dee", "dora", "eve", "root")


@pytest.mark.parametrize("name", ["lin", "bo"])
def test_the_room_reads_what_was_written_to_the_room(world: World, post: Post, name: str) -> None:
    posted = post()
    with world.acting(name) as reader:
        assert [line.letter.id for line in waiting_for(reader).items] == [posted.id]
        head, said = answering.read(letter_of(posted), by=reader)
        assert [each.words for each in said] == [TEXT]
        assert (head["mode"], head["name"]) == ("anonymous", "")


@pytest.mark.parametrize("name", ["pia", *OUTSIDERS])
def test_nobody_else_does(world: World, post: Post, name: str) -> None:
    posted = post()
    with world.acting(name) as other:
        assert not waiting_for(other).items
        with pytest.raises(Missing):
            answering.read(letter_of(posted), by=other)
        with pytest.raises(NoKey):
            other.ring.open(posted.id)


def test_the_principal_reads_the_principals_mailbox_and_the_room_does_not(world: World, post: Post) -> None:
    posted = post(TEXT, box="leadership")
    with world.acting("pia") as pia:
        _head, said = answering.read(letter_of(posted), by=pia)
        assert len(said) == 1
    for name in ("lin", "bo", *OUTSIDERS):
        with world.acting(name) as other, pytest.raises(NoKey):
            other.ring.open(posted.id)


def test_an_emergency_in_the_principals_mailbox_goes_to_the_room_and_never_to_leadership(
    world: World, post: Post
) -> None:
    posted = post(GRAVE, box="leadership")
    with world.acting("pia") as pia:
        assert not waiting_for(pia).items
        with pytest.raises(NoKey):
            pia.ring.open(posted.id, standby=True)
    with world.acting("lin") as lin:
        letter = letter_of(posted)
        head, _said = answering.read(letter, by=lin)
        assert (letter.box_code, head["addressed_to"]) == ("room", "leadership")
        assert [line.letter.id for line in urgent_for(lin)] == [posted.id]


@pytest.mark.parametrize("answers", [{"text": GRAVE}, {"unsafe": True}])
def test_the_centre_stands_by_for_an_emergency_and_opens_nothing_by_itself(
    world: World, post: Post, answers: dict
) -> None:
    posted = post(**answers)
    with world.acting("dee") as dee:
        with pytest.raises(NoKey):
            dee.ring.open(posted.id)
        assert dee.ring.open(posted.id, standby=True)
        with pytest.raises(Missing):
            answering.read(letter_of(posted), by=dee)


def test_the_centre_holds_nothing_of_an_everyday_letter(world: World, post: Post) -> None:
    posted = post()
    with world.acting("dee") as dee, pytest.raises(NoKey):
        dee.ring.open(posted.id, standby=True)


def test_somebody_who_must_not_learn_of_it_gets_neither_key_nor_notice(world: World, post: Post) -> None:
    posted = post(excluded=[world.people["lin"]])
    with world.acting("lin") as lin:
        assert not waiting_for(lin).items
        with pytest.raises(NoKey):
            lin.ring.open(posted.id)
    with world.acting("bo") as bo:
        assert answering.read(letter_of(posted), by=bo)
    with world.database.transaction(writes=False):
        told = set(session().scalars(select(Notice.person_id).where(Notice.subject_id == posted.id)))
    assert told == {world.people["bo"]}


def test_where_the_whole_room_is_part_of_it_the_centre_reads(world: World, post: Post) -> None:
    posted = post(excluded=[world.people["lin"], world.people["bo"]])
    with world.acting("dee") as dee:
        assert answering.read(letter_of(posted), by=dee)
    for name in ("lin", "bo", "pia"):
        with world.acting(name) as other, pytest.raises(NoKey):
            other.ring.open(posted.id, standby=True)


def test_where_nobody_is_left_the_child_is_told_and_nothing_is_kept(world: World, post: Post) -> None:
    with pytest.raises(NobodyReads):
        post(excluded=[world.people[name] for name in ("lin", "bo", "dee", "dora")])
    with world.database.transaction(writes=False):
        assert session().scalar(select(func.count()).select_from(Letter)) == 0


def test_a_sealed_name_stands_by_and_is_opened_by_nobody_plainly(world: World, post: Post) -> None:
    posted = post(mode="sealed", name="陈子涵")
    with world.acting("lin") as lin:
        letter = letter_of(posted)
        head, _said = answering.read(letter, by=lin)
        assert head["name"] == ""
        assert letter.name_id is not None
        with pytest.raises(NoKey):
            lin.ring.open(letter.name_id)
        assert vault.read(letter, "name", lin.ring.open(letter.name_id, standby=True)) == "陈子涵"


def test_a_name_that_was_typed_and_then_not_wanted_is_not_kept(world: World, post: Post) -> None:
    posted = post(mode="anonymous", name="陈子涵")
    with world.acting("lin") as lin:
        letter = letter_of(posted)
        assert (letter.name, answering.read(letter, by=lin)[0]["name"]) == (None, "")


def test_an_emergency_starts_the_opening_clock_and_an_everyday_letter_does_not(world: World, post: Post) -> None:
    now = clock.now()
    with clock.at(now):
        urgent, everyday = post(GRAVE), post()
    with world.database.transaction(writes=False):
        assert letter_of(urgent).opening_due_at == now + timedelta(minutes=10)
        assert letter_of(everyday).opening_due_at is None


def test_the_principals_mailbox_has_48_hours(world: World, post: Post) -> None:
    now = clock.now()
    with clock.at(now):
        posted = post(TEXT, box="leadership")
    with world.database.transaction(writes=False):
        assert letter_of(posted).due_at == now + timedelta(hours=48)


@pytest.mark.parametrize(("text", "refusal"), [(" \n ", NothingWritten), ("长" * 20_001, TooLong)])
def test_what_cannot_be_sent_is_said(post: Post, text: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        post(text)


def test_notices_and_trail_say_that_and_not_what(world: World, post: Post) -> None:
    posted = post(GRAVE, mode="named", name="陈子涵")
    received = world.events("letter:received")
    assert [(event.subject_id, event.person_id) for event in received] == [(posted.id, None)]
    for event in received:
        assert GRAVE not in event.body.decode() and "陈子涵" not in event.body.decode()
    with world.database.transaction(writes=False):
        kinds = set(session().scalars(select(Notice.kind).where(Notice.subject_id == posted.id)))
    assert kinds == {"letter:urgent"}


def test_the_database_keeps_neither_words_nor_name_readable(world: World, post: Post) -> None:
    posted = post(TEXT, mode="named", name="陈子涵", **{"class": "四(1)"})
    with world.database.transaction(writes=False):
        letter = letter_of(posted)
        rows = [letter.head, *session().scalars(select(LetterMessage.body))]
    for value in (TEXT, "陈子涵", "四(1)", posted.code):
        assert all(value.encode() not in row for row in rows)


def test_who_reads_is_known_before_the_first_word(world: World, letterbox: object) -> None:
    with world.database.transaction(writes=False):
        room = readers_of("room", school_id=world.school, without=KeptFrom(), grave=False)
        principal = readers_of("leadership", school_id=world.school, without=KeptFrom(), grave=False)
    assert room.people == {world.people["lin"], world.people["bo"]}
    assert principal.people == {world.people["pia"]}


def test_one_code_is_one_letter(world: World, letterbox: object) -> None:
    code = new_return_code()
    with world.database.transaction():
        box = letterbox_of(world.school)
        posting.post(box, {"box": "room", "text": TEXT}, code=code)
    with pytest.raises(Exception, match=r"UNIQUE|unique"), world.database.transaction():
        posting.post(letterbox_of(world.school), {"box": "room", "text": TEXT}, code=code)


def test_words_about_who_should_not_learn_of_it_are_looked_through_too(world: World, post: Post) -> None:
    posted = post(TEXT, excluded_words="我爸，他昨晚又用皮带抽我")
    with world.acting("lin") as lin:
        letter = letter_of(posted)
        assert letter.opening_due_at is not None and letter.suggested_level == "R4"
        found = answering.read(letter, by=lin)[0]["screening"]
        assert found["families"] == ["abuse"] and found["marks"] == [], "no place of the letter itself is marked"


@pytest.mark.parametrize("address", ["\0", "a\0b", "a b", "../x", ""])
def test_what_is_no_address_leads_nowhere(world: World, letterbox: object, address: str) -> None:
    with world.database.transaction(writes=False):
        assert letterbox_at(address) is None
