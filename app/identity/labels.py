"""What a group is called, in the reader's language."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext

from app.core.database import session
from app.core.words import N_
from app.directory.models import Grade
from app.directory.queries import get_organisation
from app.identity.keys import Place
from app.identity.queries import refusals_about
from app.vault import Group

KINDS = {
    "staff": N_("Staff: names of students and classes"),
    "grade": N_("Grade team"),
    "room": N_("Counselling room"),
    "leadership": N_("School leadership"),
    "centre": N_("District centre"),
    "board": N_("Auditors"),
}


@dataclass(frozen=True)
class RefusedFor:
    """A group to which somebody was not admitted, in words, and when that was."""

    label: str
    at: datetime


def refused_for(person_id: UUID) -> list[RefusedFor]:
    """Return to which groups somebody's present key was not admitted, the latest last."""
    return [RefusedFor(label_of(session().get_one(Group, one.group_id)), one.at) for one in refusals_about(person_id)]


def label_of(place: Group | Place) -> str:
    """Return what a group is, in words: kind, grade, organisation."""
    organisation = get_organisation(place.organisation_id)
    grade = session().get(Grade, place.subject_id) if place.subject_id else None
    words = [gettext(KINDS[place.kind]), grade.label if grade else "", organisation.name if organisation else ""]
    return " · ".join(word for word in words if word)
