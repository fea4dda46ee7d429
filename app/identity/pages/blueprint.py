"""The one blueprint behind all pages of this package."""

from flask import Blueprint

identity = Blueprint("identity", "app.identity", template_folder="templates")
