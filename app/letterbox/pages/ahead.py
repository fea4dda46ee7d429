"""Slow work that is done before a request's transaction begins, for those alone whom the view lets in afterwards."""

from collections.abc import Callable, Mapping, Sequence

from flask import current_app, g, request

from app.core.errors import Invalid, TooLarge
from app.letterbox.pages.attached import uploads
from app.letterbox.schemas import MOST_WORDS_ON_OTHERS
from app.letterbox.screening import Screening, screen
from app.letterbox.service import attaching
from app.letterbox.service.attaching import Checked
from app.letterbox.service.posting import LONGEST

_MOST_WORDS = {"text": LONGEST, "words": MOST_WORDS_ON_OTHERS}
Work = Callable[[], None]


def ahead_of(lets_in: Callable[[], bool], *work: Work) -> Work:
    """Return slow work for whom the question lets in; it is asked in a short transaction that only reads."""

    def begin() -> None:
        with current_app.extensions["database"].transaction(writes=False):
            let_in = lets_in()
        for each in work if let_in else ():
            each()

    return begin


def screen_words() -> None:
    """Ask screening about a letter and the words beside it, unless they are too many to be taken."""
    sent = [(request.form.get(field, "").strip(), most) for field, most in _MOST_WORDS.items()]
    g.screened = {words: screen(words) for words, most in sent if 0 < len(words) <= most}


def screened(words: str) -> Screening:
    """Return what screening says of these words, as it was asked before the transaction."""
    asked: Mapping[str, Screening] = g.get("screened", {})
    return asked.get(words.strip()) or screen(words.strip())


def check_files() -> None:
    """Look at the files that were sent, and take out what says too much; what does not go along is said later."""
    try:
        g.checked = attaching.checked(uploads())
    except (Invalid, TooLarge) as refused:
        g.checked = refused


def checked() -> Sequence[Checked]:
    """Return the files that were sent, looked at before the transaction; raises why they do not go along."""
    found: Sequence[Checked] | Exception | None = g.get("checked")
    if isinstance(found, Exception):
        raise found
    return attaching.checked(uploads()) if found is None else found
