"""One door to every deed that is done to a concern with a word, a level or a day: for pages and programs alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.access import Actor
from app.core.errors import Missing
from app.escalation import hand_overs, policy, service
from app.escalation.models import Concern, HandOver
from app.escalation.queries import get_concern, live_hand_over

_Do = Callable[[Any, Mapping[str, Any], Actor], object]


def _of_concern(work: Callable[..., object], words: str | None = None, **more: str) -> _Do:
    """Call a service with the concern, its revision, and what was filled in under the service's own names."""
    names = {**({"text": words} if words else {}), **more}

    def do(concern: Concern, given: Mapping[str, Any], by: Actor) -> object:
        return work(concern, revision=given["version"], by=by, **_named(given, names))

    return do


def _of_hand_over(work: Callable[..., object], words: str | None = None) -> _Do:
    def do(concern: Concern, given: Mapping[str, Any], by: Actor) -> object:
        hand_over: HandOver | None = live_hand_over(concern.id)
        if hand_over is None:
            raise Missing()
        return work(hand_over, revision=given["version"], by=by, **_named(given, {"text": words} if words else {}))

    return do


def _named(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {name: given.get(field, "") for field, name in names.items()}


_DEEDS: dict[str, _Do] = {
    "acknowledge": _of_concern(service.acknowledge),
    "ask": _of_concern(service.ask, "question"),
    "answer": _of_concern(service.answer, "words"),
    "pass_on": _of_concern(service.pass_on, "note"),
    "close_by_grade": _of_concern(service.close_by_grade, "reason"),
    "accept": _of_concern(service.accept),
    "assess": _of_concern(service.assess, "reason", level="level"),
    "raise_level": _of_concern(service.raise_level, "grounds", level="level"),
    "follow_up": _of_concern(service.follow_up, "note", day="review_on"),
    "close": _of_concern(service.close, "reason"),
    "reopen": _of_concern(service.reopen, "reason"),
    "feedback": lambda concern, given, by: service.give_feedback(concern, words=given.get("text", ""), by=by),
    "note_seen": lambda concern, _given, by: service.note_seen(concern, by=by),
    "accept_by_centre": _of_hand_over(hand_overs.accept_by_centre),
    "decline": _of_hand_over(hand_overs.decline, "reason"),
    "advise": _of_hand_over(hand_overs.advise, "advice"),
    "return": _of_hand_over(hand_overs.return_to_school, "words"),
    "withdraw": _of_hand_over(hand_overs.withdraw, "reason"),
}
NAMES = tuple(_DEEDS)


@dataclass(frozen=True)
class Wanted:
    """A deed that somebody wants to do to a concern; the door asks the concern's own permission."""

    deed: str
    concern: Concern

    __tablename__ = "concern"

    def __getattr__(self, name: str) -> Any:
        return getattr(self.concern, name)


def find(concern_id: UUID, deed: str) -> Wanted | None:
    """Return the concern and the deed that an address names, None where either does not exist."""
    concern = get_concern(concern_id)
    return Wanted(deed, concern) if concern is not None and deed in _DEEDS else None


def do(wanted: Wanted, given: Mapping[str, Any], *, by: Actor) -> object:
    """Do a deed with what was filled in."""
    return _DEEDS[wanted.deed](wanted.concern, given, by)


def stays_open(concern: Concern, *, to: Actor) -> bool:
    """Say whether somebody can still read a concern after a deed, which may have taken their key back."""
    to.ring.forget_opened()
    return policy.READ.allows(to, concern)


def hand_over(concern: Concern, given: Mapping[str, Any], *, by: Actor) -> HandOver:
    """Offer a case from the room, or call the centre from grade or leadership, which hold no file.

    Raises EntryNotForHandOver where somebody without the file names entries of it.
    """
    packet = dict(given)
    how = {"basis": packet.pop("basis"), "revision": packet.pop("version"), "by": by}
    entry_ids = packet.pop("entries")
    if policy.OFFER.allows(by, concern):
        return hand_overs.offer(concern, packet=packet, entry_ids=entry_ids, **how)
    policy.CALL_CENTRE.demand(by, concern)
    if entry_ids:
        raise hand_overs.EntryNotForHandOver()
    return hand_overs.call_centre(concern, packet=packet, **how)
