"""The schools of a district, its centre and its bureau, for the district administrator."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.access import guard
from app.core import forms
from app.core.words import N_
from app.directory import policy, schemas, service
from app.directory.models import Organisation
from app.directory.pages.blueprint import directory
from app.directory.places import places_of_district
from app.directory.queries import get_organisation

KINDS = {
    "school": N_("School"),
    "centre": N_("District guidance centre"),
    "bureau": N_("Education bureau"),
}


@directory.route("/schools", methods=["GET", "POST"])
@guard(policy.LIST_SCHOOLS)
def schools() -> Any:
    """Show the organisations of the district with their administrators, and add another."""
    form = forms.blank(kind="school")
    status = 200
    if request.method == "POST":
        form, status = forms.read(schemas.OrganisationMade(), request.form), 422
        if not form.errors:
            policy.KEEP_SCHOOLS.demand(g.actor, get_organisation(g.actor.district_id))
            try:
                service.make_organisation(
                    kind=form.data["kind"], name=form.data["name"], district_id=g.actor.district_id, by=g.actor
                )
            except service.NameTaken as refused:
                form, status = form.with_error("name", refused.words), refused.status
            else:
                flash(_("It is added. Give somebody the post of its administrator next."), "done")
                return redirect(url_for("directory.schools"), code=303)
    page = render_template(
        "directory/schools.html", form=form, places=places_of_district(g.actor.district_id), kind_words=KINDS
    )
    return page, status


@directory.route("/schools/<uuid:organisation_id>", methods=["GET", "POST"])
@guard(policy.KEEP_SCHOOLS, load=get_organisation)
def school(organisation: Organisation) -> Any:
    """Show an organisation and take another name for it."""
    form = forms.blank(name=organisation.name)
    status = 200
    if request.method == "POST":
        form, status = forms.read(schemas.OrganisationNamed(), request.form), 422
        if not form.errors:
            try:
                service.rename_organisation(organisation, name=form.data["name"], by=g.actor)
            except service.NameTaken as refused:
                form, status = form.with_error("name", refused.words), refused.status
            else:
                flash(_("The change is kept."), "done")
                return redirect(url_for("directory.schools"), code=303)
    page = render_template(
        "directory/school.html", form=form, organisation=organisation, kind_words={**KINDS, "district": N_("District")}
    )
    return page, status
