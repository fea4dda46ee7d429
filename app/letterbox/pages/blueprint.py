"""The blueprint behind the pages of those who open letterboxes, and the words that its templates use."""

from typing import Any

from flask import Blueprint

from app.letterbox import words

letterbox = Blueprint("letterbox", "app.letterbox", template_folder="templates")


@letterbox.context_processor
def _words() -> dict[str, Any]:
    return {"letter_words": words, "reference_of": words.reference_of}
