"""From letter to help: a concern with an action card, in the counsellor's own words and never the writer's."""

from collections.abc import Collection
from uuid import UUID

from app.access import Actor
from app.core.errors import Missing
from app.directory.queries import get_placed_student
from app.escalation import service as escalation
from app.escalation.models import Concern
from app.letterbox.models import Letter
from app.letterbox.policy import RAISE
from app.letterbox.service import answering, trail
from app.letterbox.service.readership import demand_clear, kept_from


def raise_concern(
    letter: Letter, *, student_id: UUID, level: str, families: Collection[str], safe_now: str, words: str, by: Actor
) -> Concern:
    """Raise a concern about the student whom a letter is about; who must not learn of the letter learns of neither.

    Nothing of the letter goes along, and no row names both. Raises Missing, WhoIsMeant, NobodyToTell.
    """
    RAISE.demand(by, letter)
    placed = get_placed_student(student_id)
    if placed is None or placed.school_id != letter.school_id:
        raise Missing()
    head, _said = answering.read(letter, by=by)
    demand_clear(head)
    concern = escalation.raise_concern(
        placed, source="letter", level=level, by=by,
        account={
            "safe_now": safe_now, "seen": words, "families": list(families), "excluded": kept_from(head).people,
        },
    )
    if letter.state == "answered":
        # From now on the concern's clock counts.
        letter.due_at = None
    trail.changed(by, "letter:led_to_concern", letter)
    return concern
