"""The records an attacker names: of Ana, of Rui whose file is restricted, of Kai at the other school, and none at all.

Every parameter of an address must be known here: a route with a new one fails until its samples stand below.
"""

import io
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from app.appointments import service as appointments
from app.appointments.models import LookIn
from app.appointments.queries import free_between, get_room
from app.appointments.queries.cards import cards_by_student
from app.appointments.service import Wish, groups
from app.appointments.service.cards import getting_ready, print_sheet
from app.core import clock
from app.core.database import session
from app.directory.importing import uploads
from app.directory.importing.students import import_students
from app.directory.models import Post
from app.directory.queries import get_class, today_at
from app.entrance.queries import letterbox_of
from app.escalation import hand_overs, service
from app.escalation.models import SecondOpinion
from app.files import service as files
from app.identity import invitations
from app.identity.models import Invitation
from app.letterbox.queries import attachments_of
from app.letterbox.service import answering, attaching, boxes, breaking, posting, releasing
from app.letterbox.service.attaching import Upload
from app.notifications.models import Notice
from app.vault.return_codes import new_return_code
from tests.directory.importing.stories import listed, school_of, whole_school
from tests.escalation.telling import LOW_MOOD, PACKET, SELF_HARM, Story
from tests.files import samples as documents
from tests.files import steps
from tests.world import World

Sample = dict[str, Any]

# Words that stand in an address and name no record: one that there is and one that there is not.
WORDS: Mapping[str, tuple[str, str]] = {
    "code": ("en", "xx"),
    "name": ("dark", "xx"),
    "deed": ("acknowledge", "xx"),
    "filename": ("xinxia.css", "xx"),
    "step": ("2", "9"),
}


def prepare(world: World) -> dict[str, Sample]:
    """Make the records and return, for each sample, what every parameter is filled with; what is missing first."""
    made = {
        "ana": {**directory(world, "ana", "school", "lin"), **_file(world, "lin", "ana")},
        "rui": {**directory(world, "rui", "school", "bo"), **_file(world, "lin", "rui")},
        "kai": {**directory(world, "kai", "other_school", "tan"), **_file(world, "tan", "kai")},
    }
    steps.restrict(world, "lin", made["rui"]["file_id"], "lin")
    slips = {"ana": slip(world, "sam", "cruz"), "rui": slip(world, "sam", "bo"), "kai": slip(world, "uma", "tan")}
    rosters = {"ana": roster(world, "sam"), "kai": roster(world, "uma")}
    for name, sample in made.items():
        sample |= _concern(world, name) | slips[name]
        sample |= rosters.get(name, rosters["ana"])
        sample |= _letter(world, name) | _appointment(world, name) | _room(world, name)
        sample |= _notice(world, {"ana": "gao", "rui": "lin", "kai": "tan"}[name])
    none = {parameter: uuid4() for parameter in made["ana"]}
    # A record of one within the address of another, and none within the address of one.
    rui, kai = made["rui"], made["kai"]
    foreign = {"entry_id": rui["entry_id"], "attachment_id": kai["attachment_id"], "post_id": kai["post_id"]}
    foreign |= {name: kai[name] for name in ("hours_id", "turn_id")}
    lost = {parameter: uuid4() for parameter in foreign}
    return {"none": none, "lost": {**made["ana"], **lost}, **made, "swapped": {**made["ana"], **foreign}}


def directory(world: World, student: str, place: str, person: str) -> Sample:
    """Name a student, their school and class, and somebody who works there."""
    with world.database.transaction(writes=False):
        post = session().scalars(select(Post.id).where(Post.person_id == world.people[person])).first()
    return {
        "student_id": world.students[student],
        "class_id": world.classes[place, "四年级", "1班"],
        "school_id": world.organisations[place],
        "organisation_id": world.organisations[place],
        "person_id": world.people[person],
        "post_id": post,
    }


