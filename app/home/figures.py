"""Which schools' figures stand on whose first page."""

from app.access import CENTRE, Actor, PostKind
from app.directory.queries import organisations_of
from app.escalation.figures import Figures, figures_of


def figures_of_own_schools(actor: Actor) -> Figures:
    """Return the figures of the schools that the actor leads."""
    return figures_of(actor.organisations(PostKind.LEAD))


def figures_of_district(actor: Actor) -> Figures:
    """Return the figures of all schools of the district together."""
    return figures_of([school.id for school in organisations_of(actor.district_id, "school")])


def figures_open_to(actor: Actor) -> dict[str, Figures]:
    """Return by what they cover (own_schools, district) those figures that the actor's posts are shown."""
    found: dict[str, Figures] = {}
    if actor.holds(PostKind.LEAD):
        found["own_schools"] = figures_of_own_schools(actor)
    if actor.holds(*CENTRE, PostKind.DISTRICT_ADMIN):
        found["district"] = figures_of_district(actor)
    return found
