"""Where a form may lead on to: a path of this site and nowhere else."""

from flask import url_for


def local_path(target: str | None) -> str:
    """Return a path of this site to go to, or the start page: never another host (ASVS V3.7.2)."""
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\") or any(c < " " for c in target):
        return url_for("home.start")
    return target
