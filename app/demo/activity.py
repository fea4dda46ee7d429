"""What happened in the sample district: ten weeks of a term, told in the order in which they were lived."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from app.access import Actor
from app.core import clock
from app.core.database import session
from app.demo import texts
from app.demo.appointments import appointments, rooms
from app.demo.letters import letters
from app.demo.loading import District
from app.demo.story import Story
from app.directory.models import SchoolClass
from app.directory.queries import get_placed_student, lines_of_class, visible_classes
from app.escalation import hand_overs, opinions, service
from app.escalation.models import Concern, HandOver
from app.escalation.queries import live_hand_over
from app.files import service as files
from app.files.models import FileEntry, StudentFile
from app.files.queries import entries_of, file_of_student

Tell = Callable[[str], None]


def happen(district: District, tell: Tell) -> None:
    """Let the people of the tour do what they do in a term."""
    tell("letting ten weeks of a term pass")
    story = Story(district)
    tellers = (
        _long_support, _with_the_centre, _given_back, _closed_by_grade, _questioned, _waiting, _elsewhere, letters,
        rooms, appointments,
    )
    for tell_of in tellers:
        tell_of(story)
    story.live()


class Student:
    """One student of the sample, by class and place in its list."""

    def __init__(self, story: Story, reporter: str, place: int) -> None:
        self.story, self.reporter, self.place = story, reporter, place

    def actor(self, number: str) -> Actor:
        """Return somebody with open keys."""
        return self.story.district.actor(number)

    @property
    def id(self) -> UUID:
        """The student's id, found in the reporter's own class."""
        by = self.actor(self.reporter)
        shape: SchoolClass = visible_classes(by)[0]
        return lines_of_class(shape.id, by.ring)[self.place].id


class Case(Student):
    """A concern about a student, moved on by the people of the school."""

    def __init__(self, story: Story, reporter: str, place: int, room: str, head: str) -> None:
        super().__init__(story, reporter, place)
        self.room, self.head = room, head
        self._concern_id: UUID | None = None

    @property
    def concern(self) -> Concern:
        """The concern as it stands."""
        return session().get_one(Concern, self._concern_id)

    def raise_it(self, at: datetime, account: Mapping[str, Any]) -> None:
        """Let the reporter raise it."""

        def happens() -> None:
            student = get_placed_student(self.id)
            assert student is not None
            raised = service.raise_concern(student, account=account, by=self.actor(self.reporter))
            self._concern_id = raised.id

        self.story.add(at, happens)

    def do(self, at: datetime, deed: Callable[..., object], by: str, **given: Any) -> None:
        """Let somebody do a deed to it."""
        self.story.add(at, lambda: deed(self.concern, revision=self.concern.revision, by=self.actor(by), **given))

    def answer_hand_over(self, at: datetime, deed: Callable[..., object], by: str, **given: Any) -> None:
        """Let the centre do something with the hand-over that is under way."""

        def happens() -> None:
            hand_over = live_hand_over(self.concern.id)
            assert isinstance(hand_over, HandOver)
            deed(hand_over, revision=self.concern.revision, by=self.actor(by), **given)

        self.story.add(at, happens)

    def write_line(self, at: datetime, words: str) -> None:
        """Let the room write the reporter a line."""
        self.story.add(at, lambda: service.give_feedback(self.concern, words=words, by=self.actor(self.room)))

    def accepted(self, at: datetime) -> None:
        """Let the grade confirm and pass it on, and the room take it on a little later."""
        self.do(at, service.acknowledge, self.head)
        self.do(at + timedelta(minutes=20), service.pass_on, self.head)
        self.do(at + timedelta(hours=2), service.accept, self.room)

    def file(self) -> StudentFile:
        """Return the student's file."""
        found = file_of_student(self.id, by=self.actor(self.room))
        assert found is not None
        return found

    def session(self, at: datetime, kind: str, body: Mapping[str, Any], *, signed: bool = True) -> None:
        """Let the counsellor hold a session, write it down and sign it."""

        def happens() -> None:
            by = self.actor(self.room)
            entry = files.begin_entry(self.file(), kind=kind, started_at=clock.now(), by=by)
            files.save_entry(entry, body=body, revision=entry.revision, by=by)
            if signed:
                files.sign_entry(entry, revision=entry.revision, by=by)

        self.story.add(at, happens)

    def on_file(self, at: datetime, deed: Callable[[StudentFile, Actor], object]) -> None:
        """Let the counsellor do something to the file."""
        self.story.add(at, lambda: deed(self.file(), self.actor(self.room)))

    def entries(self) -> list[FileEntry]:
        """Return the signed entries of the file, the first one first."""
        return [entry for entry in reversed(entries_of(self.file())) if entry.state == "signed"]


