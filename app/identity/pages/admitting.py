"""Keys and admissions: who waits for a key, which groups there are, and who is in them."""

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import PostKind, guard
from app.core import forms
from app.core.errors import Invalid, Missing
from app.directory.naming import named_among
from app.directory.queries import get_organisation, names_of
from app.identity import arrivals, cards, keys, policy, schemas
from app.identity.labels import label_of
from app.identity.pages.blueprint import identity
from app.vault import groups, people


@identity.get("/keys")
@guard(policy.TASKS)
def tasks() -> str:
    """Show who waits to be admitted, with the words to compare, and the groups one belongs to."""
    by = g.actor
    waiting = keys.waiting_for(by)
    vouching = keys.waiting_to_vouch(by)
    held = keys.groups_held(by)
    members = groups.members_of({group.id for group in held})
    compared = {one.person_id for one in waiting} | set(vouching)
    shown = compared.union(*members.values())
    return render_template(
        "identity/keys.html",
        waiting=keys.by_person(waiting),
        vouching=vouching,
        held=[(group, sorted(members[group.id])) for group in held],
        missing=keys.missing_places(by),
        names=names_of(shown),
        words={one: people.fingerprint(one, str(get_locale())) for one in compared},
        label=label_of,
        named_among=named_among,
        rooms=[(room, get_organisation(room)) for room in sorted(by.organisations(PostKind.COUNSELLOR))],
        card_of=groups.present_card,
        uses_of=cards.uses_of,
    )


@identity.post("/keys/admit")
@guard(policy.ADMIT)
def admit() -> AnyResponse:
    """Admit a colleague whose words were compared."""
    form = forms.read(schemas.Admission(), request.form)
    if form.errors:
        raise Missing()
    arrivals.admit(form.data["group"], form.data["person"], by=g.actor)
    flash(_("Your colleague now holds this key."), "done")
    return redirect(url_for("identity.tasks"), code=303)


@identity.post("/keys/vouch")
@guard(policy.ADMIT)
def vouch() -> AnyResponse:
    """Let a colleague who became an administrator invite others."""
    form = forms.read(schemas.Person(), request.form)
    if form.errors:
        raise Invalid()
    keys.let_vouch(form.data["person"], by=g.actor)
    flash(_("Your colleague may now invite others."), "done")
    return redirect(url_for("identity.tasks"), code=303)


@identity.post("/keys/found")
@guard(policy.ADMIT)
def found() -> AnyResponse:
    """Make the keys that one's posts found and that nobody made yet."""
    keys.take_up_posts(by=g.actor)
    flash(_("The keys are made."), "done")
    return redirect(url_for("identity.tasks"), code=303)
