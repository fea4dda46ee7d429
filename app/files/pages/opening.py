"""Opening a student's file: the first time, or a colleague's with a reason."""

from typing import Any

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access import guard
from app.core import forms
from app.directory.models import Student
from app.directory.queries import get_student, names_of
from app.files import policy, queries, schemas, service
from app.files.models import StudentFile
from app.files.pages.frame import files, readers_of


@files.post("/students/<uuid:student_id>/file")
@guard(policy.OPEN_NEW, load=get_student)
def open_new(student: Student) -> Response:
    """Open a student's file, or go to the one there is."""
    file = service.open_file(student_id=student.id, school_id=student.school_id, by=g.actor)
    page = "files.history" if policy.READ.allows(g.actor, file) else "files.reason"
    return redirect(url_for(page, file_id=file.id), code=303)


@files.route("/files/<uuid:file_id>/reason", methods=["GET", "POST"])
@guard(policy.GIVE_REASON, load=queries.get_file)
def reason(file: StudentFile) -> Any:
    """Ask a colleague of the room why the file is opened."""
    form = forms.blank()
    if request.method == "POST":
        form = forms.read(schemas.Reason(), request.form)
        if not form.errors:
            service.give_reason(file, reason=form.data["reason"], by=g.actor)
            return redirect(url_for("files.history", file_id=file.id), code=303)
    in_charge = names_of([file.in_charge_id]).get(file.in_charge_id, "--")
    page = render_template(
        "files/reason.html", file=file, form=form, in_charge=in_charge, readers=readers_of(file.id)
    )
    return page, 422 if form.errors else 200


def file_act(student: Any) -> bool:
    """Say whether a student's page shows the button that opens the file: whether there is one is not asked."""
    return policy.OPEN_NEW.allows(g.actor, student)
