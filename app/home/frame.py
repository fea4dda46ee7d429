"""The frame around every page of somebody who is signed in: posts in words, navigation, search, the session's end."""

from typing import Any
from uuid import UUID

from flask import current_app, g, url_for
from flask_babel import gettext

from app.access import Actor
from app.audit.rollback import rollback_of
from app.core import clock
from app.core.database import in_transaction
from app.directory.policy import SEARCH
from app.directory.posts import POST_WORDS
from app.directory.queries import calendar_of, names_of_organisations
from app.home.navigation import navigation_for
from app.identity.queries import session_ends_in
from app.schooltime import day_at, school_week


def frame_of_page() -> dict[str, Any]:
    """Return what the frame shows; nothing on pages without a person and on those shown after a rollback."""
    actor: Actor | None = g.get("actor")
    if actor is None or not in_transaction() or g.get("plain_page"):
        return {}
    return {
        "actor": actor,
        "posts_words": [gettext(words) for kind, words in POST_WORDS.items() if actor.holds(kind)],
        "navigation": [] if g.get("unfinished") else navigation_for(actor),
        "home_url": url_for("home.start"),
        "search_url": url_for("directory.search") if SEARCH.allows(actor) else None,
        "school_week": _week(actor),
        "session_ends_in": session_ends_in(actor),
        "session_extend_url": url_for("identity.extend"),
        "sign_out_url": url_for("identity.sign_out"),
        "account_url": url_for("identity.account"),
    }


def rollback_of_page() -> dict[str, Any]:
    """Return since when events are missing and, to somebody who is signed in, how many of which organisation."""
    known = rollback_of(current_app.extensions["database"])
    if known is None:
        return {}
    names: dict[UUID, str] = {}
    if g.get("actor") is not None and in_transaction() and not g.get("plain_page"):
        names = names_of_organisations(loss.organisation_id for loss in known.losses)
    return {"rollback": known, "organisation_names": names, "told": g.get("actor") is not None}


def _week(actor: Actor) -> int | None:
    if not actor.posts:
        return None
    calendar = calendar_of(actor.posts[0].organisation_id)
    return school_week(calendar, day_at(calendar, clock.now()))
