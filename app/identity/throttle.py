"""Slows guessing down for one account from one source; neither a school behind one address nor a colleague is hit."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete

from app import vault
from app.core import clock
from app.core.database import session
from app.core.errors import TooMany
from app.core.words import N_
from app.identity.models import SignInAttempt

ALLOWED = 8
# Codes have six digits: whoever tries them knows the password already, and is held back from all sources together.
ALLOWED_CODES = 40
WINDOW = timedelta(minutes=15)
EVERYWHERE = "everywhere"


class TooManyAttempts(TooMany):
    """This account was tried too often from here."""

    words = N_("That was too often. Please wait a quarter of an hour; others can still sign in.")


def demand_patience(subject: str, source: str, *, allowed: int = ALLOWED) -> None:
    """Raise TooManyAttempts while this account is held back for this source."""
    row = session().get(SignInAttempt, _key(subject, source))
    if row is not None and row.count >= allowed and clock.now() - row.since < WINDOW:
        raise TooManyAttempts()


def count_failure(subject: str, *sources: str) -> Callable[[], None]:
    """Keep that an attempt failed, and return what keeps it again.

    A page that shows the refusal commits this transaction; where it is rolled back instead, the refusal carries
    the answer as its `afterwards`. Either way a failed attempt counts once.
    """

    def count() -> None:
        for source in sources:
            count_attempt(subject, source)

    count()
    return count


def count_attempt(subject: str, source: str) -> None:
    """Count one more attempt of this quarter of an hour."""
    key = _key(subject, source)
    row = session().get(SignInAttempt, key)
    if row is None or clock.now() - row.since >= WINDOW:
        session().merge(SignInAttempt(key=key, count=1, since=clock.now()))
    else:
        row.count += 1
    session().flush()


def forget(subject: str, source: str) -> None:
    """Forget failures after a success."""
    session().execute(delete(SignInAttempt).where(SignInAttempt.key == _key(subject, source)))


def forget_old() -> int:
    """Delete counters whose time is over; return how many."""
    done = session().execute(delete(SignInAttempt).where(SignInAttempt.since < clock.now() - WINDOW))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _key(subject: str, source: str) -> bytes:
    return vault.server_index("attempt", f"{subject}\n{source}")
