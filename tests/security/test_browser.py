"""What a browser is told it may do, on every kind of answer (ASVS 5.0.0, chapters V3, V4 and V14)."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.attacking import HTTPS, Attacked, everything, refused
from tests.world import World, password_of

BrowserOf = Callable[[str], FlaskClient]
READERS = ("lin", "gao", "cruz", "sam", "pia", "dee", "eve", "root")
KINDS = {
    "a page": "/files", "the sign-in": "/sign-in", "an address that is none": "/nowhere",
    "a script": "/static/xinxia.js", "liveness": "/healthz",
    "a program's answer": "/api/v1/files", "a program's refusal": "/api/v1/nowhere",
}


@pytest.mark.parametrize("kind", KINDS)
def test_v3_4_every_answer_says_what_a_browser_may_do(browser_of: BrowserOf, kind: str) -> None:
    answer = browser_of("lin").get(KINDS[kind], buffered=True)
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("kind", KINDS)
def test_v14_3_2_nothing_but_assets_is_kept_in_a_cache(browser_of: BrowserOf, kind: str) -> None:
    answer = browser_of("lin").get(KINDS[kind], buffered=True)
    assert answer.headers["Cache-Control"] == ("public, max-age=3600" if kind == "a script" else "no-store")


def test_v3_3_cookies_are_for_this_host_and_out_of_reach(app: Flask, browser_of: BrowserOf) -> None:
    client = browser_of("lin")
    client.post("/language/en", data={"next": "/"})
    client.post("/theme/dark", data={"next": "/"})
    form = {"login": "T-lin", "password": password_of("lin")}
    given = client.post("/sign-in", data=form).headers.getlist("Set-Cookie")
    given += client.post("/language/en").headers.getlist("Set-Cookie")
    given += app.test_client().get("/sign-in", **HTTPS).headers.getlist("Set-Cookie")
    assert len(given) >= 3
    for cookie in given:
        assert cookie.startswith("__Host-"), cookie.split("=")[0]
        for needed in ("Secure", "HttpOnly", "Path=/", "SameSite="):
            assert needed in cookie, (needed, cookie.split("=")[0])
        assert "Domain" not in cookie


def test_v3_5_1_every_unsafe_method_needs_its_token(attacked: Attacked) -> None:
    """Also signing in and signing out, so that nobody is signed into an account that is not theirs."""
    browser = attacked.browser("lin")
    attacked.app.config["WTF_CSRF_ENABLED"] = True
    before = everything(attacked.app.database)
    unsafe = [target for target in attacked.targets() if target.method != "GET" and target.label in ("none", "ana")]
    assert len(unsafe) > 80
    for target in unsafe:
        answer = target.sent(browser)
        assert answer.status_code == 400, target
        wrong = browser.open(
            target.path, method=target.method, headers={"X-CSRFToken": "IjAi.wrong.token"}, buffered=True, **HTTPS
        )
        assert wrong.status_code == 400, target
    assert everything(attacked.app.database) == before


def test_v3_5_1_the_token_of_another_session_is_none(app: Flask, browser_of: BrowserOf) -> None:
    lin, bo = browser_of("lin"), browser_of("bo")
    token = re.findall(r'name="csrf-token" content="([^"]+)"', bo.get("/files").get_data(as_text=True))[0]
    lin.get("/files")
    app.config["WTF_CSRF_ENABLED"] = True
    assert lin.post("/sign-out", data={"csrf_token": token}).status_code == 400
    own = re.findall(r'name="csrf-token" content="([^"]+)"', lin.get("/files").get_data(as_text=True))[0]
    assert lin.post("/sign-out", data={"csrf_token": own}).status_code == 303


@pytest.mark.parametrize("name", READERS)
def test_v3_5_3_looking_changes_nothing_but_the_trail(attacked: Attacked, name: str) -> None:
    browser = attacked.browser(name)
    closed = {target.path for target in refused(attacked, name)}
    before = everything(attacked.app.database)
    looked = [t for t in attacked.targets() if t.method == "GET" and t.path not in closed and not t.is_public]
    for target in looked:
        target.sent(browser)
        browser.head(target.path, buffered=True, **HTTPS)
    assert len(looked) > 3
    assert everything(attacked.app.database) == before


class Inline(HTMLParser):
    """Collects what a strict policy forbids: scripts, styles and handlers that stand in the page itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.found.append(f"<{tag}>")
        for name, value in given.items():
            active = (value or "").lower().startswith(("javascript:", "data:text"))
            if name == "style" or name.startswith("on") or active:
                self.found.append(f"<{tag} {name}>")
            if name in ("src", "href", "action") and (value or "").startswith(("http:", "https:", "//")):
                self.found.append(f"<{tag} {name}={value}>")


