"""The words for the waiting list."""

from app.core.words import N_

URGENCIES = {1: N_("As soon as possible"), 2: N_("In its turn"), 3: N_("It has time")}
URGENCY_TONES = {1: "warn", 2: "plain", 3: "plain"}
WEEKDAYS = {
    1: N_("Monday"), 2: N_("Tuesday"), 3: N_("Wednesday"), 4: N_("Thursday"), 5: N_("Friday"), 6: N_("Saturday"),
    7: N_("Sunday"),
}
TAKEN_OFF = {
    "not_wanted": N_("They no longer want a time"),
    "elsewhere": N_("They are helped elsewhere"),
    "not_reached": N_("They could not be reached"),
    "booked": N_("They have a time already"),
    "mistake": N_("It was entered by mistake"),
}
"""What a person can give as the reason; the rest is noted by itself."""
ENDS = {
    **TAKEN_OFF,
    "placed": N_("They took a time that was held for them"),
    "taken_back": N_("Whoever asked took it back"),
    "left": N_("The student has left the school"),
}
ANSWERS = {
    "accepted": N_("They took it"),
    "declined": N_("They could not come then"),
    "ran_out": N_("Nobody answered in time"),
    "withdrawn": N_("Given back"),
}
