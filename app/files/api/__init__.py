"""Files for programs: what the pages do, through the same services and permissions."""

# Each module puts its resources on the blueprint.
from app.files.api import documents, entries, files, history, sharing
from app.files.api.resource import files_api

__all__ = ["documents", "entries", "files", "files_api", "history", "sharing"]
