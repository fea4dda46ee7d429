"""The words for what the trail keeps of itself."""

from app.core.words import N_

EVENTS = {
    "trail:rollback_acknowledged": N_("acknowledged that events are missing"),
}
