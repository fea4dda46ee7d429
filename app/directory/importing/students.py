"""Importing students: all of a list or nothing, in the transaction at hand, with a way back for a day."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from app import audit, vault
from app.access import Actor, PostKind
from app.audit.body import Code
from app.core import clock
from app.core.database import savepoint, session
from app.core.errors import Conflict, Invalid
from app.core.ids import new_id
from app.core.words import N_
from app.directory import labels
from app.directory.contacts import settle_classes
from app.directory.importing.models import RosterImport
from app.directory.importing.planning import StudentPlan, facts_of, plan_students
from app.directory.importing.progress import Tell, silent
from app.directory.importing.register import Place, Register
from app.directory.models import Organisation
from app.directory.pinyin import reading
from app.directory.policy import IMPORT_ROSTER
from app.directory.queries import grades_of, holders_of, today_at
from app.directory.rosters.columns import Table
from app.directory.rosters.students import StudentRow
from app.directory.service import ensure_class, ensure_grade

UNDO_FOR = timedelta(hours=24)
"""How long an import can be undone."""


class RowsHaveFaults(Invalid):
    """Some rows cannot be imported, and nobody said to go on without them."""

    words = N_("%(count)s rows cannot be imported. Correct them, or import without them.")


class NothingToImport(Invalid):
    """A list without a single student that could be imported."""

    words = N_("There is no row in this list that could be imported.")


class PlanChanged(Conflict):
    """What the import would do is not what the person was shown any more."""

    words = N_("The directory was changed meanwhile. Look at what the list would change now, and confirm it again.")


def import_students(
    table: Table,
    *,
    school: Organisation,
    by: Actor,
    without_bad_rows: bool = False,
    leaving: Collection[UUID] | None = (),
    new_grades: Sequence[str] = (),
    expecting: str | None = None,
    upload_id: UUID | None = None,
    tell: Tell = silent,
) -> RosterImport:
    """Import a list of students into a school, and return what was done.

    `leaving` names the grades whose missing students leave, None those that the plan suggests; `expecting` is
    the fingerprint of the plan that was shown. Raises RowsHaveFaults, NothingToImport, PlanChanged and
    ContactsClosed, and then nothing was done.
    """
    IMPORT_ROSTER.demand(by, school)
    plan = plan_students(table, school=school, by=by, new_grades=new_grades)
    if expecting is not None and expecting != plan.fingerprint:
        raise PlanChanged()
    if plan.roster.bad_rows and not without_bad_rows:
        raise RowsHaveFaults(count=len(plan.roster.bad_rows))
    if not plan.roster.entries:
        raise NothingToImport()
    # A savepoint: what a page catches and shows is not committed with it.
    with savepoint():
        return _carry_out(plan, plan.suggested if leaving is None else leaving, by=by, upload_id=upload_id, tell=tell)


def _carry_out(
    plan: StudentPlan, leaving: Collection[UUID], *, by: Actor, upload_id: UUID | None, tell: Tell
) -> RosterImport:
    register, school = plan.register, plan.register.school
    today = today_at(school.id)
    places = _Classes(register)
    _place_all(plan, places, today, tell)
    gone = plan.leaving(leaving)
    for line in gone:
        _let_go(register, line.id, today)
    before = register.seal()
    settle_classes([shape for shape, _ in register.shapes.values()], by=by)
    found = plan.comparison
    counts = {
        "rows": len(plan.roster.entries), "without": len(plan.roster.bad_rows), "new": len(found.new),
        "moved": len(found.moved), "renamed": len(found.renamed), "returned": len(found.returned),
        "left": len(gone), "contacts": plan.contacts_changed,
    }
    way_back = {
        "before": {one.hex: place.dump() if place else None for one, place in before.items()},
        "classes": [class_id.hex for class_id in places.made_classes],
        "grades": [grade_id.hex for grade_id in places.made_grades],
    }
    done = new_import(school, kind="students", upload_id=upload_id, counts=counts, by=by)
    _keep_way_back(done, way_back, by=by)
    keep_import(done, by=by, holds=[*register.holds(), *audit.holding(done, "way_back")])
    return done


def _place_all(plan: StudentPlan, classes: "_Classes", today: date, tell: Tell) -> None:
    register, total = plan.register, len(plan.roster.entries)
    known = {place.number: one for one, place in register.places.items()}
    for done, row in enumerate(plan.roster.entries, start=1):
        student_id = known.get(row.number)
        before = register.places[student_id] if student_id else None
        register.put(student_id or new_id(), _place_of(row, before, classes.find(row), today))
        if done % 25 == 0 or done == total:
            tell(done, total)


def _place_of(row: StudentRow, before: Place | None, class_id: UUID, today: date) -> Place:
    if before is None:
        return Place(class_id, row.number, row.name, reading(row.name), today, None, facts_of(row, {}))
    same_name = before.name == row.name
    return Place(
        class_id, row.number, row.name, before.reading if same_name else reading(row.name), before.joined_on, None,
        facts_of(row, before.facts),
    )


def _let_go(register: Register, student_id: UUID, today: date) -> None:
    """Put a student on the page of those who left: number and name stay, contacts do not."""
    place = register.places[student_id]
    left = Place(None, place.number, place.name, place.reading, place.joined_on, today)
    register.put(student_id, left)


class _Classes:
    """Finds the class a row names, and makes those that are new; remembers which."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.made_classes: list[UUID] = []
        self.made_grades: list[UUID] = []
        self._known = {
            (grade.label, labels.class_label(shape.label)): shape.id for shape, grade in register.shapes.values()
        }
        self._grades = {grade.id for grade in grades_of(register.school.id)}

    def find(self, row: StudentRow) -> UUID:
        key = row.grade_label, row.class_label
        if key not in self._known:
            self._known[key] = self._make(*key)
        return self._known[key]

    def _make(self, grade_label: str, class_label: str) -> UUID:
        grade = ensure_grade(school_id=self.register.school.id, label=grade_label)
        shape = ensure_class(grade=grade, label=class_label)
        if grade.id not in self._grades:
            self._grades.add(grade.id)
            self.made_grades.append(grade.id)
        self.made_classes.append(shape.id)
        self.register.shapes[shape.id] = (shape, grade)
        return shape.id


