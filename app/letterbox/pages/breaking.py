"""Opening a sealed name, or at the centre a letter, in an emergency, and looking at it as somebody else."""

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import guard
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Invalid
from app.directory.queries import names_of, names_of_organisations
from app.escalation.views import named
from app.letterbox import policy, queries, schemas
from app.letterbox.models import EmergencyOpening, Letter
from app.letterbox.pages.blueprint import letterbox
from app.letterbox.service import breaking


@letterbox.route("/letters/<uuid:letter_id>/name", methods=["GET", "POST"])
@guard(policy.OPEN_NAME, load=queries.get_letter)
def open_name(letter: Letter) -> Any:
    """Ask why the name has to be opened, say who is told, and open it."""
    done = _("The name is open to you for three days. The others are told.")
    readers = named(breaking.hearing_of(letter, by=g.actor), g.actor)
    return _break(letter, breaking.open_name, "letterbox/open_name.html", done, readers=readers)


@letterbox.route("/letters/<uuid:letter_id>/emergency", methods=["GET", "POST"])
@guard(policy.OPEN_LETTER, load=queries.get_letter)
def open_letter(letter: Letter) -> Any:
    """Ask somebody of the centre why the letter has to be opened, say who is told, and open it."""
    done = _("The letter is open to you for three days. The school is told.")
    school = names_of_organisations([letter.school_id]).get(letter.school_id, "--")
    return _break(letter, breaking.open_letter, "letterbox/open_letter.html", done, school=school)


def _break(letter: Letter, deed: Callable[..., EmergencyOpening], template: str, done: str, **shown: Any) -> Any:
    """Take ground and reason, and do it; what was typed is kept when something needs another look."""
    form = forms.blank()
    if request.method == "POST":
        form = forms.read(schemas.InEmergency(), request.form)
        if not form.errors:
            try:
                with savepoint():
                    deed(letter, by=g.actor, **form.data)
            except Invalid as refused:
                form = form.with_error("reason", _(refused.words))
            else:
                flash(done, "done")
                return redirect(url_for("letterbox.letter", letter_id=letter.id), code=303)
    return render_template(template, letter=letter, form=form, **shown), 422 if form.errors else 200


@letterbox.get("/letters/openings/<uuid:opening_id>")
@guard(policy.SEE_OPENING, load=queries.get_opening, visit="letter:name_opening_viewed")
def opening(opening: EmergencyOpening) -> str:
    """Show who opened a sealed name or a letter, and why."""
    names = names_of({opening.opened_by, *([opening.reviewed_by] if opening.reviewed_by else [])})
    return render_template(
        "letterbox/opening.html", opening=opening, names=names, reason=breaking.reason_of(opening, by=g.actor),
        may_review=policy.REVIEW_OPENING.allows(g.actor, opening),
    )


@letterbox.post("/letters/openings/<uuid:opening_id>/review")
@guard(policy.REVIEW_OPENING, load=queries.get_opening)
def review(opening: EmergencyOpening) -> AnyResponse:
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
