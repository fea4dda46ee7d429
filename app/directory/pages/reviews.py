"""What a list would change, as the importer sees it before anything is done."""

from collections.abc import Iterable
from typing import Any

from flask import g, render_template, request
from flask_babel import gettext as _

from app.core import forms
from app.core.errors import Conflict, Invalid, Refusal
from app.directory.importing import steps, uploads
from app.directory.importing.models import RosterUpload
from app.directory.importing.planning import StudentPlan
from app.directory.importing.staff import StaffPlan
from app.directory.posts import POST_WORDS
from app.directory.queries import DirectoryLine
from app.directory.rosters.columns import ColumnsMissing


def review(upload: RosterUpload, form: forms.Form) -> str:
    """Return the page that says what a list would change; raises ColumnsMissing while it cannot be understood."""
    try:
        plan = steps.plan_of(upload, by=g.actor)
    except ColumnsMissing:
        raise
    except (Conflict, Invalid) as refused:
        return _closed(upload, refused)
    if isinstance(plan, StaffPlan):
        return _staff_review(upload, plan, form)
    return _student_review(upload, plan, form)


def _closed(upload: RosterUpload, refused: Refusal) -> str:
    return render_template("directory/upload_closed.html", upload=upload, words=_(refused.words, **refused.params))


def _student_review(upload: RosterUpload, plan: StudentPlan, form: forms.Form) -> str:
    found = plan.comparison
    values = {"leave": [str(grade) for grade in plan.suggested]} if not form.values else {"leave": [], **form.values}
    return render_template(
        "directory/upload_students.html", **_around(upload, plan),
        form=forms.Form(values, form.data, form.errors), plan=plan,
        new=_by_place((f"{row.grade_label}{row.class_label}", row.name) for row in found.new),
        moved=_by_place((f"{change.from_class} → {change.to_class}", change.row.name) for change in found.moved),
        classes_in_words=_classes_in_words,
        missing=[(grade, _names(grade.lines)) for grade in plan.coverage.missing],
        notes=plan.roster.notes,
    )


def _staff_review(upload: RosterUpload, plan: StaffPlan, form: forms.Form) -> str:
    return render_template(
        "directory/upload_staff.html", **_around(upload, plan), form=form, plan=plan,
        post_words={kind.value: words for kind, words in POST_WORDS.items()},
    )


def _around(upload: RosterUpload, plan: StudentPlan | StaffPlan) -> dict[str, Any]:
    """Return what both dry runs show: the faults a page at a time, and the names of the columns."""
    return {
        "upload": upload,
        "faults": steps.page_of_faults(plan, request.args.get("after")),
        "bad_rows": len({fault.row for fault in steps.faults_of(plan)}),
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
