"""The pages of the directory: students, rosters, people, the school calendar, schools."""

from app.directory.pages import rosters, students
from app.directory.pages.blueprint import directory

__all__ = ["directory", "rosters", "students"]
