"""How pages of accounts say what was refused."""

from flask_babel import gettext

from app.core.errors import Refusal


def told(refused: Refusal) -> str:
    """Return a refusal in the reader's language, with what its sentence names."""
    return gettext(refused.words, **refused.params) if refused.params else gettext(refused.words)
