"""The room's page for personal cards: printed for a class, withdrawn when one is lost."""

from typing import Any
from uuid import UUID

import segno
from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from app.access import PostKind, guard
from app.appointments import policy, views
from app.appointments.errors import TryAgain
from app.appointments.models import StudentCard
from app.appointments.pages.blueprint import appointments
from app.appointments.queries.cards import cards_by_class, cards_by_student, get_card
from app.appointments.service.cards import getting_ready, print_sheet, withdraw_card
from app.core.database import session
from app.core.errors import Missing
from app.core.requests import ahead, repeatable
from app.directory.models import Post, Student
from app.directory.queries import (
    PlacedClass,
    get_class,
    get_organisation,
    lines_of_class,
    named_classes,
)
from app.entrance.queries import letterbox_of
from app.identity.sessions import account_in_front
from app.vault.return_codes import in_groups


@appointments.get("/appointments/cards")
@guard(policy.LIST_CARDS)
def cards() -> str:
    """Show the classes of the school with how many cards count, and the way to print them."""
    school_id = views.school_of(g.actor)
    if school_id is None:
        raise Missing()
    return render_template(
        "appointments/cards.html", classes=[one for one in named_classes(g.actor) if one.school_id == school_id],
        cards=cards_by_class(school_id), address=_address_of(school_id), way=_address_of(school_id, whole=False),
    )


def _address_of(school_id: UUID, *, whole: bool = True) -> str:
    box = letterbox_of(school_id)
    return url_for("times_out.start", address=box.address_code, _external=whole) if box is not None else ""


@appointments.get("/appointments/cards/<uuid:class_id>")
@guard(policy.KEEP_CARDS, load=get_class)
def class_cards(shape: PlacedClass) -> str:
    """Show who of a class has a card that counts."""
    found = cards_by_student(g.actor, shape.school_id)
    return render_template(
        "appointments/class_cards.html", shape=shape, cards=found, lines=lines_of_class(shape.id, g.actor.ring),
        address=_address_of(shape.school_id),
    )


def _get_codes_ready() -> None:
    """Make the codes of a class before the transaction, for whoever counsels at its school alone.

    One question in any case: a class of another school costs what one that is not there costs.
    """
    class_id = (request.view_args or {})["class_id"]
    with current_app.extensions["database"].transaction(writes=False):
        account = account_in_front()
        counsels = select(Post.id).where(
            Post.person_id == (account.id if account is not None else None), Post.kind == PostKind.COUNSELLOR,
            Post.organisation_id == Student.school_id,
        )
        count = select(func.count()).select_from(Student).where(Student.class_id == class_id, counsels.exists())
        work = getting_ready(session().scalar(count) or 0)
    g.ready = work()


@appointments.post("/appointments/cards/<uuid:class_id>")
@guard(policy.KEEP_CARDS, load=get_class)
@repeatable
@ahead(_get_codes_ready)
def print_cards(shape: PlacedClass) -> Any:
    """Make a new card for each student of a class and show them, this once."""
    address = _address_of(shape.school_id)
    try:
        slips = print_sheet(shape, g.get("ready", []), by=g.actor) if address else []
    except TryAgain as refused:
        flash(_(refused.words), "plain")
        return redirect(url_for("appointments.class_cards", class_id=shape.id), code=303)
    school = get_organisation(shape.school_id)
    return render_template(
        "appointments/card_sheet.html", shape=shape, address=address, school=school.name if school else "",
        slips=[
            (slip.line, in_groups(slip.code).split(),
             segno.make(slip.code, micro=False, error="m").svg_data_uri(scale=3, border=2, light="#fff"))
            for slip in slips
        ],
    )


@appointments.post("/appointments/cards/<uuid:card_id>/withdraw")
@guard(policy.KEEP_CARDS, load=get_card)
def withdraw_lost(card: StudentCard) -> AnyResponse:
    """Let a card count no more."""
    withdraw_card(card, by=g.actor)
    flash(_("The card no longer counts. What was booked with it stands."), "done")
    return redirect(url_for("appointments.cards"), code=303)
