"""The directory for programs: classes and students, the staff and their posts, schools."""

from app.directory.api import people, schools, students
from app.directory.api.resource import directory_api

__all__ = ["directory_api", "people", "schools", "students"]
