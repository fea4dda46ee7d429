"""A browser without a browser's cost: it calls the application itself, so that only the application is measured."""

import re
import uuid
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from werkzeug.test import create_environ

from app.core.requests import Application

# What differs between two showings of one page: tokens and keys of forms, and the second it was made in.
_FLEETING = re.compile(r'((?:name="(?:csrf_token|_once)" value|csrf-token" content|data-now)=)"[^"]*"')


class Browser:
    """Somebody signed in at one application, through its own page."""

    def __init__(self, app: Application, *, login: str, password: str) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        self._app = app
        self._environ = create_environ(base_url="https://localhost")
        self._sign_in = {"login": login, "password": password}
        self._environ["HTTP_COOKIE"] = self.sign_in()

    def sign_in(self) -> str:
        """Sign in once more and return the cookie."""
        headers = self.post("/sign-in", self._sign_in)
        cookies = [value for name, value in headers if name == "Set-Cookie" and value.startswith("__Host-xinxia=")]
        assert len(cookies) == 1, headers
        return cookies[0].partition(";")[0]

    def get(self, path: str) -> str:
        """Return a page."""
        status, _, page = self._call("GET", path, b"")
        assert status.startswith("200"), (path, status)
        return page.decode()

    def find(self, path: str, form: dict[str, Any]) -> str:
        """Send a form whose answer is a page."""
        status, _, page = self._call("POST", path, urlencode(form).encode())
        assert status.startswith("200"), (path, status)
        return page.decode()

    def post(self, path: str, form: dict[str, Any]) -> list[tuple[str, str]]:
        """Send a form that does something and leads on; return the answer's headers."""
        sent = urlencode({**form, "_once": uuid.uuid4().hex}, doseq=True)
        status, headers, _ = self._call("POST", path, sent.encode())
        assert status.startswith("303"), (path, status)
        return headers

    def _call(self, method: str, path: str, body: bytes) -> tuple[str, list[tuple[str, str]], bytes]:
        environ = {
            **self._environ, "REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": BytesIO(body),
            "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/x-www-form-urlencoded",
        }
        answered: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _failure: Any = None, /) -> Callable[[bytes], object]:
            answered.extend((status, headers))
            return answered.append

        chunks = self._app.wsgi_app(environ, start)
        return answered[0], answered[1], b"".join(chunks)


def lasting(page: str) -> str:
    """Return a page without what differs each time it is shown."""
    return _FLEETING.sub(r'\1""', page)
