"""The codes of letters and the words for them."""

from typing import Any

from app.core.words import N_
from app.escalation.levels import FAMILIES, SAFE_NOW
from app.escalation.words import BASES

__all__ = [
    "BEGINNINGS", "BOXES", "FAMILIES", "MESSAGE_KINDS", "MODES", "OPENED", "OPENING_BASES", "RELEASE_BASES", "SAFE_NOW",
    "STATES", "VERDICTS", "reference_of",
]

BOXES = {"room": N_("Heart letterbox"), "leadership": N_("Principal's mailbox")}
STATES = {
    "held": N_("Held for a look"),
    "waiting": N_("Waiting to be read"),
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
RELEASE_BASES = {
    "CONSENT": N_("Whoever wrote the letter has agreed"),
    "OWN_SAFETY_LETTER": N_("The safety of whoever wrote the letter"),
}
RELEASE_BASES_FOR_WRITERS = {"CONSENT": N_("because you agreed"), "OWN_SAFETY_LETTER": N_("because of your safety")}
OPENED = {"name": N_("A sealed name was opened"), "letter": N_("The centre has opened a letter")}
"""What break-glass opens, and how a page about it is called."""
OPENING_BASES = {code: BASES[code] for code in ("SELF_HARM", "HARM_OTHERS", "ABUSE_REPORT", "LEGAL_ORDER")}
OPENING_BASES_FOR_WRITERS = {
    "SELF_HARM": N_("because somebody was worried about you"),
    "HARM_OTHERS": N_("because somebody was worried about somebody else"),
    "ABUSE_REPORT": N_("so that you are protected"),
    "LEGAL_ORDER": N_("because the law asks for it"),
}
VERDICTS = {"justified": N_("It was right to open it"), "not_justified": N_("It should not have been opened")}
WISHES = {
    "answer": N_("An answer here"),
    "talk": N_("An answer here, and a talk with somebody"),
    "nothing": N_("Nothing. It is enough that somebody reads it"),
}
SAFE = {"yes": N_("I am safe"), "unsure": N_("I am not sure"), "no": N_("I am not safe")}
# First sentences of an answer. None promises to keep something secret: that is not ours to promise.
BEGINNINGS = {
    "thanks": N_("Thank you for writing. It is good that you told somebody."),
    "listening": N_("I have read your letter twice, and should like to understand it better. Would you tell me more?"),
    "meeting": N_("If you like, come to the counselling room at noon. You can also just go on writing here."),
    "worried": N_("I am worried about you. Please come to me or to an adult you trust today, or call a number below."),
}


def reference_of(letter: Any) -> str:
    """Return by which colleagues speak of a letter: the first signs of its id, which tell nothing of its writer."""
    return str(letter.id.hex[:4].upper())
