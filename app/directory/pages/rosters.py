"""Importing a list in the browser: upload, columns, what it would change, the import, and undoing it.

The import is one request and one transaction: 2,000 rows take well under a second, so that there is nothing to
poll for. The button says how many rows are on their way until the result stands there, and what fails on the way
is as if it had never been sent.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import PostKind, guard
from app.core import forms
from app.core.errors import Conflict, Invalid, Missing, Refusal, TooLarge
from app.core.paging import Page
from app.core.spreadsheets import neutralise
from app.core.words import N_
from app.directory import policy, schemas
from app.directory.importing import queries, undoing, uploads
from app.directory.importing.models import RosterImport, RosterUpload
from app.directory.importing.planning import StudentPlan, plan_students
from app.directory.importing.staff import StaffPlan, import_staff, plan_staff
from app.directory.importing.students import import_students
from app.directory.models import Organisation
from app.directory.pages.blueprint import directory
from app.directory.posts import POST_WORDS
from app.directory.queries import DirectoryLine, get_organisation, names_of, names_of_students
from app.directory.rosters.columns import ColumnsMissing, ColumnUnclear, Table
from app.directory.rosters.fields import Field
from app.directory.rosters.remarks import RowFault

FAULTS_ON_A_PAGE = 50
PREVIEWED_ROWS = 5
COUNTS = {
    "new": N_("added"),
    "moved": N_("in another class"),
    "renamed": N_("under a new name"),
    "returned": N_("back again"),
    "left": N_("left"),
    "contacts": N_("with other contacts"),
    "posts": N_("posts given"),
    "ended": N_("posts ended"),
    "without": N_("rows left out"),
}


@dataclass(frozen=True)
class Target:
    """A list that somebody may import: of which people, and for which organisation."""

    kind: str
    organisation: Organisation

    @property
    def value(self) -> str:
        """The target as the form names it."""
        return f"{self.kind}:{self.organisation.id}"


@directory.route("/rosters", methods=["GET", "POST"])
@guard(policy.LIST_ROSTERS)
def rosters() -> Any:
    """Show what was imported, and take in another list."""
    targets = _targets()
    form = forms.blank(what=targets[0].value if targets else "")
    if request.method == "POST":
        form = forms.read(schemas.Upload(), request.form)
        target = next((one for one in targets if one.value == form.data.get("what")), None)
        if not form.errors and target is None:
            raise Missing()
        file = request.files.get("list")
        if target is not None and (file is None or not file.filename):
            form = form.with_error("list", _("Choose a file first."))
        elif target is not None and file is not None:
            try:
                upload = uploads.keep_upload(
                    file.read(), kind=target.kind, organisation=target.organisation, by=g.actor
                )
            except (Invalid, TooLarge) as refused:
                form = form.with_error("list", _(refused.words, **refused.params))
            else:
                return redirect(url_for("directory.upload_columns", upload_id=upload.id), code=303)
    page = queries.imports_seen_by(g.actor, cursor=request.args.get("after"))
    shown = render_template(
        "directory/rosters.html", form=form, targets=targets, page=page, counts=COUNTS,
        people=names_of({done.person_id for done in page.items}), waiting=uploads.uploads_waiting(g.actor),
    )
    return shown, 422 if form.errors else 200


def _targets() -> list[Target]:
    found = []
    for organisation_id in sorted(g.actor.organisations(PostKind.SCHOOL_ADMIN)):
        school = get_organisation(organisation_id)
        if school is not None and policy.IMPORT_ROSTER.allows(g.actor, school):
            found += [Target("students", school), Target("staff", school)]
    district = get_organisation(g.actor.district_id)
    if g.actor.holds(PostKind.DISTRICT_ADMIN) and district is not None:
        found.append(Target("staff", district))
    return found


def _upload_or_import(upload_id: UUID) -> RosterUpload | RosterImport | None:
    """Return an upload, or what it led to: a form sent again from an old page leads to the result."""
    return uploads.find_upload(upload_id) or queries.import_of_upload(upload_id)


@directory.route("/rosters/uploads/<uuid:upload_id>/columns", methods=["GET", "POST"])
@guard(policy.OWN_UPLOAD, load=_upload_or_import)
def upload_columns(upload: RosterUpload | RosterImport) -> Any:
    """Show which column was taken for what, and let the person correct it."""
    if isinstance(upload, RosterImport):
        return _to_result(upload)
    table = uploads.table_of(upload, by=g.actor)
    fields = uploads.FIELDS[upload.kind]
    form = forms.blank(**{f"column_{one.name}": _column_of(table, one) for one in fields})
    if request.method == "POST":
        names = [one.name for one in fields]
        form = forms.read(schemas.columns_shape(names), request.form)
        try:
            columns = schemas.columns_of(form.data, names)
            choices = uploads.choices_of(upload, by=g.actor)
            uploads.choose(upload, uploads.Choices(columns, choices.new_grades), by=g.actor)
            uploads.table_of(upload, by=g.actor).demand_columns()
        except (ColumnsMissing, ColumnUnclear, KeyError, ValueError) as refused:
            form = _with_columns_error(form, refused)
        else:
            return redirect(url_for("directory.upload_review", upload_id=upload.id), code=303)
    page = render_template(
        "directory/upload_columns.html", upload=upload, form=form, fields=fields, table=table,
        preview=table.rows[:PREVIEWED_ROWS], letters=[_letters(index) for index in range(len(table.columns.headings))],
    )
    return page, 422 if form.errors else 200


def _column_of(table: Table, field: Field) -> str:
    column = table.columns.columns.get(field.name)
    return str(column.index) if column else schemas.NO_COLUMN


def _with_columns_error(form: forms.Form, refused: Exception) -> forms.Form:
    if isinstance(refused, ColumnsMissing):
        for name in refused.fields:
            form = form.with_error(f"column_{name}", N_("Choose the column that holds this."))
        return form
    words = refused.words if isinstance(refused, ColumnUnclear) else ColumnUnclear.words
    return form.with_error("column_number", words)


def _letters(index: int) -> str:
    """Return a column's letters as spreadsheets write them: A, Z, AA."""
    before, last = divmod(index, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


@directory.get("/rosters/uploads/<uuid:upload_id>")
@guard(policy.OWN_UPLOAD, load=_upload_or_import)
def upload_review(upload: RosterUpload | RosterImport) -> Any:
    """Show what the list would change, before anything is done."""
    if isinstance(upload, RosterImport):
        return _to_result(upload)
    try:
        return _review(upload, forms.blank())
    except ColumnsMissing:
        return redirect(url_for("directory.upload_columns", upload_id=upload.id), code=303)


@directory.post("/rosters/uploads/<uuid:upload_id>/import")
@guard(policy.OWN_UPLOAD, load=_upload_or_import)
def upload_import(upload: RosterUpload | RosterImport) -> Any:
    """Import the list as it was shown, all of it or nothing; sent again, it leads to what was done."""
    if isinstance(upload, RosterImport):
        return _to_result(upload)
    form = forms.read(schemas.Confirmation(), request.form)
    if form.errors:
        raise Invalid()
    try:
        done = _import(upload, form.data)
    except (Invalid, Conflict) as refused:
        name = "without_bad_rows" if isinstance(refused, Invalid) else "seen"
        return _review(upload, form.with_error(name, _(refused.words, **refused.params))), refused.status
    uploads.forget_upload(upload)
    return _to_result(done)


def _import(upload: RosterUpload, confirmed: Any) -> RosterImport:
    table, choices = uploads.table_of(upload, by=g.actor), uploads.choices_of(upload, by=g.actor)
    if upload.kind == "staff":
        return import_staff(
            table, by=g.actor, without_bad_rows=confirmed["without_bad_rows"], upload_id=upload.id,
            end_missing=confirmed["end_missing"], expecting=confirmed["seen"],
        )
    return import_students(
        table, school=_organisation_of(upload), by=g.actor, without_bad_rows=confirmed["without_bad_rows"],
        leaving=confirmed["leave"], new_grades=choices.new_grades, expecting=confirmed["seen"], upload_id=upload.id,
    )


@directory.post("/rosters/uploads/<uuid:upload_id>/grades")
@guard(policy.OWN_UPLOAD, load=uploads.find_upload)
def upload_grades(upload: RosterUpload) -> AnyResponse:
    """Say that the school also has grades that the list names; they are made with the import."""
    form = forms.read(schemas.NewGrades(), request.form)
    if form.errors:
        raise Invalid()
    before = uploads.choices_of(upload, by=g.actor)
    grades = tuple(dict.fromkeys((*before.new_grades, *form.data["grades"])))
    uploads.choose(upload, uploads.Choices(before.columns, grades), by=g.actor)
    return redirect(url_for("directory.upload_review", upload_id=upload.id), code=303)


@directory.post("/rosters/uploads/<uuid:upload_id>/forget")
@guard(policy.OWN_UPLOAD, load=uploads.find_upload)
def upload_forget(upload: RosterUpload) -> AnyResponse:
    """Forget a list without importing it."""
    uploads.forget_upload(upload)
    flash(_("The list is forgotten. Nothing was imported."), "done")
    return redirect(url_for("directory.rosters"), code=303)


@directory.get("/rosters/uploads/<uuid:upload_id>/faults.csv")
@guard(policy.OWN_UPLOAD, load=uploads.find_upload)
def upload_faults(upload: RosterUpload) -> Response:
    """Hand out the rows that cannot be imported, for correcting them in the spreadsheet; no cell of it runs."""
    written = io.StringIO()
    lines = csv.writer(written)
    words = {one.name: _(one.words) for one in uploads.FIELDS[upload.kind]}
    lines.writerow([_("Row"), _("Column"), _("Reason"), _("What stands there")])
    for fault in _faults_of(upload):
        reason = _(fault.words, **fault.params)
        lines.writerow([fault.row, *map(neutralise, (words.get(fault.field, fault.field), reason, fault.found))])
    # The mark in front lets Excel read it as UTF-8.
    response = make_response("\ufeff" + written.getvalue())
    response.mimetype = "text/csv"
    response.headers.set("Content-Disposition", "attachment", filename="rows.csv")
    return response


def _faults_of(upload: RosterUpload) -> tuple[RowFault, ...]:
    table = uploads.table_of(upload, by=g.actor)
    if upload.kind == "staff":
        return plan_staff(table, by=g.actor).staff.faults
    return _plan(upload, table).roster.faults


@directory.get("/rosters/<uuid:import_id>")
@guard(policy.SEE_IMPORT, load=queries.get_import)
def roster_import(done: RosterImport) -> str:
    """Show what an import did, and the way back while there is one."""
    stayed = names_of_students(undoing.who_stayed(done, by=g.actor), g.actor.ring)
    return render_template(
        "directory/roster_import.html", done=done, counts=COUNTS, people=names_of([done.person_id]),
        may_undo=undoing.can_undo(done) and policy.UNDO_IMPORT.allows(g.actor, done), stayed=list(stayed.values()),
    )


@directory.post("/rosters/<uuid:import_id>/undo")
@guard(policy.UNDO_IMPORT, load=queries.get_import)
def roster_undo(done: RosterImport) -> AnyResponse:
    """Undo an import; the result page names who stays because something newer is kept about them."""
    try:
        undoing.undo_import(done, by=g.actor)
    except Conflict as refused:
        flash(_(refused.words), "warn")
    else:
        flash(_("The import is undone."), "done")
    return _to_result(done)


def _to_result(done: RosterImport) -> AnyResponse:
    return redirect(url_for("directory.roster_import", import_id=done.id), code=303)


def _organisation_of(upload: RosterUpload) -> Organisation:
    organisation = get_organisation(upload.organisation_id)
    if organisation is None:
        raise Missing()
    return organisation


def _plan(upload: RosterUpload, table: Table) -> StudentPlan:
    grades = uploads.choices_of(upload, by=g.actor).new_grades
    return plan_students(table, school=_organisation_of(upload), by=g.actor, new_grades=grades)


def _review(upload: RosterUpload, form: forms.Form) -> str:
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


