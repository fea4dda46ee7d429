"""The lists that were imported: taking another one in, what each changed, and undoing it for a day."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import guard
from app.core import forms
from app.core.errors import Conflict, Invalid, TooLarge
from app.core.words import N_
from app.directory import policy, schemas
from app.directory.importing import queries, steps, undoing, uploads
from app.directory.importing.models import RosterImport
from app.directory.pages.blueprint import directory
from app.directory.queries import names_of, names_of_students

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


@directory.route("/rosters", methods=["GET", "POST"])
@guard(policy.LIST_ROSTERS)
def rosters() -> Any:
    """Show what was imported, and take in another list."""
    targets = steps.targets_of(g.actor)
    form = forms.blank(what=targets[0].value if targets else "")
    if request.method == "POST":
        form = forms.read(schemas.Upload(), request.form)
        file = request.files.get("list")
        if not form.errors and (file is None or not file.filename):
            form = form.with_error("list", _("Choose a file first."))
        elif not form.errors and file is not None:
            try:
                upload = steps.take_in(file.read(), what=form.data["what"], by=g.actor)
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
    return to_result(done)


def to_result(done: RosterImport) -> AnyResponse:
    """Lead to the page that says what an import did."""
    return redirect(url_for("directory.roster_import", import_id=done.id), code=303)
