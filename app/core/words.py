"""Marks sentences for translation where no request, and so no reader's language, is known yet."""


def N_(sentence: str) -> str:
    """Return the English sentence unchanged; the page that shows it translates it."""
    return sentence
