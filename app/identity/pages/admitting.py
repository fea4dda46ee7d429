"""Keys and admissions: who waits for a key, which groups there are, and who is in them."""

from collections.abc import Callable

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import PostKind, guard
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Missing
from app.directory.naming import named_among
from app.directory.queries import get_organisation, names_of
from app.identity import arrivals, cards, keys, policy, refusing, schemas
from app.identity.labels import label_of
from app.identity.pages.blueprint import identity
from app.identity.queries import refusals_in
from app.vault import groups, people, recovery_cards


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
    refused = refusals_in(members)
    shown = compared.union(*members.values(), *({one.person_id, one.refused_by} for one in refused))
    return render_template(
        "identity/keys.html",
        waiting=keys.by_person(waiting),
        epochs=vouching | {one.person_id: one.epoch for one in waiting},
        refused=refused,
        groups_by_id={group.id: group for group in held},
        vouching=vouching,
        held=[(group, sorted(members[group.id])) for group in held],
        missing=keys.missing_places(by),
        names=names_of(shown),
        words={one: people.fingerprint(one, str(get_locale())) for one in compared},
        label=label_of,
        named_among=named_among,
        rooms=[(room, get_organisation(room)) for room in sorted(by.organisations(PostKind.COUNSELLOR))],
        card_of=recovery_cards.present_card,
        uses_of=cards.uses_of,
    )


@identity.post("/keys/admit")
@guard(policy.ADMIT)
def admit() -> AnyResponse:
    """Admit a colleague whose words were compared to the groups that were listed beside them."""
    form = forms.read(schemas.Admissions(), request.form)
    if form.errors:
        raise Missing()
    given = form.data
    return _done(
        lambda: arrivals.admit(*given["group"], person_id=given["person"], epoch=given["epoch"], by=g.actor),
        _("Your colleague is admitted."),
    )


@identity.post("/keys/refuse")
@guard(policy.REFUSE)
def refuse() -> AnyResponse:
    """Refuse somebody whose words differ, or who is not the person."""
    form = forms.read(schemas.Compared(), request.form)
    if form.errors:
        raise Missing()
    return _done(
        lambda: refusing.refuse(form.data["person"], epoch=form.data["epoch"], by=g.actor),
        _("This person is not admitted. They and the administrator are told."),
    )


@identity.post("/keys/reconsider")
@guard(policy.REFUSE)
def reconsider() -> AnyResponse:
    """Let somebody wait again who was refused."""
    form = forms.read(schemas.Person(), request.form)
    if form.errors:
        raise Missing()
    return _done(
        lambda: refusing.reconsider(form.data["person"], by=g.actor), _("They wait again: compare the six words.")
    )


def _done(deed: Callable[[], None], said: str) -> AnyResponse:
    """Do it and say so, or say on the page as it stands now why it is no longer possible."""
    try:
        with savepoint():
            deed()
    except Conflict as refused:
        flash(_(refused.words), "warn")
    else:
        flash(said, "done")
    return redirect(url_for("identity.tasks"), code=303)


@identity.post("/keys/vouch")
@guard(policy.ADMIT)
def vouch() -> AnyResponse:
    """Let a colleague who became an administrator invite others."""
    form = forms.read(schemas.Compared(), request.form)
    if form.errors:
        raise Missing()
    return _done(
        lambda: keys.let_vouch(form.data["person"], epoch=form.data["epoch"], by=g.actor),
        _("Your colleague may now invite others."),
    )


@identity.post("/keys/found")
@guard(policy.ADMIT)
def found() -> AnyResponse:
    """Make the keys that one's posts found and that nobody made yet."""
    keys.take_up_posts(by=g.actor)
    flash(_("The keys are made."), "done")
    return redirect(url_for("identity.tasks"), code=303)
