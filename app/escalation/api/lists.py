"""The lists of concerns, one for each desk: by key and clock, a page at a time."""

from typing import Any

from flask import g
from marshmallow import fields, validate

from app.access import guard
from app.core.openapi import After, page_of
from app.core.paging import Page
from app.escalation import policy, queries
from app.escalation.api import shapes
from app.escalation.api.resource import concerns_api
from app.escalation.views import OpinionView


class Part(After):
    """Which part of a desk's concerns is looked at, and where the list goes on."""

    part = fields.Str(load_default="ours", validate=validate.OneOf(("ours", "others", "closed")))


class CardsPart(After):
    """Which part of leadership's cards is looked at, and where the list goes on."""

    part = fields.Str(load_default="open", validate=validate.OneOf(("open", "closed")))


@concerns_api.get("/concerns/mine")
@guard(policy.MINE)
@concerns_api.arguments(After, location="query")
@concerns_api.response(200, page_of(shapes.ReportedLine))
def mine(query: dict[str, Any]) -> Page[Any]:
    """List the concerns that the caller raised as a teacher, newest first."""
    return queries.concerns_raised_by(g.actor, cursor=query.get("after"))


@concerns_api.get("/concerns/review")
@guard(policy.REVIEW)
@concerns_api.arguments(Part, location="query")
@concerns_api.response(200, page_of(shapes.ConcernLine))
def review(query: dict[str, Any]) -> Page[Any]:
    """List the concerns of the caller's grades, the soonest due first."""
    return queries.concerns_for_grade(g.actor, part=query["part"], cursor=query.get("after"))


@concerns_api.get("/concerns/room")
@guard(policy.ROOM)
@concerns_api.arguments(Part, location="query")
@concerns_api.response(200, page_of(shapes.ConcernLine))
def room(query: dict[str, Any]) -> Page[Any]:
    """List the concerns of the caller's counselling room, the soonest due first."""
    return queries.concerns_for_room(g.actor, part=query["part"], cursor=query.get("after"))


@concerns_api.get("/concerns/cards")
@guard(policy.CARDS)
@concerns_api.arguments(CardsPart, location="query")
@concerns_api.response(200, page_of(shapes.ConcernLine))
def cards(query: dict[str, Any]) -> Page[Any]:
    """List the concerns of which leadership holds the action card."""
    closed = query["part"] == "closed"
    return queries.cards_for_leadership(g.actor, part="closed" if closed else None, cursor=query.get("after"))


@concerns_api.get("/concerns/centre")
@guard(policy.CENTRE_QUEUE)
@concerns_api.arguments(After, location="query")
@concerns_api.response(200, page_of(shapes.CaseLine))
def centre(query: dict[str, Any]) -> Page[Any]:
    """List what the centre is offered and what it works on, the soonest due first."""
    return queries.centre_queue(g.actor, cursor=query.get("after"))


@concerns_api.get("/hand-overs")
@guard(policy.CENTRE_QUEUE)
@concerns_api.arguments(After, location="query")
@concerns_api.response(200, page_of(shapes.HandOverLine))
def past(query: dict[str, Any]) -> Any:
    """List the hand-overs that the centre has declined or returned, newest first."""
    page = queries.past_hand_overs(g.actor, cursor=query.get("after"))
    return Page([line.hand_over for line in page.items], page.next)


@concerns_api.get("/concerns/approvals")
@guard(policy.APPROVE)
@concerns_api.arguments(After, location="query")
@concerns_api.response(200, page_of(shapes.ProposalLine))
def approvals(query: dict[str, Any]) -> Any:
    """List the proposals that wait for a second person, oldest first."""
    page = queries.opinions_open_to(g.actor, cursor=query.get("after"))
    return Page([OpinionView.of(line) for line in page.items], page.next)
