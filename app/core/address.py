"""Where the server answers, and with which certificate: plain http never leaves this machine."""

from pathlib import Path
from typing import Any

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class ServingRefused(Exception):
    """The server does not start as things are; the message is one sentence that says what to do."""


def address(settings: Any) -> str:
    """Return where a browser on this machine finds the start page."""
    scheme = "https" if certificate_of(settings) else "http"
    return f"{scheme}://{netloc(settings)}/"


def netloc(settings: Any) -> str:
    """Return host and port as addresses write them."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"{host}:{settings.port}"


def certificate_of(settings: Any) -> tuple[Path, Path] | None:
    """Return certificate and key: those of the settings, else those made here, else None on this machine.

    Browsers drop secure cookies on plain http, so any other address without a certificate is refused.
    """
    if settings.certificate:
        return settings.certificate, settings.certificate_key
    if settings.host in LOCAL_HOSTS:
        return None
    made = made_certificate(settings.home)
    if all(path.is_file() for path in made):
        return made
    raise ServingRefused(
        f"serving on {settings.host} needs a certificate, because browsers keep no sign-in over plain http: "
        f"name one in XINXIA_CERTIFICATE and XINXIA_CERTIFICATE_KEY, or make one with "
        f"flask --app wsgi certificate make --host {settings.host}"
    )


def made_certificate(home: Path) -> tuple[Path, Path]:
    """Return where a certificate made here is kept, and its key."""
    return home / "keys" / "certificate.pem", home / "keys" / "certificate.key"