def _file(world: World, who: str, student: str) -> Sample:
    file_id = steps.open_file(world, who, student)
    entry_id = steps.signed(world, who, file_id)
    steps.add(world, who, entry_id, "and later she slept")
    with world.acting(who) as by:
        kept = files.add_attachment(
            steps.file(file_id), source=io.BytesIO(documents.PDF), name="letter.pdf", by=by
        ).id
    return {"file_id": file_id, "entry_id": entry_id, "attachment_id": kept}


def _concern(world: World, student: str) -> Sample:
    """Let a concern reach the centre, and another wait for a second person."""
    teacher, counsellor = ("quill", "tan") if student == "kai" else ("cruz", "lin")
    story = Story(world).raised(teacher, SELF_HARM, about=student)
    story.does(counsellor, service.accept)
    story.does(counsellor, service.assess, level="R3", reason="after a first talk")
    offered = story.does(counsellor, hand_overs.offer, basis="SELF_HARM", packet=PACKET)
    opinion = _opinion(world, student, teacher, counsellor)
    return {"concern_id": story.id, "hand_over_id": offered, "opinion_id": opinion}


def _appointment(world: World, student: str) -> Sample:
    """Let the room book the next free time for a student, in Rui's case where Bo must not know of it."""
    school, counsellor = ("other_school", "tan") if student == "kai" else ("school", "lin")
    school_id, kept_from = world.organisations[school], [world.people["bo"]] if student == "rui" else []
    with world.acting(counsellor) as by:
        today = today_at(school_id)
        slot = free_between(school_id, today, today + timedelta(days=120))[0]
        wish = Wish(school_id, slot.start, room_id=slot.room_id, student_id=world.students[student])
        made = {"appointment_id": appointments.book(wish, excluded=kept_from, by=by).id}
        slot = free_between(school_id, today, today + timedelta(days=120))[0]
        wish = Wish(school_id, slot.start, room_id=slot.room_id, student_id=world.students[student])
        missed = appointments.book(wish, excluded=kept_from, by=by)
    with clock.at(slot.start), world.acting(counsellor) as by:
        appointments.miss(session().get_one(type(missed), missed.id), revision=missed.revision, by=by)
        task = session().scalars(select(LookIn.id).where(LookIn.appointment_id == missed.id)).one()
    with world.acting(counsellor) as by:
        said = {"about": "friends"}
        waits = appointments.add_waiting(world.students[student], reason=said, excluded=kept_from, by=by).id
    group = _group(world, counsellor, school_id, kept_from)
    card = _card(world, student, school, counsellor)
    return {**made, "look_in_id": task, "waiting_id": waits, "card_id": card, **group}


def _group(world: World, counsellor: str, school_id: UUID, kept_from: list[UUID]) -> Sample:
    """Let the room begin a series and a group, each with one time."""
    with world.acting(counsellor) as by:
        today = today_at(school_id)
        slots = free_between(school_id, today, today + timedelta(days=120))
        student = world.students["kai" if counsellor == "tan" else "rui" if kept_from else "ana"]
        wish = Wish(school_id, slots[0].start, room_id=slots[0].room_id, student_id=student)
        rule: Any = {"every_weeks": 1, "times": 2, "choices": {2: None}}
        series = appointments.book_series(wish, **rule, excluded=kept_from, by=by)
        meets = Wish(school_id, slots[1].start, "group", slots[1].room_id, seats=4)
        group = groups.begin_group(meets, theme="friends", **rule, by=by)
        return {"series_id": series.id, "programme_id": group.id}


def _card(world: World, student: str, school: str, counsellor: str) -> UUID:
    """Let the room print the cards of a student's class, once."""
    with world.acting(counsellor) as by:
        shape = get_class(world.classes[school, "四年级", "1班"])
        assert shape is not None
        if world.students[student] not in cards_by_student(by, world.organisations[school]):
            print_sheet(shape, getting_ready(9)(), by=by)
        return cards_by_student(by, world.organisations[school])[world.students[student]][0].id


