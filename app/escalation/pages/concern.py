"""One concern as far as the reader's keys open it, and every deed that is done to it."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import guard
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid, Refusal, Stale
from app.escalation import asking, deeds, opinions, policy, queries, schemas, service
from app.escalation.models import Concern, HandOver, SecondOpinion
from app.escalation.pages.blueprint import escalation
from app.escalation.views import ConcernView


@escalation.get("/concerns/<uuid:concern_id>")
@guard(policy.READ, load=queries.get_concern, visit="concern:viewed")
def concern(concern: Concern) -> str:
    """Show a concern as far as the person's keys open it, with what they can do now."""
    return _shown(concern, None)


def _shown(concern: Concern, form: forms.Form | None) -> str:
    return render_template(
        "escalation/concern.html", view=ConcernView(concern, g.actor), concern=concern, form=form,
        chosen_deed=request.args.get("do"),
    )


@escalation.post("/concerns/<uuid:concern_id>/<deed>")
@guard(policy.READ, load=deeds.find)
def do(wanted: deeds.Wanted) -> Any:
    """Do a deed; what was typed is kept when something needs another look."""
    concern, spec = wanted.concern, asking.ASKS[wanted.deed]
    answered = queries.live_hand_over(concern.id) if wanted.deed in asking.OF_CENTRE else None
    form = _filled_in(wanted.deed)
    if not form.errors:
        try:
            with savepoint():
                deeds.do(wanted, form.data, by=g.actor)
        except (Stale, Invalid, Conflict) as refused:
            form = form.with_error(_field_of(refused), _(refused.words, **refused.params))
        else:
            flash(_(spec.done), "done")
            return redirect(_where_next(concern, answered), code=303)
    kept = forms.Form({**form.values, "deed": wanted.deed}, form.data, form.errors)
    return _shown(concern, kept), 422


def _field_of(refused: Refusal) -> str:
    wrong = {service.ReviewOutOfReach: "day", service.NotHigher: "level"}
    return wrong.get(type(refused), "text")


def _filled_in(deed: str) -> forms.Form:
    form = forms.read(schemas.Deed(), request.form)
    for name, sentence in schemas.left_out(deed, form.data).items():
        form = form.with_error(name, sentence)
    return form


def _where_next(concern: Concern, hand_over: HandOver | None) -> str:
    """Return to where the deed was done, or to one's first page when the deed closed it to oneself."""
    if hand_over is not None and policy.READ_HAND_OVER.allows(g.actor, hand_over):
        return url_for("escalation.hand_over", hand_over_id=hand_over.id)
    if deeds.stays_open(concern, to=g.actor):
        return url_for("escalation.concern", concern_id=concern.id)
    return url_for("home.start")


@escalation.post("/concerns/opinions/<uuid:opinion_id>")
@guard(policy.DECIDE, load=queries.get_opinion)
def decide(opinion: SecondOpinion) -> AnyResponse:
    """Agree to a proposal of the room, or not."""
    form = forms.read(schemas.Decision(), request.form)
    if form.errors:
        raise Invalid()
    given = form.data
    opinions.decide(
        opinion, agrees=given["outcome"] == "agreed", revision=given["version"], by=g.actor, words=given.get("text", "")
    )
    flash(_("Your decision is kept. The counselling room is told."), "done")
    return redirect(url_for("escalation.approvals"), code=303)
