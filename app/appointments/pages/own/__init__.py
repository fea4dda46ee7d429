"""The student's pages: without an account, without script, phone first; neutral addresses and titles."""

# Each module puts its pages on the blueprint.
from app.appointments.pages.own import asking, coming, passes, start
from app.appointments.pages.own.blueprint import times_out

__all__ = ["asking", "coming", "passes", "start", "times_out"]
