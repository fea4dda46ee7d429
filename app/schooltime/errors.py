"""What can be wrong with a school calendar, named for what is found in it."""

from datetime import datetime

from app.core.errors import Conflict, Invalid
from app.core.words import N_


class InvalidCalendar(Invalid):
    """The parts of a calendar contradict each other."""

    words = N_("The school calendar does not fit together.")


class UnreadableCalendar(InvalidCalendar):
    """Not the shape in which calendars are stored."""

    words = N_("The school calendar cannot be read.")


class UnknownZone(InvalidCalendar):
    """Not a name of the IANA time zone database."""

    words = N_("There is no time zone of this name.")


class Nameless(InvalidCalendar):
    """A term, a holiday or a bell without a name."""

    words = N_("Every term, holiday and period needs a name.")


class EndsBeforeStart(InvalidCalendar):
    """The end of a term, a holiday, a bell or a half day is not after its start."""

    words = N_("What starts on or at %(start)s must not end before that.")


class TermsOverlap(InvalidCalendar):
    """A day would lie in two terms."""

    words = N_("Two terms overlap on %(day)s.")


class BellsOverlap(InvalidCalendar):
    """A minute would belong to two bells of one day."""

    words = N_("Two periods overlap at %(time)s.")


class NotAWeekday(InvalidCalendar):
    """Weekdays are counted as ISO 8601 does."""

    words = N_("A weekday is a number from 1 (Monday) to 7 (Sunday).")


class WeekdayTwice(InvalidCalendar):
    """A weekday would have two bell schedules."""

    words = N_("A weekday has two bell schedules.")


class DayTwice(InvalidCalendar):
    """A day is a make-up day or a half day twice, or a make-up day and a holiday at once."""

    words = N_("%(day)s is entered twice, or as a holiday and a make-up day at once.")


class NoSchoolTime(Conflict):
    """The calendar ends before the count does; `otherwise` is when the rest runs out by the wall clock."""

    words = N_("The school calendar has no school day within %(days)s days.")

    def __init__(self, *, otherwise: datetime, days: int) -> None:
        super().__init__(days=days)
        self.otherwise = otherwise
