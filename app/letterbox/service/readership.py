"""Who reads a letter: to whom it is sealed, and how its keys follow when people come, go, or must not learn of it.

A letter that is kept from nobody is sealed to the group that opens its box. One that is kept from somebody is sealed
to each of the others by name: who joins later may be the very one (3-vault.md, Excluded parties; decision 19).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from app import vault
from app.access import Actor
from app.core.database import session
from app.core.errors import Conflict, Invalid
from app.core.words import N_
from app.escalation import readers
from app.escalation.levels import GRAVE
from app.letterbox import policy
from app.letterbox.models import EmergencyOpening, Letter, LetterMessage
from app.letterbox.service import trail
from app.notifications import service as notifications
from app.vault import Holder

Share = Callable[[Sequence[Holder], Sequence[Holder]], None]
"""How a key is given on: to those who read from now on, and to those who stand by."""

# Who reads instead when nobody of a box is there or everybody is excluded. What was written to the room never comes
# to leadership (未成年人保护法 §63).
_INSTEAD = {"room": ("room", "centre"), "leadership": ("leadership", "room", "centre")}


class NobodyReads(Invalid):
    """There is nobody who could open it."""

    words = N_(
        "Nobody at this school can open letters yet. Please use a number below, or speak to an adult you trust."
    )


class CannotBeLetIn(Invalid):
    """Nobody who opens this box, somebody who reads it already, or somebody who must not learn of it."""

    words = N_("This person cannot be let in: they do not open this box, or must not learn of the letter.")


class WhoIsMeant(Conflict):
    """Somebody is named in words alone, and what is done next would reach people who may be the very one."""

    words = N_("Whoever wrote this names somebody in words who must not learn of it. First say who is meant.")


class SaidAlready(Conflict):
    """A colleague was first."""

    words = N_("It has been said already who is meant.")


@dataclass(frozen=True)
class KeptFrom:
    """Who must not learn of a letter; `unclear` while somebody is named in words and nobody has said who that is."""

    people: frozenset[UUID] = frozenset()
    unclear: bool = False

    def __bool__(self) -> bool:
        return bool(self.people) or self.unclear


def kept_from(head: Mapping[str, Any]) -> KeptFrom:
    """Return who must not learn of a letter, as its head says it."""
    people = frozenset(UUID(hex=person_id) for person_id in head["excluded"])
    return KeptFrom(people, bool(head["excluded_words"]) and not head.get("meant"))


@dataclass(frozen=True)
class Readers:
    """Who will be able to open a letter: `box` is where it goes, `standby` opens it in an emergency only.

    `around` are all who may hold its key: those of the box, and the centre, which may read along. `ladder` are the
    people who hear, tier by tier, that nobody has opened it.
    """

    box: str
    to: tuple[Holder, ...]
    standby: tuple[Holder, ...]
    people: frozenset[UUID]
    around: frozenset[UUID]
    ladder: tuple[frozenset[UUID], ...]

    @property
    def rungs(self) -> list[list[str]]:
        """The ladder as it is kept with a letter."""
        return [sorted(person_id.hex for person_id in people) for people in self.ladder]


def readers_of(box: str, *, school_id: UUID, without: KeptFrom, grave: bool) -> Readers:
    """Return who would read a letter; raises NobodyReads.

    What may be an emergency goes to the room whichever box it was put in, never to leadership, and the centre
    stands by (3-vault.md, Standby grants).
    """
    teams = teams_of(school_id, without)
    wanted = "room" if grave else box
    tier = next((tier for tier in _INSTEAD[wanted] if teams[tier].living), None)
    if tier is None:
        raise NobodyReads()
    standby = teams["centre"].holders if grave and tier != "centre" else ()
    lies_in = "leadership" if tier == "leadership" else "room"
    ladder = tuple(teams[each].living for each in dict.fromkeys((tier, "leadership", "centre")) if teams[each].living)
    around = teams[tier].living | teams["centre"].living
    return Readers(lies_in, teams[tier].holders, standby, teams[tier].living, around, ladder)


def teams_of(school_id: UUID, without: KeptFrom) -> readers.Teams:
    """Return the teams around a letter; by name alone where it is kept from somebody."""
    return readers.teams_around(
        school_id=school_id, grade_id=None, excluded=without.people, singly=bool(without)
    )


def give(letter: Letter, who: Readers, *, share: Share) -> None:
    """Let those read a letter, or stand by, who do not yet."""
    held = vault.holders_of(letter.id)
    to = [holder for holder in who.to if held.get(holder, True)]
    for holder in to:
        vault.withdraw(letter.id, holder=holder)
    share(to, [holder for holder in who.standby if holder not in held])


def leave_to(letter: Letter, who: Readers) -> None:
    """Let a letter lie in another box from now on: whoever read it until now reads no further."""
    letter.box_code = who.box
    for holder in vault.holders_of(letter.id):
        if holder.kind != "letter" and holder not in (*who.to, *who.standby):
            _take_from(letter, holder)


def sharing(letter: Letter, *, by: Actor, basis: str) -> Share:
    """Return how somebody who reads a letter gives its key on."""

    def share(to: Sequence[Holder], standby: Sequence[Holder]) -> None:
        for holder in (*to, *standby):
            vault.share(letter.id, to=holder, by=by.ring, basis=basis, standby=holder not in to)

    return share


def bring_up_to_date(letter: Letter, head: Mapping[str, Any], *, share: Share) -> set[UUID]:
    """Let those read a letter whose turn it is today, and take its key from those who have gone.

    Return who reads it now and did not before. While it is unclear who is meant by somebody's words, nobody is added
    to those who read it, unless nobody is left of them.
    """
    without, held = kept_from(head), vault.holders_of(letter.id)
    try:
        who = _readers_today(letter, head)
    except NobodyReads:
        return set()
    before = vault.readers_each([letter.id])[letter.id]
    by_name = all(holder.kind != "group" for holder in held)
    if not (without.unclear and by_name and before & who.around):
        give(letter, who, share=share)
        letter.box_code, letter.ladder = who.box, who.rungs
    for holder in held:
        if (holder.kind == "user" and holder.id not in who.around) or (holder.kind == "group" and without):
            _take_from(letter, holder)
    session().flush()
    return (vault.readers_each([letter.id])[letter.id] - before) & who.around


def could_be_let_in(letter: Letter, *, by: Actor) -> frozenset[UUID]:
    """Return those who open the box today, and do not read this letter though nothing says that they must not."""
    try:
        who = _readers_today(letter, head_of(letter, by=by))
    except NobodyReads:
        return frozenset()
    return who.people - vault.readers_each([letter.id])[letter.id]


def let_in(letter: Letter, *, person_id: UUID, by: Actor) -> None:
    """Let one more colleague read a letter with all its parts; raises CannotBeLetIn."""
    policy.SET_READERS.demand(by, letter)
    if person_id not in could_be_let_in(letter, by=by):
        raise CannotBeLetIn()
    newcomer, objects = vault.user(person_id), _objects_of(letter)
    for object_id in sorted(by.ring.reaches(objects)):
        vault.share(object_id, to=newcomer, by=by.ring, basis="letter:let_in")
    for object_id in sorted(by.ring.reaches(objects, standby=True) - by.ring.reaches(objects)):
        vault.share(object_id, to=newcomer, by=by.ring, basis="letter:let_in", standby=True)
    first, *others = letter.ladder
    letter.ladder = [sorted({*first, person_id.hex}), *others]
    session().flush()
    trail.changed(by, "letter:let_in", letter, person=person_id)
    notifications.queue(
        "letter:received", to=[person_id], organisation=letter.school_id, subject=("letter", letter.id), by=by
    )


def say_who_is_meant(letter: Letter, *, people: Collection[UUID], by: Actor) -> None:
    """Keep whom somebody's words mean, perhaps nobody of the staff; they lose every key of the letter.

    The trail says that it was said and never of whom. Raises SaidAlready, NobodyReads.
    """
    policy.SET_READERS.demand(by, letter)
    head = head_of(letter, by=by)
    if not kept_from(head).unclear:
        raise SaidAlready()
    meant = sorted({*head["excluded"], *(person_id.hex for person_id in people)})
    head = {**head, "excluded": meant, "meant": by.person_id.hex}
    vault.write(letter, "head", head, by.ring.open(letter.id))
    new = bring_up_to_date(letter, head, share=sharing(letter, by=by, basis="letter:instead"))
    for person_id in people:
        _take_from(letter, vault.user(person_id))
    if not vault.readers_each([letter.id])[letter.id]:
        raise NobodyReads()
    letter.revision += 1
    session().flush()
    trail.changed(by, "letter:said_who", letter)
    notifications.queue(
        "letter:received", to=sorted(new), organisation=letter.school_id, subject=("letter", letter.id), by=by
    )


def demand_clear(head: Mapping[str, Any]) -> None:
    """Raise WhoIsMeant while it is unclear from whom a letter is to be kept."""
    if kept_from(head).unclear:
        raise WhoIsMeant()


def _readers_today(letter: Letter, head: Mapping[str, Any]) -> Readers:
    grave = letter.suggested_level in GRAVE
    return readers_of(letter.box_code, school_id=letter.school_id, without=kept_from(head), grave=grave)


def head_of(letter: Letter, *, by: Actor) -> dict[str, Any]:
    """Return what a letter's writer said about themselves and about who must not learn of it."""
    head: dict[str, Any] = vault.read(letter, "head", by.ring.open(letter.id))
    return head


