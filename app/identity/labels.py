"""What a group is called, in the reader's language."""

from flask_babel import gettext

from app.core.database import session
from app.core.words import N_
from app.directory.models import Grade
from app.directory.queries import get_organisation
from app.identity.keys import Place
from app.vault import Group

KINDS = {
    "staff": N_("Staff: names of students and classes"),
    "grade": N_("Grade team"),
    "room": N_("Counselling room"),
    "leadership": N_("School leadership"),
    "centre": N_("District centre"),
    "board": N_("Auditors"),
}


def label_of(place: Group | Place) -> str:
    """Return what a group is, in words: kind, grade, organisation."""
    organisation = get_organisation(place.organisation_id)
    grade = session().get(Grade, place.subject_id) if place.subject_id else None
    words = [gettext(KINDS[place.kind]), grade.label if grade else "", organisation.name if organisation else ""]
    return " · ".join(word for word in words if word)
