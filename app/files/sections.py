"""The parts of a session entry, and the templates that put them in order: data, not code."""

from collections.abc import Mapping
from typing import Any

from app.core.words import N_

KINDS = {
    "first": N_("First session"),
    "follow_up": N_("Follow-up session"),
    "crisis": N_("Crisis session"),
    "parent": N_("Talk with parents"),
    "group": N_("Group session"),
    "consultation": N_("Consultation with colleagues"),
}
SOURCES = {
    "self": N_("The student came"),
    "teacher": N_("A teacher asked"),
    "parent": N_("The family asked"),
    "letter": N_("From a letter"),
    "concern": N_("From a concern"),
    "arranged": N_("Arranged last time"),
}
LEVELS = {
    "R0": N_("Green"),
    "R1": N_("Blue"),
    "R2": N_("Yellow"),
    "R3": N_("Orange"),
    "R4": N_("Red"),
}
TEXTS = {
    "concern": N_("Presenting concern, in the student's own words"),
    "observation": N_("Observation"),
    "assessment": N_("Assessment: ideation, plan, means, time, history, support"),
    "goals": N_("Goals"),
    "process": N_("Process and technique"),
    "response": N_("How the student took it"),
    "plan": N_("What happens next"),
    "homework": N_("Agreed until next time"),
    "whom_to_tell": N_("Whom to tell, and on what basis"),
    "supervision": N_("For supervision"),
}
_ALWAYS = ("homework", "whom_to_tell", "supervision")
TEMPLATES = {
    "free": N_("Free"),
    "soap": N_("SOAP: subjective, objective, assessment, plan"),
    "dap": N_("DAP: data, assessment, plan"),
    "birp": N_("BIRP: behaviour, intervention, response, plan"),
}
_HEADINGS: dict[str, dict[str, str]] = {
    "free": {name: TEXTS[name] for name in ("concern", "observation", "assessment", "goals", "process")},
    "soap": {
        "concern": N_("S: what the student says"),
        "observation": N_("O: what was observed"),
        "assessment": N_("A: assessment"),
        "plan": N_("P: plan"),
    },
    "dap": {
        "observation": N_("D: what was said and observed"),
        "assessment": N_("A: assessment"),
        "plan": N_("P: plan"),
    },
    "birp": {
        "observation": N_("B: behaviour"),
        "process": N_("I: what was tried"),
        "response": N_("R: how the student took it"),
        "plan": N_("P: plan"),
    },
}
OVERVIEW = {
    "family": N_("Family: structure, carers, major events"),
    "development": N_("Development and health, as told, with source"),
    "strengths": N_("Strengths and protective factors"),
    "trusted_adults": N_("Trusted adults"),
    "school": N_("School observations"),
    "plan": N_("Individual plan: goals, measures, who, review date"),
    "safety_plan": N_("Safety plan: warning signs, coping, people to ask, making surroundings safe"),
}


def headings_of(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of an entry under the headings of its template, then those every entry has."""
    headings = _HEADINGS.get(str(body.get("template")), _HEADINGS["free"])
    others = {name: TEXTS[name] for name in TEXTS if name in _ALWAYS or body.get(name)}
    return {**headings, **{name: words for name, words in others.items() if name not in headings}}


def says_something(body: Mapping[str, Any]) -> bool:
    """Say whether any text of an entry was written."""
    return any(str(body.get(name) or "").strip() for name in TEXTS)
