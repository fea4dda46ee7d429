"""The pages of files: a student's history, sessions from draft to signature, documents, notes, who it is open to."""

# Each module puts its pages on the blueprint.
from app.files.pages import documents, entries, history, index, notes, opening, sharing
from app.files.pages.frame import files
from app.files.pages.opening import file_act

__all__ = ["documents", "entries", "file_act", "files", "history", "index", "notes", "opening", "sharing"]
