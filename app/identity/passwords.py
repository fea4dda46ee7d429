"""What a staff password must be: long, and not one that everybody tries first (ASVS V6.2)."""

import unicodedata

from app.core.errors import Invalid
from app.core.words import N_

LEAST = 15
MOST = 128
# What is left of a password must have this many characters, and so many different ones, once all that
# everybody tries first is taken out of it.
_LEFT = 6
_DIFFERENT = 4
_COMMON = (
    # Lists of leaked passwords, abroad and in China, begin with these; longer ones first.
    "password", "passw0rd", "iloveyou", "5201314", "woaini", "letmein", "welcome", "dragon", "monkey", "sunshine",
    "football", "princess", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx", "qazwsx", "1q2w3e4r", "qwerty", "asdf",
    "abc123", "a123456", "admin", "root", "guest", "test", "changeme", "secret", "default",
    # What a school would think of.
    "xinxia", "mima", "laoshi", "xuexiao", "xuesheng", "xinli", "zixun", "banzhuren", "jiaoshi", "xiaozhang",
    "zhongguo", "beijing", "shanghai", "linjiang", "school", "teacher", "student", "counsellor", "psychology",
)


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
    left = _surprising(_without(plain.casefold(), about))
    # Telephone numbers, birthdays and staff numbers in a row are digits alone.
    if len(left) < _LEFT or len(set(left)) < _DIFFERENT or not any(map(str.isalpha, left)):
        raise PasswordTooCommon()


def _without(text: str, about: tuple[str, ...]) -> str:
    known = ("".join(part.casefold().split()) for part in about if part)
    # One or two letters stand in every text: taking them out would refuse good passwords.
    for word in sorted({*_COMMON, *(part for part in known if len(part) > 2)}, key=len, reverse=True):
        text = text.replace(word, "")
    return text


def _surprising(text: str) -> str:
    """Return what does not follow from what stands before it: no piece said again, no run as 1234 or aaaa."""
    again = (text + text).find(text, 1)
    text = text[:again] if 0 < again < len(text) else text
    return "".join(here for before, here in zip("\0" + text, text, strict=False) if abs(ord(here) - ord(before)) > 1)
