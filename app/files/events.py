"""The words for what the trail keeps of files."""

from app.core.words import N_

EVENTS = {
    "file:opened_new": N_("opened the file for the first time"),
    "file:reason_given": N_("gave a reason for opening the file"),
    "file:viewed": N_("looked at the history"),
    "file:overview_viewed": N_("looked at the overview"),
    "file:overview_changed": N_("changed the overview"),
    "file:documents_viewed": N_("looked at the list of documents"),
    "file:viewers_viewed": N_("looked at who viewed"),
    "file:charge_handed": N_("handed over the charge"),
    "file:restricted": N_("restricted the file"),
    "file:printed": N_("printed the history"),
    "entry:begun": N_("began the record of a session"),
    "entry:viewed": N_("read a session entry"),
    "entry:signed": N_("signed a session entry"),
    "entry:discarded": N_("took an unsigned draft away"),
    "entry:added_to": N_("added to a session entry"),
    "entry:released": N_("released a session entry to the centre"),
    "entry:release_withdrawn": N_("withdrew a released session entry"),
    "note:viewed": N_("opened the own note"),
    "attachment:added": N_("added a document"),
    "attachment:opened": N_("downloaded a document"),
}
