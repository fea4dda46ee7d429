"""The numbers that a school's pages name for help outside school."""

import json
from typing import Any

from app.entrance.models import Letterbox

HOTLINES: tuple[dict[str, Any], ...] = (
    {"label": "心理援助热线", "number": "12356", "always": False},
    {"label": "青少年服务热线", "number": "12355", "always": False},
    {"label": "急救", "number": "120", "always": True},
    {"label": "报警", "number": "110", "always": True},
)
"""A first list for a school to correct (4-domain.md, Letterboxes): whether a line answers at night is entered there."""


def hotlines_of(box: Letterbox) -> list[dict[str, Any]]:
    """Return the numbers that a school's pages name."""
    found: list[dict[str, Any]] = json.loads(box.hotlines_note)
    return found
