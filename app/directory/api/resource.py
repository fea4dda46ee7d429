"""The one blueprint of the directory's API."""

from app.core.openapi import blueprint

directory_api = blueprint("directory", __name__, description="Classes and students, staff and posts, schools")
