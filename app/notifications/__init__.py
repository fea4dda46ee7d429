"""Notices: a row for each person, written with the deed; a job mails that there is something, never what."""
