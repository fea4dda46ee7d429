"""A school with a letterbox, and letters that children put into it."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest

from app.entrance.models import Letterbox
from app.entrance.queries import letterbox_of
from app.letterbox.models import Letter
from app.letterbox.service import attaching, boxes, posting, returning
from app.letterbox.service.attaching import Upload
from app.letterbox.service.returning import Opened
from app.vault.return_codes import new_return_code
from tests.world import World

TEXT = "食堂的汤太咸了"
GRAVE = "我今晚就想死，药已经准备好了"
Post = Callable[..., "Posted"]


class Posted:
    """A letter in the box, and the code that only its writer has."""

    def __init__(self, letter_id: UUID, code: str) -> None:
        self.id, self.code = letter_id, code


@pytest.fixture
def letterbox(world: World) -> UUID:
    """The letterbox of the school, set up by Lin."""
    with world.acting("lin") as lin:
        return boxes.set_up(world.school, by=lin).id


@pytest.fixture
def post(world: World, letterbox: UUID) -> Post:
    """Post a letter as a child without an account does: `post(TEXT, box="leadership")`."""

    def post(text: str = TEXT, *, source: str = "", uploads: Sequence[Upload] = (), **answers: Any) -> Posted:
        code = new_return_code()
        with world.database.transaction():
            box = letterbox_of(world.school)
            assert isinstance(box, Letterbox)
            given = {"box": "room", "text": text, **answers}
            letter = posting.post(box, given, code=code, source=source, files=attaching.checked(uploads))
            return Posted(letter.id, code)

    return post


def come_back(world: World, posted: Posted) -> Opened:
    """Come back to a letter with its code, inside the transaction at hand."""
    return returning.come_back(returning.writer_of(posted.code), school_id=world.school)


def letter_of(posted: Posted) -> Letter:
    """Return the row of a letter, inside the transaction at hand."""
    from app.core.database import session

    return session().get_one(Letter, posted.id)
