"""The code on a slip of paper leads back to the letter, to the answers, and to nothing else."""

import pytest
from sqlalchemy import delete, select, update

from app import vault
from app.core.database import session
from app.core.errors import Missing, Stale
from app.letterbox.models import LetterMessage
from app.letterbox.queries import to_read_second, urgent_for
from app.letterbox.service import answering, messages, returning
from app.letterbox.service.answering import LetterClosed
from app.letterbox.service.returning import NoSuchLetter
from app.vault import Damaged, MistypedCode, NoKey, passwords
from app.vault.return_codes import in_groups, in_words, new_return_code
from tests.letterbox.conftest import GRAVE, TEXT, Post, Posted, come_back, letter_of
from tests.world import World

ANSWER = "谢谢你写信来。明天中午我在心灵屋，你愿意来坐一坐吗？"


def answered(world: World, posted: Posted, words: str = ANSWER, name: str = "lin") -> None:
    with world.acting(name) as lin:
        letter = letter_of(posted)
        answering.take_up(letter, by=lin)
        answering.answer(letter, words=words, revision=letter.revision, by=lin)


def test_the_writer_reads_the_answer_and_goes_on(world: World, post: Post) -> None:
    posted = post()
    answered(world, posted)
    with world.database.transaction():
        opened = come_back(world, posted)
        said = returning.thread(opened)
        assert [(each.words, each.verified) for each in said] == [(TEXT, False), (ANSWER, True)]
        returning.take_note(opened, said)
        returning.go_on(opened, "好的，我明天去")
    with world.acting("lin") as lin:
        letter = letter_of(posted)
        assert (letter.state, letter.read_by_writer) == ("waiting", 3)
        _head, said = answering.read(letter, by=lin)
        assert [each.words for each in said] == [TEXT, ANSWER, "好的，我明天去"]


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_words_and_groups_lead_back_too(world: World, post: Post, language: str) -> None:
    posted = post()
    for typed in (in_groups(posted.code), " ".join(in_words(posted.code, language))):
        with world.database.transaction(writes=False):
            assert returning.come_back(returning.writer_of(typed), school_id=world.school).letter.id == posted.id


def test_a_typing_error_costs_nothing_and_another_code_costs_what_the_right_one_costs(
    world: World, post: Post
) -> None:
    posted = post()
    with world.database.transaction(writes=False):
        before = passwords.runs()
        with pytest.raises(MistypedCode):
            returning.writer_of(posted.code[:-1] + str((int(posted.code[-1]) + 1) % 10))
        assert passwords.runs() == before
        with pytest.raises(NoSuchLetter):
            returning.come_back(returning.writer_of(new_return_code()), school_id=world.school)
        assert passwords.runs() == before + 1


def test_a_code_leads_to_nothing_at_another_school(world: World, post: Post) -> None:
    posted = post()
    with world.database.transaction(writes=False), pytest.raises(NoSuchLetter):
        returning.come_back(returning.writer_of(posted.code), school_id=world.organisations["other_school"])


def test_notes_of_the_room_are_under_a_key_that_the_code_does_not_open(world: World, post: Post) -> None:
    posted = post()
    with world.acting("lin") as lin:
        answering.note(letter_of(posted), words="我想是四(1)的孩子", by=lin)
    answered(world, posted)
    with world.database.transaction(writes=False):
        opened = come_back(world, posted)
        assert [each.words for each in returning.thread(opened)] == [TEXT, ANSWER]
        notes_id = opened.letter.notes_id
        note = session().scalar(select(LetterMessage).where(LetterMessage.kind == "note"))
        assert note is not None and notes_id == note.object_id
        with pytest.raises(Damaged):
            vault.read(note, "body", opened.key)
    with world.acting("bo") as bo:
        _head, said = answering.read(letter_of(posted), by=bo)
        assert [each.message.kind for each in said] == ["letter", "note", "answer"]


def test_an_emergency_in_a_later_message_goes_to_the_room_and_the_centre_stands_by(world: World, post: Post) -> None:
    posted = post(TEXT, box="leadership")
    with world.acting("pia") as pia:
        letter = letter_of(posted)
        answering.answer(letter, words="我们会看看。", revision=letter.revision, by=pia)
    with world.database.transaction():
        returning.go_on(come_back(world, posted), GRAVE)
    with world.acting("pia") as pia, pytest.raises(NoKey):
        pia.ring.open(posted.id)
    with world.acting("lin") as lin:
        assert [line.letter.id for line in urgent_for(lin)] == [posted.id]
        assert answering.read(letter_of(posted), by=lin)[1][-1].words == GRAVE
    with world.acting("dee") as dee:
        assert dee.ring.open(posted.id, standby=True)
    with world.database.transaction(writes=False):
        assert len(returning.thread(come_back(world, posted))) == 3


def test_pia_gives_a_letter_to_the_room_and_reads_no_further(world: World, post: Post) -> None:
    posted = post(TEXT, box="leadership")
    with world.acting("pia") as pia:
        letter = letter_of(posted)
        answering.reroute(letter, revision=letter.revision, by=pia)
    with world.acting("pia") as pia:
        with pytest.raises(NoKey):
            pia.ring.open(posted.id)
        with pytest.raises(Missing):
            answering.read(letter_of(posted), by=pia)
    with world.acting("bo") as bo:
        assert answering.read(letter_of(posted), by=bo)
    with world.database.transaction(writes=False):
        assert returning.thread(come_back(world, posted))


