"""What the stories about concerns share: the cast raises, opens and looks, each in a transaction of their own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from app.access import Actor
from app.core.database import session
from app.core.errors import Missing
from app.directory.queries import PlacedStudent, get_placed_student
from app.escalation import hand_overs, opinions, service
from app.escalation.models import Concern, HandOver, SecondOpinion
from app.escalation.queries import get_concern, live_hand_over, pending_opinion
from app.files import service as files
from tests.world import World

TUESDAY_MORNING = datetime(2026, 10, 13, 2, 30, tzinfo=UTC)
"""10:30 in Shanghai, a school day."""

EVERYDAY = {
    "seen": "坐在操场边，一个人。他说：没人和我玩。",
    "when_where": "课间，操场",
    "families": ["peers"],
    "since": "days",
    "safe_now": "yes",
    "with_whom": "同桌",
    "urgency": "this_week",
}
LOW_MOOD = {**EVERYDAY, "families": ["mood"], "since": "longer"}
SELF_HARM = {**EVERYDAY, "families": ["self_harm", "mood"]}
IN_DANGER = {**SELF_HARM, "safe_now": "no", "plan": "yes", "means": "yes"}
PACKET = {"reason": "需要更专业的支持", "summary": "两周来情绪低落", "questions": "如何支持？", "tried": "辅导两次"}


def placed(world: World, name: str) -> PlacedStudent:
    """Return a student of the cast as the door of a page loads them."""
    found = get_placed_student(world.students[name])
    assert found is not None
    return found


@dataclass
class Story:
    """One concern and the people who deal with it; every deed is a transaction of its own."""

    world: World
    id: UUID = field(default=UUID(int=0))

    def raised(self, name: str, answers: dict[str, Any], *, about: str = "ana", excluded: tuple[str, ...] = (),
               **more: Any) -> "Story":
        """Let somebody raise a concern and keep its id."""
        with self.world.acting(name) as by:
            account = {**answers, "excluded": [self.world.people[person] for person in excluded]}
            found = service.raise_concern(placed(self.world, about), account=account, by=by, **more)
            self.id = found.id
        return self

    def does(self, name: str, deed: Callable[..., Any], **given: Any) -> Any:
        """Let somebody do a deed of the service with the page they have just opened."""
        with self.world.acting(name) as by:
            subject = self._subject(deed)
            if deed not in (service.give_feedback, service.note_seen):
                given.setdefault("revision", self.concern().revision)
            done = deed(subject, by=by, **given)
            return getattr(done, "id", done)

    def concern(self) -> Concern:
        """Return the concern, inside the transaction at hand."""
        found = get_concern(self.id)
        assert found is not None
        return found

    def now(self) -> Concern:
        """Return the concern as it stands, in a transaction of its own."""
        with self.world.database.transaction(writes=False):
            found = self.concern()
            session().expunge(found)
        return found

    @property
    def stands(self) -> tuple[str, str, str]:
        """State, owning tier and level."""
        now = self.now()
        return now.state, now.tier, now.level

    def _subject(self, deed: Callable[..., Any]) -> Concern | HandOver | SecondOpinion:
        subject: Concern | HandOver | SecondOpinion | None
        if deed is opinions.decide:
            subject = pending_opinion(self.id)
        elif deed in (hand_overs.offer, hand_overs.call_centre) or deed.__module__ != hand_overs.__name__:
            subject = self.concern()
        else:
            subject = live_hand_over(self.id)
        if subject is None:
            raise Missing()
        return subject


def signed_entry(story: Story, name: str, text: str) -> UUID:
    """Write and sign a session entry in the student's file."""
    with story.world.acting(name) as by:
        concern = story.concern()
        file = files.open_file(student_id=concern.student_id, school_id=concern.school_id, by=by)
        entry = files.begin_entry(file, kind="first", started_at=TUESDAY_MORNING, body={"observation": text}, by=by)
        files.sign_entry(entry, revision=entry.revision, by=by)
        return entry.id


def reads(actor: Actor, object_id: UUID) -> bool:
    """Say whether somebody can open an object by a plain grant."""
    return bool(actor.ring.open_many([object_id]))
