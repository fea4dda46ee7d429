"""The child's pages: without an account, without script, phone first; neutral addresses and titles."""

# Each module puts its pages on the blueprint.
from app.letterbox.pages.child import keeping, returning, start, writing
from app.letterbox.pages.child.visiting import letters_out

__all__ = ["keeping", "letters_out", "returning", "start", "writing"]
