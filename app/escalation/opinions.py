"""What takes a second person: to lower a level, and to close a concern from R3 on; never the one who proposes."""

from app import vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict
from app.core.ids import new_id
from app.core.words import N_
from app.escalation import policy
from app.escalation.hand_overs import end_live
from app.escalation.models import Concern, SecondOpinion
from app.escalation.moving import Deed, card_at, move
from app.escalation.queries import pending_opinion


class OpinionPending(Conflict):
    """One proposal at a time."""

    words = N_("A proposal about this concern already waits for a second person.")


class OpinionDecided(Conflict):
    """A proposal is decided once."""

    words = N_("This proposal was decided already, or something newer overtook it.")


def propose_lower(concern: Concern, *, to_level: str, reason: str, revision: int, by: Actor) -> SecondOpinion:
    """Propose a lower level; until somebody else agrees the higher one counts."""
    policy.ASSESS.demand(by, concern)
    return _propose(concern, "lower", to_level, reason, revision, by)


def propose_close(concern: Concern, *, reason: str, revision: int, by: Actor) -> SecondOpinion:
    """Propose to close a concern of R3 or R4."""
    policy.CLOSE.demand(by, concern)
    return _propose(concern, "close", None, reason, revision, by)


def _propose(
    concern: Concern, deed: str, to_level: str | None, reason: str, revision: int, by: Actor
) -> SecondOpinion:
    if pending_opinion(concern.id) is not None:
        raise OpinionPending()
    move(concern, Deed(f"propose_{deed}", reason), by=by, revision=revision)
    concern.owner_id = concern.owner_id or by.person_id
    opinion = SecondOpinion(
        id=new_id(), concern_id=concern.id, school_id=concern.school_id, deed=deed, to_level=to_level,
        card_id=concern.card_id, proposed_by=by.person_id, proposed_at=clock.now(),
    )
    opinion.concern = concern
    vault.write(opinion, "reason", reason.strip(), by.ring.open(concern.card_id))
    session().add(opinion)
    session().flush()
    return opinion


def decide(opinion: SecondOpinion, *, agrees: bool, revision: int, by: Actor, words: str = "") -> None:
    """Agree to a proposal or refuse it; `revision` is that of the concern. Raises OpinionDecided."""
    policy.DECIDE.demand(by, opinion)
    if opinion.outcome is not None:
        raise OpinionDecided()
    concern = opinion.concern
    opinion.outcome, opinion.decided_by, opinion.decided_at = _outcome(agrees), by.person_id, clock.now()
    session().flush()
    if not agrees:
        move(concern, Deed("refuse", words), by=by, revision=revision)
    elif opinion.to_level is not None:
        _lower(concern, opinion.to_level, words, revision, by)
    else:
        move(concern, Deed("agree_close", words), by=by, revision=revision)
        end_live(concern, by=by)


def _outcome(agrees: bool) -> str:
    return "agreed" if agrees else "refused"


def _lower(concern: Concern, level: str, words: str, revision: int, by: Actor) -> None:
    card = card_at(concern, level, "assessed", by=by)
    move(concern, Deed("agree_lower", words, level=level, card=card), by=by, revision=revision)
    concern.level_basis_code = "assessed"
    session().flush()


def reason_of(opinion: SecondOpinion, *, by: Actor) -> str:
    """Return why the room proposes it; raises NoKey for those without the card."""
    return str(vault.read(opinion, "reason", by.ring.open(opinion.card_id)))
