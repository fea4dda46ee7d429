"""What a list would change, as programs see it before anything is done."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from marshmallow import fields

from app.core.forms import Shape
from app.directory.importing.planning import StudentPlan
from app.directory.importing.staff import StaffPlan
from app.directory.people import HeldPost
from app.directory.queries import DirectoryLine
from app.directory.rosters.comparison import Change
from app.directory.rosters.entries import Understood

MOST_NOTES = 200


class ListedPersonOut(Shape):
    """Somebody as the list has them."""

    row = fields.Int()
    number = fields.Str()
    name = fields.Str()


class ListedStudentOut(ListedPersonOut):
    """A student with the class that the list gives them."""

    place = fields.Str(metadata={"description": "Grade and class."})


class ChangedStudentOut(ListedStudentOut):
    """A student as the list has them, and how they are kept until now."""

    student_id = fields.UUID()
    name_before = fields.Str()
    place_before = fields.Str()


class KnownStudentOut(Shape):
    """A student as they are kept until now."""

    student_id = fields.UUID()
    number = fields.Str()
    name = fields.Str()
    place = fields.Str()


class MissingStudentsOut(Shape):
    """Students of a grade who are at the school and not in the list."""

    grade_id = fields.UUID(metadata={"description": "To be sent as `leave` if they have left."})
    grade = fields.Str()
    suggested = fields.Bool(metadata={"description": "The list looks complete for the grade."})
    students = fields.List(fields.Nested(KnownStudentOut))


class CountedOut(Shape):
    """A class or a grade, and how many."""

    name = fields.Str()
    count = fields.Int()


class RowNoteOut(Shape):
    """How a cell was read that could have been read otherwise."""

    row = fields.Int()
    field = fields.Str()
    code = fields.Str()
    words = fields.Str()
    found = fields.Str()


class StudentPlanOut(Shape):
    """What a list of students would change."""

    new = fields.List(fields.Nested(ListedStudentOut))
    moved = fields.List(fields.Nested(ChangedStudentOut))
    renamed = fields.List(fields.Nested(ChangedStudentOut))
    returned = fields.List(fields.Nested(ChangedStudentOut))
    unchanged = fields.Int()
    contacts_changed = fields.Int()
    missing = fields.List(fields.Nested(MissingStudentsOut))
    untouched = fields.List(
        fields.Nested(CountedOut),
        metadata={"description": "Classes of which the list has no rows; their students stay as they are."},
    )
    new_classes = fields.List(fields.Str())
    unknown_grades = fields.List(
        fields.Nested(CountedOut), metadata={"description": "Grades the school does not have yet, with their rows."}
    )
    notes = fields.List(fields.Nested(RowNoteOut))


class PlannedPostOut(ListedPersonOut):
    """A post that the list gives."""

    post = fields.Str()
    organisation = fields.Str()
    in_charge_of = fields.Str()


class RenamedPersonOut(ListedPersonOut):
    """A colleague under a new name."""

    name_before = fields.Str()


class EndingPostOut(Shape):
    """A post that the list does not name."""

    name = fields.Str()
    post = fields.Str()
    organisation = fields.Str()
    in_charge_of = fields.Str()


class StaffPlanOut(Shape):
    """What a staff list would change."""

    new_people = fields.List(fields.Nested(ListedPersonOut))
    new_posts = fields.List(fields.Nested(PlannedPostOut))
    renamed = fields.List(fields.Nested(RenamedPersonOut))
    kept_posts = fields.Int()
    ending = fields.List(
        fields.Nested(EndingPostOut), metadata={"description": "They end with `end_missing`, and go on without."}
    )


class PlanOut(Shape):
    """What a list would change: `students` or `staff`, the other is null."""

    seen = fields.Str(metadata={"description": "What was shown; the import is refused if it would do anything else."})
    rows = fields.Int(metadata={"description": "How many rows can be imported."})
    bad_rows = fields.Int(metadata={"description": "How many rows cannot; they stand under /faults."})
    students = fields.Nested(StudentPlanOut, allow_none=True)
    staff = fields.Nested(StaffPlanOut, allow_none=True)


def plan_told(plan: StudentPlan | StaffPlan) -> dict[str, Any]:
    """Return a plan as PlanOut shows it."""
    if isinstance(plan, StaffPlan):
        return {**_around(plan.fingerprint, plan.staff), "students": None, "staff": _staff(plan)}
    return {**_around(plan.fingerprint, plan.roster), "students": _students(plan), "staff": None}


def _around(seen: str, read: Understood[Any]) -> dict[str, Any]:
    return {"seen": seen, "rows": len(read.entries), "bad_rows": len(read.bad_rows)}


def _students(plan: StudentPlan) -> dict[str, Any]:
    found = plan.comparison
    return {
        "new": [_row(row, place=row.grade_label + row.class_label) for row in found.new],
        "moved": _changed(found.moved),
        "renamed": _changed(found.renamed),
        "returned": _changed(found.returned),
        "unchanged": len(found.unchanged),
        "contacts_changed": plan.contacts_changed,
        "missing": [
            {
                "grade_id": grade.grade_id, "grade": grade.grade_label, "suggested": grade.suggested,
                "students": [_known(line) for line in grade.lines],
            }
            for grade in plan.coverage.missing
        ],
        "untouched": [{"name": name, "count": count} for name, count in plan.coverage.untouched],
        "new_classes": plan.new_classes,
        "unknown_grades": [{"name": name, "count": count} for name, count in plan.unknown_grades.items()],
        "notes": [
            {"row": one.row, "field": one.field, "code": one.code, "words": _(one.words, **one.params),
             "found": one.found}
            for one in plan.roster.notes[:MOST_NOTES]
        ],
    }


def _staff(plan: StaffPlan) -> dict[str, Any]:
    return {
        "new_people": [_row(row) for row in plan.new_people],
        "new_posts": [
            _row(row, post=row.post, organisation=row.organisation, in_charge_of=_joined(key[2], key[3]))
            for row, key in plan.new_posts
        ],
        "renamed": [_row(row, name_before=person.name) for person, row in plan.renamed],
        "kept_posts": plan.kept_posts,
        "ending": [_ending(held) for held in plan.ending],
    }


def _row(row: Any, **more: Any) -> dict[str, Any]:
    return {"row": row.row, "number": row.number, "name": row.name, **more}


def _changed(changes: Iterable[Change[DirectoryLine]]) -> list[dict[str, Any]]:
    return [
        _row(
            one.row, place=one.to_class, student_id=one.line.id, name_before=one.line.name,
            place_before=one.from_class,
        )
        for one in changes
    ]


def _known(line: DirectoryLine) -> dict[str, Any]:
    return {"student_id": line.id, "number": line.number, "name": line.name, "place": line.where}


def _ending(held: HeldPost) -> dict[str, Any]:
    return {
        "name": held.person.name, "post": held.post.kind, "organisation": held.organisation,
        "in_charge_of": _joined(held.grade_label, held.class_label),
    }


def _joined(grade: str | None, group: str | None) -> str:
    return f"{grade or ''}{group or ''}"