def pages(attacked: Attacked, name: str) -> Iterator[tuple[str, TestResponse]]:
    """Return every page that somebody can look at."""
    browser = attacked.browser(name)
    for target in attacked.targets():
        if target.method == "GET" and not target.is_api:
            answer = target.sent(browser)
            if answer.mimetype == "text/html":
                yield target.path, answer


@pytest.mark.parametrize("name", READERS)
def test_v3_4_3_no_page_carries_script_style_or_another_host(attacked: Attacked, name: str) -> None:
    looked = 0
    for path, answer in pages(attacked, name):
        parser = Inline()
        parser.feed(answer.get_data(as_text=True))
        assert not parser.found, (path, parser.found)
        looked += 1
    assert looked > 20


@pytest.mark.parametrize("name", READERS)
def test_v14_2_1_no_address_and_no_title_names_anybody(attacked: Attacked, name: str) -> None:
    for path, answer in pages(attacked, name):
        page = answer.get_data(as_text=True)
        named = re.findall(r'<title>.*?</title>|(?:href|action)="[^"]*"', page, re.DOTALL)
        for secret in ("陈子涵", "王瑞", "赵凯", "G0000000", "19900001402", "letter.pdf"):
            assert not [one for one in named if secret in one], (path, secret)


def test_v14_2_1_an_address_holds_ids_and_words_of_the_product_only(app: Flask) -> None:
    words = {"code", "name", "deed", "filename"}
    for rule in app.url_map.iter_rules():
        for argument in rule.arguments - words:
            assert type(rule._converters[argument]).__name__ == "UUIDConverter", rule.rule


@pytest.mark.parametrize("target", [
    "https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example", "javascript:alert(1)",
    "https:evil.example", "/\t/evil.example", "\n//evil.example", " //evil.example", "%2f%2fevil.example",
    "evil.example",
])
@pytest.mark.parametrize("door", ["/sign-in", "/language/en", "/theme/dark", "/confirm"])
def test_v3_7_2_no_form_leads_to_another_site(browser_of: BrowserOf, door: str, target: str) -> None:
    client = browser_of("lin")
    form = {"next": target, "login": "T-lin", "password": password_of("lin")}
    form = {name: form[name] for name in {"/sign-in": form, "/confirm": ("next", "password")}.get(door, ("next",))}
    answer = client.post(door, data=form)
    assert answer.status_code == 303
    assert answer.location.startswith("/")
    assert not answer.location.startswith(("//", "/\\"))
    assert "evil" not in answer.location or answer.location.startswith("/%2f")


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded"])
def test_v4_1_3_a_host_that_somebody_invents_stands_in_no_answer(app: Flask, header: str) -> None:
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    client = app.test_client()
    for path in ("/sign-in", "/", "/nowhere", "/files"):
        answer = client.get(path, headers={header: value}, **HTTPS)
        assert b"evil.example" not in answer.get_data()
        assert "evil.example" not in str(answer.headers)


def test_v4_1_3_forwarded_headers_are_believed_from_a_configured_proxy_only(
    app: Flask, app_with: Callable[..., Flask], world: World
) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    for opened, expected in ((app, "127.0.0.1"), (app_with(trusted_proxies=1), "203.0.113.9")):
        seen: list[Any] = []

        def watch(environ: Any, start: Any, seen: list[Any] = seen, inner: Any = opened.wsgi_app) -> Any:
            return inner(environ, start)

        @opened.before_request
        def note(seen: list[Any] = seen) -> None:
            from flask import request

            seen.append(request.remote_addr)

        opened.wsgi_app = watch  # type: ignore[method-assign]
        opened.test_client().get("/healthz", headers=forged)
        assert seen == [expected]


def test_v14_3_signing_out_clears_what_the_browser_kept(browser_of: BrowserOf) -> None:
    answer = browser_of("lin").post("/sign-out")
    assert '"cache"' in answer.headers["Clear-Site-Data"]


def test_v4_1_1_every_page_says_what_it_is(attacked: Attacked) -> None:
    for path, answer in pages(attacked, "lin"):
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8", path


def test_v3_2_1_a_document_is_never_shown_inside_the_site(attacked: Attacked) -> None:
    ana = attacked.samples["ana"]
    path = f"/files/{ana['file_id']}/documents/{ana['attachment_id']}"
    answer = attacked.browser("lin").get(path, buffered=True, **HTTPS)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


def test_v3_5_8_nobody_elses_page_may_read_an_answer(browser_of: BrowserOf) -> None:
    answer = browser_of("lin").get("/api/v1/files", headers={"Origin": "https://evil.example"})
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]


