"""The directory for programs: classes and students, rosters, the staff and their posts, calendars, schools."""

from app.directory.api import calendar, classes, people, schools, students
from app.directory.api.resource import directory_api

__all__ = ["calendar", "classes", "directory_api", "people", "schools", "students"]
