"""The blueprint of the resources of concerns."""

from app.core.openapi import blueprint

concerns_api = blueprint("concerns", __name__, description="Concerns about students, and hand-overs to the centre")