def new_import(
    organisation: Organisation, *, kind: str, upload_id: UUID | None, counts: dict[str, int], by: Actor
) -> RosterImport:
    """Return an import of a list with its counts, for `keep_import`."""
    return RosterImport(
        id=new_id(), organisation_id=organisation.id, kind=kind, upload_id=upload_id or new_id(),
        person_id=by.person_id, made_at=clock.now(), counts=counts, way_back=None, undo_until=None, undone_at=None,
    )


def keep_import(done: RosterImport, *, by: Actor, holds: Sequence[Code] = ()) -> None:
    """Keep that a list was imported, and note it on the trail with its counts and what was written."""
    session().add(done)
    audit.record(
        by, "roster:imported", organisation=done.organisation_id, subject=("roster_import", done.id), kind=done.kind,
        holds=[*holds] or None, **done.counts,
    )


def _keep_way_back(done: RosterImport, way_back: Mapping[str, object], *, by: Actor) -> None:
    admins = holders_of(
        PostKind.SCHOOL_ADMIN, organisation_id=done.organisation_id, on=today_at(done.organisation_id)
    )
    holders = [vault.user(person) for person in dict.fromkeys([by.person_id, *admins]) if vault.has_key(person)]
    key = vault.create_object(
        done.id, organisation_id=done.organisation_id, to=holders, by=by.ring, basis="roster:undo"
    )
    vault.write(done, "way_back", way_back, key)
    done.undo_until = done.made_at + UNDO_FOR
    session().add(done)
    session().flush()
