"""Undoing an import: everybody goes back to how they were, but for those about whom something newer is kept."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from app import audit, vault
from app.access import Actor
from app.core import clock
from app.core.database import savepoint, session
from app.core.errors import Conflict
from app.core.words import N_
from app.directory.importing.models import RosterImport
from app.directory.importing.records import with_newer_records
from app.directory.importing.register import Place, Register
from app.directory.models import Grade, Organisation, Post, SchoolClass, Student
from app.directory.policy import UNDO_IMPORT


class UndoTooLate(Conflict):
    """The day in which an import can be undone is over, or it was undone already."""

    words = N_("This import can no longer be undone. Correct single students with a new list.")


class LaterImport(Conflict):
    """A later import stands upon this one."""

    words = N_("Another list was imported after this one. Undo that one first.")


class RecordsStandUponIt(Conflict):
    """The database keeps a record of a student that nobody told of; nothing was undone."""

    words = N_("Records are kept about some of these students, so nothing was undone. Correct them with a new list.")


def undo_import(done: RosterImport, *, by: Actor) -> list[UUID]:
    """Undo an import within its day; return the students who stay because something newer is kept about them."""
    UNDO_IMPORT.demand(by, done)
    _demand_time(done)
    with savepoint():
        return _go_back(done, by=by)


def _go_back(done: RosterImport, *, by: Actor) -> list[UUID]:
    way_back: dict[str, Any] = vault.read(done, "way_back", by.ring.open(done.id))
    before = {UUID(hex=one): Place.load(place) if place else None for one, place in way_back["before"].items()}
    staying = with_newer_records(before.keys(), done.made_at)
    register = Register(session().get_one(Organisation, done.organisation_id), by=by)
    for student_id, place in before.items():
        if student_id in staying:
            continue
        if place is None:
            register.remove(student_id)
        else:
            register.put(student_id, place)
    _seal(register)
    _remove_empty(way_back)
    done.undone_at = clock.now()
    vault.write(done, "way_back", {"stayed": [one.hex for one in staying]}, by.ring.open(done.id))
    session().flush()
    audit.record(
        by, "roster:undone", organisation=done.organisation_id, subject=("roster_import", done.id),
        students=len(before) - len(staying), stayed=len(staying),
        holds=[*register.holds(), *audit.holding(done, "way_back")],
    )
    return sorted(staying)


def who_stayed(done: RosterImport, *, by: Actor) -> list[UUID]:
    """Return the students whom undoing left as they were, as long as that is kept."""
    if done.undone_at is None or done.way_back is None or (key := by.ring.open_many([done.id]).get(done.id)) is None:
        return []
    return [UUID(hex=one) for one in vault.read(done, "way_back", key).get("stayed", [])]


def can_undo(done: RosterImport) -> bool:
    """Say whether an import is still in its day, not undone, and the newest of its school."""
    return _in_its_day(done) and not _later_one(done)


def _demand_time(done: RosterImport) -> None:
    if not _in_its_day(done):
        raise UndoTooLate()
    if _later_one(done):
        raise LaterImport()


def _in_its_day(done: RosterImport) -> bool:
    return (
        done.undone_at is None
        and done.way_back is not None
        and done.undo_until is not None
        and clock.now() < done.undo_until
    )


def _later_one(done: RosterImport) -> bool:
    # Ids sort by the moment they were made, so that two imports of one instant have an order, too.
    later = exists().where(
        RosterImport.organisation_id == done.organisation_id, RosterImport.kind == done.kind,
        RosterImport.id > done.id, RosterImport.undone_at.is_(None),
    )
    return bool(session().scalar(select(later)))


def _seal(register: Register) -> None:
    try:
        register.seal()
    except IntegrityError:
        # The last wall: a table upstairs holds on to a student whom nobody named.
        raise RecordsStandUponIt() from None


def _remove_empty(way_back: dict[str, Any]) -> None:
    """Remove the classes and grades that came with the list, unless somebody is in charge of them by now."""
    for class_id in map(UUID, way_back["classes"]):
        if not _in_use(Student.class_id == class_id, Post.class_id == class_id):
            _remove(SchoolClass, class_id)
    for grade_id in map(UUID, way_back["grades"]):
        founded = vault.find_group(session().get_one(Grade, grade_id).school_id, "grade", grade_id)
        if founded is None and not _in_use(SchoolClass.grade_id == grade_id, Post.grade_id == grade_id):
            _remove(Grade, grade_id)


def _in_use(*users: Any) -> bool:
    return any(session().scalar(select(exists().where(user))) for user in users)


def _remove(model: Any, row_id: UUID) -> None:
    """Remove a row that nothing needs; what a table upstairs needs stays."""
    try:
        with savepoint():
            session().delete(session().get_one(model, row_id))
    except IntegrityError:
        return


def forget_ways_back(expired: Collection[RosterImport]) -> int:
    """Destroy what would have undone these imports; return how many there were."""
    for done in expired:
        vault.destroy(done.id)
        done.way_back = None
        audit.record(
            audit.system("rosters"), "roster:undo_over", organisation=done.organisation_id,
            subject=("roster_import", done.id), holds=audit.holding(done, "way_back"),
        )
    return len(expired)
