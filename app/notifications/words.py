"""What a notice says: a sentence for each kind, without a name and without content; and the choices there are."""

from app.core.words import N_

KINDS = {
    "concern:raised": N_("A concern has come in."),
    "concern:acknowledged": N_("Your concern was received."),
    "concern:asked": N_("There is a question about your concern."),
    "concern:answered": N_("A question about a concern was answered."),
    "concern:passed_on": N_("A concern was passed on to the counselling room."),
    "concern:closed": N_("A concern was closed."),
    "concern:accepted": N_("Your concern is in the hands of the counselling room."),
    "concern:feedback": N_("There is a line for you about your concern."),
    "concern:level_changed": N_("The level of a concern has changed, or there are new grounds for it."),
    "concern:offered": N_("A school hands a case over."),
    "concern:withdrawn": N_("A hand-over was withdrawn."),
    "concern:centre_accepted": N_("The centre has accepted a case."),
    "concern:centre_declined": N_("The centre has declined a case; it is with the school as before."),
    "concern:advised": N_("The centre has given advice."),
    "concern:returned": N_("The centre has returned a case."),
    "concern:reopened": N_("A concern was opened again."),
    "concern:second_opinion": N_("A second person is asked to decide."),
    "concern:decided": N_("A second person has decided."),
    "post:given": N_("You were given a post. Where it needs a key, a colleague compares your six words with you."),
    "letter:received": N_("A letter has come in."),
    "letter:urgent": N_("A letter waits that should be opened soon."),
    "letter:unopened": N_("A letter that should have been opened by now still waits at a school."),
    "letter:readerless": N_("A letter waits at a school, and nobody there can open it any more."),
    "letter:held": N_("Very many letters have come in at once; they wait for a look."),
    "letter:continued": N_("Somebody has written more in a letter."),
    "letter:name_opened": N_("A sealed name was opened in an emergency. Somebody else is to look at why."),
    "letter:emergency_opened": N_("The centre has opened a letter in an emergency. Somebody else is to look at why."),
    "letter:review_late": N_("Something was opened in an emergency, and nobody has looked at why in time."),
    "letter:second_late": N_("An answer to a letter still waits to be read by a second person."),
    "letter:released": N_("A counsellor has told you something from a letter."),
    "letter:second_reading": N_("A colleague's answer to a letter is to be read by a second person."),
    "key:waiting": N_("A colleague waits to be admitted."),
    "key:not_admitted": N_("You were not admitted to a group. Your account page says to which."),
    "key:refused": N_("Somebody was not admitted to a group: look whether the account is theirs."),
    "appointment:today": N_("You have appointments today."),
    "appointment:displaced": N_("Appointments no longer fit and wait to be moved."),
    "appointment:asked_displaced": N_(
        "The time of an appointment you asked for no longer fits; the room looks for another."
    ),
    "appointment:handed_on": N_("A colleague's appointments were given to you."),
    "look_in:begun": N_("Something waits for you that should be done today."),
    "look_in:overdue": N_("Something that should have been done today still waits."),
    "waiting:offered": N_("A time is held for somebody who waits: please tell them soon."),
    "notice:test": N_("You asked for a test notice."),
}
WAYS = {
    "mail": N_("Mail"),
    "dingtalk": N_("DingTalk"),
    "wecom": N_("WeCom"),
    "none": N_("Nothing outside these pages"),
}
PACES = {
    "at_once": N_("At once"),
    "hourly": N_("At most one message an hour"),
    "mornings": N_("One message in the morning of each school day"),
}
OTHERWISE = N_("Something waits for you.")


def words_for(kind: str) -> str:
    """Return the English sentence of a kind of notice; the page translates it."""
    return KINDS.get(kind, OTHERWISE)