def test_two_who_answer_at_once_are_told(world: World, post: Post) -> None:
    posted = post()
    with world.acting("bo") as bo:
        seen = letter_of(posted).revision
    answered(world, posted)
    with world.acting("bo") as bo, pytest.raises(Stale):
        answering.answer(letter_of(posted), words="我来回", revision=seen, by=bo)


def test_a_closed_letter_is_read_and_opened_again_by_its_writer_alone(world: World, post: Post) -> None:
    posted = post()
    with world.acting("lin") as lin:
        letter = letter_of(posted)
        answering.close(letter, revision=letter.revision, by=lin)
    with world.acting("lin") as lin, pytest.raises(LetterClosed):
        letter = letter_of(posted)
        answering.answer(letter, words="还有一句", revision=letter.revision, by=lin)
    with world.database.transaction():
        opened = come_back(world, posted)
        assert returning.thread(opened)
        returning.go_on(opened, "我还想说一件事")
    with world.database.transaction(writes=False):
        assert (letter_of(posted).state, letter_of(posted).closed_at) == ("waiting", None)


@pytest.mark.parametrize("name", ["pia", "tan", "cruz", "sam", "root", "eve"])
def test_who_may_not_read_may_not_answer_note_set_or_close(world: World, post: Post, name: str) -> None:
    posted = post()
    with world.acting(name) as other:
        letter = letter_of(posted)
        for deed in (
            lambda: answering.take_up(letter, by=other),
            lambda: answering.answer(letter, words="x", revision=1, by=other),
            lambda: answering.note(letter, words="x", by=other),
            lambda: answering.set_level(letter, level="R0", revision=1, by=other),
            lambda: answering.reroute(letter, revision=1, by=other),
            lambda: answering.close(letter, revision=1, by=other),
        ):
            with pytest.raises(Missing):
                deed()


def three(world: World, post: Post) -> Posted:
    posted = post()
    answered(world, posted)
    with world.database.transaction():
        returning.go_on(come_back(world, posted), "谢谢")
    return posted


def test_a_dropped_message_shows(world: World, post: Post) -> None:
    posted = three(world, post)
    with world.database.transaction():
        session().execute(delete(LetterMessage).where(LetterMessage.number == 2))
    with world.database.transaction(writes=False), pytest.raises(Damaged):
        messages.all_of(letter_of(posted))


def test_swapped_messages_show(world: World, post: Post) -> None:
    posted = three(world, post)
    with world.database.transaction():
        for before, after in ((2, 9), (3, 2), (9, 3)):
            session().execute(update(LetterMessage).where(LetterMessage.number == before).values(number=after))
    with world.database.transaction(writes=False), pytest.raises(Damaged):
        messages.all_of(letter_of(posted))


def test_words_of_another_letter_open_in_no_other_place(world: World, post: Post) -> None:
    one, other = post(), post(TEXT)
    with world.database.transaction():
        body = session().scalar(select(LetterMessage.body).where(LetterMessage.letter_id == other.id))
        session().execute(update(LetterMessage).where(LetterMessage.letter_id == one.id).values(body=body))
    with world.acting("lin") as lin, pytest.raises(Damaged):
        answering.read(letter_of(one), by=lin)


def test_an_answer_in_another_name_is_not_shown_as_verified(world: World, post: Post) -> None:
    posted = post()
    with world.acting("lin") as lin:
        letter = letter_of(posted)
        message = answering.answer(letter, words=ANSWER, revision=letter.revision, by=lin)
        message.author_id = world.people["bo"]
        vault.write(message, "body", ANSWER, lin.ring.open(letter.id))
    with pytest.raises(Damaged), world.database.transaction(writes=False):
        returning.thread(come_back(world, posted))
    with world.acting("lin") as lin:
        letter = letter_of(posted)
        letter.thread = messages.beginning(letter.id)
        for each in session().scalars(select(LetterMessage).order_by(LetterMessage.number)):
            letter.thread = messages._grown(letter.thread, each)
    with world.database.transaction(writes=False):
        assert [each.verified for each in returning.thread(come_back(world, posted))] == [False, False]


def test_a_second_emergency_has_a_clock_of_its_own(world: World, post: Post) -> None:
    posted = post(GRAVE)
    with world.acting("lin") as lin:
        letter = letter_of(posted)
        answering.answer(letter, words="我来找你。", revision=letter.revision, by=lin)
        assert urgent_for(lin) == []
    with world.database.transaction():
        returning.go_on(come_back(world, posted), GRAVE)
    with world.acting("lin") as lin:
        assert [line.letter.id for line in urgent_for(lin)] == [posted.id]


def test_a_level_that_a_person_set_does_not_hide_what_is_written_later(world: World, post: Post) -> None:
    posted = post()
    with world.acting("lin") as lin:
        answering.set_level(letter_of(posted), level="R1", revision=letter_of(posted).revision, by=lin)
    with world.database.transaction():
        returning.go_on(come_back(world, posted), GRAVE)
    answered(world, posted)
    with world.acting("bo") as bo:
        assert [reading.letter_id for reading in to_read_second(bo)] == [posted.id]