def _primary(story: Story, reporter: str, place: int) -> Case:
    return Case(story, reporter, place, room="T00031", head="T00028")


def _long_support(story: Story) -> None:
    """A girl who sleeps badly: four sessions, a plan, an addendum, follow-up."""
    case = _primary(story, "T00022", 4)
    case.raise_it(story.back(33, "10:32"), texts.SLEEPLESS)
    case.accepted(story.back(33, "11:05"))
    case.write_line(story.back(33, "13:55"), texts.LINE_IN_HAND)
    case.do(story.back(32, "12:40"), service.assess, "T00031", level="R2", reason=texts.WHY_YELLOW)
    kinds = ("first", "follow_up", "parent", "follow_up")
    for days, kind, body in zip((32, 27, 22, 12), kinds, texts.SESSIONS, strict=True):
        case.session(story.back(days, "12:10"), kind, body)
    case.on_file(story.back(32, "13:10"), _write_overview)
    case.on_file(story.back(22, "13:00"), _add_document)
    case.on_file(story.back(12, "13:05"), lambda file, by: files.save_note(file, text=texts.NOTE, by=by))
    case.on_file(
        story.back(10, "08:00"),
        lambda file, by: files.add_addendum(case.entries()[-1], text=texts.ADDENDUM, by=by),
    )
    case.do(
        story.back(5, "12:50"), service.follow_up, "T00031", note=texts.FOLLOW_UP,
        review_on=story.now.date() + timedelta(days=6),
    )
    case.session(story.back(1, "12:10"), "follow_up", texts.DRAFT, signed=False)


def _write_overview(file: StudentFile, by: Actor) -> None:
    files.change_overview(file, sections=texts.OVERVIEW, revision=file.revision, by=by)


def _add_document(file: StudentFile, by: Actor) -> None:
    files.add_attachment(file, source=BytesIO(texts.DOCUMENT), name="睡眠日记.pdf", by=by)


def _with_the_centre(story: Story) -> None:
    """A boy who hurts himself: the centre has accepted, and saw one entry."""
    case = _primary(story, "T00023", 9)
    case.raise_it(story.back(14, "09:40"), texts.SCRATCHES)
    case.do(story.back(14, "09:52"), service.accept, "T00031")
    case.do(story.back(14, "11:10"), service.assess, "T00031", level="R3", reason=texts.WHY_ORANGE)
    case.session(story.back(14, "10:30"), "crisis", texts.CRISIS)
    case.session(story.back(12, "12:10"), "follow_up", texts.AFTER_CRISIS)
    case.write_line(story.back(14, "11:30"), texts.LINE_STAY_NEAR)

    def offer() -> None:
        hand_overs.offer(
            case.concern, basis="SELF_HARM", packet=texts.PACKET, revision=case.concern.revision,
            by=case.actor("T00031"), entry_ids=[case.entries()[0].id],
        )

    case.do(story.back(8, "12:50"), service.assess, "T00031", level="R3", reason=texts.WHY_STILL_ORANGE)
    story.add(story.back(2, "14:10"), offer)
    case.answer_hand_over(story.back(1, "09:20"), hand_overs.accept_by_centre, "T00092")


