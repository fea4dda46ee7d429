"""Somebody who may do everything in the database and holds nobody's key: what they change is refused, or is named."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.audit import broken
from app.core import clock
from app.core.database import session
from app.core.ids import new_id
from app.letterbox.models import AnswerReading, EmergencyOpening, LetterRelease
from app.letterbox.service import answering, breaking, releasing, returning, second
from app.vault import Damaged
from tests.letterbox.conftest import GRAVE, Post, Posted, come_back, letter_of
from tests.thief import Thief
from tests.world import World


@pytest.fixture
def thief(world: World) -> Thief:
    return Thief(world)


def answered(world: World, letter: Posted, words: str, by: str = "lin") -> UUID:
    with world.acting(by) as actor:
        row = letter_of(letter)
        answering.take_up(row, by=actor)
        return answering.answer(row, words=words, revision=row.revision, by=actor).id


def seen_by_child(world: World, letter: Posted) -> list[str]:
    with world.database.transaction():
        return [said.words for said in returning.thread(come_back(world, letter))]


def test_a_thread_whose_end_was_cut_is_not_shown_as_whole(world: World, post: Post, thief: Thief) -> None:
    letter = post()
    before = thief.reads("letter", id=letter.id)[0]
    answered(world, letter, "明天中午来找我")
    thief.is_not_found()
    thief.runs("DELETE FROM letter_message WHERE letter_id = :id AND number = 2", id=letter.id)
    with pytest.raises(Damaged):
        seen_by_child(world, letter)
    with pytest.raises(Damaged), world.acting("lin") as lin:
        answering.read(letter_of(letter), by=lin)
    thief.runs("UPDATE letter SET thread = :old WHERE id = :id", old=before["thread"], id=letter.id)
    assert len(seen_by_child(world, letter)) == 1
    thief.is_found()


def test_what_the_child_added_is_not_cut_away_unseen(world: World, post: Post, thief: Thief) -> None:
    letter = post()
    before = thief.reads("letter", id=letter.id)[0]
    with world.database.transaction():
        returning.go_on(come_back(world, letter), "还有一件事")
    thief.is_not_found()
    thief.runs("DELETE FROM letter_message WHERE letter_id = :id AND number = 2", id=letter.id)
    back = ", ".join(f"{name} = :{name}" for name in before if name != "id")
    thief.runs(f"UPDATE letter SET {back} WHERE id = :id", **before)
    thief.is_found()


def test_a_letter_that_is_gone_is_missed(world: World, post: Post, thief: Thief) -> None:
    letter = post()
    for table in ("letter_message", "letter"):
        thief.runs(f"DELETE FROM {table} WHERE {'id' if table == 'letter' else 'letter_id'} = :id", id=letter.id)
    thief.is_found(broken.ROW_MISSING)


def test_an_answer_is_not_dated_back(world: World, post: Post, thief: Thief) -> None:
    """The child would read that somebody answered at once; leadership, that nobody was late."""
    letter = post()
    answered(world, letter, "明天中午来找我")
    early = thief.reads("letter_message", letter_id=letter.id, number=1)[0]["at"]
    thief.runs("UPDATE letter_message SET at = :at WHERE letter_id = :id AND number = 2", at=early, id=letter.id)
    with pytest.raises(Damaged):
        seen_by_child(world, letter)


@pytest.mark.alike
def test_a_clock_that_was_stopped_by_sql_is_named(world: World, post: Post, thief: Thief) -> None:
    letter = post(GRAVE)
    thief.is_not_found()
    (row,) = thief.reads("letter", id=letter.id)
    changes = {
        "opening_due_at": None, "state": "in_hand", "read_by_staff": 1, "ladder": "[]", "unsafe": True,
        "suggested_level": "R0", "received_at": "2020-01-01 00:00:00.000000", "opened_by": world.people["lin"],
    }
    for column, forged in changes.items():
        extra = ", opened_at = received_at" if column == "opened_by" else ""
        thief.runs(f"UPDATE letter SET {column} = :forged{extra} WHERE id = :id", forged=forged, id=letter.id)
        thief.is_found()
        extra = ", opened_at = NULL" if column == "opened_by" else ""
        thief.runs(f"UPDATE letter SET {column} = :real{extra} WHERE id = :id", real=row[column], id=letter.id)
        thief.is_not_found()


def test_a_second_reading_that_nobody_did_is_named(world: World, post: Post, thief: Thief) -> None:
    letter = post(GRAVE)
    answer_id = answered(world, letter, "我现在就来，你在哪里？")
    thief.is_not_found()
    mark = "UPDATE answer_reading SET read_at = :now, read_by = :bo WHERE message_id = :id"
    thief.runs(mark, now=clock.now(), bo=world.people["bo"], id=answer_id)
    thief.is_found()
    thief.runs("UPDATE answer_reading SET read_at = NULL, read_by = NULL WHERE message_id = :id", id=answer_id)
    with world.acting("bo") as bo:
        second.mark_read(session().get_one(AnswerReading, answer_id), by=bo)
    thief.is_not_found()
    thief.runs("DELETE FROM answer_reading WHERE message_id = :id", id=answer_id)
    thief.is_found(broken.ROW_MISSING)


def name_seen(world: World, letter: Posted, by: str = "lin") -> str:
    with world.acting(by) as actor:
        return breaking.name_of(letter_of(letter), by=actor)


def opened_name(world: World, letter: Posted, by: str = "lin") -> UUID:
    with world.acting(by) as actor:
        return breaking.open_name(letter_of(letter), basis="SELF_HARM", reason="他说今晚要离家", by=actor).id


def test_no_row_made_by_sql_opens_a_sealed_name(world: World, post: Post, thief: Thief) -> None:
    letter, other = post(mode="sealed", name="陈子涵"), post(mode="sealed", name="王瑞")
    opening_id = opened_name(world, letter)
    assert name_seen(world, letter) == "陈子涵"
    (row,) = thief.reads("name_opening", id=opening_id)
    assert name_seen(world, other) == name_seen(world, letter, by="bo") == ""
    # Another's opening, another letter's, and one of nobody.
    thief.runs("UPDATE name_opening SET opened_by = :bo WHERE id = :id", bo=world.people["bo"], id=opening_id)
    assert name_seen(world, letter, by="bo") == ""
    thief.runs(
        "UPDATE name_opening SET opened_by = :lin, letter_id = :other WHERE id = :id",
        lin=world.people["lin"], other=other.id, id=opening_id,
    )
    assert name_seen(world, other) == ""
    thief.puts("name_opening", {**row, "id": new_id(), "letter_id": other.id})
    assert name_seen(world, other) == ""
    thief.is_found()


def test_an_opening_is_not_stretched_and_not_taken_back_unseen(world: World, post: Post, thief: Thief) -> None:
    letter = post(mode="sealed", name="陈子涵")
    opening_id = opened_name(world, letter)
    thief.is_not_found()
    (row,) = thief.reads("name_opening", id=opening_id)
    later = clock.now() + timedelta(days=300)
    thief.runs("UPDATE name_opening SET expires_at = :later WHERE id = :id", later=later, id=opening_id)
    with clock.at(clock.now() + timedelta(days=4)):
        assert name_seen(world, letter) == ""
    thief.is_found()
    thief.runs("DELETE FROM name_opening WHERE id = :id", id=opening_id)
    thief.is_found(broken.ROW_MISSING)
    thief.puts("name_opening", row)
    thief.is_not_found()
    with world.acting("pia") as pia:
        breaking.review(session().get_one(EmergencyOpening, opening_id), verdict="justified", by=pia)
    thief.runs("UPDATE name_opening SET reviewed_at = NULL, reviewed_by = NULL, verdict_code = NULL")
    thief.is_found()


def test_a_child_is_told_of_no_release_that_sql_made(world: World, post: Post, thief: Thief) -> None:
    letter = post()
    with world.acting("lin") as lin:
        row = letter_of(letter)
        answering.take_up(row, by=lin)
        told = releasing.release(row, to=world.people["cruz"], basis="CONSENT", words="最近吃不下饭", by=lin)
    (real,) = thief.reads("letter_release", id=told.id)
    forged = {**real, "id": new_id(), "recipient_id": world.people["pia"]}
    thief.puts("letter_release", forged)
    thief.puts("letter_release", {**forged, "id": new_id(), "author_id": world.people["sol"]})
    thief.puts("letter_release", {**forged, "id": new_id(), "signer_epoch": 99})
    with world.database.transaction():
        assert [one.id for one in releasing.told_of(letter_of(letter))] == [told.id]
    with world.acting("cruz") as cruz:
        assert releasing.words_of(session().get_one(LetterRelease, told.id), by=cruz) == ("最近吃不下饭", True)
    thief.is_not_found()
    thief.runs("UPDATE letter_release SET basis_code = 'OWN_SAFETY_LETTER' WHERE id = :id", id=told.id)
    with world.database.transaction():
        assert releasing.told_of(letter_of(letter)) == []
    thief.is_found()


@pytest.mark.alike
def test_telephone_numbers_changed_by_sql_are_named(world: World, letterbox: UUID, thief: Thief) -> None:
    thief.is_not_found()
    thief.runs("UPDATE letterbox SET hotlines_note = '[]' WHERE id = :id", id=letterbox)
    thief.is_found()


def test_a_reader_who_was_taken_out_is_not_put_back_unseen(world: World, post: Post, thief: Thief) -> None:
    letter = post(box="leadership")
    held = thief.reads("object_grant", object_id=letter.id)
    with world.acting("pia") as pia:
        row = letter_of(letter)
        answering.reroute(row, revision=row.revision, by=pia)
    thief.is_not_found()
    left = {one["holder_id"] for one in thief.reads("object_grant", object_id=letter.id)}
    (taken,) = [one for one in held if one["holder_id"] not in left]
    thief.puts("object_grant", taken)
    thief.is_found(broken.KEY_PUT_BACK)
