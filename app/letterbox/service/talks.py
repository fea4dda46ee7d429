"""A talk offered in a letter's thread: its writer chooses a time, unknown as before, with one of those who read it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app import vault
from app.access import Actor
from app.appointments.errors import SlotTaken
from app.appointments.models import Appointment
from app.appointments.queries.own import as_it_stands, free_for
from app.appointments.service.by_students import cancel_own, demand_soon
from app.appointments.service.placing import Terms, Wish, place
from app.appointments.service.reasons import seal_for
from app.appointments.slots import FreeSlot
from app.appointments.states import LIVE
from app.core.database import session
from app.core.errors import Conflict
from app.core.words import N_
from app.letterbox.models import Letter
from app.letterbox.policy import OFFER_TALK
from app.letterbox.service import trail
from app.letterbox.service.answering import expect
from app.letterbox.service.doer import DOER
from app.letterbox.service.readership import lasting_holders
from app.letterbox.service.returning import Opened
from app.notifications import service as notifications
from app.vault import ObjectKey


class NothingOffered(Conflict):
    """A time can be chosen once somebody has offered a talk, and one at a time."""

    words = N_("There is no talk to choose a time for just now.")


class OfferedAlready(Conflict):
    """A talk is offered once."""

    words = N_("A talk is offered already.")


@dataclass(frozen=True)
class Talk:
    """A talk that was offered, and the booking as it stands now, None while no time is chosen."""

    booking: Appointment | None

    @property
    def is_booked(self) -> bool:
        """Say whether a time is kept for it."""
        return self.booking is not None and self.booking.state in LIVE


def offer_talk(letter: Letter, *, revision: int, by: Actor) -> None:
    """Let whoever wrote the letter choose a time on their own page; raises OfferedAlready, Stale, LetterClosed."""
    OFFER_TALK.demand(by, letter)
    expect(letter, revision)
    key = by.ring.open(letter.id)
    talk = talk_of(letter, key)
    if talk is not None and (talk.booking is None or talk.is_booked):
        raise OfferedAlready()
    _keep(letter, key, None)
    letter.revision += 1
    trail.changed(by, "letter:talk_offered", letter)


def talk_of(letter: Letter, key: ObjectKey) -> Talk | None:
    """Return the talk that was offered in a letter."""
    if letter.talk is None:
        return None
    kept: dict[str, Any] = vault.read(letter, "talk", key)
    chosen = kept["appointment"]
    return Talk(as_it_stands(UUID(hex=chosen)) if chosen else None)


def free_times(letter: Letter) -> list[FreeSlot]:
    """Return the free times of the next two weeks at which somebody who reads the letter is there."""
    readers = vault.readers_of(letter.id)
    free = free_for(letter.school_id, None)
    slots = [(slot, tuple(one for one in slot.counsellors if one in readers)) for slot in free]
    return [FreeSlot(slot.room_id, slot.start, slot.end, people) for slot, people in slots if people]


def choose(opened: Opened, *, room_id: UUID, starts_at: datetime) -> Appointment:
    """Book a time for whoever wrote the letter; only those who read it can tell what the time is for.

    Raises NothingOffered, SlotTaken, and what `place` raises.
    """
    letter, talk = opened.letter, talk_of(opened.letter, opened.key)
    if talk is None or talk.is_booked:
        raise NothingOffered()
    wish = Wish(letter.school_id, starts_at, room_id=room_id)
    demand_soon(wish)
    slot = next((one for one in free_times(letter) if (one.room_id, one.start) == (room_id, starts_at)), None)
    if slot is None:
        raise SlotTaken()
    reason = seal_for(lasting_holders(letter), {"about": "letter", "words": ""}, school_id=letter.school_id)
    booking = place(
        Wish(letter.school_id, starts_at, room_id=room_id, counsellor_id=slot.counsellors[0]), Terms(sealed=reason),
        by=DOER,
    )
    _changed(opened, "letter:talk_booked", booking)
    return booking


def call_off(opened: Opened, *, revision: int) -> None:
    """Call the talk off; another time can be chosen. Raises NothingOffered, HasBegun, Stale."""
    talk = talk_of(opened.letter, opened.key)
    if talk is None or talk.booking is None or not talk.is_booked:
        raise NothingOffered()
    cancel_own(talk.booking, revision=revision)
    _changed(opened, "letter:talk_called_off", talk.booking)


def _changed(opened: Opened, action: str, booking: Appointment) -> None:
    letter = opened.letter
    _keep(letter, opened.key, booking)
    trail.changed(DOER, action, letter)
    notifications.queue(
        "letter:received", to=[booking.counsellor_id], organisation=letter.school_id, subject=("letter", letter.id),
        by=DOER,
    )


def _keep(letter: Letter, key: ObjectKey, booking: Appointment | None) -> None:
    vault.write(letter, "talk", {"appointment": booking.id.hex if booking else None}, key)
    session().flush()
