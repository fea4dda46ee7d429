"""Secrets that are shown and not yet kept: sealed into the form that brings them back, for one person only.

Nothing is stored before the person shows that the secret arrived: by a code of the device, or by typing the last
group of a printed code.
"""

import base64
import binascii
import hmac
import unicodedata
from datetime import timedelta

from app import vault
from app.access import Actor
from app.core import clock
from app.core.errors import Invalid
from app.core.words import N_
from app.vault import Damaged
from app.vault.encoding import lengths

LASTS = timedelta(hours=1)


class NotConfirmed(Invalid):
    """What was typed is not the end of the code that was shown."""

    words = N_("This is not the last group of the code. Please look at the paper and type its last five characters.")


class TooOld(Invalid):
    """A form that was open for longer than what it carries counts."""

    words = N_("This page was open for more than an hour. Something new is shown now; please use that.")


def sealed(what: str, secret: bytes, *, by: Actor) -> str:
    """Return a secret sealed for the form of this person's page."""
    made = int(clock.now().timestamp()).to_bytes(8, "big")
    return base64.urlsafe_b64encode(vault.server_key().seal(made + secret, _bound(what, by))).decode()


def opened(what: str, token: str, *, by: Actor) -> bytes:
    """Return the secret of a form; raises TooOld when it is an hour old, or another person's."""
    try:
        content = vault.server_key().unseal(base64.urlsafe_b64decode(token.encode()), _bound(what, by))
    except (Damaged, binascii.Error, ValueError):
        raise TooOld() from None
    if clock.now().timestamp() - int.from_bytes(content[:8], "big") > LASTS.total_seconds():
        raise TooOld()
    return content[8:]


def shown_before(what: str, token: str | None, *, by: Actor) -> bytes | None:
    """Return the secret that a form brought back, or None when another has to be shown."""
    try:
        return opened(what, token, by=by) if token else None
    except TooOld:
        return None


def demand_last_group(code: str, typed: str) -> None:
    """Raise NotConfirmed unless the last group of a printed code was typed."""
    wanted = code.rsplit("-", 1)[-1]
    plain = "".join(unicodedata.normalize("NFKC", typed).upper().replace("-", "").split())
    given = plain.translate(str.maketrans("ILO", "110"))[-len(wanted):]
    if not hmac.compare_digest(wanted.encode(), given.encode()):
        raise NotConfirmed()


def _bound(what: str, by: Actor) -> bytes:
    return lengths("xinxia/1/offer", what, by.person_id)