def lasting_holders(letter: Letter) -> list[Holder]:
    """Return who holds a letter for good: neither its writer, nor who stands by, nor a key lent in an emergency."""
    held = vault.holders_of(letter.id).items()
    return [holder for holder, standby in held if holder.kind in ("user", "group") and not standby]


def _take_from(letter: Letter, holder: Holder) -> None:
    """Take the letter from somebody, with all its parts; a group keeps the notes and reasons that are its own."""
    for object_id in _objects_of(letter) if holder.kind == "user" else [letter.id]:
        vault.withdraw(object_id, holder=holder)
    for key_id in filter(None, session().scalars(_lent(letter, holder)).all()):
        vault.withdraw(letter.id, holder=vault.within(key_id))


def _lent(letter: Letter, holder: Holder) -> Select[UUID | None]:
    """Select the keys to which that of a letter is lent because this holder has opened it in an emergency."""
    return select(EmergencyOpening.key_id).where(
        EmergencyOpening.letter_id == letter.id, EmergencyOpening.opened_by == holder.id,    )


def _objects_of(letter: Letter) -> list[UUID]:
    """Return everything of a letter that has a key of its own: its name, its notes, the reasons for opening it."""
    messages = select(LetterMessage.object_id).where(LetterMessage.letter_id == letter.id)
    openings = select(EmergencyOpening.id).where(EmergencyOpening.letter_id == letter.id)
    found = set(session().scalars(messages.union(openings)))
    return sorted({letter.id, *found, *([letter.name_id] if letter.name_id else [])})
