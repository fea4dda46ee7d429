"""Files themselves: listing them, opening one, giving a reason, the overview."""

from typing import Any

from flask import g, url_for
from marshmallow import fields

from app import vault
from app.access import guard
from app.core.forms import Shape
from app.core.openapi import After, page_of
from app.directory.models import Student
from app.directory.naming import named_among
from app.directory.queries import get_line, get_student, names_of
from app.files import policy, queries, reading, schemas, service
from app.files.api.resource import columns_of, files_api
from app.files.models import StudentFile


@files_api.get("/files")
@guard(policy.LIST)
@files_api.arguments(After, location="query")
@files_api.response(200, page_of(schemas.FileOut))
def index(query: dict[str, Any]) -> Any:
    """List the files the caller may read at this moment."""
    return queries.files_open_to(g.actor, cursor=query.get("after"))


@files_api.post("/students/<uuid:student_id>/file")
@guard(policy.OPEN_NEW, load=get_student)
@files_api.response(200, schemas.FileOut)
def open_new(student: Student) -> Any:
    """Open a student's file, or answer with the one there is."""
    file = service.open_file(student_id=student.id, school_id=student.school_id, by=g.actor)
    return file, {"Content-Location": _where(file)}


class Until(Shape):
    """Until when something counts."""

    expires_at = fields.AwareDateTime()


@files_api.post("/files/<uuid:file_id>/reasons")
@guard(policy.GIVE_REASON, load=queries.get_file)
@files_api.arguments(schemas.Reason)
@files_api.response(201, Until)
def reason(file: StudentFile, given: dict[str, Any]) -> Any:
    """Open a colleague's file for one school day."""
    opened = service.give_reason(file, reason=given["reason"], by=g.actor)
    return opened, {"Location": _where(file)}


@files_api.get("/files/<uuid:file_id>")
@guard(policy.READ, load=queries.get_file, visit="file:overview_viewed")
@files_api.response(200, schemas.FileWithOverviewOut)
def show(file: StudentFile) -> Any:
    """Open a file with its overview; a damaged overview is null."""
    return _opened(file)


@files_api.put("/files/<uuid:file_id>/overview")
@guard(policy.READ, load=queries.get_file, visit="file:overview_viewed")
@files_api.arguments(schemas.Overview)
@files_api.response(200, schemas.FileWithOverviewOut)
def change(file: StudentFile, given: dict[str, Any]) -> Any:
    """Write sections of the overview; a version that somebody else built on meanwhile is refused with 409."""
    sections = {name: text for name, text in given.items() if name != "version"}
    service.change_overview(file, sections=sections, revision=given["version"], by=g.actor)
    return _opened(file), {"Content-Location": _where(file)}


def _where(file: StudentFile) -> str:
    return url_for("files_api.show", file_id=file.id)


def _opened(file: StudentFile) -> dict[str, Any]:
    line = get_line(file.student_id, g.actor.ring)
    open_to = vault.readers_of(file.id)
    names = names_of({*open_to, file.in_charge_id})
    return {
        **columns_of(file, schemas.FileOut),
        "who": line.name if line else None, "where": line.where if line else None,
        "in_charge": names.get(file.in_charge_id), "readers": named_among(open_to, names, g.actor),
        "others": [other.id for other in queries.files_of_student(file.student_id, by=g.actor) if other is not file],
        "overview": reading.overview_of(file, by=g.actor),
    }
