"""The pages of the letterbox: for those who open its boxes, and for the child who writes."""

# Each module puts its pages on the blueprint.
from app.letterbox.pages import box, breaking, helping, letter, lists, paper, readers, releasing
from app.letterbox.pages.blueprint import letterbox
from app.letterbox.pages.child import letters_out

__all__ = [
    "box", "breaking", "helping", "letter", "letterbox", "letters_out", "lists", "paper", "readers",
    "releasing",
]
