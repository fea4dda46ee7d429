"""The words for what the trail keeps of the directory."""

from app.core.words import N_

EVENTS = {
    "organisation:made": N_("made an organisation"),
    "organisation:renamed": N_("renamed an organisation"),
    "person:added": N_("added somebody to the staff"),
    "post:given": N_("gave a post"),
    "calendar:kept": N_("changed the school calendar"),
    "class:added": N_("added a class"),
    "class:removed": N_("took a class away"),
    "class:viewed": N_("looked at the list of a class"),
    "student:viewed": N_("looked at a student's page"),
    "roster:imported": N_("imported a roster"),
    "roster:undone": N_("undid the import of a roster"),
    "roster:undo_over": N_("deleted what would have undone the import of a roster"),
    "contacts:settled": N_("passed on or withdrew the contacts of classes"),
    "person:changed": N_("changed the name or mail address of somebody on the staff"),
    "post:ended": N_("ended a post"),
}
