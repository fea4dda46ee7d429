"""A person's own notices, and the way from each to what it is about."""

from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.access import guard
from app.notifications import policy, queries, service
from app.notifications.models import Notice
from app.notifications.words import words_for

notifications = Blueprint("notifications", __name__, template_folder="templates")


@notifications.get("/notices")
@guard(policy.LIST)
def index() -> str:
    """Show the notices, newest first."""
    page = queries.notices_of(g.actor, cursor=request.args.get("after"))
    return render_template("notifications/index.html", page=page, words_for=words_for)


@notifications.post("/notices/seen")
@guard(policy.LIST)
def all_seen() -> AnyResponse:
    """Take note that all of them were read."""
    service.see_everything(by=g.actor)
    return redirect(url_for("notifications.index"), code=303)


@notifications.post("/notices/<uuid:notice_id>")
@guard(policy.FOLLOW, load=queries.get_notice)
def follow(notice: Notice) -> AnyResponse:
    """Go to what a notice is about."""
    service.see(notice, by=g.actor)
    endpoint, argument = current_app.extensions["notice_ways"].get(notice.subject_kind, (None, ""))
    if endpoint is None or endpoint not in current_app.view_functions:
        return redirect(url_for("notifications.index"), code=303)
    ids: dict[str, Any] = {argument: notice.subject_id} if argument else {}
    return redirect(url_for(endpoint, **ids), code=303)
