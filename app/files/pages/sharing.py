"""Who a file is open to: handing over the charge, restricting it, and everybody who looked."""

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from app.access import guard
from app.audit.queries import events_about
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Invalid
from app.directory.queries import names_of
from app.files import policy, queries, schemas, service
from app.files.models import StudentFile
from app.files.pages.frame import files, page_of


@files.route("/files/<uuid:file_id>/charge", methods=["GET", "POST"])
@guard(policy.HAND_CHARGE, load=queries.get_file)
def charge(file: StudentFile) -> Any:
    """Put a colleague in charge."""
    colleagues = _colleagues(file)
    form = forms.blank()
    if request.method == "POST":
        form = forms.read(schemas.Charge(), request.form)
        if not form.errors:
            try:
                with savepoint():
                    service.hand_charge(file, to=form.data["person"], by=g.actor)
            except Invalid as refused:
                form = form.with_error("person", refused.words)
            else:
                flash(_("The file is handed over to your colleague."), "done")
                return redirect(url_for("files.index"), code=303)
    others = {person: name for person, name in colleagues.items() if person != file.in_charge_id}
    return page_of(file, "files/charge.html", form=form, colleagues=others), 422 if form.errors else 200


@files.route("/files/<uuid:file_id>/restrict", methods=["GET", "POST"])
@guard(policy.RESTRICT, load=queries.get_file)
def restrict(file: StudentFile) -> Any:
    """Close a file to the room but for named colleagues."""
    form = forms.blank(people=[str(file.in_charge_id)])
    if request.method == "POST":
        form = forms.read(schemas.Named(), request.form)
        if not form.errors:
            try:
                with savepoint():
                    service.restrict(file, to=form.data["people"], by=g.actor)
            except Invalid as refused:
                form = form.with_error("people", refused.words)
            else:
                flash(_("For everybody who is not named, this file no longer exists."), "done")
                return redirect(url_for("files.history", file_id=file.id), code=303)
    page = page_of(file, "files/restrict.html", form=form, colleagues=_colleagues(file))
    return page, 422 if form.errors else 200


@files.get("/files/<uuid:file_id>/viewers")
@guard(policy.WHO_VIEWED, load=queries.get_file, visit="file:viewers_viewed")
def viewers(file: StudentFile) -> str:
    """Show who opened what of this file, and when."""
    page = events_about(file.id, cursor=request.args.get("after"))
    people = names_of({event.person_id for event in page.items if event.person_id})
    return page_of(file, "files/viewers.html", page=page, people=people)


def _colleagues(file: StudentFile) -> dict[UUID, str]:
    """Return the counsellors of the file's school by name."""
    return names_of(service.colleagues_of(file))
