"""The blueprint behind the doors of appointments for programs."""

from app.core.openapi import blueprint

appointments_api = blueprint("appointments", __name__, description="Appointments in the caller's counselling room")
