"""From a file to its import, for programs: columns, what the list would change, the import itself.

As on the pages, an import is one request and one transaction: there is no progress to ask for, and an answer that
was lost is asked for again with the same Idempotency-Key.
"""

from typing import Any

from flask import Response, g, redirect, url_for
from flask_babel import gettext as _
from flask_smorest.fields import Upload
from marshmallow import fields, validate

from app.access import guard
from app.core.forms import Shape
from app.core.openapi import After, page_of
from app.core.paging import Page
from app.directory import policy, schemas
from app.directory.api.plans import PlanOut, plan_told
from app.directory.api.resource import directory_api
from app.directory.api.rosters import ImportWithStayedOut, told, where
from app.directory.importing import steps, uploads
from app.directory.importing.models import RosterImport, RosterUpload

PREVIEWED_ROWS = 5


class ChosenTarget(Shape):
    """For whom a list is: one of the targets."""

    target = fields.Str(required=True, metadata={"description": "As /rosters/targets names it."})


class UploadedList(Shape):
    """A list as multipart/form-data carries it: .xlsx, or .csv in UTF-8 or GB18030."""

    list = Upload(required=True)


class TargetOut(Shape):
    """A list that the caller may import."""

    target = fields.Str(attribute="value")
    kind = fields.Str(metadata={"description": "students or staff"})
    organisation_id = fields.UUID(attribute="organisation.id")
    name = fields.Str(attribute="organisation.name")


class WaitingListOut(Shape):
    """A list between upload and import; nobody but the caller can read it."""

    id = fields.UUID()
    kind = fields.Str()
    organisation_id = fields.UUID()
    made_at = fields.AwareDateTime()
    expires_at = fields.AwareDateTime()


class ColumnOut(Shape):
    """A fact that a column may hold, and which column was taken for it."""

    field = fields.Str()
    words = fields.Str()
    required = fields.Bool()
    column = fields.Int(allow_none=True, metadata={"description": "Counted from 0; null: in no column."})
    confidence = fields.Str(allow_none=True, validate=validate.OneOf(("certain", "likely", "chosen")))


class UploadOut(WaitingListOut):
    """A list with its headings, its first rows, and the columns as they were recognised or corrected."""

    headings = fields.List(fields.Str())
    rows = fields.Int(metadata={"description": "How many rows stand below the headings."})
    preview = fields.List(fields.List(fields.Str(allow_none=True)))
    columns = fields.List(fields.Nested(ColumnOut))
    other_sheets = fields.Int(metadata={"description": "Lists of the same workbook that are not read."})
    new_grades = fields.List(fields.Str())


class ColumnsIn(Shape):
    """Which column holds which fact; facts that are left out stay where they were."""

    columns = fields.Dict(
        keys=fields.Str(), values=fields.Int(strict=True, allow_none=True), required=True,
        metadata={"description": "By field: the column counted from 0, or null for none."},
    )


class FaultOut(Shape):
    """Why a row cannot be imported."""

    row = fields.Int(metadata={"description": "As the spreadsheet numbers it."})
    field = fields.Str()
    code = fields.Str()
    reason = fields.Str()
    found = fields.Str(metadata={"description": "What stands in the cell; it may begin like a formula."})


@directory_api.get("/rosters/targets")
@guard(policy.LIST_ROSTERS)
@directory_api.response(200, TargetOut(many=True))
def targets() -> Any:
    """List of whom the caller may import lists, and for which organisation."""
    return steps.targets_of(g.actor)


@directory_api.get("/rosters/uploads")
@guard(policy.LIST_ROSTERS)
@directory_api.response(200, WaitingListOut(many=True))
def waiting() -> Any:
    """List the caller's own lists that wait for their import, newest first."""
    return uploads.uploads_waiting(g.actor)


@directory_api.post("/rosters/uploads")
@guard(policy.LIST_ROSTERS)
@directory_api.arguments(ChosenTarget, location="query")
@directory_api.arguments(UploadedList, location="files")
@directory_api.response(201, UploadOut)
def choose(query: dict[str, Any], given: dict[str, Any]) -> Any:
    """Take in a list, sealed to the caller for a day; nothing is imported yet."""
    upload = steps.take_in(given["list"].read(), what=query["target"], by=g.actor)
    return _told(upload), {"Location": _where(upload)}


