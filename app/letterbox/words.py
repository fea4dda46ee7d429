"""The codes of letters and the words for them."""

from app.core.words import N_

BOXES = {"room": N_("Heart letterbox"), "leadership": N_("Principal's mailbox")}
STATES = {
    "held": N_("Held for a look"),
    "waiting": N_("Waiting for you"),
    "in_hand": N_("In hand"),
    "answered": N_("Answered"),
    "closed": N_("Closed"),
}
"""Held: one of very many at once, looked through by a person before it goes among the others."""
MESSAGE_KINDS = {
    "letter": N_("Letter"),
    "more": N_("From the writer"),
    "answer": N_("Answer"),
    "note": N_("Note within the room"),
}
MODES = {
    "anonymous": N_("I do not say who I am"),
    "sealed": N_("My name is sealed and opened only in an emergency"),
    "named": N_("I say who I am"),
}
