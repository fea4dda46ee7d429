"""Telling somebody outside the room words of a letter, and what they are shown of it."""

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import vault
from app.access import guard
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid
from app.directory.people import posts_held_at
from app.directory.posts import POST_WORDS
from app.directory.queries import names_of
from app.escalation.views import named
from app.letterbox import policy, queries, schemas
from app.letterbox.models import Letter, LetterRelease
from app.letterbox.pages.blueprint import letterbox
from app.letterbox.service import releasing


@letterbox.route("/letters/<uuid:letter_id>/release", methods=["GET", "POST"])
@guard(policy.RELEASE, load=queries.get_letter)
def release(letter: Letter) -> Any:
    """Ask whom to tell, on which ground, and in which words; what was typed is kept whatever happens."""
    form = forms.blank()
    if request.method == "POST":
        form = forms.read(schemas.Release(), request.form)
        if not form.errors:
            try:
                with savepoint():
                    releasing.release(letter, by=g.actor, **form.data)
            except (Invalid, Conflict) as refused:
                field = "to" if isinstance(refused, releasing.CannotTell) else "words"
                form = form.with_error(field, _(refused.words))
            else:
                flash(_("It is told and on record. Whoever wrote the letter sees to whom."), "done")
                return redirect(url_for("letterbox.letter", letter_id=letter.id), code=303)
    readers = [_("Whom you tell"), *named(vault.readers_of(letter.id), g.actor)]
    page = render_template("letterbox/release.html", letter=letter, form=form, people=_people(letter), readers=readers)
    return page, 422 if form.errors else 200


def _people(letter: Letter) -> list[tuple[str, str]]:
    possible = releasing.recipients_of(letter, by=g.actor)
    words: dict[UUID, list[str]] = {}
    for held in posts_held_at([letter.school_id]):
        if held.person.id in possible:
            words.setdefault(held.person.id, [held.person.name]).append(_(POST_WORDS[held.kind]))
    return [(person_id.hex, " · ".join(dict.fromkeys(parts))) for person_id, parts in words.items()]


@letterbox.get("/letters/releases/<uuid:release_id>")
@guard(policy.READ_RELEASE, load=queries.get_release, visit="letter:release_viewed")
def released(told: LetterRelease) -> str:
    """Show what was told, to whom it was told and to those who read the letter."""
    words, signed = releasing.words_of(told, by=g.actor)
    return render_template(
        "letterbox/released.html", told=told, words=words, signed=signed,
        names=names_of([told.author_id, told.recipient_id]),
    )
