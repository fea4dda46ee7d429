"""The pages of the letterbox for those who open its boxes."""

# Each module puts its pages on the blueprint.
from app.letterbox.pages import box, helping, letter, lists
from app.letterbox.pages.blueprint import letterbox

__all__ = ["box", "helping", "letter", "letterbox", "lists"]
