"""Who reads a letter that is kept from somebody: who is let in besides, and whom its writer's words mean."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app import vault
from app.access import guard
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid
from app.directory.queries import names_of
from app.escalation.views import named
from app.letterbox import policy, queries, schemas
from app.letterbox.models import Letter
from app.letterbox.pages.blueprint import letterbox
from app.letterbox.pages.child.readers import published
from app.letterbox.service import readership


@letterbox.get("/letters/<uuid:letter_id>/readers")
@guard(policy.SET_READERS, load=queries.get_letter)
def readers(letter: Letter) -> str:
    """Show who reads a letter, who could be let in, and whom its writer named in words."""
    return _shown(letter, forms.blank())


def _shown(letter: Letter, form: forms.Form) -> str:
    head, possible = readership.head_of(letter, by=g.actor), readership.could_be_let_in(letter, by=g.actor)
    names = names_of(possible).items()
    return render_template(
        "letterbox/readers.html", letter=letter, form=form, head=head, without=readership.kept_from(head),
        readers=named(vault.readers_of(letter.id), g.actor), published=published(letter.school_id),
        possible=[(person_id.hex, name) for name, person_id in sorted((name, one) for one, name in names)],
    )


@letterbox.post("/letters/<uuid:letter_id>/readers")
@guard(policy.SET_READERS, load=queries.get_letter)
def let_in(letter: Letter) -> Any:
    """Let one more colleague read a letter."""
    form = forms.read(schemas.LetIn(), request.form)
    if not form.errors:
        try:
            with savepoint():
                readership.let_in(letter, person_id=form.data["person"], by=g.actor)
        except Invalid as refused:
            form = form.with_error("person", _(refused.words))
        else:
            flash(_("Your colleague can read this letter now, and is told."), "done")
            return _back(letter)
    return _shown(letter, form), 422


@letterbox.post("/letters/<uuid:letter_id>/who-is-meant")
@guard(policy.SET_READERS, load=queries.get_letter)
def say_who(letter: Letter) -> Any:
    """Keep whom the writer's words mean: they cannot open the letter any more."""
    form = forms.read(schemas.WhoIsMeant(), request.form)
    if not form.errors:
        try:
            with savepoint():
                readership.say_who_is_meant(letter, people=form.data["people"], by=g.actor)
        except (Invalid, Conflict) as refused:
            form = form.with_error("people", _(refused.words))
        else:
            flash(_("It is kept. Whoever is meant cannot open this letter and is not told of it."), "done")
            return _back(letter)
    return _shown(letter, form), 422


def _back(letter: Letter) -> AnyResponse:
    """Lead back to the letter, or to the list for somebody who was meant themselves."""
    if g.actor.person_id not in vault.readers_of(letter.id):
        return redirect(url_for("letterbox.letters"), code=303)
    return redirect(url_for("letterbox.letter", letter_id=letter.id), code=303)
