"""The classes and students within what the caller is in charge of."""

from typing import Any

from flask import g

from app.access import guard
from app.directory import policy, queries, schemas
from app.directory.api.resource import directory_api
from app.directory.naming import named


@directory_api.post("/students/search")
@guard(policy.SEARCH)
@directory_api.arguments(schemas.Search)
@directory_api.response(200, schemas.StudentOut(many=True))
def search(given: dict[str, Any]) -> Any:
    """Find students by name, pinyin, number or class; what is looked for travels in the body."""
    return queries.find_students(given["q"], g.actor, left=given["left"])


@directory_api.get("/classes")
@guard(policy.SEARCH)
@directory_api.response(200, schemas.ClassOut(many=True))
def classes() -> Any:
    """List the classes the caller is in charge of, in school order."""
    return queries.named_classes(g.actor)


@directory_api.get("/classes/<uuid:class_id>/students")
@guard(policy.SEE_STUDENT, load=queries.get_class, visit="class:viewed")
@directory_api.response(200, schemas.StudentOut(many=True))
def students(shape: queries.PlacedClass) -> Any:
    """List the students of a class."""
    return queries.lines_of_class(shape.id, g.actor.ring)


@directory_api.get("/students/<uuid:student_id>")
@guard(policy.SEE_STUDENT, load=queries.get_placed_student, visit="student:viewed")
@directory_api.response(200, schemas.StudentWithContactsOut)
def student(placed: queries.PlacedStudent) -> Any:
    """Open a student, with contacts for those who hold their key."""
    line = queries.get_line(placed.id, g.actor.ring)
    told = {name: getattr(line, name, None) for name in schemas.StudentOut().fields} if line else {"id": placed.id}
    contacts = queries.contacts_open_to(placed, g.actor)
    readers = named(queries.readers_of_contacts(placed), g.actor) if contacts else []
    return {**told, "state": placed.student.state, "contacts": contacts, "contacts_readers": readers}
