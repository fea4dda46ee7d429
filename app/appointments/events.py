"""The words for what the trail keeps of appointments; who comes, and why, is never in it."""

from app.core.words import N_

EVENT_OF = {
    "requested": "appointment:requested",
    "held": "appointment:held",
    "booked": "appointment:booked",
    "confirm": "appointment:confirmed",
    "cancel": "appointment:cancelled",
    "expire": "appointment:expired",
    "move": "appointment:moved",
    "attend": "appointment:attended",
    "miss": "appointment:missed",
}
"""What a booking begins as, and each deed, under the name the trail has for it."""
EVENTS = {
    "appointment:requested": N_("asked for an appointment"),
    "appointment:held": N_("held a time free for somebody"),
    "appointment:booked": N_("booked an appointment"),
    "appointment:confirmed": N_("confirmed an appointment"),
    "appointment:cancelled": N_("called an appointment off"),
    "appointment:expired": N_("an appointment that nobody confirmed ended"),
    "appointment:moved": N_("moved an appointment"),
    "appointment:attended": N_("noted that somebody came to an appointment"),
    "appointment:missed": N_("noted that nobody came to an appointment"),
    "appointment:handed_on": N_("gave an appointment to a colleague"),
    "appointment:viewed": N_("looked at an appointment"),
    "appointment:printed": N_("printed the appointments of some days"),
    "sitting:begun": N_("began the session of an appointment"),
    "sitting:ended": N_("ended the session of an appointment"),
    "appointment:series_booked": N_("booked a series of appointments"),
    "feed:made": N_("made an address for their own calendar program"),
    "feed:ended": N_("switched the address for their calendar program off"),
    "look_in:begun": N_("asked a counsellor to look in on a student"),
    "look_in:done": N_("noted that a student was looked in on"),
    "look_in:overdue": N_("told others that a student has not been looked in on"),
    "room:made": N_("set up a counselling room"),
    "room:changed": N_("changed a counselling room"),
    "room:hours_added": N_("added hours of a counselling room"),
    "room:hours_ended": N_("ended hours of a counselling room"),
    "room:turn_added": N_("put somebody on the duty roster"),
    "room:turn_ended": N_("took somebody off the duty roster"),
    "room:opened": N_("opened the counselling room"),
    "room:closed": N_("closed the counselling room"),
    "room:blocked": N_("marked a time as not available"),
    "room:unblocked": N_("made a time available again"),
}
