"""What the child's pages of letters share: the blueprint, and the frame of a letterbox."""

from typing import Any

from flask import Blueprint, render_template
from werkzeug.wrappers import Response as AnyResponse

from app.core.errors import Missing
from app.entrance.doors import LETTERS, box_at, frame_of
from app.entrance.models import Letterbox
from app.entrance.visits import Visit
from app.letterbox import words

letters_out = Blueprint("letters_out", "app.letterbox", url_prefix="/w", template_folder="templates")
visit_to, visit_in_front, demand_visit = LETTERS.visit_to, LETTERS.visit_in_front, LETTERS.demand
begin_anew, give_cookie = LETTERS.begin_anew, LETTERS.give


@letters_out.context_processor
def _words() -> dict[str, Any]:
    return {"letter_words": words}


def open_box_at(address: str) -> Letterbox:
    """Return the letterbox at a public address; one that takes no new letters looks like none."""
    box = box_at(address)
    if not box.open:
        raise Missing()
    return box


def show(template: str, box: Letterbox, visit: Visit | None = None, **given: Any) -> str:
    """Return a page in the frame of this letterbox."""
    return render_template(
        f"letterbox/child/{template}.html", **frame_of(box, visit, keep="letters_out.keep"), **given
    )


def go_on(visit: Visit, endpoint: str, box: Letterbox, **ids: Any) -> AnyResponse:
    """Lead to the next page, and let the browser keep the secret of its visit for another half hour."""
    return LETTERS.lead(visit, f"letters_out.{endpoint}", box, **ids)
