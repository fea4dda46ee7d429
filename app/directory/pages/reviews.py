"""What a list would change, as the importer sees it before anything is done."""

from collections.abc import Iterable
from typing import Any

from flask import g, render_template, request
from flask_babel import gettext as _

from app.core import forms
from app.core.errors import Conflict, Invalid, Missing, Refusal
from app.core.paging import Page
from app.directory.importing import uploads
from app.directory.importing.models import RosterUpload
from app.directory.importing.planning import StudentPlan, plan_students
from app.directory.importing.staff import StaffPlan, plan_staff
from app.directory.models import Organisation
from app.directory.posts import POST_WORDS
from app.directory.queries import DirectoryLine, get_organisation
from app.directory.rosters.columns import ColumnsMissing, Table
from app.directory.rosters.remarks import RowFault

FAULTS_ON_A_PAGE = 50


def review(upload: RosterUpload, form: forms.Form) -> str:
    """Return the page that says what a list would change; raises ColumnsMissing while it cannot be understood."""
    table = uploads.table_of(upload, by=g.actor)
    try:
        return _staff_review(upload, table, form) if upload.kind == "staff" else _student_review(upload, table, form)
    except ColumnsMissing:
        raise
    except (Conflict, Invalid) as refused:
        return _closed(upload, refused)


def _closed(upload: RosterUpload, refused: Refusal) -> str:
    return render_template("directory/upload_closed.html", upload=upload, words=_(refused.words, **refused.params))


def _student_review(upload: RosterUpload, table: Table, form: forms.Form) -> str:
    plan = _plan(upload, table)
    found = plan.comparison
    values = {"leave": [str(grade) for grade in plan.suggested]} if not form.values else {"leave": [], **form.values}
    return render_template(
        "directory/upload_students.html", **_around(upload, table, plan.roster.faults),
        form=forms.Form(values, form.data, form.errors), plan=plan,
        new=_by_place((f"{row.grade_label}{row.class_label}", row.name) for row in found.new),
        moved=_by_place((f"{change.from_class} → {change.to_class}", change.row.name) for change in found.moved),
        classes_in_words=_classes_in_words,
        missing=[(grade, _names(grade.lines)) for grade in plan.coverage.missing],
        notes=plan.roster.notes,
    )


def _staff_review(upload: RosterUpload, table: Table, form: forms.Form) -> str:
    plan: StaffPlan = plan_staff(table, by=g.actor)
    return render_template(
        "directory/upload_staff.html", **_around(upload, table, plan.staff.faults), form=form, plan=plan,
        post_words={kind.value: words for kind, words in POST_WORDS.items()},
    )


def _around(upload: RosterUpload, table: Table, faults: tuple[RowFault, ...]) -> dict[str, Any]:
    """Return what both dry runs show: the faults a page at a time, and the names of the columns."""
    after = request.args.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 7 else 0
    some = faults[start : start + FAULTS_ON_A_PAGE]
    more = str(start + FAULTS_ON_A_PAGE) if start + FAULTS_ON_A_PAGE < len(faults) else None
    return {
        "upload": upload,
        "table": table,
        "faults": Page(some, more),
        "bad_rows": len({fault.row for fault in faults}),
        "field_words": {one.name: one.words for one in uploads.FIELDS[upload.kind]},
    }


def _by_place(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for place, name in pairs:
        found.setdefault(place, []).append(name)
    return found


def _classes_in_words(classes: Iterable[tuple[str, int]]) -> str:
    return _(", ").join(f"{name} ({count})" for name, count in classes)


def _names(lines: Iterable[DirectoryLine]) -> list[str]:
    return [f"{line.name} ({line.where})" for line in lines]


def faults_of(upload: RosterUpload) -> tuple[RowFault, ...]:
    """Return why rows of a list cannot be imported."""
    table = uploads.table_of(upload, by=g.actor)
    if upload.kind == "staff":
        return plan_staff(table, by=g.actor).staff.faults
    return _plan(upload, table).roster.faults


def organisation_of(upload: RosterUpload) -> Organisation:
    """Return the organisation a list is for."""
    organisation = get_organisation(upload.organisation_id)
    if organisation is None:
        raise Missing()
    return organisation


def _plan(upload: RosterUpload, table: Table) -> StudentPlan:
    grades = uploads.choices_of(upload, by=g.actor).new_grades
    return plan_students(table, school=organisation_of(upload), by=g.actor, new_grades=grades)