def _given_back(story: Story) -> None:
    """A case that went to the centre and came back; the room now proposes a lower level."""
    case = _primary(story, "T00021", 2)
    case.raise_it(story.back(38, "08:25"), texts.REFUSES)
    case.accepted(story.back(38, "08:50"))
    case.do(story.back(37, "12:30"), service.assess, "T00031", level="R3", reason=texts.WHY_ORANGE_SCHOOL)
    case.session(story.back(37, "12:10"), "first", texts.AT_THE_GATE)

    def offer() -> None:
        hand_overs.offer(
            case.concern, basis="CONSENT", packet=texts.PACKET_CONSENT, revision=case.concern.revision,
            by=case.actor("T00031"), entry_ids=[entry.id for entry in case.entries()],
        )

    story.add(story.back(30, "15:00"), offer)
    case.answer_hand_over(story.back(29, "09:30"), hand_overs.accept_by_centre, "T00093")
    case.answer_hand_over(story.back(21, "10:00"), hand_overs.advise, "T00093", advice=texts.ADVICE)
    case.answer_hand_over(story.back(9, "16:00"), hand_overs.return_to_school, "T00093", words=texts.RETURNED)
    case.session(story.back(4, "12:10"), "follow_up", texts.BACK_IN_CLASS)
    case.do(story.back(1, "12:55"), service.assess, "T00031", level="R3", reason=texts.WHY_STILL_ORANGE)
    case.do(story.back(1, "13:00"), opinions.propose_lower, "T00031", to_level="R2", reason=texts.WHY_LOWER)


def _closed_by_grade(story: Story) -> None:
    case = _primary(story, "T00024", 7)
    case.raise_it(story.back(11, "16:05"), texts.HOMEWORK)
    case.do(story.back(10, "08:30"), service.acknowledge, "T00028")
    case.do(story.back(10, "16:00"), service.close_by_grade, "T00028", reason=texts.CLOSED)


def _questioned(story: Story) -> None:
    """A question waits for the teacher."""
    case = _primary(story, "T00022", 15)
    case.raise_it(story.back(1, "14:40"), texts.ALONE)
    case.do(story.back(1, "15:05"), service.acknowledge, "T00028")
    case.do(story.back(1, "15:10"), service.ask, "T00028", question=texts.QUESTION)


def _waiting(story: Story) -> None:
    """What came in today: one for the head of grade, one for the room, and an urgent one."""
    minutes = lambda count: story.now - timedelta(minutes=count)  # noqa: E731
    passed = _primary(story, "T00024", 11)
    passed.raise_it(story.back(2, "15:30"), texts.QUARREL)
    passed.do(story.back(2, "15:50"), service.acknowledge, "T00028")
    passed.do(minutes(95), service.pass_on, "T00028", note=texts.PLEASE_SEE)
    _primary(story, "T00022", 21).raise_it(minutes(50), texts.TIRED)
    _primary(story, "T00021", 17).raise_it(minutes(12), texts.WORDS_HEARD)


def _elsewhere(story: Story) -> None:
    """The middle school: two counsellors, a file that takes a reason, a restricted one, an offer that waits."""
    offered = Case(story, "T00034", 5, room="T00088", head="T00082")
    offered.raise_it(story.back(9, "10:15"), texts.EATING)
    offered.accepted(story.back(9, "10:40"))
    offered.do(story.back(8, "12:40"), service.assess, "T00088", level="R2", reason=texts.WHY_YELLOW_EATING)
    offered.session(story.back(8, "12:10"), "first", texts.AT_LUNCH)

    def offer() -> None:
        hand_overs.offer(
            offered.concern, basis="CONSENT", packet=texts.PACKET_EATING, revision=offered.concern.revision,
            by=offered.actor("T00088"), entry_ids=[],
        )

    story.add(story.now - timedelta(minutes=140), offer)
    closed_to_others = Case(story, "T00035", 8, room="T00089", head="T00082")
    closed_to_others.raise_it(story.back(18, "09:10"), texts.AT_HOME)
    closed_to_others.do(story.back(18, "09:25"), service.accept, "T00089")
    closed_to_others.do(story.back(18, "11:40"), service.assess, "T00089", level="R3", reason=texts.WHY_ORANGE_HOME)
    closed_to_others.session(story.back(18, "10:30"), "crisis", texts.FIRST_WORDS)
    closed_to_others.on_file(
        story.back(18, "11:45"), lambda file, by: files.restrict(file, to=[by.person_id], by=by)
    )
    calm = Case(story, "T00036", 3, room="T00089", head="T00082")
    calm.raise_it(story.back(13, "15:00"), texts.EXAMS)
    calm.accepted(story.back(13, "15:30"))
    calm.do(story.back(12, "12:40"), service.assess, "T00089", level="R1", reason=texts.WHY_BLUE)
    calm.session(story.back(12, "12:10"), "first", texts.BEFORE_EXAMS)
