"""One JSON line per event on standard error; never a name, a text, a path parameter or a form value."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

_FIELDS = ("request_id", "endpoint", "method", "status", "milliseconds", "failure", "job", "count")


class JsonLines(logging.Formatter):
    """Formats a record as JSON with an allow-list of fields: what is not listed is not written."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line; an exception is reduced to its class, since messages may quote input."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
        }
        line.update({name: getattr(record, name) for name in _FIELDS if hasattr(record, name)})
        if record.exc_info and record.exc_info[0] is not None:
            line["failure"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False, default=str)


def _event(record: logging.LogRecord) -> str:
    """Return what a line is about; of other packages' messages only what stands before the first value."""
    if not isinstance(record.msg, str):
        # An exception logged as its own message: its text may quote input.
        return type(record.msg).__name__
    return record.msg if record.name.startswith("xinxia") else record.msg.split("%")[0][:80]


def configure(level: str) -> None:
    """Send every log line of this process through the JSON formatter."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    # A line that cannot be formatted would be written to standard error with everything it was given.
    logging.raiseExceptions = False
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # The development server logs whole request lines with their paths: ours says the same without.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
