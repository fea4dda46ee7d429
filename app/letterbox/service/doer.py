"""Who does what a person without an account does: the letterbox, for nobody whose name is known."""

from app import audit

DOER = audit.system("letterbox")
