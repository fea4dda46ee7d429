"""A person's own notices, the way from each to what it is about, and how they are told outside the pages."""

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import guard
from app.core import forms
from app.core.errors import Invalid
from app.notifications import choosing, policy, queries, schemas, service
from app.notifications.models import Notice
from app.notifications.robots import SERVICES
from app.notifications.words import PACES, WAYS, words_for

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


@notifications.route("/notices/choice", methods=["GET", "POST"])
@guard(policy.CHOOSE)
def choice() -> Any:
    """Show how the person is told outside the pages, and take what they choose."""
    kept = schemas.choice_out(g.actor.person_id)
    if request.method != "POST":
        return _choice_page(forms.blank(**kept), kept)
    form = forms.read(schemas.Choice(), request.form)
    if not form.errors:
        try:
            choosing.choose(**schemas.choice_in(form.data), by=g.actor)
        except Invalid as refused:
            form = forms.Form(form.values, form.data, refused.errors)
        else:
            flash(_("Saved. This is how notices reach you from now on."), "done")
            return redirect(url_for("notifications.choice"), code=303)
    return _choice_page(form, kept), 422


def _choice_page(form: forms.Form, kept: dict[str, Any]) -> str:
    return render_template(
        "notifications/choice.html", form=form, kept=kept, services=SERVICES, way_words=WAYS, pace_words=PACES
    )


@notifications.post("/notices/test")
@guard(policy.CHOOSE)
def test() -> AnyResponse:
    """Send a test notice the way that is chosen."""
    choosing.send_test(by=g.actor)
    return redirect(url_for("notifications.choice"), code=303)
