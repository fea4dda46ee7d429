"""The directory for programs: classes and students, rosters, the staff and their posts, calendars, schools."""

from app.directory.api import calendar, classes, people, rosters, schools, students, uploads
from app.directory.api.resource import directory_api

__all__ = ["calendar", "classes", "directory_api", "people", "rosters", "schools", "students", "uploads"]
