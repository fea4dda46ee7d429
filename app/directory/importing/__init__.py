"""Importing rosters: an upload, what it would change, doing it all or not at all, and undoing it for a day."""
