"""What the stories about accounts share: a browser nobody signed in with, and a device that shows codes."""

import base64
import html
import re
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from app.vault import totp
from tests.world import password_of

MORNING = datetime(2027, 3, 10, 1, 0, tzinfo=UTC)
STEP = timedelta(seconds=totp.STEP_SECONDS)


def stranger(app: Flask, address: str = "10.0.0.1") -> FlaskClient:
    """Return a browser in which nobody is signed in, at some address, speaking English."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    client.environ_base["REMOTE_ADDR"] = address
    client.set_cookie("__Host-language", "en", domain="localhost", secure=True)
    return client


def give_password(client: FlaskClient, name: str, password: str | None = None):
    """Send the sign-in form."""
    return client.post("/sign-in", data={"login": f"T-{name}", "password": password or password_of(name)})


def signed_in(app: Flask, name: str) -> FlaskClient:
    """Return a browser in which one of the cast gave the password."""
    client = stranger(app)
    assert give_password(client, name).status_code == 303
    return client


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field of the page's own forms, as a browser would send it."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.partition("<main")[2])
    assert found, name
    return html.unescape(found[1])


def device_for(client: FlaskClient, at: datetime) -> bytes:
    """Set up the second step as a person does, and return the secret that the device now holds."""
    page = client.get("/account/second-step").get_data(as_text=True)
    secret = secret_on(page)
    data = {"token": hidden(page, "token"), "code": totp.code_at(secret, at)}
    assert client.post("/account/second-step", data=data).status_code == 200
    return secret


def secret_on(page: str) -> bytes:
    """Return the secret that a page shows for typing."""
    text = re.search(r'x-code">([A-Z2-7 ]{30,})<', page)
    assert text
    plain = text[1].replace(" ", "")
    return base64.b32decode(plain + "=" * (-len(plain) % 8))


def codes_on(page: str) -> list[str]:
    """Return the backup codes that a page shows."""
    return re.findall(r'<li class="x-code">([^<]+)</li>', page)


def may_work(client: FlaskClient) -> bool:
    """Say whether somebody is signed in for good."""
    return client.get("/account").status_code == 200