def _room(world: World, student: str) -> Sample:
    """Let the school's room have hours, a turn of duty and a time in which it is closed."""
    school, counsellor = ("other_school", "tan") if student == "kai" else ("school", "lin")
    day = clock.now().date() + timedelta(days=200)
    with world.acting(counsellor) as by:
        room = get_room(world.organisations[school])
        assert room is not None
        hours = appointments.add_hours(room, appointments.Opening(1, day, period="8"), by=by)
        turn = appointments.add_turn(
            room, weekday=1, person_id=by.person_id, substitute_id=None, first_on=day, last_on=None, by=by
        )
        begins = clock.now() + timedelta(days=200)
        block = appointments.block_room(room, starts_at=begins, ends_at=begins + timedelta(hours=1), by=by)
        return {"room_id": room.id, "hours_id": hours.id, "turn_id": turn.id, "block_id": block.id}


def _opinion(world: World, student: str, teacher: str, counsellor: str) -> UUID:
    story = Story(world).raised(teacher, {**LOW_MOOD, "families": ["self_harm"]}, about=student)
    story.does(counsellor, service.accept)
    story.does(counsellor, service.assess, level="R3", reason="after a first talk")
    story.does(counsellor, service.assess, level="R1", reason="calmer after a week")
    with world.database.transaction(writes=False):
        return session().scalars(select(SecondOpinion.id).where(SecondOpinion.concern_id == story.id)).one()


def _letter(world: World, student: str) -> Sample:
    """Let a child write to the room, to the principal, and at the other school; somebody there answers it as grave."""
    school, counsellor = ("other_school", "tan") if student == "kai" else ("school", "lin")
    with world.acting(counsellor) as by:
        box = letterbox_of(world.organisations[school]) or boxes.set_up(world.organisations[school], by=by)
        answers = {
            "box": "leadership" if student == "rui" else "room", "text": "食堂的汤太咸了", "mode": "sealed",
            "name": "何向晚",
        }
        photo = Upload("photo.png", io.BytesIO(documents.png()))
        letter = posting.post(box, answers, code=new_return_code(), files=attaching.checked([photo]))
        sample = {
            "letter_id": letter.id, "address": box.address_code, "message_id": uuid4(), "opening_id": uuid4(),
            "release_id": uuid4(),
        }
        sample["letter_file_id"] = attachments_of(letter.id)[0].id
        if student != "rui":
            answering.set_level(letter, level="R3", revision=letter.revision, by=by)
            answer = answering.answer(letter, words="Please come today.", revision=letter.revision, by=by)
            sample["message_id"] = answer.id
            told = world.people["quill" if student == "kai" else "cruz"]
            words = {"basis": "CONSENT", "words": "Look after them"}
            sample["release_id"] = releasing.release(letter, to=told, by=by, **words).id
            sample["opening_id"] = breaking.open_name(letter, basis="SELF_HARM", reason="not at school today", by=by).id
        return sample


def roster(world: World, who: str) -> Sample:
    """Let an administrator import a list, and leave another waiting for its dry run."""
    place = "other_school" if who == "uma" else "school"
    newcomer = ("G00000900", "何向晚", "四年级", "1班")
    kai = ("G00000004", "赵凯", "四年级", "1班")
    made = listed(kai, newcomer) if who == "uma" else whole_school(newcomer)
    content = "学号,姓名,年级,班级\nG901,何向阳,四年级,1班\n".encode()
    with world.acting(who) as by:
        done = import_students(made, school=school_of(world, place), by=by).id
        waiting = uploads.keep_upload(content, kind="students", organisation=school_of(world, place), by=by).id
    return {"upload_id": waiting, "import_id": done}


def slip(world: World, who: str, person: str) -> Sample:
    """Let an administrator print a slip for a new login, which is not used."""
    with world.acting(who) as by:
        invitations.make_invitations([world.people[person]], by=by)
        found = session().scalars(select(Invitation.id).where(Invitation.person_id == world.people[person])).one()
    return {"invitation_id": found}


def _notice(world: World, who: str) -> Sample:
    with world.database.transaction(writes=False):
        found = session().scalars(select(Notice.id).where(Notice.person_id == world.people[who])).first()
    assert found is not None, who
    return {"notice_id": found}
