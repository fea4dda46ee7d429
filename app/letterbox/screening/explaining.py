"""The reason in words, for the person who reads the letter: it quotes the letter, so it belongs where the letter is."""

from flask_babel import gettext

from app.core.words import N_
from app.escalation.levels import FAMILIES, Level
from app.letterbox.screening.screening import Screening

REASONS = {
    "wish_to_die": N_("Words about dying or not living any more"),
    "way_to_die": N_("Words about a way to die"),
    "hurts_oneself": N_("Words about hurting oneself"),
    "farewell": N_("Words of farewell"),
    "harms_others": N_("Words about killing or hurting somebody"),
    "abuse": N_("Words about being hurt at home or by an adult"),
    "sexual": N_("Words about being touched, undressed or forced"),
    "blackmail": N_("Words about blackmail"),
    "bullied": N_("Words about being tormented by others"),
    "voices": N_("Words about hearing or seeing what others do not"),
    "eating": N_("Words about not eating or throwing up"),
    "substances": N_("Words about drugs, alcohol or pills"),
    "running_away": N_("Words about being afraid to go home, running away or meeting strangers"),
    "low_mood": N_("Words of low mood"),
    "school_refusal": N_("Words about not going to school"),
    "first_person": N_("about oneself"),
    "third_person": N_("about somebody close"),
    "time": N_("a time is named"),
    "means": N_("a means is named"),
    "plan": N_("something is planned or was tried"),
    "reads_like": N_("Reads like letters that somebody had to see the same day"),
    "not_readable": N_("Written in a way that the screening cannot read: somebody has to"),
    "no_time": N_("Too many long letters came at once for the screening: somebody has to read it"),
    "too_long": N_("Longer than the screening reads: somebody has to"),
}
NOTHING = N_("Nothing in it asks for a person the same day")
# The model's word alone, below what needs somebody the same day.
_UNSAID: dict[Level, str] = {"R2": N_("Reads like a worry that lasts")}


def explain(text: str, screening: Screening) -> str:
    """Return why a letter got its level, in the reader's language, with the words that it rests on."""
    if not screening.reasons:
        return gettext(_UNSAID.get(screening.level, NOTHING))
    grounds = gettext("; ").join(gettext(REASONS[reason]) for reason in screening.reasons)
    quotes = dict.fromkeys(text[mark.start : mark.end] for mark in screening.marks)
    words = " ".join(f"“{quote}”" for quote in quotes)
    return gettext("%(grounds)s: %(words)s", grounds=grounds, words=words) if words else grounds


def family_names(screening: Screening) -> list[str]:
    """Return the families' names in the reader's language."""
    return [gettext(FAMILIES[family]) for family in screening.families]
