"""Slow work that is done before a request's transaction begins."""

from flask import g, request

from app.letterbox.service.posting import LONGEST, weigh


def screen_ahead() -> None:
    """Look at the words that were sent, as far as a letter may go: long ones take a second."""
    text = request.form.get("text", "")
    g.ahead = weigh({"text": text[:LONGEST]})
