"""A person in front of a real browser: what they read and press, and what the browser complains about meanwhile."""

import copy
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

from app.core.catalogues import DEFAULT_LANGUAGE, LANGUAGE_COOKIE, catalogue_of
from tests.world import password_of

DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@dataclass
class Troubles:
    """Everything that a page must not do: complain on the console, break the policy, ask another host, fail."""

    address: str
    found: list[str] = field(default_factory=list)
    # Statuses that a story expects; Chromium writes each of them on the console too.
    expected: set[int] = field(default_factory=set)
    excused: list[str] = field(default_factory=list)
    # Pages elsewhere that a story leads to.
    elsewhere: set[str] = field(default_factory=set)

    def excuse(self, words: str) -> None:
        """Expect complaints with these words."""
        self.excused.append(words)

    def watch(self, page: Page) -> None:
        """Listen to one page."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"script: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        status = re.search(r"responded with a status of (\d+)", message.text)
        expected = status is not None and int(status[1]) in self.expected
        excused = expected or any(words in message.text for words in self.excused)
        if message.type in ("error", "warning") and not excused:
            self.found.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        ours = request.url.startswith(self.address + "/") or request.url in self.elsewhere
        if urlsplit(request.url).scheme in ("http", "https") and not ours:
            self.found.append(f"another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.found.append(f"answered {response.status}: {response.request.method} {response.url}")


class Person:
    """One of the cast with a browser profile of their own; sentences are given in English and looked for in theirs."""

    def __init__(self, context: BrowserContext, address: str, language: str) -> None:
        self.context = context
        self.language = language
        self.troubles = Troubles(address)
        context.on("page", self.troubles.watch)
        if language != DEFAULT_LANGUAGE:
            context.add_cookies([_cookie(address, LANGUAGE_COOKIE, language)])
        self._address = address
        self.page = context.new_page()

    def in_another_window(self, path: str) -> "Person":
        """Open a page in a second window of the same browser."""
        other = copy.copy(self)
        other.page = self.context.new_page()
        other.goes_to(path)
        return other

    def says(self, sentence: str, **given: Any) -> str:
        """Return a sentence of the product as this person reads it."""
        words = catalogue_of(self.language).gettext(sentence) if self.language != "en" else sentence
        return words % given if given else words

    def goes_to(self, path: str) -> None:
        """Open a page by its address."""
        self.page.goto(self._address + path)

    def signs_in(self, name: str) -> "Person":
        """Sign in through the page, as somebody of the cast."""
        if "/sign-in" not in self.page.url:
            self.goes_to("/sign-in")
        self.page.locator("[name=login]").first.fill(f"T-{name}")
        self.page.get_by_label(self.says("Password")).fill(password_of(name))
        self.page.locator("form:has([name=password]:visible) button[type=submit]").click()
        expect(self.page.locator("[name=password]")).to_have_count(0)
        return self

    def signs_out(self) -> None:
        """Sign out through the menu."""
        self.page.locator(".x-menu > summary").click()
        self.presses("Sign out")
        expect(self.page.get_by_label(self.says("Password"))).to_be_visible()

    def goes_by(self, entry: str) -> None:
        """Follow an entry of the navigation, whatever number stands beside it."""
        words = re.compile(rf"^\s*{re.escape(self.says(entry))}(\s+\d+)?\s*$")
        self.page.locator(".x-nav").get_by_role("link", name=words).click()
        self.reads_heading()

    def follows(self, words: str, *, within: str = "main") -> None:
        """Follow a link by its words, or by a name that is nobody's sentence."""
        self.page.locator(within).get_by_role("link", name=self.says(words)).first.click()

    def presses(self, words: str) -> None:
        """Press a button by its words."""
        self.page.get_by_role("button", name=self.says(words), exact=True).first.click()

    def opens(self, words: str) -> Locator:
        """Open a fold by its words, unless it is open; return what it holds."""
        summary = self.page.locator("summary", has_text=re.compile(rf"^\s*{re.escape(self.says(words))}\s*$"))
        fold = self.page.locator("details", has=summary)
        if not fold.evaluate("fold => fold.open"):
            fold.locator("summary").click()
        return fold

    def writes(self, label: str, text: str, *, within: Locator | None = None) -> None:
        """Fill in a field by its label."""
        (within or self.page).get_by_label(self.says(label)).first.fill(text)

    def chooses(self, question: str, *answers: str, within: Locator | None = None) -> None:
        """Tick answers of a question."""
        group = (within or self.page).get_by_role("group", name=self.says(question)).first
        for answer in answers:
            group.get_by_label(self.says(answer), exact=True).check()

    def reads(self, *sentences: str) -> None:
        """Find sentences on the page."""
        for sentence in sentences:
            expect(self.page.locator("body")).to_contain_text(self.says(sentence))

    def misses(self, *sentences: str) -> None:
        """Find none of these on the page."""
        for sentence in sentences:
            expect(self.page.locator("body")).not_to_contain_text(self.says(sentence))

    def reads_heading(self) -> None:
        """Find exactly one heading of the first rank."""
        expect(self.page.locator("h1")).to_have_count(1)

    @property
    def path(self) -> str:
        """Where the person is."""
        return urlsplit(self.page.url).path


def _cookie(address: str, name: str, value: str) -> Any:
    """Return a cookie of this site; its name demands that it is secure, which this very machine counts as."""
    return {"name": name, "value": value, "url": address.replace("http:", "https:"), "secure": True}
