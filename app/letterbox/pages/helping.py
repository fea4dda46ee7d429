"""From letter to help: the counsellor finds the student and raises a concern in their own words."""

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.access import guard
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid, Missing
from app.directory.queries import DirectoryLine, find_students, get_line
from app.escalation.asking import levels_for
from app.letterbox import policy, queries, schemas
from app.letterbox.models import Letter
from app.letterbox.pages.blueprint import letterbox
from app.letterbox.raising import raise_and_note


@letterbox.route("/letters/<uuid:letter_id>/concern", methods=["GET", "POST"])
@guard(policy.RAISE, load=queries.get_letter)
def about(letter: Letter) -> Any:
    """Ask whom the letter is about."""
    form, found = forms.blank(), None
    if request.method == "POST":
        form = forms.read(schemas.Search(), request.form)
        found = [line for line in find_students(form.data.get("q", ""), g.actor) if line.school_id == letter.school_id]
    page = render_template("letterbox/about.html", letter=letter, form=form, found=found)
    return page, 422 if form.errors else 200


def _letter_about(letter_id: UUID, student_id: UUID) -> Letter | None:
    """Return the letter, where the student is known."""
    return queries.get_letter(letter_id)


@letterbox.route("/letters/<uuid:letter_id>/concern/<uuid:student_id>", methods=["GET", "POST"])
@guard(policy.RAISE, load=_letter_about)
def raise_concern(letter: Letter) -> Any:
    """Take in what the counsellor makes of the letter; what was typed is kept whatever happens."""
    line = _line()
    form = forms.blank(level=letter.level or letter.suggested_level)
    if request.method == "POST":
        form = forms.read(schemas.RaisedFromLetter(), request.form)
        if not form.errors:
            try:
                with savepoint():
                    concern = raise_and_note(letter, line, form.data, by=g.actor)
            except (Invalid, Conflict) as refused:
                form = form.with_error("words", _(refused.words, **refused.params))
            else:
                flash(_("The concern is raised. A note in the letter says so; the concern names no letter."), "done")
                return redirect(url_for("escalation.concern", concern_id=concern.id), code=303)
    page = render_template(
        "letterbox/raise.html", letter=letter, line=line, form=form, levels=levels_for("assess", letter.suggested_level)
    )
    return page, 422 if form.errors else 200


def _line() -> DirectoryLine:
    student_id = (request.view_args or {})["student_id"]
    line = get_line(student_id, g.actor.ring)
    if line is None:
        raise Missing()
    return line
