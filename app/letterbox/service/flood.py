"""Very many letters at once from one place are kept apart for a person to look through; nobody is shut out.

A class of forty behind the school's one address must all get through at once, so a letter is never refused, and
what may be an emergency is never kept apart.
"""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from app.core import clock
from app.core.errors import TooMany
from app.identity.throttle import count_attempt, demand_patience
from app.letterbox.models import Letter
from app.letterbox.service.doer import DOER
from app.notifications import service as notifications
from app.notifications.queries import was_told_since

ALLOWED = 60
"""Letters from one place in a quarter of an hour that go among the others: a class and half ([P] 4-domain.md)."""
DIGEST = timedelta(hours=1)


def is_one(school_id: UUID, source: str) -> bool:
    """Count a letter from a place, and say whether it is one too many to go among the others; paper comes from none."""
    if not source:
        return False
    subject = f"letters {school_id}"
    try:
        demand_patience(subject, source, allowed=ALLOWED)
    except TooMany:
        return True
    count_attempt(subject, source)
    return False


def tell(letter: Letter, people: Collection[UUID]) -> None:
    """Tell those who open the box that letters are kept apart: once an hour, however many they are."""
    since = clock.now() - DIGEST
    fresh = [person_id for person_id in sorted(people) if not was_told_since("letter:held", person_id, since)]
    notifications.queue(
        "letter:held", to=fresh, organisation=letter.school_id, subject=("letter", letter.id), by=DOER
    )
