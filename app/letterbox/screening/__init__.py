"""Reads a letter once, before it is sealed, and suggests how soon a person should: it reorders, and decides nothing."""

from app.letterbox.screening.explaining import explain, family_names
from app.letterbox.screening.marking import Mark
from app.letterbox.screening.screening import Screening, joined, recalled, screen

__all__ = ["Mark", "Screening", "explain", "family_names", "joined", "recalled", "screen"]
