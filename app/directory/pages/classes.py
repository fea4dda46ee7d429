"""Grades and classes that the school's administrator makes by hand."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import guard
from app.core import forms
from app.core.errors import Conflict, Invalid
from app.directory import classes, policy, schemas
from app.directory.models import Organisation
from app.directory.pages.blueprint import directory
from app.directory.queries import PlacedClass, get_class, get_organisation, grades_of
from app.directory.rosters.students import COMMON_GRADES


def _school(school_id: Any) -> Organisation | None:
    return get_organisation(school_id)


@directory.route("/schools/<uuid:school_id>/classes", methods=["GET", "POST"])
@guard(policy.KEEP_CLASSES, load=_school)
def add_classes(school: Organisation) -> Any:
    """Take the classes of a grade."""
    form, status = forms.blank(), 200
    if request.method == "POST":
        form, status = forms.read(schemas.ClassesAdded(), request.form), 422
        if not form.errors:
            try:
                names = classes.names_in(form.data["classes"])
                made = classes.add_classes(school, grade=form.data["grade"], classes=names, by=g.actor)
            except (Conflict, Invalid) as refused:
                form, status = form.with_error("classes", refused.words), refused.status
            else:
                flash(_("Added: %(count)s. Students come with a roster.", count=len(made)), "done")
                return redirect(url_for("directory.classes"), code=303)
    known = [grade.label for grade in grades_of(school.id)]
    choices = [*known, *(grade for grade in COMMON_GRADES if grade not in known)]
    return render_template("directory/add_classes.html", form=form, school=school, choices=choices), status


@directory.post("/classes/<uuid:class_id>/remove")
@guard(policy.KEEP_CLASSES, load=get_class)
def remove_class(shape: PlacedClass) -> AnyResponse:
    """Take a class away in which nobody ever was."""
    try:
        classes.remove_class(shape.id, by=g.actor)
    except classes.ClassInUse as refused:
        flash(_(refused.words), "warn")
        return redirect(url_for("directory.school_class", class_id=shape.id), code=303)
    flash(_("The class is gone."), "done")
    return redirect(url_for("directory.classes"), code=303)
