"""What the child's pages share: whose letterbox it is, and what this browser is busy with for half an hour."""

import base64
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.core import clock
from app.core.catalogues import DEFAULT_LANGUAGE, chosen_language
from app.core.errors import Missing, Refusal
from app.core.words import N_
from app.identity.sessions import token_of
from app.letterbox import queries, words
from app.letterbox.models import Letterbox
from app.letterbox.service import boxes, visits
from app.letterbox.service.visits import Visit

letters_out = Blueprint("letters_out", "app.letterbox", url_prefix="/w", template_folder="templates")
COOKIE = "__Host-xinxia-letter"


@letters_out.context_processor
def _words() -> dict[str, Any]:
    return {"letter_words": words}


# What English pages call the numbers that are the same in the whole country; others are named as the school does.
_ENGLISH = {
    "12356": N_("Mental health line"), "12355": N_("Youth line"), "120": N_("Ambulance"),
    "110": N_("Police"),
}


class VisitOver(Refusal):
    """Half an hour without a step is over, or this browser never began."""

    status = 410
    words = N_(
        "You were away for a while, so this page has forgotten what was written and not sent. "
        "What was sent has arrived."
    )


def box_at(address: str) -> Letterbox:
    """Return the letterbox at a public address, also one that takes no new letters."""
    box = queries.letterbox_at(address)
    if box is None:
        raise Missing()
    return box


def open_box_at(address: str) -> Letterbox:
    """Return the letterbox at a public address; one that takes no new letters looks like none."""
    box = box_at(address)
    if not box.open:
        raise Missing()
    return box


def visit_to(box: Letterbox) -> Visit | None:
    """Return what this browser is busy with at this letterbox."""
    found = visits.find(token_of(request.cookies.get(COOKIE, "")))
    return found if found is not None and found.school_id == box.school_id else None


def visit_in_front() -> Visit | None:
    """Return the visit that a request belongs to, for what is done before its transaction."""
    box = queries.letterbox_at((request.view_args or {})["address"])
    return visit_to(box) if box is not None else None


def demand_visit(box: Letterbox, part: str) -> Visit:
    """Return the visit of this browser if it has come as far as this part; raises VisitOver."""
    visit = visit_to(box)
    if visit is None or part not in visit.content:
        raise VisitOver()
    return visit


def show(template: str, box: Letterbox, visit: Visit | None = None, **given: Any) -> str:
    """Return a page in the frame of this letterbox."""
    address = box.address_code
    if visit is not None:
        left = (visit.expires_at - clock.now()).total_seconds()
        given |= {"session_ends_in": left, "session_extend_url": url_for("letters_out.keep", address=address)}
    return render_template(
        f"letterbox/child/{template}.html", address=address, hotlines=told_hotlines(boxes.hotlines_of(box)),
        exit_url=url_for("letters_out.leave", address=address), **given,
    )


def told_hotlines(lines: Any = boxes.HOTLINES) -> list[dict[str, Any]]:
    """Return telephone numbers with their names in the reader's language."""
    if chosen_language() == DEFAULT_LANGUAGE:
        return list(lines)
    return [{**line, "label": _(_ENGLISH.get(line["number"], line["label"]))} for line in lines]


def go_on(visit: Visit, endpoint: str, box: Letterbox, **ids: Any) -> AnyResponse:
    """Lead to the next page, and let the browser keep the secret of its visit for another half hour."""
    answer = redirect(url_for(f"letters_out.{endpoint}", address=box.address_code, **ids), code=303)
    give_cookie(answer, visit)
    return answer


def give_cookie(answer: Any, visit: Visit) -> None:
    """Hand the secret of a visit to the browser, which alone keeps it."""
    answer.set_cookie(
        COOKIE, base64.urlsafe_b64encode(visit.token).decode(), max_age=int(visits.LASTS.total_seconds()), secure=True,
        httponly=True, samesite="Strict", path="/",
    )


def take_cookie(answer: Any) -> None:
    """Make the browser forget its visit."""
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict", path="/")


def begin_anew(box: Letterbox, content: Mapping[str, Any]) -> Visit:
    """Begin a visit in this browser and forget the one that it had."""
    if (before := token_of(request.cookies.get(COOKIE, ""))) is not None:
        visits.end(before)
    return visits.begin(box.school_id, content)
