"""What can go wrong with keys, named for what happened; no message carries a secret or a text."""

from app.core.errors import Conflict, Invalid, Missing, Refusal, Unavailable
from app.core.words import N_


class VaultError(Refusal):
    """Something about keys."""

    status = 500


class Damaged(VaultError):
    """Sealed bytes that are not exactly what was sealed there, or a key that does not fit."""

    words = N_("This record is damaged and cannot be shown. The others are not affected.")


class Untrusted(VaultError):
    """A key or grant whose chain of signatures does not end at the district's root key."""

    words = N_(
        "A key in the database was not signed by anybody this district trusts. Please tell your administrator."
    )


class NoKey(Missing):
    """No grant leads from this person to the object, or nobody holds the key that is needed yet."""


class AlreadyFounded(Conflict):
    """The group exists: it is founded once."""

    words = N_("These keys were already made.")


class UnknownSuite(Damaged):
    """Sealed with algorithms that this version of the program does not know."""


class MistypedCode(Invalid):
    """A code whose check symbols do not fit: a typing error, which costs nothing."""

    words = N_("There is a typing error in the code. Please compare it with the paper.")


class Busy(Unavailable):
    """Too many passwords are being checked at this moment."""

    words = N_("Many people are signing in just now. Please try again in a moment.")


class LooseFileMode(Exception):
    """A secret file that others on this machine could read."""
