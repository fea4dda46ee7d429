"""What a browser is told it may do, on every kind of answer (ASVS 5.0.0, chapters V3, V4 and V14)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from tests.attacking import HTTPS, Attacked, everything, refused, under_attack
from tests.databases import Server
from tests.world import password_of

pytestmark = pytest.mark.alike
BrowserOf = Callable[[str], FlaskClient]
READERS = ("lin", "gao", "cruz", "sam", "pia", "dee", "eve", "root")
KINDS = {
    "a page": "/files", "the sign-in": "/sign-in", "an address that is none": "/nowhere",
    "a script": "/static/xinxia.js", "liveness": "/healthz",
    "a program's answer": "/api/v1/files", "a program's refusal": "/api/v1/nowhere",
}
# What no address and no title may say, and what the cast's records hold.
NAMES = ("陈子涵", "王瑞", "赵凯", "G0000000", "19900001402", "letter.pdf")
ELSEWHERE = (
    "https://evil.example/", "//evil.example/", "/\\evil.example/", "\\\\evil.example", "javascript:alert(1)",
    "https:evil.example", "/\t/evil.example", "\n//evil.example", " //evil.example", "%2f%2fevil.example",
    "evil.example",
)


@dataclass(frozen=True)
class Walk:
    """What somebody saw who opened every door they may, twice: each page, and all that is kept before and after."""

    pages: dict[str, str]
    before: dict[str, list[str]]
    after: dict[str, list[str]]


@pytest.fixture(scope="module")
def walk_of(
    servers: Callable[[str], Server], database_kind: str, attacked_template: Callable[[str], Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], Walk]:
    """Let one of the cast look at everything, once for all the tests that ask what was seen."""
    walks: dict[str, Walk] = {}

    def find(name: str) -> Walk:
        if name not in walks:
            template, world, samples = attacked_template(database_kind)
            installation = servers(database_kind).copy(template, tmp_path_factory.mktemp("walk") / "home")
            with under_attack(installation, world, samples) as attacked:
                walks[name] = walk(attacked, name)
            servers(database_kind).drop(installation)
        return walks[name]

    return find


def walk(attacked: Attacked, name: str) -> Walk:
    """Let somebody look at everything that they may."""
    browser = attacked.browser(name)
    closed = {target.path for target in refused(attacked, name)}
    before, pages = everything(attacked.app.database), {}
    for target in attacked.targets():
        if target.method == "GET" and target.path not in closed:
            browser.head(target.path, buffered=True, **HTTPS)
            answer = target.sent(browser)
            if answer.mimetype == "text/html":
                assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
                pages[target.path] = answer.get_data(as_text=True)
    return Walk(pages, before, everything(attacked.app.database))


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


def test_v14_3_1_signing_out_clears_what_the_browser_kept(browser_of: BrowserOf) -> None:
    answer = browser_of("lin").post("/sign-out")
    assert '"cache"' in answer.headers["Clear-Site-Data"]


def test_v3_3_cookies_are_for_this_host_and_out_of_reach(app: Flask, browser_of: BrowserOf) -> None:
    client = browser_of("lin")
    form = {"login": "T-lin", "password": password_of("lin")}
    doors = {"/sign-in": form, "/language/en": {"next": "/"}, "/theme/dark": {"next": "/"}}
    given = [client.post(door, data=sent).headers.getlist("Set-Cookie") for door, sent in doors.items()]
    given.append(app.test_client().get("/sign-in", **HTTPS).headers.getlist("Set-Cookie"))
    assert all(given), "each of them gives a cookie"
    for cookie in [one for some in given for one in some]:
        assert cookie.startswith("__Host-"), cookie.split("=")[0]
        attributes = {part.strip() for part in cookie.split(";")[1:]}
        assert {"Secure", "HttpOnly", "Path=/"} <= attributes, cookie.split("=")[0]
        assert attributes & {"SameSite=Lax", "SameSite=Strict"}, cookie.split("=")[0]
        assert not [one for one in attributes if one.startswith("Domain")]


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
def test_v3_5_3_looking_changes_nothing_but_the_trail(walk_of: Callable[[str], Walk], name: str) -> None:
    walked = walk_of(name)
    assert len(walked.pages) > 5
    assert walked.after == walked.before


class Active(HTMLParser):
    """Collects what a strict policy forbids: scripts, styles and handlers in the page itself, and other hosts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "style" or (tag == "script" and "src" not in given):
            self.found.append(f"<{tag}>")
        for name, value in given.items():
            if name == "style" or name.startswith("on") or value.lower().startswith(("javascript:", "data:text")):
                self.found.append(f"<{tag} {name}>")
            if name in ("src", "href", "action") and value.startswith(("http:", "https:", "//")):
                self.found.append(f"<{tag} {name}={value}>")


