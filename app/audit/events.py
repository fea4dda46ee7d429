"""The words for what the trail keeps of itself."""

from app.core.words import N_

EVENTS = {
    "key:taken_away": N_("took away keys that were no longer to be held"),
    "trail:rollback_acknowledged": N_("acknowledged that events are missing"),
}
