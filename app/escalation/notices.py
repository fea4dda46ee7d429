"""Who is told that something waits: people of the tiers who hold a key, and the reporter; never what it is about."""

from collections.abc import Iterable
from uuid import UUID

from app import vault
from app.access import Actor
from app.escalation.levels import GRAVE
from app.escalation.models import Concern, HandOver
from app.escalation.readers import Teams
from app.notifications import service as notifications

# deed: (kind of notice, who is told). "owner" is the tier that owns the concern now.
AFTER: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "acknowledge": (("concern:acknowledged", ("reporter",)),),
    "ask": (("concern:asked", ("reporter",)),),
    "answer": (("concern:answered", ("owner",)),),
    "pass_on": (("concern:passed_on", ("owner",)),),
    "close_by_grade": (("concern:closed", ("reporter",)),),
    "accept": (("concern:accepted", ("reporter",)),),
    "close": (("concern:closed", ("reporter", "grade")),),
    "agree_close": (("concern:decided", ("room",)), ("concern:closed", ("reporter", "grade"))),
    "agree_lower": (("concern:decided", ("room",)), ("concern:level_changed", ("grade",))),
    "refuse": (("concern:decided", ("room",)),),
    "propose_lower": (("concern:second_opinion", ("grade", "leadership", "centre")),),
    "propose_close": (("concern:second_opinion", ("grade", "leadership", "centre")),),
    "raise_level": (("concern:level_changed", ("owner", "room", "grade", "leadership")),),
    "reopen": (("concern:reopened", ("owner",)),),
    "feedback": (("concern:feedback", ("reporter",)),),
    "decline": (("concern:centre_declined", ("owner", "sender")),),
    "accept_by_centre": (("concern:centre_accepted", ("room", "sender")),),
    "advise": (("concern:advised", ("owner", "sender")),),
    "return": (("concern:returned", ("owner", "sender")),),
}


def tell(concern: Concern, deed: str, teams: Teams, *, by: Actor, sender_id: UUID | None = None) -> None:
    """Queue the notices of a deed for those in post who hold a key of account or card."""
    for kind, audience in AFTER.get(deed, ()):
        people: set[UUID] = set()
        for name in audience:
            people |= _people(name, concern, teams, sender_id)
        send(kind, concern, people, by=by)


def tell_raised(concern: Concern, teams: Teams, *, by: Actor) -> None:
    """Tell the owning tier of a new concern, and everybody whose card it is from R3 on."""
    everybody = ("owner", "room", "grade", "leadership") if concern.level in GRAVE else ("owner",)
    people = set().union(*(_people(name, concern, teams, None) for name in everybody))
    # Each of these teams was given the card a moment ago.
    _queue("concern:raised", concern, people, by=by)


def tell_centre(kind: str, hand_over: HandOver, teams: Teams, *, by: Actor) -> None:
    """Tell the centre of a hand-over that waits for it, or that was withdrawn."""
    notifications.queue(
        kind, to=teams["centre"].living, organisation=hand_over.centre_id, subject=("hand_over", hand_over.id), by=by,
        urgent=_is_urgent(hand_over.concern),
    )


def send(kind: str, concern: Concern, people: Iterable[UUID], *, by: Actor) -> None:
    """Queue a notice for those among these people who can open account or card."""
    readers = vault.readers_of(concern.id, concern.card_id)
    _queue(kind, concern, set(people) & readers, by=by)


def _queue(kind: str, concern: Concern, people: set[UUID], *, by: Actor) -> None:
    notifications.queue(
        kind, to=sorted(people), organisation=concern.school_id, subject=("concern", concern.id), by=by,
        urgent=_is_urgent(concern),
    )


def _is_urgent(concern: Concern) -> bool:
    """Say whether nobody's quiet hours count: its clock runs day and night."""
    return concern.level == "R4" and concern.closed_at is None


def _people(name: str, concern: Concern, teams: Teams, sender_id: UUID | None) -> set[UUID]:
    if name == "reporter":
        return {concern.raised_by} if concern.source == "teacher" else set()
    if name == "sender":
        return {sender_id} if sender_id else set()
    return set(teams[concern.tier if name == "owner" else name].living)