WAY_OUT = "<a href=https://www.baidu.com/>"
"""Where a child leaves to: the one other address, on the child's pages only."""


def active(page: str) -> list[str]:
    """Return what in a page could act or reach out."""
    parser = Active()
    parser.feed(page)
    return parser.found


@pytest.mark.parametrize("page", [
    "<style>", "<script>", "<p onclick='x'>", "<p style='x'>", "<a href='JavaScript:x'>", "<img src='//evil.example'>",
])
def test_what_could_act_is_found(page: str) -> None:
    assert active(page)


@pytest.mark.parametrize("name", READERS)
def test_v3_4_3_no_page_carries_script_style_or_another_host(walk_of: Callable[[str], Walk], name: str) -> None:
    found = {path: set(active(page)) for path, page in walk_of(name).pages.items()}
    allowed = {path: {WAY_OUT} if path.startswith("/w/") else set() for path in found}
    assert {path: found[path] - allowed[path] for path in found if found[path] - allowed[path]} == {}


@pytest.mark.parametrize("name", READERS)
def test_v14_2_1_no_address_and_no_title_names_anybody(walk_of: Callable[[str], Walk], name: str) -> None:
    for path, page in walk_of(name).pages.items():
        said = re.findall(r'<title>.*?</title>|(?:href|action|src|hx-[a-z]+)="[^"]*"', page, re.DOTALL)
        assert said, path
        assert not [one for one in (path, *said) if any(secret in one for secret in NAMES)], path


def test_lins_pages_name_them_elsewhere(walk_of: Callable[[str], Walk]) -> None:
    everywhere = "\n".join(walk_of("lin").pages.values())
    assert all(secret in everywhere for secret in ("陈子涵", "王瑞", "letter.pdf"))


def test_v14_2_1_an_address_holds_ids_and_words_of_the_product_only(app: Flask) -> None:
    words = {"code", "name", "deed", "filename", "address", "step"}
    for rule in app.url_map.iter_rules():
        for argument in rule.arguments - words:
            assert type(rule._converters[argument]).__name__ == "UUIDConverter", rule.rule


@pytest.mark.parametrize("door", ["/sign-in", "/language/en", "/theme/dark", "/confirm"])
def test_v3_7_2_no_form_leads_to_another_site(browser_of: BrowserOf, door: str) -> None:
    client = browser_of("lin")
    form = {
        "/sign-in": {"login": "T-lin", "password": password_of("lin")}, "/confirm": {"password": password_of("lin")}
    }.get(door, {})
    for target in ELSEWHERE:
        answer = client.post(door, data={**form, "next": target})
        assert answer.status_code == 303
        assert answer.location.startswith("/"), target
        assert not answer.location.startswith(("//", "/\\")), target
        assert "evil" not in answer.location, target
    assert client.post(door, data={**form, "next": "/files"}).location == "/files"


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded"])
def test_v4_1_3_a_host_that_somebody_invents_stands_in_no_answer(app: Flask, header: str) -> None:
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    for path in ("/sign-in", "/", "/nowhere", "/files"):
        answer = app.test_client().get(path, headers={header: value}, **HTTPS)
        assert b"evil.example" not in answer.get_data()
        assert "evil.example" not in str(answer.headers)


@pytest.mark.parametrize(("proxies", "source"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_v4_1_3_forwarded_headers_are_believed_from_a_configured_proxy_only(
    app_with: Callable[..., Flask], proxies: int, source: str
) -> None:
    app, seen = app_with(trusted_proxies=proxies), []
    app.before_request(lambda: seen.append(request.remote_addr))
    app.test_client().get("/healthz", headers={"X-Forwarded-For": "203.0.113.9"})
    assert seen == [source]


def test_v3_2_1_a_document_is_never_shown_inside_the_site(attacked: Attacked) -> None:
    ana = attacked.samples["ana"]
    path = f"/files/{ana['file_id']}/documents/{ana['attachment_id']}"
    answer = attacked.browser("lin").get(path, buffered=True, **HTTPS)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")


def test_v3_5_8_nobody_elses_page_may_read_an_answer(browser_of: BrowserOf) -> None:
    answer = browser_of("lin").get("/api/v1/files", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 200
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]
