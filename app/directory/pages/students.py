"""Finding students and looking at one: only within what the person is in charge of."""

from typing import Any

from flask import g, render_template, request

from app.access import PostKind, guard
from app.core import forms
from app.directory import policy, queries, schemas
from app.directory.naming import named
from app.directory.pages.blueprint import directory


@directory.route("/students/search", methods=["GET", "POST"])
@guard(policy.SEARCH)
def search() -> Any:
    """Find students; what is looked for travels in the body, never in an address."""
    form = forms.blank()
    found: list[queries.DirectoryLine] | None = None
    if request.method == "POST":
        form = forms.read(schemas.Search(), request.form)
        if not form.errors:
            found = queries.find_students(form.data["q"], g.actor, left=form.data["left"])
    # While somebody types, only the results are asked for.
    part = "directory/found.html" if request.headers.get("HX-Request") else "directory/search.html"
    page = render_template(
        part, form=form, found=found, most=queries.MOST_FOUND, whole=policy.sees_whole_school(g.actor)
    )
    return page, 422 if form.errors else 200


@directory.get("/classes")
@guard(policy.SEARCH)
def classes() -> str:
    """Show the classes within what the person is in charge of."""
    return render_template(
        "directory/classes.html", classes=queries.named_classes(g.actor),
        kept=[queries.get_organisation(one) for one in sorted(g.actor.organisations(PostKind.SCHOOL_ADMIN))],
    )


@directory.get("/classes/<uuid:class_id>")
@guard(policy.SEE_STUDENT, load=queries.get_class, visit="class:viewed")
def school_class(shape: Any) -> str:
    """Show the students of a class."""
    lines = queries.lines_of_class(shape.id, g.actor.ring)
    return render_template(
        "directory/class.html", shape=shape, lines=lines, may_remove=policy.KEEP_CLASSES.allows(g.actor, shape)
    )


@directory.get("/students/<uuid:student_id>")
@guard(policy.SEE_STUDENT, load=queries.get_placed_student, visit="student:viewed")
def student(placed: queries.PlacedStudent) -> str:
    """Show what the directory knows of a student, as far as the person holds its keys."""
    line = queries.get_line(placed.id, g.actor.ring)
    contacts = queries.contacts_open_to(placed, g.actor)
    readers = named(queries.readers_of_contacts(placed), g.actor) if contacts else None
    return render_template("directory/student.html", student=placed, line=line, contacts=contacts, readers=readers)
