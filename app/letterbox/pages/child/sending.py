"""Sending what a child wrote, with the files that go along."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from app.core.database import savepoint
from app.core.errors import Invalid, TooLarge
from app.letterbox.pages.ahead import checked
from app.letterbox.service.attaching import Checked

Sent = TypeVar("Sent")


def sent_with_files(send: Callable[[Sequence[Checked]], Sent], *, in_any_case: bool) -> tuple[Sent, bool]:
    """Send words with their files; return what was sent, and whether the files had to be left out.

    What may be an emergency waits for no file: its words are sent `in_any_case`. Otherwise it raises why not.
    """
    try:
        with savepoint():
            return send(checked()), False
    except (Invalid, TooLarge):
        if not in_any_case:
            raise
    with savepoint():
        return send(()), True
