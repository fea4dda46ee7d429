"""The trail: every deed and every look, kept in the deed's own transaction and sealed into Merkle trees."""

from app.audit.body import NotACode
from app.audit.holding import gone, holding
from app.audit.record import Doer, Somebody, record, system

__all__ = ["Doer", "NotACode", "Somebody", "gone", "holding", "record", "system"]
