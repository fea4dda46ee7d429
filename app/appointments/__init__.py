"""Appointments: when the counselling room is open, and who comes when; nothing is booked twice."""
