"""What stands at the side of every page: only what the person's posts open."""

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext

from app.access import TEACHERS, Actor, PostKind
from app.core.words import N_
from app.notifications.queries import unseen_count

# What a counsellor raises stands among the concerns of the room.
_RAISING = (*TEACHERS, PostKind.HEAD_OF_GRADE, PostKind.LEAD)


@dataclass(frozen=True)
class Entry:
    """A page to go to: its endpoint, its words, the permission whose roles it asks for, its key after `g`."""

    endpoint: str
    words: str
    permission: str
    key: str
    # Where not everybody with the permission has anything to find there.
    posts: tuple[PostKind, ...] = ()
    # Pages to which it leads on.
    also: tuple[str, ...] = ()


ENTRIES = (
    Entry("escalation.review", N_("Alert review"), "concern:review", "r"),
    Entry("escalation.room", N_("Concerns of the room"), "concern:room", "c"),
    Entry("escalation.cards", N_("Action cards"), "concern:cards", "k"),
    Entry("escalation.centre", N_("Queue"), "concern:centre", "q"),
    Entry("escalation.approvals", N_("Approvals"), "concern:approve", "a"),
    Entry("letterbox.letters", N_("Letters"), "letter:list", "e"),
    Entry("appointments.calendar", N_("Appointments"), "appointment:calendar", "u"),
    Entry("rooms.index", N_("Counselling room"), "room:list", "x", also=("rooms.show",)),
    Entry("files.index", N_("My students"), "file:list", "s"),
    Entry("escalation.new", N_("Raise a concern"), "concern:raise", "n"),
    Entry("escalation.mine", N_("My concerns"), "concern:mine", "m", _RAISING),
    Entry("directory.classes", N_("Classes"), "student:search", "l"),
    Entry("directory.people", N_("People"), "person:list", "p"),
    Entry("directory.rosters", N_("Rosters"), "roster:list", "i"),
    Entry("directory.calendar", N_("School calendar"), "calendar:keep", "d"),
    Entry("directory.schools", N_("Schools"), "school:keep", "o"),
    Entry("notifications.index", N_("Notices"), "notice:list", "b"),
    Entry("oversight.trail", N_("Trail"), "trail:read", "t"),
    Entry("oversight.verification", N_("Verification"), "trail:verify", "v"),
    Entry("oversight.access_table", N_("Who may do what"), "access:table", "w"),
    Entry("identity.tasks", N_("Keys and admissions"), "key:tasks", "y"),
)


def navigation_for(actor: Actor) -> list[dict[str, Any]]:
    """Return the entries open to somebody with these posts, the present one marked."""
    permissions = {permission.name: permission for permission in current_app.extensions["permissions"]}
    start: dict[str, Any] = {"label": gettext("Today"), "url": url_for("home.start"), "key": "h"}
    start["current"] = request.endpoint == "home.start"
    items = [start]
    for entry in ENTRIES:
        permission = permissions.get(entry.permission)
        if permission is None or permission.open_to(actor) is None or entry.endpoint not in current_app.view_functions:
            continue
        if entry.posts and not actor.holds(*entry.posts):
            continue
        items.append(
            {
                "label": gettext(entry.words),
                "url": url_for(entry.endpoint),
                "key": entry.key,
                "current": request.endpoint == entry.endpoint or request.endpoint in entry.also,
                "count": unseen_count(actor) if entry.endpoint == "notifications.index" else None,
            }
        )
    return items
