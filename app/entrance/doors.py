"""What pages without an account share: whose address it is, what this browser is busy with, and the way out."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.core import clock
from app.core.catalogues import DEFAULT_LANGUAGE, chosen_language
from app.core.errors import Missing, Refusal
from app.core.words import N_
from app.entrance import visits
from app.entrance.hotlines import HOTLINES, hotlines_of
from app.entrance.models import Letterbox
from app.entrance.queries import letterbox_at
from app.entrance.visits import Visit
from app.identity.sessions import token_of

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


@dataclass(frozen=True)
class Door:
    """One thing that a browser can be busy with at a school's address; its secret has a cookie of its own."""

    cookie: str

    def visit_to(self, box: Letterbox) -> Visit | None:
        """Return what this browser is busy with at this address."""
        found = visits.find(self._token())
        return found if found is not None and found.school_id == box.school_id else None

    def visit_in_front(self) -> Visit | None:
        """Return the visit that a request belongs to, for what is done before its transaction."""
        box = letterbox_at((request.view_args or {})["address"])
        return self.visit_to(box) if box is not None else None

    def demand(self, box: Letterbox, part: str) -> Visit:
        """Return the visit of this browser if it has come as far as this part; raises VisitOver."""
        visit = self.visit_to(box)
        if visit is None or part not in visit.content:
            raise VisitOver()
        return visit

    def begin_anew(self, box: Letterbox, content: Mapping[str, Any]) -> Visit:
        """Begin a visit in this browser and forget the one that it had."""
        self.forget()
        return visits.begin(box.school_id, content)

    def lead(self, visit: Visit, endpoint: str, box: Letterbox, **ids: Any) -> AnyResponse:
        """Lead to the next page, and let the browser keep the secret of its visit for another half hour."""
        answer = redirect(url_for(endpoint, address=box.address_code, **ids), code=303)
        self.give(answer, visit)
        return answer

    def give(self, answer: Any, visit: Visit) -> None:
        """Hand the secret of a visit to the browser, which alone keeps it."""
        answer.set_cookie(
            self.cookie, base64.urlsafe_b64encode(visit.token).decode(), max_age=int(visits.LASTS.total_seconds()),
            secure=True, httponly=True, samesite="Strict", path="/",
        )

    def take(self, answer: Any) -> None:
        """Make the browser forget its visit."""
        answer.delete_cookie(self.cookie, secure=True, httponly=True, samesite="Strict", path="/")

    def forget(self) -> None:
        """Forget what this browser is busy with."""
        if (token := self._token()) is not None:
            visits.end(token)

    def _token(self) -> bytes | None:
        return token_of(request.cookies.get(self.cookie, ""))


LETTERS = Door("__Host-xinxia-letter")
TIMES = Door("__Host-xinxia-time")
DOORS = (LETTERS, TIMES)
"""Everything that is forgotten when somebody leaves quickly."""


def box_at(address: str) -> Letterbox:
    """Return the letterbox at a public address, also one that takes no new letters."""
    box = letterbox_at(address)
    if box is None:
        raise Missing()
    return box


def frame_of(box: Letterbox, visit: Visit | None, *, keep: str) -> dict[str, Any]:
    """Return what the frame of a page without an account needs; `keep` is the endpoint that lengthens a visit."""
    address = box.address_code
    found: dict[str, Any] = {
        "address": address, "hotlines": told_hotlines(hotlines_of(box)),
        "exit_url": url_for("letters_out.leave", address=address),
    }
    if visit is not None:
        left = (visit.expires_at - clock.now()).total_seconds()
        found |= {"session_ends_in": left, "session_extend_url": url_for(keep, address=address)}
    return found


def told_hotlines(lines: Any = HOTLINES) -> list[dict[str, Any]]:
    """Return telephone numbers with their names in the reader's language."""
    if chosen_language() == DEFAULT_LANGUAGE:
        return list(lines)
    return [{**line, "label": _(_ENGLISH.get(line["number"], line["label"]))} for line in lines]
