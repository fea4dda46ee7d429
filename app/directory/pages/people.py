"""The people on the staff and their posts, for those who administer a school or the district."""

from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.access import PostKind, guard
from app.core import forms
from app.core.errors import Conflict, Invalid, Refusal
from app.core.ids import parse_id
from app.core.paging import Page
from app.directory import policy, schemas, service, staffing
from app.directory.importing.staff import organisations_kept_by
from app.directory.models import Person
from app.directory.pages.blueprint import directory
from app.directory.people import Member, find_members, get_member, members_kept_by
from app.directory.posts import POST_WORDS
from app.directory.queries import classes_in, today_at


@directory.route("/people", methods=["GET", "POST"])
@guard(policy.LIST_PEOPLE)
def people() -> Any:
    """Show who is in charge of what; what is looked for travels in the body, never in an address."""
    chosen = request.args.get("posts", "")
    kind = PostKind(chosen) if chosen in set(PostKind) else None
    form = forms.blank()
    if request.method == "POST":
        form = forms.read(schemas.Found(), request.form)
        page = Page(find_members(str(form.data.get("q", "")), g.actor), None)
    else:
        members = members_kept_by(g.actor, kind=kind, ended=chosen == "ended")
        page = staffing.page_of(members, request.args.get("after"))
    shown = render_template(
        "directory/people.html", form=form, page=page, chosen=chosen, kinds=staffing.kinds_kept_by(g.actor),
        post_words=POST_WORDS, searched=request.method == "POST",
        invitations="identity.invite" in current_app.view_functions, here=g.actor.organisations(PostKind.SCHOOL_ADMIN),
    )
    return shown, 422 if form.errors else 200


@directory.route("/people/new", methods=["GET", "POST"])
@guard(policy.LIST_PEOPLE)
def add_person() -> Any:
    """Add somebody to the staff with their first post."""
    form = forms.blank()
    if request.method == "POST":
        form = forms.read(schemas.PersonAdded(), request.form)
        if not form.errors:
            try:
                person = _employ(form)
            except (Conflict, Invalid) as refused:
                return _new_person_page(form.with_error(_field_of(refused), _(refused.words))), refused.status
            flash(_("The post is given. Without an account of their own, somebody needs an invitation next."), "done")
            return redirect(url_for("directory.person", person_id=person.id), code=303)
    return _new_person_page(form), 422 if form.errors else 200


def _employ(form: forms.Form) -> Person:
    given = {name: form.data[name] for name in ("number", "name", "mail")}
    return staffing.employ(**given, **_post_of(form), by=g.actor)


def _post_of(form: forms.Form) -> dict[str, Any]:
    """Return the post of a form, in charge of what "grade:…" or "class:…" names."""
    what, _colon, text = form.data["charge"].partition(":")
    chosen = parse_id(text)
    if form.data["charge"] and (chosen is None or what not in ("grade", "class")):
        raise service.PostDoesNotFit()
    return {
        "kind": form.data["kind"],
        "organisation_id": form.data["organisation"],
        "grade_id": chosen if what == "grade" else None,
        "class_id": chosen if what == "class" else None,
        "starts_on": form.data["starts_on"],
        "ends_on": form.data["ends_on"],
    }


def _field_of(refused: Refusal) -> str:
    return "number" if isinstance(refused, service.NumberTaken) else "charge"


def _new_person_page(form: forms.Form) -> str:
    return render_template("directory/add_person.html", form=form, **_choices())


@directory.route("/people/<uuid:person_id>", methods=["GET", "POST"])
@guard(policy.SEE_PERSON, load=get_member)
def person(member: Member) -> Any:
    """Show somebody with their posts, and take a corrected name or mail address."""
    form = forms.blank(name=member.person.name, mail=member.person.mail)
    if request.method == "POST":
        policy.CHANGE_PERSON.demand(g.actor, member)
        form = forms.read(schemas.PersonChange(), request.form)
        if not form.errors:
            service.change_person(member.person, name=form.data["name"], mail=form.data["mail"], by=g.actor)
            flash(_("The change is kept."), "done")
            return redirect(url_for("directory.person", person_id=member.id), code=303)
    return _person_page(member, form, forms.blank()), 422 if form.errors else 200


@directory.post("/people/<uuid:person_id>/posts")
@guard(policy.SEE_PERSON, load=get_member)
def give_post(member: Member) -> Any:
    """Put somebody in charge of something."""
    form = forms.read(schemas.PostGiven(), request.form)
    if not form.errors:
        try:
            staffing.give(member.id, **_post_of(form), by=g.actor)
        except (Conflict, Invalid) as refused:
            form = form.with_error("charge", _(refused.words))
        else:
            flash(_("The post is given. Without an account of their own, somebody needs an invitation next."), "done")
            return redirect(url_for("directory.person", person_id=member.id), code=303)
    own = forms.blank(name=member.person.name, mail=member.person.mail)
    return _person_page(member, own, form), 422


def _person_page(member: Member, form: forms.Form, given: forms.Form) -> str:
    kept = {organisation.id for organisation in organisations_kept_by(g.actor)}
    return render_template(
        "directory/person.html", member=member.at(kept), whole=member, form=form, given=given, post_words=POST_WORDS,
        may_end="identity.end_post" in current_app.view_functions, today=today_at(g.actor.district_id),
        may_change=policy.CHANGE_PERSON.allows(g.actor, member), **_choices(),
    )


def _choices() -> dict[str, Any]:
    """Return what a post can be: the kinds, the organisations, and the grades and classes to be in charge of."""
    organisations = organisations_kept_by(g.actor)
    charges: list[tuple[str, str]] = []
    several = len(organisations) > 1
    names = {organisation.id: organisation.name for organisation in organisations}
    for shape, grade in classes_in(names):
        prefix = f"{names[grade.school_id]} " if several else ""
        whole = (f"grade:{grade.id}", prefix + grade.label)
        charges += [whole] if whole not in charges else []
        charges.append((f"class:{shape.id}", f"{prefix}{grade.label}{shape.label}"))
    return {
        "organisations": [(str(one.id), one.name) for one in organisations],
        "kinds": [(kind.value, _(POST_WORDS[kind])) for kind in staffing.kinds_kept_by(g.actor)],
        "charges": charges,
    }

