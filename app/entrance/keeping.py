"""A code that leads back: typed by whoever has it, and shown until somebody has kept it."""

import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import segno
from flask import current_app, g, request
from flask_babel import gettext as _
from marshmallow import fields, validate

from app.core import forms
from app.core.catalogues import chosen_language
from app.core.forms import Shape
from app.core.words import N_
from app.vault import letters
from app.vault.letters import Writer
from app.vault.return_codes import MistypedReturnCode, in_groups, in_words, read_return_code


class TypedCode(Shape):
    """A code as it was typed."""

    code = fields.Str(
        required=True, validate=validate.Length(max=200, error=N_("This is longer than any code.")),
        error_messages={"required": N_("Please type your code.")},
    )


class Kept(Shape):
    """What shows that a code was kept."""

    last = fields.Str(load_default="", validate=validate.Length(max=20, error=N_("Type the last four digits.")))
    printed = fields.Bool(load_default=False)


def stretch_typed_code() -> None:
    """Do the slow work of a code before the transaction; a typing error costs none, a wrong code as much as a right."""
    form = forms.read(TypedCode(), request.form)
    if form.errors:
        return
    with suppress(MistypedReturnCode):
        with current_app.extensions["database"].transaction(writes=False):
            stretch = letters.stretching(read_return_code(form.data["code"]))
        g.ahead = stretch()


def stretched_code() -> Writer:
    """Return what the code that was typed stands for; raises MistypedReturnCode."""
    writer: Writer | None = g.get("ahead")
    if writer is None:
        raise MistypedReturnCode()
    return writer


def read_kept(code: str) -> forms.Form:
    """Read what somebody typed to show that they have a code; with an error where it shows nothing."""
    form = forms.read(Kept(), request.form)
    if not form.errors and not form.data["printed"] and _digits(form.data["last"]) != code[-4:]:
        return form.with_error("last", _("These are not the last four digits. Please look at the card again."))
    return form


def written_out(code: str) -> Mapping[str, Any]:
    """Return a code as a card shows it: in groups, in words, and as a picture."""
    # The picture holds the digits alone: a code in an address would stay in the history of a browser.
    picture = segno.make(code, micro=False, error="m").svg_data_uri(scale=8, border=3, light="#fff")
    return {"groups": in_groups(code).split(), "words": in_words(code, chosen_language()), "picture": picture}


def _digits(typed: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKC", typed) if sign.isdigit())
