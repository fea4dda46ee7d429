"""The one blueprint of the directory's pages."""

from flask import Blueprint

directory = Blueprint("directory", "app.directory", template_folder="templates")
