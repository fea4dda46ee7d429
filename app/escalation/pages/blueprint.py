"""The one blueprint behind all pages of this package, and the words that its templates use."""

from typing import Any

from flask import Blueprint

from app.escalation import asking, saying, words

escalation = Blueprint("escalation", "app.escalation", template_folder="templates")


@escalation.context_processor
def _words() -> dict[str, Any]:
    return {"words": words, "asks": asking, "said": saying}
