"""What stories in the browser share: reading a page, and counting what it asks of the database."""

import html
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

Browsers = Callable[[str], FlaskClient]
HTTPS = {"base_url": "https://localhost"}


def text_of(answer: Any) -> str:
    """Return a page as its reader sees it."""
    return html.unescape(answer.get_data(as_text=True))


def statements(app: Any, ask: Callable[[], Any]) -> int:
    """Count the statements behind an answer that succeeds."""
    answers: list[Any] = []
    count = counted(app.database, lambda: answers.append(ask()))
    assert answers[0].status_code == 200
    return count


def counted(database: Any, work: Callable[[], Any]) -> int:
    """Count the statements that some work sends to the database."""
    seen: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return len(seen)
