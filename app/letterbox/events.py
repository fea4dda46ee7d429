"""The words for what the trail keeps of letters; whoever wrote one is never in it."""

from app.core.words import N_

EVENTS = {
    "letterbox:made": N_("set up the letterbox"),
    "letterbox:changed": N_("changed the letterbox"),
    "box:opened": N_("opened the letterbox for the day"),
    "letter:received": N_("a letter came in"),
    "letter:continued": N_("more came in to a letter"),
    "letter:climbed": N_("told the next tier that a letter waits unopened"),
    "letter:readerless": N_("found that nobody can open a letter any more"),
    "letter:has_reader": N_("found that somebody can open a letter again"),
    "letter:opened": N_("opened a letter"),
    "letter:viewed": N_("looked at a letter"),
    "letter:document_opened": N_("opened a file that came with a letter"),
    "letter:answer_begun": N_("began to answer a letter"),
    "letter:answered": N_("answered a letter"),
    "letter:second_read": N_("read a colleague's answer to a letter"),
    "letter:name_opened": N_("opened a sealed name in an emergency"),
    "letter:emergency_opened": N_("opened a letter of a school in an emergency"),
    "letter:name_opening_reviewed": N_("judged an opening in an emergency"),
    "letter:name_opening_viewed": N_("looked at an opening in an emergency"),
    "letter:review_reminded": N_("told the next tier that an opening in an emergency waits to be judged"),
    "letter:second_reading_reminded": N_("told the next tier that an answer waits to be read by a second person"),
    "letter:released": N_("told somebody words of a letter"),
    "letter:release_viewed": N_("read words told from a letter"),
    "letter:let_in": N_("let one more colleague read a letter"),
    "letter:readers_renewed": N_("gave a letter to those who open its box today"),
    "letter:said_who": N_("said who must not learn of a letter"),
    "letter:noted": N_("wrote a note to a letter"),
    "letter:level_set": N_("set the level of a letter"),
    "letter:rerouted": N_("gave a letter to the counselling room"),
    "letter:led_to_concern": N_("raised a concern from a letter"),
    "letter:talk_offered": N_("offered a talk to whoever wrote a letter"),
    "letter:talk_booked": N_("a time for a talk was chosen in a letter"),
    "letter:talk_called_off": N_("a talk was called off in a letter"),
    "letter:closed": N_("closed a letter"),
}

AT_ONCE = ("letter:name_opened", "letter:emergency_opened")
