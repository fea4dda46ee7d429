"""A letter that lay in the wooden box: typed in with the sign-off, and a slip with its code for the child."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import segno
from flask import g, render_template, request
from flask_babel import gettext as _

from app.access import guard
from app.core import forms
from app.core.catalogues import chosen_language
from app.core.database import savepoint
from app.core.errors import Invalid, TooLarge
from app.core.requests import ahead
from app.entrance.models import Letterbox
from app.escalation.views import named
from app.identity.sessions import account_in_front
from app.letterbox import policy, schemas
from app.letterbox.models import Letter
from app.letterbox.pages.ahead import ahead_of, check_files, checked, screen_words, screened
from app.letterbox.pages.blueprint import letterbox
from app.letterbox.pages.box import address_of, own_box
from app.letterbox.pages.child.readers import published
from app.letterbox.service import boxes, paper, posting
from app.letterbox.service.paper import Slip
from app.vault.return_codes import in_groups, in_words


def _is_signed_in() -> bool:
    return account_in_front() is not None


@letterbox.route("/letters/paper", methods=["GET", "POST"])
@guard(policy.MANAGE)
@ahead(ahead_of(_is_signed_in, screen_words, check_files))
def type_in() -> Any:
    """Take in what stands on a sheet of paper, and show the slip that leads back to the answer."""
    box = own_box()
    if request.method != "POST":
        return _asking(box, forms.blank(wish="answer", box=request.args.get("box", "")))
    form = forms.read(schemas.Paper(), request.form)
    if form.errors:
        return _asking(box, form), 422
    meant = _meant(form.data, box.school_id)
    try:
        with savepoint():
            letter, slip = paper.type_in(
                box, meant, token=form.data["slip"], by=g.actor,
                weighed=posting.weigh(meant, posting.look_through(meant, screened)), files=checked(),
            )
    except (Invalid, TooLarge) as refused:
        return _asking(box, form.with_error("text", _(refused.words))), 422
    return _slip(letter, slip, box)


def _meant(given: Mapping[str, Any], school_id: UUID) -> dict[str, Any]:
    return {
        "box": given["box"] or boxes.boxes_of(g.actor, school_id)[0], "text": given["text"], "name": given["name"],
        "mode": "named" if given["name"].strip() else "anonymous", "class": given["class_name"],
        "reply": given["wish"] != "nothing", "talk": given["wish"] == "talk", "excluded": given["people"],
        "excluded_words": given["words"],
    }


def _asking(box: Letterbox, form: forms.Form) -> str:
    again = form.values.get("slip")
    return render_template(
        "letterbox/paper.html", form=form, boxes=boxes.boxes_of(g.actor, box.school_id),
        slip=again if again and not form.errors.get("text") else paper.new_slip(by=g.actor).token,
        published=published(box.school_id), readers=_readers(box, form),
    )


def _readers(box: Letterbox, form: forms.Form) -> list[str]:
    """Return who would read it as far as the form is filled in; nobody is named where nobody could."""
    own = boxes.boxes_of(g.actor, box.school_id)
    chosen = form.values.get("box")
    given = {
        "box": chosen if chosen in own else own[0], "excluded": form.data.get("people", ()),
        "excluded_words": form.data.get("words", ""),
    }
    try:
        return named(posting.who_reads(box, given, grave=False).people, g.actor)
    except Invalid:
        return []


def _slip(letter: Letter, slip: Slip, box: Letterbox) -> str:
    return render_template(
        "letterbox/slip.html", letter=letter, groups=in_groups(slip.code).split(), address=address_of(box),
        words=in_words(slip.code, chosen_language()), may_read=policy.READ.allows(g.actor, letter),
        picture=segno.make(slip.code, micro=False, error="m").svg_data_uri(scale=8, border=3, light="#fff"),
    )
