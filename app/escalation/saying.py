"""Says the codes of a concern in the reader's language: kinds, signs, what to do, what was answered."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext

from app.core.words import N_
from app.escalation.cards import DO, DONT
from app.escalation.levels import FAMILIES, INJURY, KNOWN, REASONS, SAFE_NOW, SINCE, URGENCY

GUARDIAN = {"no": N_("Not yet"), "yes": N_("Yes, told"), "better_not": N_("Better not, for now")}
TOLD = {"yes": N_("Yes"), "not_yet": N_("Not yet"), "not_safe": N_("No, it would not be safe")}
SIGNS = {
    "plan": (N_("Is there a plan to hurt oneself or others?"), KNOWN),
    "means": (N_("Are the means at hand?"), KNOWN),
    "injury": (N_("Is there an injury?"), INJURY),
    "commanded": (N_("Do voices give orders?"), KNOWN),
}
TONES = {
    "raised": "wait", "asked": "wait", "passed_to_room": "wait", "reopened": "wait", "offered_to_centre": "wait",
    "in_support": "go", "accepted": "go", "accepted_by_centre": "go", "closed": "done", "closed_by_grade": "done",
}
# Steps of which the reporter hears: that it is in hand, never what is done (4-domain.md, feedback line).
HEARD_BY_REPORTER = frozenset(
    {"raise", "acknowledge", "ask", "answer", "close_by_grade", "accept", "close", "agree_close", "reopen", "feedback"}
)
CHOICES = {
    "safe_now": SAFE_NOW, "since": SINCE, "urgency": URGENCY, "guardian_told": GUARDIAN, "families": FAMILIES,
}


def families_of(codes: Iterable[str]) -> str:
    """Return the kinds of a concern in words."""
    return _joined(FAMILIES[code] for code in codes if code in FAMILIES)


def lines_of(codes: Iterable[str]) -> list[str]:
    """Return what to do or not to do in words."""
    return [gettext({**DO, **DONT}[code]) for code in codes if code in DO or code in DONT]


def signs_of(account: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is known of a danger, each question with its answer; empty where nothing is."""
    return [
        (gettext(question), gettext(answers[given]))
        for name, (question, answers) in SIGNS.items()
        if (given := account.get(name)) and given not in ("unknown", "no", "none")
    ]


def answered(account: Mapping[str, Any], name: str) -> str:
    """Return an answer of the account in words, empty for what was not answered."""
    return _say(CHOICES[name], account.get(name))


def reason_of(code: str) -> str:
    """Return why a concern has its level."""
    return _say(REASONS, code)


def _say(table: Mapping[str, str], code: str | None) -> str:
    return gettext(table[code]) if code and code in table else ""


def _joined(sentences: Iterable[str]) -> str:
    return gettext(", ").join(gettext(one) for one in sentences)
