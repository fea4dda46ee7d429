"""A concern that is still being written: kept on the way, sealed to its author alone, gone once it is sent."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select

from app import audit, vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Missing, Stale
from app.core.ids import new_id
from app.directory.queries import get_placed_student, placed_students
from app.escalation import policy
from app.escalation.models import ConcernDraft

KEPT_FOR = timedelta(days=14)
"""How long a draft lies untouched before it is deleted (Xinxia's own default): what nobody sends is no record."""
_AT_A_TIME = 200


def draft_about(student_id: UUID, by: Actor) -> ConcernDraft | None:
    """Return what the actor began to write about a student, if anything; keys lost with a password count as nothing."""
    draft = _kept(student_id, by)
    return draft if draft is not None and by.ring.open_many([draft.id]) else None


def _kept(student_id: UUID, by: Actor) -> ConcernDraft | None:
    return session().scalar(
        select(ConcernDraft).where(ConcernDraft.author_id == by.person_id, ConcernDraft.student_id == student_id)
    )


def drafts_of(by: Actor) -> list[ConcernDraft]:
    """Return what the actor began to write and can still send, the newest first."""
    mine = select(ConcernDraft).where(ConcernDraft.author_id == by.person_id).order_by(ConcernDraft.saved_at.desc())
    drafts = session().scalars(mine).all()
    keys = by.ring.open_many({draft.id for draft in drafts})
    students = placed_students(draft.student_id for draft in drafts)
    within = {student.id for student in students.values() if policy.RAISE_ABOUT.allows(by, student)}
    return [draft for draft in drafts if draft.id in keys and draft.student_id in within]


def answers_of(draft: ConcernDraft, *, by: Actor) -> dict[str, Any]:
    """Return what was filled in so far."""
    answers: dict[str, Any] = vault.read(draft, "answers", by.ring.open(draft.id))
    return answers


def save_draft(*, student_id: UUID, answers: Mapping[str, Any], revision: int, by: Actor) -> ConcernDraft:
    """Keep what was filled in so far; a draft that was saved, sent or thrown away elsewhere since is Stale.

    `revision` is that of the draft which the page was opened with, 0 where there was none.
    """
    student = get_placed_student(student_id)
    if student is None:
        raise Missing()
    policy.RAISE_ABOUT.demand(by, student)
    draft = draft_about(student_id, by)
    if revision != (draft.revision if draft else 0):
        raise Stale()
    draft = draft or _begin(student, by)
    vault.write(draft, "answers", dict(answers), by.ring.open(draft.id))
    draft.revision = revision + 1
    draft.saved_at = clock.now()
    session().add(draft)
    session().flush()
    return draft


def _begin(student: Any, by: Actor) -> ConcernDraft:
    if (unreadable := _kept(student.id, by)) is not None:
        _delete(unreadable)
    draft = ConcernDraft(id=new_id(), school_id=student.school_id, student_id=student.id, author_id=by.person_id)
    vault.create_object(
        draft.id, organisation_id=student.school_id, to=[vault.user(by.person_id)], by=by.ring, basis="concern:draft"
    )
    _record(by, "concern:begun", draft)
    return draft


def discard_draft(draft: ConcernDraft, *, by: Actor) -> None:
    """Take the actor's own draft away for good."""
    if draft.author_id != by.person_id:
        raise Missing()
    _delete(draft)
    _record(by, "concern:draft_discarded", draft)


def end_draft(student_id: UUID, *, by: Actor) -> None:
    """Take away what the actor began to write about a student, because it is sent now."""
    ended = session().connection().scalar(_END, {"student": student_id, "author": by.person_id})
    if ended is not None:
        vault.destroy(ended)


def forget_old() -> int:
    """Delete drafts that nobody touched for long, key first; return how many. A job's work."""
    system = audit.system("drafts")
    old = select(ConcernDraft).where(ConcernDraft.saved_at < clock.now() - KEPT_FOR).limit(_AT_A_TIME)
    drafts = session().scalars(old).all()
    for draft in drafts:
        _delete(draft)
        _record(system, "concern:draft_forgotten", draft)
    return len(drafts)


def _delete(draft: ConcernDraft) -> None:
    vault.destroy(draft.id, quietly=True)
    session().delete(draft)
    session().flush()


def _record(by: audit.Doer, action: str, draft: ConcernDraft) -> None:
    audit.record(by, action, organisation=draft.school_id, subject=("student", draft.student_id))


# Written once: building a statement costs more than the database needs to carry it out.
_END = (
    delete(ConcernDraft)
    .where(ConcernDraft.author_id == bindparam("author"), ConcernDraft.student_id == bindparam("student"))
    .returning(ConcernDraft.id)
)
