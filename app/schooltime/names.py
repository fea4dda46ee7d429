"""The names that calendars start with: stored as schools write them, shown in the reader's language."""

from app.core.words import N_

_WORDS = {
    "早读": N_("Morning reading"),
    "午休": N_("Noon break"),
    "课后": N_("After class"),
    "元旦": N_("New Year's Day"),
    "春节": N_("Spring Festival"),
    "清明节": N_("Tomb-sweeping Day"),
    "劳动节": N_("Labour Day"),
    "端午节": N_("Dragon Boat Festival"),
    "中秋节": N_("Mid-autumn Festival"),
    "国庆节": N_("National Day"),
}
_NAMES = {words: name for name, words in _WORDS.items()}


def words_of(name: str) -> str:
    """Return what a page hands to gettext: the sentence behind a known name, a school's own name as it is."""
    return _WORDS.get(name, name)


def name_of(words: str) -> str:
    """Return the name under which an English word is stored, the word itself where there is none."""
    return _NAMES.get(words, words)
