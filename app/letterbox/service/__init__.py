"""Doing things with letters: writing, coming back, answering, opening the box."""
