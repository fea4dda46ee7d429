"""Handing a case over to the centre, and the hand-over as both sides see it."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.access import guard
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid, Stale
from app.directory.naming import named
from app.escalation import deeds, policy, queries, schemas
from app.escalation.models import Concern, HandOver
from app.escalation.pages.blueprint import escalation
from app.escalation.views import ConcernView, packet_view, readers_of_packet
from app.files import policy as files_policy
from app.files.queries import entries_of, file_of_student
from app.files.schemas import KINDS


@escalation.route("/concerns/<uuid:concern_id>/centre", methods=["GET", "POST"])
@guard(policy.READ_CARD, load=queries.get_concern)
def offer(concern: Concern) -> Any:
    """Hand a case over to the centre: an interruption of its own, which shows what the centre will see."""
    by_room = policy.OFFER.allows(g.actor, concern)
    (policy.OFFER if by_room else policy.CALL_CENTRE).demand(g.actor, concern)
    entries = _entries_to_tick(concern) if by_room else []
    form = forms.blank()
    if request.method == "POST":
        form = forms.read(schemas.Offer(), request.form)
        if not form.errors:
            try:
                with savepoint():
                    deeds.hand_over(concern, form.data, by=g.actor)
            except (Stale, Invalid, Conflict) as refused:
                form = form.with_error("basis", _(refused.words, **refused.params))
            else:
                flash(_("The case is offered to the centre. Until it answers, it stays with you."), "done")
                return redirect(url_for("escalation.concern", concern_id=concern.id), code=303)
    page = render_template(
        "escalation/offer.html", concern=concern, view=ConcernView(concern, g.actor), form=form, entries=entries,
        receivers=named(readers_of_packet(concern, g.actor), g.actor),
    )
    return page, 422 if form.errors else 200


def _entries_to_tick(concern: Concern) -> list[tuple[str, str]]:
    """Return the signed entries of the student's file that this counsellor may release."""
    file = file_of_student(concern.student_id, by=g.actor)
    if file is None or not files_policy.READ.allows(g.actor, file):
        return []
    return [
        (str(entry.id), _("No. %(number)s", number=entry.number) + " · " + _(KINDS[entry.kind]))
        for entry in entries_of(file)
        if files_policy.RELEASE.allows(g.actor, entry)
    ]


@escalation.get("/hand-overs/<uuid:hand_over_id>")
@guard(policy.READ_HAND_OVER, load=queries.get_hand_over, visit="hand_over:viewed")
def hand_over(hand_over: HandOver) -> str:
    """Show what was handed over, as both sides see it, and what the centre can do with it."""
    return render_template(
        "escalation/hand_over.html", **packet_view(hand_over, g.actor), chosen_deed=request.args.get("do")
    )
