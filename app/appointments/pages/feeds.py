"""A counsellor's times in their own calendar program: its address, the calendar itself, one appointment as a file."""

from collections.abc import Iterable

from flask import Blueprint, Response, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import Actor, guard
from app.appointments import ical, policy, queries, service
from app.appointments.models import Appointment
from app.appointments.queries.feeds import entries_of
from app.core.errors import Missing
from app.core.requests import public

feeds = Blueprint("feeds", "app.appointments", template_folder="templates")


def may_have_feed(actor: Actor) -> bool:
    """Say whether somebody has times of their own to load."""
    return policy.KEEP_FEED.allows(actor, None)


@feeds.get("/account/calendar")
@guard(policy.KEEP_FEED)
def own() -> str:
    """Show whether there is an address, and what whoever has it learns."""
    return render_template("appointments/feed.html", feed=queries.feed_of(g.actor.person_id), address=None)


@feeds.post("/account/calendar")
@guard(policy.MAKE_FEED)
def make() -> str:
    """Make an address and show it, this once."""
    address = url_for("feeds.calendar", address=service.make_feed(by=g.actor), _external=True)
    return render_template("appointments/feed.html", feed=queries.feed_of(g.actor.person_id), address=address)


@feeds.post("/account/calendar/end")
@guard(policy.KEEP_FEED)
def end() -> AnyResponse:
    """Switch the address off."""
    service.end_feed(by=g.actor)
    flash(_("The address is switched off. What your calendar has loaded stays there until you remove it."), "done")
    return redirect(url_for("feeds.own"), code=303)


@feeds.get("/feeds/<address>.ics")
@public
def calendar(address: str) -> Response:
    """Give the times of whoever made this address to their calendar program, which cannot sign in."""
    feed = queries.feed_at(address)
    if feed is None:
        raise Missing()
    return _file(queries.calendar_entries(feed))


@feeds.get("/appointments/<uuid:appointment_id>/calendar.ics")
@guard(policy.CHANGE, load=queries.get_appointment)
def one(appointment: Appointment) -> Response:
    """Give one appointment to a calendar program, as little as the others say."""
    return _file(entries_of([appointment]))


def _file(entries: Iterable[ical.Entry]) -> Response:
    answer = Response(ical.calendar(entries, words=_("Busy")), mimetype="text/calendar")
    answer.headers["Content-Disposition"] = "attachment; filename=calendar.ics"
    return answer
