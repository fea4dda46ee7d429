"""Handing a case over to the centre, and what was handed over."""

from typing import Any

from flask import g, url_for

from app.access import guard
from app.escalation import deeds, policy, queries, schemas
from app.escalation.api import shapes
from app.escalation.api.resource import concerns_api
from app.escalation.models import Concern, HandOver
from app.escalation.views import packet_view


@concerns_api.post("/concerns/<uuid:concern_id>/hand-overs")
@guard(policy.READ_CARD, load=queries.get_concern)
@concerns_api.arguments(schemas.Offer)
@concerns_api.response(201, shapes.HandOverLine)
def offer(concern: Concern, given: dict[str, Any]) -> Any:
    """Offer a case to the centre from the room, or call the centre from grade or leadership."""
    hand_over = deeds.hand_over(concern, given, by=g.actor)
    return hand_over, {"Location": url_for("concerns_api.hand_over", hand_over_id=hand_over.id)}


@concerns_api.get("/hand-overs/<uuid:hand_over_id>")
@guard(policy.READ_HAND_OVER, load=queries.get_hand_over, visit="hand_over:viewed")
@concerns_api.response(200, shapes.HandOverOut)
def hand_over(hand_over: HandOver) -> Any:
    """Open a hand-over: what was sent, which entries went along, and what the centre answered."""
    shown = packet_view(hand_over, g.actor)
    entries = [entry for entry, _kind in shown["entries"]]
    return {**shown, "entries": entries, "open_deeds": shown["direct"] + shown["deeds"]}
