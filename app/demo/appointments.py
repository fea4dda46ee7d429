"""The sample school's calendar: who came at noon, who did not, who comes next, and a teacher who asks."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from app.appointments import service
from app.appointments.queries import get_appointment, nearest_free
from app.appointments.service import Wish
from app.demo import cast, texts
from app.demo.story import Story
from app.directory.queries import lines_of_class, visible_classes

ROOM = "T00031"


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
    Noon(story, "T00022", 8).asked_for(story.back(0, "08:05"), words=texts.WHY_ASKED)


class Noon:
    """One booking for a student, by class and place in its list."""

    def __init__(self, story: Story, reporter: str, place: int) -> None:
        self.story, self.reporter, self.place = story, reporter, place
        self.booking_id: UUID | None = None

    def _wish(self, starts_at: datetime | None) -> Wish:
        """Return the wish for a moment, or for the first one that is free from tomorrow on."""
        school_id = self.story.district.organisation(cast.PRIMARY).id
        by = self.story.district.actor(self.reporter)
        student_id = lines_of_class(visible_classes(by)[0].id, by.ring)[self.place].id
        tomorrow = self.story.now + timedelta(hours=12)
        free = nearest_free(school_id, self.story.now + timedelta(days=2), student_id=student_id)
        at = starts_at or next(slot.start for slot in free if slot.start > tomorrow)
        return Wish(school_id, at, room_id=school_id, student_id=student_id)

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

    def noted(self, at: datetime, deed: Callable[..., object]) -> None:
        """Let the counsellor note who came."""

        def happens() -> None:
            assert self.booking_id is not None
            booking = get_appointment(self.booking_id)
            assert booking is not None
            deed(booking, revision=booking.revision, by=self.story.district.actor(ROOM))

        self.story.add(at, happens)
