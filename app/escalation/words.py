"""The words that pages and notices use for the codes of concerns: sources, states, deeds, tiers, clocks, bases."""

from app.core.words import N_

SOURCES = {
    "teacher": N_("Raised by a teacher"),
    "room": N_("Raised by the counselling room"),
    "letter": N_("From a letter"),
}
STATES = {
    "raised": N_("Raised"),
    "acknowledged": N_("Acknowledged"),
    "asked": N_("A question is open"),
    "answered": N_("The question is answered"),
    "passed_to_room": N_("Passed on to the counselling room"),
    "accepted": N_("Taken on"),
    "in_support": N_("In support"),
    "offered_to_centre": N_("Offered to the centre"),
    "accepted_by_centre": N_("With the centre"),
    "advised": N_("The centre has advised"),
    "returned": N_("Returned by the centre"),
    "follow_up": N_("In follow-up"),
    "closed_by_grade": N_("Closed by the head of grade"),
    "closed": N_("Closed"),
    "reopened": N_("Opened again"),
}
# What the reporter is shown: that it is in hand, never how far the work is.
HEARD = {
    "received": N_("Received, on its way"),
    "in_hand": N_("In hand"),
    "asked": N_("There is a question for you"),
    "closed": N_("Closed"),
}
HEARD_OF_STATE = {
    **dict.fromkeys(("raised", "passed_to_room", "reopened"), "received"),
    **dict.fromkeys(
        ("acknowledged", "answered", "accepted", "in_support", "offered_to_centre", "accepted_by_centre", "advised",
         "returned", "follow_up"),
        "in_hand",
    ),
    "asked": "asked",
    **dict.fromkeys(("closed_by_grade", "closed"), "closed"),
}
STATES_FOR_REPORTER = {state: HEARD[heard] for state, heard in HEARD_OF_STATE.items()}
TIERS = {
    "grade": N_("Head of grade"),
    "room": N_("Counselling room"),
    "leadership": N_("School leadership"),
    "centre": N_("District centre"),
}
CLOCKS = {
    "acknowledge": N_("to acknowledge"),
    "decide": N_("to pass on or close"),
    "answer": N_("for the reporter's answer"),
    "accept": N_("to take on"),
    "assess": N_("for the first assessment"),
    "support": N_("for the next review"),
    "centre_answer": N_("for the centre's answer"),
    "centre_work": N_("for the centre's review"),
    "follow_up": N_("for the follow-up"),
}
DEEDS = {
    "raise": N_("The concern was raised"),
    "acknowledge": N_("Acknowledged"),
    "ask": N_("Question to the reporter"),
    "answer": N_("Answer of the reporter"),
    "pass_on": N_("Passed on to the counselling room"),
    "close_by_grade": N_("Closed by the head of grade"),
    "accept": N_("Taken on by the counselling room"),
    "assess": N_("Level assessed"),
    "follow_up": N_("Next review set"),
    "close": N_("Closed"),
    "reopen": N_("Opened again"),
    "propose_lower": N_("A lower level proposed"),
    "propose_close": N_("Closing proposed"),
    "agree_lower": N_("Lower level agreed"),
    "agree_close": N_("Closing agreed"),
    "refuse": N_("Proposal refused"),
    "raise_level": N_("Level raised"),
    "offer": N_("Offered to the centre"),
    "call_centre": N_("Centre called"),
    "withdraw": N_("Offer taken back"),
    "decline": N_("Declined by the centre"),
    "accept_by_centre": N_("Accepted by the centre"),
    "advise": N_("Advice of the centre"),
    "return": N_("Returned by the centre"),
    "feedback": N_("Line to the reporter"),
    "note_seen": N_("Action card seen"),
}
BASES = {
    "CONSENT": N_("The guardian has consented"),
    "SELF_HARM": N_("Danger of harm to oneself"),
    "HARM_OTHERS": N_("Danger of harm to others"),
    "ABUSE_REPORT": N_("Suspected violence or abuse, with a duty to report"),
    "LEGAL_ORDER": N_("Required by law or by an authority"),
    "OWN_SAFETY_LETTER": N_("The student's own safety, from a letter"),
}
HAND_OVERS = {
    "offered": N_("Waits for an answer"),
    "accepted": N_("Accepted"),
    "declined": N_("Declined"),
    "withdrawn": N_("Taken back"),
    "advised": N_("Advice given"),
    "returned": N_("Returned to the school"),
}
# In the order in which the packet is filled in and read.
PACKET = {
    "reason": N_("Why this is handed over"),
    "questions": N_("What the centre is asked"),
    "summary": N_("The least that the centre must know"),
    "tried": N_("What was tried so far"),
    "resources": N_("What helps: people, strengths, places"),
    "student_told": N_("Was the student told?"),
    "consent": N_("The guardian's consent: who, when, how"),
}
