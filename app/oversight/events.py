"""The words for what the trail keeps of looking into the trail, and of refusals anywhere."""

from app.core.words import N_

EVENTS = {
    "trail:read": N_("read the trail"),
    "trail:verified": N_("verified the trail"),
    "trail:exported": N_("exported the trail with its proofs"),
    "access:table_read": N_("looked at who may do what"),
    "access:refused": N_("was refused"),
}

AT_ONCE = ("trail:exported",)
