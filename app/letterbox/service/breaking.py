"""Break-glass: a name that was sealed for an emergency, or a letter that the centre stands by for, is opened.

With a reason, for three days, and looked at by somebody else. The key stays a standby key. What lets it be used is
the row of this opening, of which room, leadership and centre are told at once (3-vault.md, Standby grants); a
letter's key is lent to the opener for as long.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app import vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict, Missing
from app.core.ids import new_id
from app.core.words import N_
from app.escalation.readers import Team
from app.letterbox import policy
from app.letterbox.clocks import review_due
from app.letterbox.models import EmergencyOpening, Letter
from app.letterbox.queries import opened_in_emergency_by
from app.letterbox.service import trail
from app.letterbox.service.posting import worded
from app.letterbox.service.readership import head_of, kept_from, teams_of
from app.notifications import service as notifications
from app.vault import Damaged, ObjectKey

LASTS = timedelta(hours=72)
BASIS = "letter:break_glass"
_OPENED = {"name": "letter:name_opened", "letter": "letter:emergency_opened"}
"""By what is opened, the event of it, which is also the kind of its notice."""


class ReviewedAlready(Conflict):
    """Two looked at it at the same time."""

    words = N_("Somebody has looked at this already.")


def open_name(letter: Letter, *, basis: str, reason: str, by: Actor) -> EmergencyOpening:
    """Open the sealed name of a letter for three days; raises Missing, NothingWritten.

    `basis` is what whoever wrote the letter is told of why.
    """
    policy.OPEN_NAME.demand(by, letter)
    if letter.name_id is None:
        raise Missing()
    vault.read(letter, "name", by.ring.open(letter.name_id, standby=True))
    return _open(letter, "name", basis=basis, reason=reason, by=by)


def open_letter(letter: Letter, *, basis: str, reason: str, by: Actor) -> EmergencyOpening:
    """Open a letter for three days to somebody of the centre, which stands by for it; raises Missing, NothingWritten.

    Its key is wrapped to a key of this opening, which the opener alone holds: when the time is over they stand by as
    before, whether by name or in their group. That the letter has a reader for a time does not give it one.
    """
    policy.OPEN_LETTER.demand(by, letter)
    key_id = new_id()
    vault.create_object(
        key_id, organisation_id=letter.school_id, to=[vault.user(by.person_id)], by=by.ring, basis=BASIS
    )
    vault.lend(letter.id, to=vault.within(key_id), by=by.ring, basis=BASIS, until=clock.now() + LASTS)
    return _open(letter, "letter", basis=basis, reason=reason, by=by, key_id=key_id)


def _open(
    letter: Letter, what: str, *, basis: str, reason: str, by: Actor, key_id: UUID | None = None
) -> EmergencyOpening:
    """Keep that something of a letter is open to somebody now, and why, and tell of it."""
    told = _told(letter, by)
    opening = EmergencyOpening(
        id=new_id(), subject_code=what, key_id=key_id, letter_id=letter.id, school_id=letter.school_id,
        opened_by=by.person_id, opened_at=clock.now(), expires_at=clock.now() + LASTS, review_due_at=review_due(),
        remind_at=review_due(), basis_code=basis,
    )
    key = vault.create_object(
        opening.id, organisation_id=letter.school_id, by=by.ring, basis=BASIS,
        to=[*dict.fromkeys([vault.user(by.person_id), *(holder for team in told for holder in team.holders)])],
    )
    said = {"words": worded(reason), "letter": letter.id.hex, "until": opening.expires_at.isoformat(), "what": what}
    vault.write(opening, "reason", said, key)
    session().add(opening)
    session().flush()
    trail.kept(by, _OPENED[what], opening, basis=basis)
    notifications.queue(
        _OPENED[what], to=sorted(set().union(*(team.living for team in told))), organisation=letter.school_id,
        subject=("name_opening", opening.id), by=by, urgent=True,
    )
    return opening


def hearing_of(letter: Letter, *, by: Actor) -> set[UUID]:
    """Return who is told that somebody opens something of this letter, and reads why."""
    return {by.person_id}.union(*(team.living for team in _told(letter, by)))


def _told(letter: Letter, by: Actor) -> list[Team]:
    """Return who hears of an opening: where the letter is kept from somebody, those of the room who read it.

    While nobody has said who is meant by its writer's words, leadership does not: it may be somebody of them.
    """
    without = kept_from(head_of(letter, by=by))
    teams = teams_of(letter.school_id, without)
    room = teams["room"]
    if without:
        people = room.living & vault.readers_each([letter.id])[letter.id]
        room = Team(tuple(vault.user(person_id) for person_id in sorted(people)), people)
    return [room, teams["centre"], *([] if without.unclear else [teams["leadership"]])]


def lent_to(letter: Letter, *, by: Actor) -> EmergencyOpening | None:
    """Return the opening by which somebody reads a letter for a time; nothing for whoever reads it for good."""
    lent = next((one for one in opened_in_emergency_by(by) if one.letter_id == letter.id), None)
    reads_for_good = lent is not None and by.person_id in vault.readers_each([letter.id])[letter.id]
    return None if reads_for_good else lent


def name_of(letter: Letter, *, by: Actor) -> str:
    """Return the sealed name while the actor's own opening lasts, otherwise nothing.

    Whose it is, of which letter, of what and until when is what is sealed in it: a row that SQL made or stretched
    opens nothing, and that somebody opened the letter opens no name.
    """
    own = select(EmergencyOpening).where(
        EmergencyOpening.letter_id == letter.id, EmergencyOpening.opened_by == by.person_id,
        EmergencyOpening.subject_code == "name", EmergencyOpening.expires_at > clock.now(),
    )
    if letter.name_id is None or not (openings := session().scalars(own.order_by(EmergencyOpening.id)).all()):
        return ""
    keys = by.ring.open_many([one.id for one in openings])
    if not any(_lasts(one, keys[one.id]) for one in openings if one.id in keys):
        return ""
    if not policy.OPEN_NAME.allows(by, letter):
        return ""
    return str(vault.read(letter, "name", by.ring.open(letter.name_id, standby=True)))


def _lasts(opening: EmergencyOpening, key: ObjectKey) -> bool:
    try:
        said = vault.read(opening, "reason", key)
    except Damaged:
        return False
    # Before it said so, an opening was a sentence: then the name has to be opened anew.
    return (
        isinstance(said, dict)
        and said["letter"] == opening.letter_id.hex
        and said.get("what", "name") == "name"
        and datetime.fromisoformat(said["until"]) > clock.now()
    )


def reason_of(opening: EmergencyOpening, *, by: Actor) -> str:
    """Return why a name or a letter was opened."""
    policy.SEE_OPENING.demand(by, opening)
    said = vault.read(opening, "reason", by.ring.open(opening.id))
    return str(said["words"] if isinstance(said, dict) else said)


def review(opening: EmergencyOpening, *, verdict: str, by: Actor) -> None:
    """Keep what somebody else found; raises ReviewedAlready."""
    policy.REVIEW_OPENING.demand(by, opening)
    if opening.reviewed_at is not None:
        raise ReviewedAlready()
    opening.reviewed_at, opening.reviewed_by, opening.verdict_code = clock.now(), by.person_id, verdict
    opening.remind_at = None
    session().flush()
    trail.kept(by, "letter:name_opening_reviewed", opening, verdict=verdict)
