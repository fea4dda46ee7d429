"""An answer that is still being written: kept on the way, sealed to its author alone, gone once it is sent."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app import audit, vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.ids import new_id
from app.escalation.drafts import KEPT_FOR
from app.letterbox import policy
from app.letterbox.models import AnswerDraft, Letter

_AT_A_TIME = 200


def words_of(letter: Letter, *, by: Actor) -> str:
    """Return what the actor has written so far; what was lost with a password is nothing."""
    draft = _kept(letter, by)
    keys = by.ring.open_many([draft.id]) if draft else {}
    return str(vault.read(draft, "words", keys[draft.id])) if draft and draft.id in keys else ""


def save(letter: Letter, words: str, *, by: Actor) -> datetime:
    """Keep what was written so far, the last one counts, and return when; raises Missing."""
    policy.ANSWER.demand(by, letter)
    draft = _kept(letter, by)
    if draft is None or draft.id not in by.ring.open_many([draft.id]):
        draft = _begin(letter, by)
    vault.write(draft, "words", words, by.ring.open(draft.id))
    draft.saved_at = clock.now()
    session().add(draft)
    session().flush()
    return draft.saved_at


def others_writing(letter: Letter, *, by: Actor) -> list[UUID]:
    """Return who else has begun an answer, so that two do not write the same."""
    return list(
        session().scalars(
            select(AnswerDraft.author_id).where(
                AnswerDraft.letter_id == letter.id, AnswerDraft.author_id != by.person_id
            )
        )
    )


def end(letter: Letter, *, by: Actor) -> None:
    """Take away what the actor began to write, because it is sent now."""
    if (draft := _kept(letter, by)) is not None:
        _delete(draft)


def forget_old() -> int:
    """Delete drafts that nobody touched for long, key first; return how many. A job's work."""
    old = select(AnswerDraft).where(AnswerDraft.saved_at < clock.now() - KEPT_FOR).limit(_AT_A_TIME)
    drafts = session().scalars(old).all()
    for draft in drafts:
        _delete(draft)
    return len(drafts)


def _kept(letter: Letter, by: Actor) -> AnswerDraft | None:
    return session().scalar(
        select(AnswerDraft).where(AnswerDraft.author_id == by.person_id, AnswerDraft.letter_id == letter.id)
    )


def _begin(letter: Letter, by: Actor) -> AnswerDraft:
    end(letter, by=by)
    draft = AnswerDraft(id=new_id(), letter_id=letter.id, school_id=letter.school_id, author_id=by.person_id)
    vault.create_object(
        draft.id, organisation_id=letter.school_id, to=[vault.user(by.person_id)], by=by.ring, basis="letter:draft"
    )
    audit.record(by, "letter:answer_begun", organisation=letter.school_id, subject=("letter", letter.id))
    return draft


def _delete(draft: AnswerDraft) -> None:
    vault.destroy(draft.id, quietly=True)
    session().delete(draft)
    session().flush()
