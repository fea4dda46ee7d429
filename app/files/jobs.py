"""What is done for files without a person: nothing sealed stays behind that no row names."""

from datetime import timedelta

from app.core.jobs import Job
from app.files.store import sweep

JOBS = (Job("sweep documents without a row", timedelta(hours=6), sweep),)
