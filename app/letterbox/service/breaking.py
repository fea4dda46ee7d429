"""A name that was sealed for an emergency is opened: with a reason, for three days, and looked at by somebody else.

The key stays a standby key. What lets it be used is the row of this opening, which colleagues, leadership and the
centre are told of at once (3-vault.md, Standby grants).
"""

from datetime import timedelta

from sqlalchemy import select

from app import audit, vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict, Missing
from app.core.ids import new_id
from app.core.words import N_
from app.escalation.readers import Team
from app.letterbox import policy
from app.letterbox.clocks import review_due
from app.letterbox.models import Letter, NameOpening
from app.letterbox.service.posting import worded
from app.letterbox.service.readership import head_of, kept_from, teams_of
from app.notifications import service as notifications

LASTS = timedelta(hours=72)


class ReviewedAlready(Conflict):
    """Two looked at it at the same time."""

    words = N_("Somebody has looked at this already.")


def open_name(letter: Letter, *, reason: str, by: Actor) -> NameOpening:
    """Open the sealed name of a letter for three days; raises Missing, NothingWritten."""
    policy.OPEN_NAME.demand(by, letter)
    if letter.name_id is None:
        raise Missing()
    vault.read(letter, "name", by.ring.open(letter.name_id, standby=True))
    told = _told(letter, by)
    opening = NameOpening(
        id=new_id(), letter_id=letter.id, school_id=letter.school_id, opened_by=by.person_id, opened_at=clock.now(),
        expires_at=clock.now() + LASTS, review_due_at=review_due(),
    )
    key = vault.create_object(
        opening.id, organisation_id=letter.school_id, by=by.ring, basis="letter:break_glass",
        to=[*dict.fromkeys([vault.user(by.person_id), *(holder for team in told for holder in team.holders)])],
    )
    vault.write(opening, "reason", worded(reason), key)
    session().add(opening)
    session().flush()
    audit.record(by, "letter:name_opened", organisation=letter.school_id, subject=("letter", letter.id))
    notifications.queue(
        "letter:name_opened", to=sorted(set().union(*(team.living for team in told))), organisation=letter.school_id,
        subject=("name_opening", opening.id), by=by, urgent=True,
    )
    return opening


def _told(letter: Letter, by: Actor) -> list[Team]:
    """Return who hears that a name was opened: of a letter that is kept from somebody those of the room who read it.

    While nobody has said who is meant by its writer's words, leadership does not: it may be somebody of them.
    """
    without = kept_from(head_of(letter, by=by))
    teams = teams_of(letter.school_id, without)
    room = teams["room"]
    if without:
        people = room.living & vault.readers_each([letter.id])[letter.id]
        room = Team(tuple(vault.user(person_id) for person_id in sorted(people)), people)
    return [room, teams["centre"], *([] if without.unclear else [teams["leadership"]])]


def name_of(letter: Letter, *, by: Actor) -> str:
    """Return the sealed name while the actor's own opening lasts, otherwise nothing."""
    own = select(NameOpening.id).where(
        NameOpening.letter_id == letter.id, NameOpening.opened_by == by.person_id, NameOpening.expires_at > clock.now()
    )
    if letter.name_id is None or session().scalars(own.limit(1)).first() is None:
        return ""
    if not policy.OPEN_NAME.allows(by, letter):
        return ""
    return str(vault.read(letter, "name", by.ring.open(letter.name_id, standby=True)))


def reason_of(opening: NameOpening, *, by: Actor) -> str:
    """Return why a name was opened."""
    policy.SEE_OPENING.demand(by, opening)
    return str(vault.read(opening, "reason", by.ring.open(opening.id)))


def review(opening: NameOpening, *, verdict: str, by: Actor) -> None:
    """Keep what somebody else found; raises ReviewedAlready."""
    policy.REVIEW_OPENING.demand(by, opening)
    if opening.reviewed_at is not None:
        raise ReviewedAlready()
    opening.reviewed_at, opening.reviewed_by, opening.verdict_code = clock.now(), by.person_id, verdict
    session().flush()
    audit.record(
        by, "letter:name_opening_reviewed", organisation=opening.school_id, subject=("letter", opening.letter_id),
        verdict=verdict,
    )
