"""What can stand in the way of a booking, named for what was found; the nearest free times come with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.appointments.slots import FreeSlot
from app.core.errors import Conflict, Invalid
from app.core.words import N_


class NotFree(Conflict):
    """A time at which nothing can be booked; `nearest` are the free ones around it, the nearest first."""

    words = N_("Nothing can be booked at this time. Please choose another one.")

    def __init__(self, *, nearest: Sequence[FreeSlot] = ()) -> None:
        super().__init__()
        self.nearest = tuple(nearest)

    @property
    def also(self) -> Mapping[str, Any]:  # type: ignore[override]
        """What a program is told: where and when it is free."""
        return {
            "nearest": [
                {"room_id": str(slot.room_id), "starts_at": slot.start.isoformat(), "ends_at": slot.end.isoformat()}
                for slot in self.nearest
            ]
        }


class SlotTaken(NotFree):
    """Somebody else was quicker: the counsellor, the room or the student has this time already."""

    words = N_("This time is taken. Please choose another one.")


class NotOpen(NotFree):
    """Outside the hours of the room, on a holiday, or while it is closed."""

    words = N_("The room is not open at this time. Please choose another one.")


class CounsellorAway(NotFree):
    """Whoever was asked for is not on duty then, or away."""

    words = N_("This counsellor is not on duty at this time. Please choose another one.")


class InThePast(Invalid):
    """Nobody can come yesterday."""

    words = N_("This time is over. Please choose one that is still to come.")


class StudentLeft(Conflict):
    """A student who is no longer at the school."""

    words = N_("This student has left the school.")


class NotPossible(Conflict):
    """The table of states has no such row."""

    words = N_("This is not possible as the booking stands now. Please look at it again.")


class NotYet(Conflict):
    """Said before it can be known."""

    words = N_("This can be noted once the appointment has begun.")


class TooEarly(Conflict):
    """A session that is begun long before its time."""

    words = N_("A session can be started from a quarter of an hour before its time.")


class ReasonWanted(Invalid):
    """A colleague is in charge of the student's file: whoever opens it says why."""

    words = N_("A colleague is in charge of this file. Please give a reason.")


class SessionFull(Conflict):
    """Every seat of a group has somebody."""

    words = N_("Every seat in this session is taken.")


class HoursDoNotFit(Invalid):
    """Hours that say neither a period nor a time of day, or end before they begin."""

    words = N_("Name a period of the bell schedule, or a time from and until; the end comes after the start.")


class NotACounsellor(Invalid):
    """On the roster can only be who counsels at the school."""

    words = N_("On the roster can only be counsellors of the school, and nobody stands in for themselves.")


class BackToFront(Invalid):
    """A time that ends before it begins."""

    words = N_("The end has to come after the start.")


class OpenAlready(Conflict):
    """A room is opened once at a time."""

    words = N_("The room is open already.")


class NotOpened(Conflict):
    """Only what was opened can be closed."""

    words = N_("The room is not open now.")


class NoSuchPeriod(Invalid):
    """A period that no bell of the school begins."""

    words = N_("The bell schedule of the school has no such period.")


class NameTaken(Conflict):
    """Two rooms of a school that could not be told apart."""

    words = N_("Another room of the school has this name.")


class WaitsAlready(Conflict):
    """Nobody stands on the waiting list twice for the same."""

    words = N_("This student is on the waiting list already.")


class NoLongerWaits(Conflict):
    """An entry that was taken off, or has its time by now."""

    words = N_("This entry is no longer on the waiting list.")


class OfferedAlready(Conflict):
    """Nobody is offered two times at once."""

    words = N_("A time is held for this student just now. Please wait for the answer, or note it.")


class NobodyToAnswer(Conflict):
    """Outside school hours nobody can be told of an offer, and it would run out by itself."""

    words = N_("A time is held for half an hour of school time, so that somebody can answer. Please offer it then.")


class NobodySuits(Conflict):
    """Nobody who waits can come at this time."""

    words = N_("This time suits nobody who waits, or those whom it suits were asked already.")


class NotOffered(Conflict):
    """Only what is held for somebody can be answered."""

    words = N_("This offer has ended. The time may be free again, or somebody else's.")


class NoSuchCounsellor(Invalid):
    """Somebody who does not counsel at the school."""

    words = N_("Please choose a counsellor of the school.")


class NoSuchCode(Invalid):
    """A code that is written rightly and leads to nothing at this school."""

    words = N_(
        "Nothing was found with this code at this school. Please compare it once more. "
        "An old card no longer counts once a new one was printed."
    )


class CardOfSomebodyWhoLeft(Conflict):
    """The card of a student who is no longer at the school."""

    words = N_("This card no longer counts at this school. Please speak to a teacher you trust.")


class EnoughBooked(Conflict):
    """A student has as many times as one may have before one was used."""

    words = N_("You have booked two times already. Move one of them, or call one off, and you can book again.")


class ManyWait(Conflict):
    """Half of what is free waits for names that the room has to look up first."""

    words = N_(
        "Very many have just asked for a time without a card. With a card you can book at once; "
        "or come to the room while it is open, write a letter, or try again tomorrow."
    )


class HasBegun(Conflict):
    """A time that has begun can be neither moved nor called off by the student."""

    words = N_("This time has begun and cannot be changed here any more. Please go to the room, or speak to a teacher.")


class NotMatched(Conflict):
    """A time that somebody asked for by name is confirmed once it is known who they are."""

    words = N_("Please look first who asked for this time.")


class TryAgain(Conflict):
    """Something changed while slow work was done; doing it again is enough."""

    words = N_("Something changed meanwhile. Please do it once more.")
