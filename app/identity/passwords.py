"""What a staff password must be: long, and not one that everybody tries first (ASVS V6.2)."""

import unicodedata

from app.core.errors import Invalid
from app.core.words import N_

LEAST = 15
MOST = 128
_COMMON = ("password", "qwerty", "123456", "letmein", "admin", "welcome", "woaini", "mima", "xinxia", "abc123")


class PasswordTooShort(Invalid):
    """Short passwords are guessed."""

    words = N_("A password has 15 to 128 characters. Several words in a row are easy to remember.")


class PasswordTooCommon(Invalid):
    """Passwords that everybody tries first."""

    words = N_("This password is among those that are tried first. Please choose another.")


def demand_good(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Raise PasswordTooShort or PasswordTooCommon; `about` is what others know of the person."""
    plain = unicodedata.normalize("NFKC", password)
    if not LEAST <= len(plain) <= MOST:
        raise PasswordTooShort()
    left = plain.casefold()
    for word in (*_COMMON, *(known.casefold() for known in about if known)):
        left = left.replace(word, "")
    if len(set(left)) < 4 or len(left) < 6:
        raise PasswordTooCommon()
