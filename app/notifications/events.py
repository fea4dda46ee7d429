"""The words for what the trail keeps of notices: that somebody chose, never what."""

from app.core.words import N_

EVENTS = {
    "notice:chosen": N_("changed how notices reach them"),
    "notice:tested": N_("asked for a test notice"),
}
