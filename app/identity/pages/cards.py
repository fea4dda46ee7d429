"""The room's recovery card: printing its two halves, and using them."""

from typing import Any
from uuid import UUID

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.access import PostKind, guard
from app.core import forms
from app.core.errors import Invalid, Missing, Refusal
from app.directory.models import Organisation
from app.directory.queries import get_organisation
from app.identity import cards, policy, schemas
from app.identity.pages.blueprint import identity
from app.identity.pages.words import told
from app.identity.sessions import source_of_request


def _own_room(organisation_id: UUID) -> Organisation:
    """Return the school whose counsellor asks; another's room is not there."""
    school = get_organisation(organisation_id)
    if school is None or not g.actor.at(organisation_id, PostKind.COUNSELLOR):
        raise Missing()
    return school


@identity.route("/keys/card/<uuid:organisation_id>", methods=["GET", "POST"])
@guard(policy.KEEP_CARD)
def card(organisation_id: UUID) -> Any:
    """Show two halves to print; the card counts once the end of both was typed."""
    school = _own_room(organisation_id)
    if request.method != "POST":
        return _card_page(school, forms.blank(), cards.offer(school.id, by=g.actor))
    form = forms.read(schemas.Card(), request.form)
    if not form.errors:
        try:
            cards.keep(school.id, by=g.actor, **form.data)
        except Invalid as refused:
            form = form.with_error("first", told(refused))
        else:
            flash(_("The card counts. Give each half to another person today."), "done")
            return redirect(url_for("identity.tasks"), code=303)
    shown = cards.offer(school.id, by=g.actor, token=form.values.get("token"))
    return _card_page(school, forms.Form({}, {}, form.errors), shown), 422


def _card_page(school: Organisation, form: forms.Form, shown: cards.Offer) -> str:
    return render_template(
        "identity/card.html", form=form, halves=shown.halves, token=shown.token, organisation_id=school.id,
        organisation_name=school.name, document=_("Recovery card"), printed_by=g.actor.name,
    )


@identity.route("/keys/card/<uuid:organisation_id>/use", methods=["GET", "POST"])
@guard(policy.USE_CARD)
def use_card(organisation_id: UUID) -> Any:
    """Take both halves and a reason, and admit the person in front to the room."""
    school = _own_room(organisation_id)
    form = forms.blank()
    if request.method == "POST":
        form = forms.read(schemas.CardUse(), request.form)
        if not form.errors:
            try:
                cards.use(school.id, source=source_of_request(), by=g.actor, **form.data)
            except Refusal as refused:
                form = form.with_error("first", told(refused))
            else:
                flash(_("You hold the keys of the room. The used card is void: print a new one now."), "done")
                return redirect(url_for("identity.card", organisation_id=school.id), code=303)
    page = render_template("identity/use_card.html", form=form, organisation_id=school.id)
    return page, 422 if form.errors else 200
