"""How grave the signs of a letter are together: pure arithmetic over what was found."""

from collections.abc import Collection, Iterable

from app.escalation.levels import Level, rank
from app.letterbox.screening.finding import Hit

# A sign alone gives its level; what stands beside it can only make it graver. A friend's danger counts as one's own.
POINTS = {"R2": 3, "R3": 6, "R4": 10}
AIDS = {"first_person": 1, "third_person": 1, "time": 2, "means": 2, "plan": 2, "farewell": 2}
_ONLY_ONCE = {"first_person", "third_person"}
_BODILY = {"self_harm", "harm_others"}
_GRAVEST = 10


def level_of_signs(hits: Iterable[Hit], aids: Collection[str]) -> Level:
    """Return the level that the signs give: the gravest of them, or R4 where time, means or plan stand beside harm."""
    counting = [hit for hit in hits if not hit.guarded]
    alone: Level = max((hit.level for hit in counting), key=rank, default="R0")
    if alone == "R3" and any(hit.family in _BODILY for hit in counting) and _points(aids) >= _GRAVEST:
        return "R4"
    return alone


def _points(aids: Collection[str]) -> int:
    """Return the points of a sign of harm with all that stands beside it; the person counts once, whoever it is."""
    person = max((AIDS[aid] for aid in _ONLY_ONCE.intersection(aids)), default=0)
    return POINTS["R3"] + person + sum(AIDS[aid] for aid in aids if aid not in _ONLY_ONCE)

