"""Levels R0 to R4, and the provisional one that a teacher's answers give: a teacher sets no level."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from app.core.words import N_

Level = Literal["R0", "R1", "R2", "R3", "R4"]
LEVELS: tuple[Level, ...] = get_args(Level)
GRAVE: tuple[Level, ...] = ("R3", "R4")
"""From here on leadership has the action card, and one person alone neither lowers nor closes."""

FAMILIES = {
    "mood": N_("Mood"),
    "behaviour": N_("Behaviour"),
    "peers": N_("Getting on with others"),
    "learning": N_("Learning"),
    "family": N_("Family"),
    "online": N_("Online life"),
    "victim": N_("Being bullied or hurt by others"),
    "self_harm": N_("Harm to oneself"),
    "harm_others": N_("Harm to others"),
    "abuse": N_("Violence or abuse"),
    "psychotic": N_("Hearing or seeing what others do not"),
    "eating_sleep": N_("Eating or sleeping"),
    "substances": N_("Alcohol, tobacco or other substances"),
}
SAFE_NOW = {"yes": N_("Yes"), "unsure": N_("I am not sure"), "no": N_("No")}
KNOWN = {"no": N_("No"), "unknown": N_("I do not know"), "yes": N_("Yes")}
INJURY = {"none": N_("None that I know of"), "light": N_("A light injury"), "serious": N_("A serious injury")}
SINCE = {"days": N_("A few days"), "two_weeks": N_("Up to two weeks"), "longer": N_("More than two weeks")}
URGENCY = {"this_week": N_("This week is early enough"), "today": N_("Today"), "now": N_("Now")}

_BODILY = {"self_harm", "harm_others", "abuse", "victim"}


@dataclass(frozen=True)
class Provisional:
    """A level with the code of the reason for it; the counsellor's first assessment replaces it."""

    level: Level
    reason: str


@dataclass(frozen=True)
class Rule:
    """A sign that gives at least this level."""

    level: Level
    reason: str
    applies: Callable[[Mapping[str, Any]], bool]


def _family(*names: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda answers: not set(names).isdisjoint(answers.get("families") or ())


def _is(name: str, *values: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda answers: answers.get(name) in values


def _both(*conditions: Callable[[Mapping[str, Any]], bool]) -> Callable[[Mapping[str, Any]], bool]:
    return lambda answers: all(condition(answers) for condition in conditions)


# 4-domain.md, Levels. A plan whose means nobody knows counts as one with means: a false alarm costs an hour.
RULES = (
    Rule("R4", "not_safe_now", _is("safe_now", "no")),
    Rule("R4", "danger_now", _is("urgency", "now")),
    Rule("R4", "plan_with_means", _both(_is("plan", "yes"), _is("means", "yes", "unknown"))),
    Rule("R4", "serious_injury", _both(_is("injury", "serious"), _family(*_BODILY))),
    Rule("R4", "ongoing_violence", _both(_family("abuse"), _is("injury", "light", "serious"))),
    Rule("R4", "ongoing_violence", _both(_family("abuse"), _is("urgency", "today"))),
    Rule("R4", "commanding_voices", _is("commanded", "yes")),
    Rule("R3", "unsure_safe", _is("safe_now", "unsure")),
    Rule("R3", "plan", _is("plan", "yes")),
    Rule("R3", "self_harm", _family("self_harm")),
    Rule("R3", "harm_others", _family("harm_others")),
    Rule("R3", "abuse", _family("abuse")),
    Rule("R3", "psychotic", _family("psychotic")),
    Rule("R3", "hurt_by_others", _both(_family("victim"), _is("injury", "light", "serious"))),
    Rule("R3", "hurt_by_others", _both(_family("victim"), _is("urgency", "today"))),
    Rule("R3", "serious_injury", _is("injury", "serious")),
    Rule("R2", "persistent", _is("since", "longer")),
    Rule("R2", "today", _is("urgency", "today")),
    Rule("R2", "victim", _family("victim", "substances")),
    Rule("R2", "injury", _is("injury", "light")),
)
EVERYDAY = Provisional("R1", "everyday")

REASONS = {
    "not_safe_now": N_("The student is not safe now"),
    "danger_now": N_("Help is needed at once"),
    "plan_with_means": N_("There is a plan, and the means may be at hand"),
    "serious_injury": N_("There is a serious injury"),
    "ongoing_violence": N_("Violence may be going on"),
    "commanding_voices": N_("Voices give orders"),
    "unsure_safe": N_("It is not certain that the student is safe"),
    "plan": N_("There is a plan"),
    "self_harm": N_("Signs of harm to oneself"),
    "harm_others": N_("Signs of harm to others"),
    "abuse": N_("Signs of violence or abuse"),
    "psychotic": N_("Hears or sees what others do not"),
    "hurt_by_others": N_("Is being hurt by others"),
    "persistent": N_("For more than two weeks"),
    "today": N_("Asked for today"),
    "victim": N_("Signs that need a closer look"),
    "injury": N_("There is a light injury"),
    "everyday": N_("An everyday worry"),
    "assessed": N_("As the counsellor assessed it"),
    "raised": N_("Raised because of something new"),
}


def provisional_level(answers: Mapping[str, Any]) -> Provisional:
    """Return the gravest level that any of a teacher's answers gives; what nobody answered gives none."""
    for rule in RULES:
        if rule.applies(answers):
            return Provisional(rule.level, rule.reason)
    return EVERYDAY


def is_higher(one: str, other: str) -> bool:
    """Say whether one level is graver than another."""
    return rank(one) > rank(other)


def rank(level: str) -> int:
    """Return the place of a level among the others, R0 first."""
    return LEVELS.index(level)
