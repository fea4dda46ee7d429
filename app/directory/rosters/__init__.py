"""Rosters as schools export them: read, understood row by row, compared; pure, nothing is kept here."""
