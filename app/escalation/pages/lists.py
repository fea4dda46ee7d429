"""Each tier's list of concerns, by the clock."""

from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import gettext as _

from app.access import guard
from app.core.paging import Page
from app.directory.queries import names_of_organisations
from app.escalation import policy, queries
from app.escalation.pages.blueprint import escalation
from app.escalation.queries import ConcernLine
from app.escalation.views import OpinionView


@escalation.get("/concerns/mine")
@guard(policy.MINE)
def mine() -> str:
    """Show what the person raised, and what came back."""
    page = queries.concerns_raised_by(g.actor, cursor=request.args.get("after"))
    return render_template("escalation/mine.html", page=page, lines=page.items)


@escalation.get("/concerns/review")
@guard(policy.REVIEW)
def review() -> str:
    """Show the head of grade what waits, and what others look after."""
    ours = queries.concerns_for_grade(g.actor, cursor=request.args.get("after"))
    others = queries.concerns_for_grade(g.actor, part="others", size=20)
    lines = queries.with_accounts(ours.items, g.actor)
    waiting = [(line, queries.deeds_open_to(line.concern, g.actor)) for line in lines]
    return render_template("escalation/review.html", page=ours, waiting=waiting, others=others.items, may_raise=True)


@escalation.get("/concerns/room")
@guard(policy.ROOM)
def room() -> str:
    """Show the counselling room its concerns."""
    return _list(
        {"ours": _("In our hands"), "others": _("With others"), "closed": _("Closed")}, queries.concerns_for_room,
        title=_("Concerns of the room"), lead=_("What the room looks after, and what others of the school look after."),
        may_raise=True,
    )


@escalation.get("/concerns/cards")
@guard(policy.CARDS)
def cards() -> str:
    """Show leadership the action cards from R3 on."""
    return _list(
        {"open": _("Open"), "closed": _("Closed")}, queries.cards_for_leadership, title=_("Action cards"),
        lead=_("From orange on you see who, how grave, and what to do. What was said stays with the counselling room."),
    )


def _list(parts: dict[str, str], find: Any, **more: Any) -> str:
    part = request.args.get("part")
    part = part if part in parts else next(iter(parts))
    kept = None if part == "open" else part
    page: Page[ConcernLine] = find(g.actor, part=kept, cursor=request.args.get("after"))
    tabs = [(label, url_for(request.endpoint or "", part=name), name == part) for name, label in parts.items()]
    return render_template("escalation/list.html", page=page, lines=page.items, tabs_of=tabs, **more)


@escalation.get("/concerns/centre")
@guard(policy.CENTRE_QUEUE)
def centre() -> str:
    """Show the centre its queue by clock, and what it has answered."""
    page = queries.centre_queue(g.actor, cursor=request.args.get("after"))
    past = queries.past_hand_overs(g.actor, size=20)
    schools = {line.concern.school_id for line in page.items} | {one.hand_over.school_id for one in past.items}
    return render_template(
        "escalation/centre.html", page=page, lines=page.items, past=past.items, schools=names_of_organisations(schools)
    )


@escalation.get("/concerns/approvals")
@guard(policy.APPROVE)
def approvals() -> str:
    """Show what waits for a second person."""
    page = queries.opinions_open_to(g.actor, cursor=request.args.get("after"))
    found = [OpinionView.of(one) for one in page.items]
    return render_template("escalation/approvals.html", opinions=found, page=page)
