"""The first page of everybody who signs in: what comes first, then what the posts are in charge of."""

from typing import Any

from flask import Blueprint, current_app, g, render_template

from app.access import CENTRE, TEACHERS, Actor, PostKind, guard
from app.appointments.coming import coming
from app.appointments.room_views import desks_of
from app.appointments.views import asked_by
from app.appointments.waiting_views import longest, waiting_lines, waits_asked_by
from app.audit.queries import events_of
from app.directory.queries import named_classes, organisations_of
from app.escalation import queries as concerns
from app.escalation import words
from app.files.queries import files_in_charge, unsigned_entries
from app.home.day import strip_of
from app.home.figures import figures_of_district, figures_of_own_schools
from app.home.tasks import MOST, first_tasks
from app.identity.policy import OWN_ACCOUNT

home = Blueprint("home", __name__, template_folder="templates")


@home.get("/")
@guard(OWN_ACCOUNT)
def start() -> str:
    """Show what there is to do, and the parts of each post's day."""
    actor: Actor = g.actor
    tasks = first_tasks(actor)
    parts = {name: part(actor) for name, kinds, part in PARTS if actor.holds(*kinds)}
    return render_template(
        "home/start.html", tasks=tasks[:MOST], more=len(tasks) - MOST, parts=parts, words=words,
        known_endpoints=current_app.view_functions,
    )


def _teacher(actor: Actor) -> dict[str, Any]:
    return {
        "lines": concerns.concerns_raised_by(actor, size=6).items, "classes": named_classes(actor),
        "asked": asked_by(actor), "waits": waits_asked_by(actor),
    }


def _grade(actor: Actor) -> dict[str, Any]:
    return {"others": concerns.concerns_for_grade(actor, part="others", size=8).items}


def _room(actor: Actor) -> dict[str, Any]:
    waits = waiting_lines(actor)
    return {
        "waits": waits, "longest": longest(waits),
        "strip": strip_of(actor),
        "desks": desks_of(actor),
        "coming": coming(actor),
        "ours": concerns.concerns_for_room(actor, size=50).items,
        "others": concerns.concerns_for_room(actor, part="others", size=6).items,
        "files": files_in_charge(actor, size=100).items,
        "unsigned": unsigned_entries(actor),
    }


def _lead(actor: Actor) -> dict[str, Any]:
    return {
        "cards": concerns.cards_for_leadership(actor, size=8).items,
        "figures": figures_of_own_schools(actor),
        "desks": desks_of(actor),
    }


def _centre(actor: Actor) -> dict[str, Any]:
    schools = organisations_of(actor.district_id, "school")
    return {
        "queue": concerns.centre_queue(actor, size=8).items,
        "schools": {one.id: one.name for one in schools},
        "figures": figures_of_district(actor),
    }


def _school_admin(actor: Actor) -> dict[str, Any]:
    return {"classes": named_classes(actor)}


def _district(actor: Actor) -> dict[str, Any]:
    return {"schools": organisations_of(actor.district_id, "school"), "figures": figures_of_district(actor)}


def _auditor(actor: Actor) -> dict[str, Any]:
    places = organisations_of(actor.district_id, "district", "school", "centre", "bureau")
    ids = [one.id for one in places]
    return {
        "places": {one.id: one.name for one in places},
        "events": events_of(ids, size=8).items,
        "refused": events_of(ids, action="access:refused", size=8).items,
    }


PARTS = (
    ("room", (PostKind.COUNSELLOR,), _room),
    ("grade", (PostKind.HEAD_OF_GRADE,), _grade),
    ("teacher", TEACHERS, _teacher),
    ("lead", (PostKind.LEAD,), _lead),
    ("centre", CENTRE, _centre),
    ("school_admin", (PostKind.SCHOOL_ADMIN,), _school_admin),
    ("district", (PostKind.DISTRICT_ADMIN,), _district),
    ("auditor", (PostKind.AUDITOR,), _auditor),
)
"""The parts of the first page: name, the posts that have it, and what it shows."""
