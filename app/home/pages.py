"""The first page of everybody who signs in."""

from flask import Blueprint, render_template

from app.access import guard
from app.identity.policy import OWN_ACCOUNT

home = Blueprint("home", __name__, template_folder="templates")


@home.get("/")
@guard(OWN_ACCOUNT)
def start() -> str:
    """Show what there is to do."""
    return render_template("home/start.html")
