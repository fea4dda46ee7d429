"""Words of a letter told outside the counselling room: with the writer's consent or for their safety, and on record.

未成年人保护法 §63: nobody else reads a minor's letter. What goes on is the least text that is needed, to one person,
signed and never changed; whoever wrote the letter sees to whom and on which ground.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app import vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Invalid
from app.core.ids import new_id
from app.core.words import N_
from app.directory.people import posts_held_at
from app.letterbox import policy
from app.letterbox.models import Letter, LetterRelease
from app.letterbox.service import trail
from app.letterbox.service.posting import worded
from app.letterbox.service.readership import demand_clear, head_of, kept_from
from app.notifications import service as notifications
from app.vault import Untrusted
from app.vault.statements import moment


class CannotTell(Invalid):
    """Nobody of the school, somebody without keys, or somebody who must not learn of the letter."""

    words = N_("This person cannot be told: they must not learn of the letter, or have no key yet.")


def recipients_of(letter: Letter, *, by: Actor) -> set[UUID]:
    """Return the people of the school to whom words of this letter can be told."""
    without = kept_from(head_of(letter, by=by))
    left_out = {by.person_id, *without.people, *vault.readers_of(letter.id)}
    return vault.with_keys({held.person.id for held in posts_held_at([letter.school_id])} - left_out)


def release(letter: Letter, *, to: UUID, basis: str, words: str, by: Actor) -> LetterRelease:
    """Tell one person words of a letter, signed; raises CannotTell, WhoIsMeant, NothingWritten, TooLong."""
    policy.RELEASE.demand(by, letter)
    demand_clear(head_of(letter, by=by))
    if to not in recipients_of(letter, by=by):
        raise CannotTell()
    words = worded(words)
    told = LetterRelease(
        id=new_id(), letter_id=letter.id, school_id=letter.school_id, author_id=by.person_id, recipient_id=to,
        basis_code=basis, at=clock.now(),
    )
    readers = [vault.user(to), *(vault.user(person_id) for person_id in sorted(vault.readers_of(letter.id)))]
    key = vault.create_object(
        told.id, organisation_id=letter.school_id, to=readers, by=by.ring, basis="letter:released"
    )
    vault.write(told, "words", words, key)
    told.signer_epoch, told.signature = by.ring.epoch, by.ring.sign(*_statement(told))
    session().add(told)
    session().flush()
    trail.kept(by, "letter:released", told, basis=basis, recipient=to)
    notifications.queue(
        "letter:released", to=[to], organisation=letter.school_id, subject=("letter_release", told.id), by=by
    )
    return told


def words_of(told: LetterRelease, *, by: Actor) -> tuple[str, bool]:
    """Return what was told, and whether it bears its author's signature."""
    policy.READ_RELEASE.demand(by, told)
    words: str = vault.read(told, "words", by.ring.open(told.id))
    return words, _is_signed(told)


def told_of(letter: Letter) -> list[LetterRelease]:
    """Return what bears the signature of whoever told it, the latest last: a row that SQL made is told to no child."""
    found = releases_of(letter)
    vault.trust().expect({(told.author_id, told.signer_epoch) for told in found})
    return [told for told in found if _is_signed(told)]


def releases_of(letter: Letter) -> Sequence[LetterRelease]:
    """Return to whom words of a letter were told, the latest last."""
    query = select(LetterRelease).where(LetterRelease.letter_id == letter.id)
    return session().scalars(query.order_by(LetterRelease.at, LetterRelease.id)).all()


def _is_signed(told: LetterRelease) -> bool:
    try:
        return vault.trust().signed(told.author_id, told.signer_epoch, told.signature, *_statement(told))
    except Untrusted:
        return False


def _statement(told: LetterRelease) -> tuple[str | bytes | int | UUID, ...]:
    """Return what is signed: the words as they are sealed, because the letter's writer has no key of them."""
    return (
        "letter-release/2", told.id, told.letter_id, told.recipient_id, told.basis_code, moment(told.at), told.words
    )
