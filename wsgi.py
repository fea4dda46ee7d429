"""What a web server starts."""

import os

from app import create_app
from config.logging import configure
from config.settings import load

settings = load(os.environ)
configure(settings.log_level)
# A command opens what it needs; a web server is refused before it answers the first request.
app = create_app(settings, at_once="FLASK_RUN_FROM_CLI" not in os.environ)
