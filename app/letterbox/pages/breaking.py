"""Opening a sealed name in an emergency, and looking at it as somebody else."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import guard
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Invalid
from app.directory.queries import names_of
from app.letterbox import policy, queries, schemas
from app.letterbox.models import Letter, NameOpening
from app.letterbox.pages.blueprint import letterbox
from app.letterbox.service import breaking


@letterbox.route("/letters/<uuid:letter_id>/name", methods=["GET", "POST"])
@guard(policy.OPEN_NAME, load=queries.get_letter)
def open_name(letter: Letter) -> Any:
    """Ask why the name has to be opened, say who is told, and open it."""
    form = forms.blank()
    if request.method == "POST":
        form = forms.read(schemas.OpenName(), request.form)
        if not form.errors:
            try:
                with savepoint():
                    breaking.open_name(letter, by=g.actor, **form.data)
            except Invalid as refused:
                form = form.with_error("reason", _(refused.words))
            else:
                flash(_("The name is open to you for three days. The others are told."), "done")
                return redirect(url_for("letterbox.letter", letter_id=letter.id), code=303)
    page = render_template("letterbox/open_name.html", letter=letter, form=form)
    return page, 422 if form.errors else 200


@letterbox.get("/letters/openings/<uuid:opening_id>")
@guard(policy.SEE_OPENING, load=queries.get_opening, visit="letter:name_opening_viewed")
def opening(opening: NameOpening) -> str:
    """Show who opened a sealed name and why."""
    names = names_of({opening.opened_by, *([opening.reviewed_by] if opening.reviewed_by else [])})
    return render_template(
        "letterbox/opening.html", opening=opening, names=names, reason=breaking.reason_of(opening, by=g.actor),
        may_review=policy.REVIEW_OPENING.allows(g.actor, opening),
    )


@letterbox.post("/letters/openings/<uuid:opening_id>/review")
@guard(policy.REVIEW_OPENING, load=queries.get_opening)
def review(opening: NameOpening) -> AnyResponse:
    """Keep what somebody else found."""
    form = forms.read(schemas.Verdict(), request.form)
    if form.errors:
        flash(_("Please choose one."), "warn")
        return redirect(url_for("letterbox.opening", opening_id=opening.id), code=303)
    try:
        breaking.review(opening, verdict=form.data["verdict"], by=g.actor)
    except breaking.ReviewedAlready as refused:
        flash(_(refused.words), "warn")
    else:
        flash(_("What you found is kept."), "done")
    return redirect(url_for("letterbox.opening", opening_id=opening.id), code=303)
