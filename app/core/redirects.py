"""Where a form may lead on to: a path of this site and nowhere else."""

from flask import current_app, request, url_for


def local_path(target: str | None) -> str:
    """Return a path of this site to go to, or the start page: never another host (ASVS V3.7.2)."""
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\") or any(c < " " for c in target):
        return url_for("home.start")
    return target


def page_address() -> str:
    """Return the address of the page that is shown, to come back to; after a form, where it can be opened again."""
    if request.method != "POST":
        return request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    return request.path if adapter is not None and adapter.test(method="GET") else url_for("home.start")
