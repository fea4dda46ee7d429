"""The words for kinds, states and deeds of bookings."""

from app.core.words import N_

KINDS = {
    "individual": N_("A talk alone"),
    "group": N_("Group session"),
    "parent": N_("Talk with parents"),
    "crisis": N_("It cannot wait"),
    "walk_in": N_("Came by"),
}
STATES = {
    "requested": N_("Asked for"),
    "held": N_("Held free"),
    "confirmed": N_("Confirmed"),
    "attended": N_("Came"),
    "no_show": N_("Did not come"),
    "cancelled": N_("Called off"),
    "expired": N_("Ended without an answer"),
    "moved": N_("Moved"),
}
DEEDS = {
    "confirm": N_("Confirm"),
    "attend": N_("Note that they came"),
    "miss": N_("Note that they did not come"),
    "cancel": N_("Call off"),
}
"""What is done to a booking with one button, in the order in which the buttons stand."""
DONE = {
    "confirm": N_("The appointment is confirmed."),
    "attend": N_("It is noted that they came."),
    "miss": N_("It is noted that they did not come. What was left of the time is free again."),
    "cancel": N_("The appointment is called off. Its time is free again."),
}
TONES = {"requested": "wait", "held": "wait", "confirmed": "go", "attended": "done"}
