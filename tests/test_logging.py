"""A log line tells what happened and where, and nothing that somebody wrote."""

import io
import json
import logging
import sys

import pytest

from config.logging import JsonLines, configure

CANARY = "陈子涵说他睡不着"


@pytest.fixture
def journal(monkeypatch):
    """What is written to standard error while the process logs as it does at work."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    monkeypatch.setattr(logging, "raiseExceptions", True)
    configure("INFO")
    yield written
    root.handlers[:] = before
    root.setLevel(level)


def lines(journal: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in journal.getvalue().splitlines()]


def test_a_line_is_json_with_time_level_and_event(journal):
    logging.getLogger("xinxia.requests").info("request", extra={"status": 200, "endpoint": "files.page"})
    (line,) = lines(journal)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "xinxia.requests",
        "event": "request",
        "status": 200,
        "endpoint": "files.page",
    }


def test_a_field_that_is_not_on_the_list_is_not_written(journal):
    logging.getLogger("xinxia.requests").info("request", extra={"note": CANARY, "path": CANARY, "form": CANARY})
    assert CANARY not in journal.getvalue()


def test_an_exception_is_reduced_to_its_kind(journal):
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("xinxia.requests").exception("failure")
    assert CANARY not in journal.getvalue()
    assert lines(journal)[0]["failure"] == "ValueError"
    assert "Traceback" not in journal.getvalue()


def test_what_other_packages_put_into_their_messages_is_left_out(journal):
    logging.getLogger("gunicorn.error").warning("Error handling request %s", f"/search?q={CANARY}")
    assert lines(journal)[0]["event"] == "Error handling request "
    assert CANARY not in journal.getvalue()


def test_an_exception_logged_as_its_own_message_is_reduced_to_its_kind(journal):
    logging.getLogger("gunicorn.error").error(ValueError(CANARY))
    assert lines(journal)[0]["event"] == "ValueError"
    assert CANARY not in journal.getvalue()


def test_a_line_that_cannot_be_written_says_nothing_elsewhere(journal):
    logging.getLogger("xinxia.jobs").info("count", extra={"count": Unwritable()})
    assert CANARY not in journal.getvalue()


class Unwritable:
    """Something whose own words fail."""

    def __str__(self) -> str:
        raise ValueError(CANARY)


def test_a_line_feed_in_a_message_makes_no_second_line(journal):
    logging.getLogger("xinxia.jobs").info('job\n{"event": "forged"}')
    assert len(lines(journal)) == 1


def test_the_formatter_survives_what_json_does_not_know():
    record = logging.makeLogRecord({"name": "xinxia", "msg": "count", "count": {1, 2}, "levelname": "INFO"})
    assert json.loads(JsonLines().format(record))["event"] == "count"
