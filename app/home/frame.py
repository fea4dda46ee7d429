"""The frame around every page of somebody who is signed in: posts in words, navigation, search, the session's end."""

from typing import Any

from flask import g, url_for
from flask_babel import gettext

from app.access import Actor, PostKind
from app.core import clock
from app.core.database import in_transaction
from app.core.words import N_
from app.directory.policy import SEARCH
from app.directory.queries import calendar_of
from app.home.navigation import navigation_for
from app.identity.queries import session_ends_in
from app.schooltime import day_at, school_week

POSTS = {
    PostKind.CLASS_TEACHER: N_("Class teacher"),
    PostKind.SUBJECT_TEACHER: N_("Subject teacher"),
    PostKind.HEAD_OF_GRADE: N_("Head of grade"),
    PostKind.COUNSELLOR: N_("School counsellor"),
    PostKind.LEAD: N_("School lead"),
    PostKind.SCHOOL_ADMIN: N_("School administrator"),
    PostKind.CENTRE_COUNSELLOR: N_("Counsellor of the district centre"),
    PostKind.CENTRE_HEAD: N_("Head of the district centre"),
    PostKind.DISTRICT_ADMIN: N_("District administrator"),
    PostKind.AUDITOR: N_("Auditor"),
}


def frame_of_page() -> dict[str, Any]:
    """Return what the frame shows; nothing on pages without a person and on those shown after a rollback."""
    actor: Actor | None = g.get("actor")
    if actor is None or not in_transaction() or g.get("plain_page"):
        return {}
    return {
        "actor": actor,
        "posts_words": [gettext(words) for kind, words in POSTS.items() if actor.holds(kind)],
        "navigation": [] if g.get("unfinished") else navigation_for(actor),
        "home_url": url_for("home.start"),
        "search_url": url_for("directory.search") if SEARCH.allows(actor) else None,
        "school_week": _week(actor),
        "session_ends_in": session_ends_in(actor),
        "session_extend_url": url_for("identity.extend"),
        "sign_out_url": url_for("identity.sign_out"),
        "account_url": url_for("identity.account"),
    }


def _week(actor: Actor) -> int | None:
    if not actor.posts:
        return None
    calendar = calendar_of(actor.posts[0].organisation_id)
    return school_week(calendar, day_at(calendar, clock.now()))
