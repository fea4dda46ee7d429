"""The one way in which a concern moves: the table is asked, the step kept; owner, due time and keys follow."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import func, select, update

from app import audit, vault
from app.access import Actor
from app.core import clock
from app.core.database import session, write_down
from app.core.errors import Conflict, Invalid, Stale
from app.core.ids import new_id
from app.core.words import N_
from app.directory.queries import calendar_of
from app.escalation import cards, readers
from app.escalation.events import EVENT_OF
from app.escalation.levels import is_higher
from app.escalation.models import Concern, ConcernStep, HandOver, SecondOpinion
from app.escalation.notices import tell
from app.escalation.policy import roles_in
from app.escalation.readers import Teams
from app.escalation.tiers import CLOSED, ClockName, Move, Tier, clock_for, find_move
from app.schooltime import due

QUIET = ("feedback", "note_seen")
"""Deeds that leave a concern as it stands: they neither need nor outdate the page somebody has open."""


class NotNow(Conflict):
    """The table has no such row: not possible as the concern stands, or not this person's turn."""

    words = N_("This is not possible as the concern stands now. Please look at it again.")


class WordsMissing(Invalid):
    """A choice without a reason, a question without words."""

    words = N_("Please write a sentence. It stays with the concern.")


@dataclass(frozen=True)
class Deed:
    """What somebody wants to do with a concern, before the table is asked.

    `under` is the object under whose key the words are sealed, `card` the new action card, `due_at` a date
    that was chosen within the clock.
    """

    name: str
    words: str = field(default="", repr=False)
    under: UUID | None = None
    level: str | None = None
    card: dict[str, Any] | None = field(default=None, repr=False)
    due_at: datetime | None = None
    hand_over: HandOver | None = None


def move(concern: Concern, deed: Deed, *, by: Actor, revision: int | None = None) -> None:
    """Do one deed; raises Stale for a page older than somebody else's deed, NotNow for what is not in the table.

    Whether this person may do it at all was asked before; here is asked whether it is possible now.
    """
    if deed.name not in QUIET and concern.revision != revision:
        raise Stale()
    row, role = _row_for(concern, deed, by)
    if row.words and not deed.words.strip():
        raise WordsMissing()
    teams = readers.teams_of(concern, by)
    state, level = concern.state, concern.level
    if deed.name not in QUIET:
        _change_card(concern, deed, by=by)
        _change_standing(concern, row, _owner(concern, row, role, deed, teams), deed)
        if (state, level) != (concern.state, concern.level):
            _lapse_opinions(concern)
        readers.settle(concern, teams, by=by)
    keep_step(concern, deed, before=state, by=by)
    tell(concern, deed.name, teams, by=by, sender_id=deed.hand_over.sent_by if deed.hand_over else None)


def _row_for(concern: Concern, deed: Deed, by: Actor) -> tuple[Move, str]:
    for role in roles_in(concern, by):
        if row := find_move(deed.name, concern, role, level=deed.level):
            return row, role
    raise NotNow()


def _change_card(concern: Concern, deed: Deed, *, by: Actor) -> None:
    """Write the card as it reads at the new level; who holds the account alone seals a new one."""
    if deed.card is None:
        return
    key = by.ring.open_many([concern.card_id]).get(concern.card_id)
    if key is None:
        renewed = new_id()
        key = readers.renew_card_key(concern, renewed, by=by)
        concern.card_id = renewed
    vault.write(concern, "card", deed.card, key)
    session().flush()


def _owner(concern: Concern, row: Move, role: str, deed: Deed, teams: Teams) -> Tier:
    """Return the tier the table names or, where nobody is there, the next in the chain."""
    named = {"keeps": concern.tier, "sender": role, "before": deed.hand_over.before_tier if deed.hand_over else ""}
    wanted = cast(Tier, named.get(row.owner, row.owner))
    if row.to in CLOSED:
        return wanted
    return readers.owner_in(teams, wanted, concern.source, otherwise=wanted)


def _change_standing(concern: Concern, row: Move, owner: Tier, deed: Deed) -> None:
    """Set state, owner, level and clock together: the database refuses a concern in which they do not fit."""
    since = concern.level
    with session().no_autoflush:
        concern.tier = owner
        concern.level = deed.level or concern.level
        if row.to != "stays":
            concern.state = _before(deed).before_state if row.to == "before" else row.to
        concern.closed_at = clock.now() if concern.state in CLOSED else None
        _change_due(concern, row, deed, since=since)
        concern.revision += 1
    session().flush()


def _change_due(concern: Concern, row: Move, deed: Deed, *, since: str) -> None:
    """Start the clock the table names; without one the running clock goes on, at a new level anew."""
    if concern.state in CLOSED:
        concern.due_at = concern.due_for_code = None
        return
    name = _before(deed).before_clock_code if row.clock == "before" else row.clock
    if name is None and concern.level == since:
        return
    concern.due_for_code = name or concern.due_for_code
    runs_out = deed.due_at or due_from_now(concern)
    # A graver level never buys time.
    goes_on = name is None and is_higher(concern.level, since)
    concern.due_at = min(concern.due_at or runs_out, runs_out) if goes_on else runs_out


def _before(deed: Deed) -> HandOver:
    assert deed.hand_over is not None
    return deed.hand_over


def due_from_now(concern: Concern) -> datetime:
    """Return when the clock that is running for a concern would run out if it started now."""
    name = cast(ClockName, concern.due_for_code)
    return due(clock_for(name, concern.level), clock.now(), calendar_of(concern.school_id))


def keep_step(concern: Concern, deed: Deed, *, before: str | None, by: Actor) -> None:
    """Keep a step with its words, and write it to the trail in the same transaction."""
    number = 1 if before is None else _next_number(concern)
    step = ConcernStep(
        id=new_id(), concern_id=concern.id, school_id=concern.school_id, number=number,
        deed=deed.name, from_state=before, to_state=concern.state, level=concern.level, tier=concern.tier,
        person_id=by.person_id, at=clock.now(), object_id=None, words=None,
    )
    if deed.words.strip():
        step.object_id = deed.under or concern.card_id
        vault.write(step, "words", deed.words.strip(), by.ring.open(step.object_id))
    write_down([step])
    audit.record(
        by, EVENT_OF[deed.name], organisation=concern.school_id, subject=("concern", concern.id),
        state=concern.state, level=concern.level, tier=concern.tier,
        hand_over=deed.hand_over.id if deed.hand_over else None, holds=audit.holding(concern, "card"),
    )


def _next_number(concern: Concern) -> int:
    last = session().scalar(select(func.max(ConcernStep.number)).where(ConcernStep.concern_id == concern.id))
    return (last or 0) + 1


def _lapse_opinions(concern: Concern) -> None:
    """Let a proposal lapse that was made about another state of things."""
    session().execute(
        update(SecondOpinion)
        .where(SecondOpinion.concern_id == concern.id, SecondOpinion.outcome.is_(None))
        .values(outcome="lapsed", decided_at=clock.now())
    )


def card_at(concern: Concern, level: str, reason: str, *, by: Actor) -> dict[str, Any]:
    """Return the action card as it reads at a level; it is written from the account by who holds that alone."""
    keys = by.ring.open_many([concern.card_id, concern.id])
    if concern.card_id in keys:
        return cards.at_level(vault.read(concern, "card", keys[concern.card_id]), level, reason)
    account = vault.read(concern, "account", keys[concern.id])
    return cards.new_card(
        who=account["who"], where=account["where"], level=level, reason=reason, families=account["families"],
        excluded=[UUID(hex=person_id) for person_id in account["excluded"]],
    )
