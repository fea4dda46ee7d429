"""The pages of the directory: students, rosters, people, the school calendar, schools."""

from app.directory.pages import calendar, classes, people, rosters, schools, students, uploads
from app.directory.pages.blueprint import directory

__all__ = ["calendar", "classes", "directory", "people", "rosters", "schools", "students", "uploads"]
