"""Concerns for programs: what the pages do, through the same services and permissions."""

# Each module puts its resources on the blueprint.
from app.escalation.api import concerns, hand_overs, lists, raising
from app.escalation.api.resource import concerns_api

__all__ = ["concerns", "concerns_api", "hand_overs", "lists", "raising"]
