"""The pages of concerns: raising one, each tier's list, the concern and what is done to it, the hand-over."""

# Each module puts its pages on the blueprint.
from app.escalation.pages import concern, handing_over, lists, raising
from app.escalation.pages.blueprint import escalation

__all__ = ["concern", "escalation", "handing_over", "lists", "raising"]