@directory_api.get("/rosters/uploads/<uuid:upload_id>")
@guard(policy.OWN_UPLOAD, load=steps.find_upload_or_import)
@directory_api.response(200, UploadOut)
def upload(upload: RosterUpload | RosterImport) -> Any:
    """Open a list with the columns as they were recognised; one that was imported leads to its import with 303."""
    return _told(upload) if isinstance(upload, RosterUpload) else _to_result(upload)


@directory_api.put("/rosters/uploads/<uuid:upload_id>/columns")
@guard(policy.OWN_UPLOAD, load=uploads.find_upload)
@directory_api.arguments(ColumnsIn)
@directory_api.response(200, UploadOut)
def correct_columns(upload: RosterUpload, given: dict[str, Any]) -> Any:
    """Say which column holds what; without every fact that is required it is refused, and nothing is kept."""
    steps.correct_columns(upload, given["columns"], by=g.actor)
    return _told(upload), {"Content-Location": _where(upload)}


@directory_api.post("/rosters/uploads/<uuid:upload_id>/grades")
@guard(policy.OWN_UPLOAD, load=uploads.find_upload)
@directory_api.arguments(schemas.NewGrades)
@directory_api.response(200, UploadOut)
def add_grades(upload: RosterUpload, given: dict[str, Any]) -> Any:
    """Say that the school also has grades that the list names; they are made with the import."""
    steps.add_grades(upload, given["grades"], by=g.actor)
    return _told(upload), {"Content-Location": _where(upload)}


@directory_api.get("/rosters/uploads/<uuid:upload_id>/plan")
@guard(policy.OWN_UPLOAD, load=uploads.find_upload)
@directory_api.response(200, PlanOut)
def plan(upload: RosterUpload) -> Any:
    """Say what the list would change, before anything is done; `seen` is sent with the import."""
    return plan_told(steps.plan_of(upload, by=g.actor))


@directory_api.get("/rosters/uploads/<uuid:upload_id>/faults")
@guard(policy.OWN_UPLOAD, load=uploads.find_upload)
@directory_api.arguments(After, location="query")
@directory_api.response(200, page_of(FaultOut))
def faults(upload: RosterUpload, query: dict[str, Any]) -> Any:
    """List why rows cannot be imported, with one sentence each."""
    page = steps.page_of_faults(steps.plan_of(upload, by=g.actor), query.get("after"))
    told = [
        {
            "row": one.row, "field": one.field, "code": one.code, "reason": _(one.words, **one.params),
            "found": one.found,
        }
        for one in page.items
    ]
    return Page(told, page.next)


@directory_api.post("/rosters/uploads/<uuid:upload_id>/import")
@guard(policy.OWN_UPLOAD, load=steps.find_upload_or_import)
@directory_api.arguments(schemas.Confirmation)
@directory_api.response(201, ImportWithStayedOut)
def import_list(upload: RosterUpload | RosterImport, given: dict[str, Any]) -> Any:
    """Import a list as it was shown, all of it or nothing; sent again, it leads to what was done with 303."""
    if isinstance(upload, RosterImport):
        return _to_result(upload)
    done = steps.import_upload(upload, **given, by=g.actor)
    return told(done), {"Location": where(done)}


@directory_api.delete("/rosters/uploads/<uuid:upload_id>")
@guard(policy.OWN_UPLOAD, load=uploads.find_upload)
@directory_api.response(204)
def forget(upload: RosterUpload) -> None:
    """Forget a list without importing it."""
    uploads.forget_upload(upload)


def _where(upload: RosterUpload) -> str:
    return url_for("directory_api.upload", upload_id=upload.id)


def _to_result(done: RosterImport) -> Response:
    answer: Response = redirect(where(done), code=303)  # type: ignore[assignment]
    return answer


def _told(upload: RosterUpload) -> dict[str, Any]:
    table = uploads.table_of(upload, by=g.actor)
    known = table.columns.columns
    kept = {name: getattr(upload, name) for name in WaitingListOut().fields}
    return {
        **kept,
        "headings": table.columns.headings,
        "rows": len(table.rows),
        "preview": [[None if cell is None else str(cell) for cell in row.cells] for row in table.rows[:PREVIEWED_ROWS]],
        "columns": [
            {
                "field": one.name, "words": _(one.words), "required": one.required,
                "column": known[one.name].index if one.name in known else None,
                "confidence": known[one.name].confidence if one.name in known else None,
            }
            for one in uploads.FIELDS[upload.kind]
        ],
        "other_sheets": table.other_sheets,
        "new_grades": uploads.choices_of(upload, by=g.actor).new_grades,
    }
