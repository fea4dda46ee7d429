"""What each deed is called on its button, and what it asks of the one who does it."""

from dataclasses import dataclass
from typing import Literal

from flask_babel import gettext

from app.core.words import N_
from app.escalation.levels import LEVELS, is_higher


@dataclass(frozen=True)
class DeedWords:
    """What a deed is called, on the button below its form too, which words it asks for, and who will read them."""

    button: str
    done: str
    send: str | None = None
    tone: Literal["main", "quiet", "grave"] = "quiet"
    text: str | None = None
    required: bool = False
    hint: str | None = None
    sealed_to: Literal["account", "card", "packet"] = "card"
    level: bool = False
    day: str | None = None

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return bool(self.text or self.level or self.day)


_NO_QUOTATION = N_("In short, without the student's own words.")
ASKS = {
    "acknowledge": DeedWords(N_("Confirm that I have it"), N_("Confirmed. The reporter is told."), tone="main"),
    "accept": DeedWords(
        N_("Accept and open the file"), N_("You have accepted this concern; the file is open."), tone="main"
    ),
    "accept_by_centre": DeedWords(
        N_("Accept this case"), N_("The centre has accepted. The school is told."), tone="main"
    ),
    "note_seen": DeedWords(N_("I have seen this card"), N_("Noted.")),
    "answer": DeedWords(
        N_("Answer"), N_("Your answer is sent."), N_("Send the answer"), tone="main", text=N_("Your answer"),
        required=True, sealed_to="account",
    ),
    "assess": DeedWords(
        N_("Assess the level"), N_("The level is set."), N_("Set this level"), tone="main",
        text=N_("Why this level?"), required=True, hint=_NO_QUOTATION, level=True,
    ),
    "ask": DeedWords(
        N_("Ask the reporter"), N_("The question is sent."), N_("Send the question"), text=N_("Your question"),
        required=True, sealed_to="account",
    ),
    "pass_on": DeedWords(
        N_("Pass on to the counselling room"), N_("Passed on. The counselling room is told."), N_("Pass it on"),
        tone="main", text=N_("A word for the room"),
    ),
    "close_by_grade": DeedWords(
        N_("Close with a reason"), N_("Closed. The reporter is told."), N_("Close with this reason"),
        text=N_("Why can it be closed?"), required=True, hint=_NO_QUOTATION,
    ),
    "feedback": DeedWords(
        N_("Write a line to the reporter"), N_("The line is sent."), N_("Send the line"), text=N_("Your line"),
        required=True,
        hint=N_("That it is in hand, and what to watch for. Nothing of what was said in the room."),
        sealed_to="account",
    ),
    "follow_up": DeedWords(
        N_("Go on to follow-up"), N_("The next review is set."), N_("Set this review"), text=N_("What is agreed?"),
        day=N_("Next review"),
    ),
    "raise_level": DeedWords(
        N_("Raise the level"), N_("Your grounds are kept, and those concerned are told."),
        N_("Raise it to this level"), tone="grave", text=N_("What is new?"), required=True, hint=_NO_QUOTATION,
        level=True,
    ),
    "advise": DeedWords(
        N_("Give advice"), N_("The advice is sent to the school."), N_("Send the advice"), tone="main",
        text=N_("Your advice"), required=True, sealed_to="packet",
    ),
    "return": DeedWords(
        N_("Return the case to the school"), N_("The case is back with the school."), N_("Return it now"),
        text=N_("What was done, and what should go on?"), required=True, sealed_to="packet",
    ),
    "decline": DeedWords(
        N_("Decline with a reason"), N_("Declined. Everything is with the school as before."),
        N_("Decline with this reason"), text=N_("Why does the centre decline?"), required=True, sealed_to="packet",
    ),
    "withdraw": DeedWords(
        N_("Withdraw the offer"), N_("Withdrawn. Everything is as before."), N_("Withdraw it now"), text=N_("Why?"),
        sealed_to="packet",
    ),
    "close": DeedWords(
        N_("Close this concern"), N_("Closed."), N_("Close it now"), text=N_("Why can it be closed?"),
        required=True, hint=_NO_QUOTATION,
    ),
    "reopen": DeedWords(
        N_("Open it again"), N_("Open again. The counselling room is told."), N_("Open it now"),
        text=N_("Why is it opened again?"), required=True, hint=_NO_QUOTATION,
    ),
}
"""In the order in which a person looks for them."""


NEXT = {
    "asked": "answer", "acknowledged": "pass_on", "answered": "pass_on", "accepted": "assess",
    "accepted_by_centre": "advise",
}
"""The deed that a state waits for: what it asks stands open on the page."""


def levels_for(deed: str, level: str | None) -> list[tuple[str, str]]:
    """Return the levels that can be chosen for a deed, the gravest first; to who is shown none, always the same."""
    chosen = [one for one in reversed(LEVELS) if deed != "raise_level" or is_higher(one, level or LEVELS[0])]
    return [(one, gettext(LEVEL_WORDS[one])) for one in chosen]


LEVEL_WORDS = {
    "R4": N_("Red: immediate danger"),
    "R3": N_("Orange: serious, same day"),
    "R2": N_("Yellow: needs support"),
    "R1": N_("Blue: everyday worry"),
    "R0": N_("Green: nothing needed"),
}

OF_CENTRE = frozenset({"accept_by_centre", "decline", "advise", "return"})
"""The deeds with which the centre answers a hand-over."""
