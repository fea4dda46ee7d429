"""A letter on paper, typed in by whoever opened the box: read like every other, with a slip for the child."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.access import Actor
from app.core.errors import Missing
from app.entrance.models import Letterbox
from app.identity import offers
from app.letterbox import policy
from app.letterbox.models import Letter
from app.letterbox.service import answering, posting, returning
from app.letterbox.service.attaching import Checked
from app.letterbox.service.boxes import boxes_of
from app.letterbox.service.posting import Weighed
from app.letterbox.service.returning import NoSuchLetter
from app.vault.letters import Writer
from app.vault.return_codes import new_return_code

_WHAT = "paper letter"


@dataclass(frozen=True)
class Slip:
    """The return code of a letter that is being typed in, and what the form carries so that it stays the same."""

    code: str
    token: str


def new_slip(*, by: Actor) -> Slip:
    """Return a fresh return code with its slow work done; nothing is kept before the letter is."""
    code = new_return_code()
    known = {"code": code, **returning.remembered(returning.writer_of(code))}
    return Slip(code, offers.sealed(_WHAT, json.dumps(known).encode(), by=by))


def type_in(
    letterbox: Letterbox, answers: Mapping[str, Any], *, token: str, by: Actor, weighed: Weighed | None = None,
    files: Sequence[Checked] = (),
) -> tuple[Letter, Slip]:
    """Put a letter that came on paper into its box, taken up by whoever typed it and may read it.

    A form that is sent again finds the letter there, with the same code. Raises TooOld, NothingWritten, NobodyReads.
    """
    policy.MANAGE_THIS.demand(by, letterbox)
    if answers["box"] not in boxes_of(by, letterbox.school_id):
        raise Missing()
    known = json.loads(offers.opened(_WHAT, token, by=by))
    writer, slip = returning.recalled(known), Slip(known["code"], token)
    there = _already(letterbox, writer)
    if there is not None:
        return there, slip
    typed = {**answers, "typed_by": by.person_id.hex}
    letter = posting.post(letterbox, typed, code=slip.code, writer=writer, weighed=weighed, by=by, files=files)
    if policy.READ.allows(by, letter):
        answering.take_up(letter, by=by)
    return letter, slip


def _already(letterbox: Letterbox, writer: Writer) -> Letter | None:
    try:
        return returning.come_back(writer, school_id=letterbox.school_id).letter
    except NoSuchLetter:
        return None
