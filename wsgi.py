"""What a web server starts."""

import os

from app import create_app
from config.logging import configure
from config.settings import load

settings = load(os.environ)
configure(settings.log_level)
app = create_app(settings)
