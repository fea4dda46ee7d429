"""The steps between a file and its import: columns, what the list would change, the import itself.

The import is one request and one transaction: 2,000 rows take well under a second, so that there is nothing to
poll for. The button says how many rows are on their way until the result stands there, and what fails on the way
is as if it had never been sent.
"""

import csv
import io
from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import guard
from app.core import forms
from app.core.errors import Conflict, Invalid
from app.core.spreadsheets import neutralise
from app.directory import policy, schemas
from app.directory.importing import steps, uploads
from app.directory.importing.models import RosterImport, RosterUpload
from app.directory.pages.blueprint import directory
from app.directory.pages.reviews import review
from app.directory.pages.rosters import to_result
from app.directory.rosters.columns import ColumnsMissing, ColumnUnclear, Table
from app.directory.rosters.fields import Field

PREVIEWED_ROWS = 5


@directory.route("/rosters/uploads/<uuid:upload_id>/columns", methods=["GET", "POST"])
@guard(policy.OWN_UPLOAD, load=steps.find_upload_or_import)
def upload_columns(upload: RosterUpload | RosterImport) -> Any:
    """Show which column was taken for what, and let the person correct it."""
    if isinstance(upload, RosterImport):
        return to_result(upload)
    table = uploads.table_of(upload, by=g.actor)
    fields = uploads.FIELDS[upload.kind]
    form = forms.blank(**{f"column_{one.name}": _column_of(table, one) for one in fields})
    if request.method == "POST":
        names = [one.name for one in fields]
        form = forms.read(schemas.columns_shape(names), request.form)
        try:
            steps.correct_columns(upload, schemas.columns_of(form.data, names), by=g.actor)
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
        for name, (words,) in refused.errors.items():
            form = form.with_error(f"column_{name}", words)
        return form
    words = refused.words if isinstance(refused, ColumnUnclear) else ColumnUnclear.words
    return form.with_error("column_number", words)


def _letters(index: int) -> str:
    """Return a column's letters as spreadsheets write them: A, Z, AA."""
    before, last = divmod(index, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


@directory.get("/rosters/uploads/<uuid:upload_id>")
@guard(policy.OWN_UPLOAD, load=steps.find_upload_or_import)
def upload_review(upload: RosterUpload | RosterImport) -> Any:
    """Show what the list would change, before anything is done."""
    if isinstance(upload, RosterImport):
        return to_result(upload)
    try:
        return review(upload, forms.blank())
    except ColumnsMissing:
        return redirect(url_for("directory.upload_columns", upload_id=upload.id), code=303)


@directory.post("/rosters/uploads/<uuid:upload_id>/import")
@guard(policy.OWN_UPLOAD, load=steps.find_upload_or_import)
def upload_import(upload: RosterUpload | RosterImport) -> Any:
    """Import the list as it was shown, all of it or nothing; sent again, it leads to what was done."""
    if isinstance(upload, RosterImport):
        return to_result(upload)
    form = forms.read(schemas.Confirmation(), request.form)
    if form.errors:
        raise Invalid()
    try:
        done = steps.import_upload(upload, **form.data, by=g.actor)
    except (Invalid, Conflict) as refused:
        name = "without_bad_rows" if isinstance(refused, Invalid) else "seen"
        return review(upload, form.with_error(name, _(refused.words, **refused.params))), refused.status
    return to_result(done)


@directory.post("/rosters/uploads/<uuid:upload_id>/grades")
@guard(policy.OWN_UPLOAD, load=uploads.find_upload)
def upload_grades(upload: RosterUpload) -> AnyResponse:
    """Say that the school also has grades that the list names; they are made with the import."""
    form = forms.read(schemas.NewGrades(), request.form)
    if form.errors:
        raise Invalid()
    steps.add_grades(upload, form.data["grades"], by=g.actor)
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
    for fault in steps.faults_of(steps.plan_of(upload, by=g.actor)):
        reason = _(fault.words, **fault.params)
        lines.writerow([fault.row, *map(neutralise, (words.get(fault.field, fault.field), reason, fault.found))])
    # The mark in front lets Excel read it as UTF-8.
    response = make_response("\ufeff" + written.getvalue())
    response.mimetype = "text/csv"
    response.headers.set("Content-Disposition", "attachment", filename="rows.csv")
    return response
