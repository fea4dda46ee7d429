"""A concern raised from a letter, with the note that says so to colleagues, in the language of whoever raised it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from app.access import Actor
from app.directory.queries import DirectoryLine
from app.escalation.models import Concern
from app.letterbox.models import Letter
from app.letterbox.service import answering, helping


def raise_and_note(letter: Letter, line: DirectoryLine, given: Mapping[str, Any], *, by: Actor) -> Concern:
    """Raise a concern about a student and leave a note in the letter; the concern names no letter."""
    concern = helping.raise_concern(letter, student_id=line.id, by=by, **given)
    words = _("A concern was raised: %(name)s, %(where)s", name=line.name, where=line.where)
    answering.note(letter, words=words, by=by)
    return concern
