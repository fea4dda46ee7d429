"""The sample schools' rooms and calendar: when they are open, who came at noon, who comes next, and who asks."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from uuid import UUID

from app.appointments import service
from app.appointments.models import CounsellingRoom
from app.appointments.queries import get_appointment, get_room, nearest_free
from app.appointments.queries.own import free_for
from app.appointments.service import Opening, Suits, Wish, groups
from app.appointments.service.by_students import ask_by_name, book_with_card
from app.appointments.service.cards import getting_ready, print_sheet
from app.demo import cast, texts
from app.demo.story import Story
from app.directory.queries import calendar_of, get_class, lines_of_class, today_at, visible_classes
from app.schooltime import day_at
from app.vault import letters
from app.vault.return_codes import new_return_code

ROOM = "T00031"
_LOG = {
    5: ("11:56", "12:52"), 4: ("11:58", "12:45"), 3: ("12:11", "13:05"), 2: ("11:55", "12:50"), 1: ("11:57", "13:10"),
}
"""When the room was opened and closed, so many school days ago: once a little late."""


def rooms(story: Story) -> None:
    """Hours at noon and after lessons, a roster, a morning in which the counsellor is busy, and the log of a week."""
    story.add(story.back(10, "08:00"), lambda: _roster(story, cast.PRIMARY, (ROOM, None)))
    story.add(story.back(10, "08:10"), lambda: _roster(story, cast.MIDDLE, ("T00088", "T00089"), ("T00089", "T00088")))
    story.add(story.back(1, "16:10"), lambda: _busy(story))
    for days, (opens, closes) in _LOG.items():
        for hour, deed in ((opens, service.open_up), (closes, service.close_up)):
            story.add(story.back(days, hour), partial(_noted, story, deed))


def _roster(story: Story, school: str, *pairs: tuple[str, str | None]) -> None:
    """Let the administrator enter who is on duty on which weekday, and two afternoons besides."""
    by, room = story.district.actor(cast.ROSTERS_BY[school]), _room(story, school)
    today = today_at(room.school_id)
    for weekday in range(1, 6):
        on_duty, stands_in = (
            story.district.numbers[number] if number else None for number in pairs[weekday % len(pairs)]
        )
        assert on_duty is not None
        service.add_turn(
            room, weekday=weekday, person_id=on_duty, substitute_id=stands_in, first_on=today, last_on=None, by=by
        )
    for weekday in (2, 4):
        service.add_hours(room, Opening(weekday, today, period="课后", minutes=30), by=by)


def _busy(story: Story) -> None:
    by, room = story.district.actor(ROOM), _room(story, cast.PRIMARY)
    zone = calendar_of(room.school_id).zone
    day = day_at(calendar_of(room.school_id), story.now) + timedelta(days=8)
    starts, ends = (datetime.combine(day, time(hour), zone) for hour in (8, 11))
    service.block_person(room, by.person_id, cause="busy", starts_at=starts, ends_at=ends, by=by)


def _noted(story: Story, deed: Callable[..., object]) -> None:
    deed(_room(story, cast.PRIMARY), by=story.district.actor(ROOM))


def _room(story: Story, school: str) -> CounsellingRoom:
    room = get_room(story.district.organisation(school).id)
    assert room is not None
    return room


def appointments(story: Story) -> None:
    """A week of noons in the counselling room, and what is booked for the next days."""
    came = Noon(story, "T00022", 4)
    came.booked(story.back(6, "09:10"), story.back(6, "12:00"), about="mood")
    came.noted(story.back(6, "12:45"), service.attend)
    stayed_away = Noon(story, "T00021", 11)
    stayed_away.booked(story.back(4, "08:30"), story.back(4, "12:00"), about="learning")
    stayed_away.noted(story.back(4, "12:25"), service.miss)
    before = Noon(story, "T00024", 7)
    before.booked(story.back(2, "10:00"), story.back(2, "12:00"))
    before.noted(story.back(2, "12:50"), service.attend)
    Noon(story, "T00022", 4).booked(story.back(1, "12:48"), None, about="mood")
    Noon(story, "T00021", 2).booked(story.back(1, "13:02"), None)
    Noon(story, "T00022", 6).booked_with_card(story.back(1, "19:40"))
    story.add(story.back(0, "07:35"), lambda: _asked_by_name(story))
    Noon(story, "T00022", 8).asked_for(story.back(0, "08:05"), words=texts.WHY_ASKED)
    Noon(story, "T00021", 6).waits(story.back(5, "10:20"), urgency=2, about="learning", weekdays=(1, 5))
    Noon(story, "T00024", 3).waits(story.back(2, "14:40"), urgency=1, about="friends", weekdays=(3,))
    Noon(story, "T00022", 12).waits(story.back(1, "16:05"), urgency=3, weekdays=(2, 4))
    story.add(story.back(1, "13:10"), lambda: _begin_group(story))


def _begin_group(story: Story) -> None:
    """Let the counsellor begin a group for which a time is free next week, and take four students in."""
    by, school_id = story.district.actor(ROOM), story.district.organisation(cast.PRIMARY).id
    first = nearest_free(school_id, story.now + timedelta(days=8))[-1].start
    meets = Wish(school_id, first, "group", school_id, seats=6)
    planned = service.plan_series(meets, every_weeks=1, times=4, by=by)
    left_out = {one.number: None for one in planned if one.cause}
    programme = groups.begin_group(
        meets, theme=texts.GROUP_THEME, every_weeks=1, times=4, choices=left_out, by=by
    )
    teacher = story.district.actor("T00024")
    for line in lines_of_class(visible_classes(teacher)[0].id, teacher.ring)[9:13]:
        groups.join_group(programme, line.id, by=by)


def _asked_by_name(story: Story) -> None:
    """Let somebody without a card ask for a time, whom the room has yet to find."""
    school_id = story.district.organisation(cast.PRIMARY).id
    free, by = free_for(school_id, None)[-1], story.district.actor("T00024")
    line = lines_of_class(visible_classes(by)[0].id, by.ring)[9]
    ask_by_name(
        school_id, when=(free.room_id, free.start), about="friends",
        written={"name": line.name, "class_name": line.where}, writer=letters.writer_of(new_return_code()),
    )


class Noon:
    """One booking for a student, by class and place in its list."""

    def __init__(self, story: Story, reporter: str, place: int) -> None:
        self.story, self.reporter, self.place = story, reporter, place
        self.booking_id: UUID | None = None

    def _wish(self, starts_at: datetime | None) -> Wish:
        """Return the wish for a moment, or for the first one that is free from tomorrow on."""
        school_id = self.story.district.organisation(cast.PRIMARY).id
        student_id = self._student_id()
        tomorrow = self.story.now + timedelta(hours=12)
        free = nearest_free(school_id, self.story.now + timedelta(days=2), student_id=student_id)
        at = starts_at or next(slot.start for slot in free if slot.start > tomorrow)
        return Wish(school_id, at, room_id=school_id, student_id=student_id)

    def _student_id(self) -> UUID:
        by = self.story.district.actor(self.reporter)
        return lines_of_class(visible_classes(by)[0].id, by.ring)[self.place].id

    def booked(self, at: datetime, starts_at: datetime | None, *, about: str = "") -> None:
        """Let the counsellor book it."""

        def happens() -> None:
            by = self.story.district.actor(ROOM)
            self.booking_id = service.book(self._wish(starts_at), reason={"about": about}, by=by).id

        self.story.add(at, happens)

    def asked_for(self, at: datetime, *, words: str) -> None:
        """Let the teacher of the class ask for it."""

        def happens() -> None:
            by, reason = self.story.district.actor(self.reporter), {"about": "friends", "words": words}
            service.ask_for(self._wish(None), reason=reason, by=by)

        self.story.add(at, happens)

    def booked_with_card(self, at: datetime) -> None:
        """Let the room print the cards of a class, and the student book with theirs in the evening."""

        def printed() -> None:
            of_class = visible_classes(self.story.district.actor(self.reporter))[0].id
            by, shape = self.story.district.actor(ROOM), get_class(of_class)
            assert shape is not None
            print_sheet(shape, getting_ready(len(lines_of_class(of_class, by.ring)))(), by=by)

        def booked() -> None:
            wish = self._wish(None)
            assert wish.student_id is not None and wish.room_id is not None
            book_with_card(wish.school_id, wish.student_id, when=(wish.room_id, wish.starts_at), about="mood")

        self.story.add(at - timedelta(days=2), printed)
        self.story.add(at, booked)

    def waits(self, at: datetime, *, urgency: int, weekdays: tuple[int, ...], about: str = "") -> None:
        """Let the counsellor put the student on the waiting list."""

        def happens() -> None:
            service.add_waiting(
                self._student_id(), urgency=urgency, suits=Suits(weekdays), reason={"about": about},
                by=self.story.district.actor(ROOM),
            )

        self.story.add(at, happens)

    def noted(self, at: datetime, deed: Callable[..., object]) -> None:
        """Let the counsellor note who came."""

        def happens() -> None:
            assert self.booking_id is not None
            booking = get_appointment(self.booking_id)
            assert booking is not None
            deed(booking, revision=booking.revision, by=self.story.district.actor(ROOM))

        self.story.add(at, happens)
