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
    seen: list[str] = []
    engine = app.database.engine

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert ask().status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)
