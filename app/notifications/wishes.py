"""How people are reached outside the pages, and when: what each chose, and what this installation carries."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select

from app.core import clock
from app.core.database import read_columns, session
from app.directory.models import Person
from app.directory.queries import calendar_of
from app.notifications.carriers import carriers
from app.notifications.models import NoticeChoice
from app.notifications.pacing import Pace, departure
from app.notifications.robots import Robot

Target = str | Robot


@dataclass(frozen=True)
class Wish:
    """Which way a person wants to hear, where that leads, and how soon."""

    way: str
    target: Target | None = field(repr=False)
    pace: Pace

    @property
    def is_carried(self) -> bool:
        """Whether a message would go anywhere at present."""
        return self.target is not None and self.way in carriers()

    def leaves_at(self, organisation_id: UUID, *, urgent: bool) -> datetime:
        """Return when a message that is due now may leave, by the clock and the bells of an organisation."""
        now = clock.now()
        return now if urgent else departure(self.pace, now, calendar_of(organisation_id))


def carried_wishes(people: Collection[UUID]) -> dict[UUID, Wish]:
    """Return what those of these people wish whom a message would reach at present."""
    ways = carriers()
    if ways and "mail" not in ways:
        # Without a mail server only who chose another way is reached: nobody's address is opened for nothing.
        people = read_columns(_CHOSE, people=list(people), ways=list(ways)).scalars().all()
    found = wishes_of(people) if ways and people else {}
    return {person_id: wish for person_id, wish in found.items() if wish.is_carried}


def wishes_of(people: Collection[UUID]) -> dict[UUID, Wish]:
    """Return what each of these people wishes."""
    rows = session().execute(
        select(Person, NoticeChoice)
        .outerjoin(NoticeChoice, NoticeChoice.person_id == Person.id)
        .where(Person.id.in_(people))
    )
    return {person.id: _wish(person, choice) for person, choice in rows}


def _wish(person: Person, choice: NoticeChoice | None) -> Wish:
    if choice is None:
        return Wish("mail", person.mail, Pace())
    target = person.mail if choice.way_code == "mail" else choice.robot
    return Wish(choice.way_code, target, choice.pace)


# Written once: building a statement costs more than the database needs to carry it out.
_CHOSE = select(NoticeChoice.person_id).where(
    NoticeChoice.person_id.in_(bindparam("people", expanding=True)),
    NoticeChoice.way_code.in_(bindparam("ways", expanding=True)),
)
