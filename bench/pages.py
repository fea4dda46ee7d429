"""Pages and deeds against the plain twin: the same request, the same rows, the same answer."""

import difflib
import functools
import itertools
from collections.abc import Callable
from typing import Any

from app import create_app
from bench.browsing import Browser, lasting
from bench.measure import Figure, compare
from bench.plain.pages import plain_app
from bench.school import ENTRIES, STUDENTS, School, account, body
from config.settings import Settings
from tests.world import password_of


class NotTheSamePage(AssertionError):
    """The two applications answered differently, so that a ratio between them would say nothing."""


Measure = Callable[[], Figure]


def measure_pages(school: School, twin: Settings) -> list[tuple[str, Measure]]:
    """Return what a person waits for: each figure by its name, and the way to measure it."""
    sealed, plain = create_app(school.settings()), plain_app(twin)
    ours, theirs = (Browser(app, login="T-lin", password=password_of("lin")) for app in (sealed, plain))
    teachers = [Browser(app, login="T-sol", password=password_of("sol")) for app in (sealed, plain)]
    file = f"/files/{school.file_id}"
    draft = f"{file}/entries/{school.draft_id}"
    signing_in = {"ours": ours.sign_in, "baseline": theirs.sign_in}
    measures: dict[str, Callable[[str], Figure]] = {
        f"open a file of {ENTRIES} entries": lambda name: _same_page(
            name, ours, theirs, file, goal=1.2, lines=('class="x-event ', ENTRIES)
        ),
        "list 50 concerns": lambda name: _same_page(
            name, ours, theirs, "/concerns/room", goal=1.5, lines=("<tr><td>", 50)
        ),
        "raise a concern": lambda name: compare(name, _each(_raising, teachers, school), goal=1.3),
        "save an entry": lambda name: compare(name, _each(_saving, [ours, theirs], draft), goal=1.3),
        f"find a name among {STUDENTS} students": lambda name: _search(name, ours, theirs),
        "sign in": lambda name: compare(name, signing_in, goal=None, calls=1),
    }
    return [(name, functools.partial(measure, name)) for name, measure in measures.items()]


def _each(doing: Callable[[Browser, Any], Callable[[], Any]], browsers: list[Browser], what: Any) -> dict[str, Any]:
    ours, theirs = (doing(browser, what) for browser in browsers)
    return {"ours": ours, "baseline": theirs}


def _same_page(
    name: str, ours: Browser, theirs: Browser, path: str, *, goal: float, lines: tuple[str, int]
) -> Figure:
    page = ours.get(path)
    _demand_same(page, theirs.get(path))
    assert page.count(lines[0]) >= lines[1], page.count(lines[0])
    return compare(name, {"ours": lambda: ours.get(path), "baseline": lambda: theirs.get(path)}, goal=goal)


def _saving(browser: Browser, path: str) -> Callable[[], Any]:
    version = 0

    def save() -> None:
        nonlocal version
        version += 1
        headers = browser.post(path, {**body(version), "then": "save", "version": version})
        assert ("Location", path) in headers, headers

    return save


def _raising(browser: Browser, school: School) -> Callable[[], Any]:
    students = itertools.cycle(school.students)
    form = account("mood")

    def send() -> None:
        headers = browser.post(f"/concerns/new/{next(students)}", form)
        assert any(name == "Location" and value.endswith("/sent") for name, value in headers), headers

    return send


def _search(name: str, ours: Browser, theirs: Browser) -> Figure:
    form = {"q": "涵"}
    found = ours.find("/students/search", form)
    _demand_same(found, theirs.find("/students/search", form))
    assert found.count("涵") >= 30
    return compare(
        name,
        {
            "ours": lambda: ours.find("/students/search", form),
            "baseline": lambda: theirs.find("/students/search", form),
        },
        goal=None,
    )


def _demand_same(ours: str, theirs: str) -> None:
    first, second = lasting(ours).splitlines(), lasting(theirs).splitlines()
    if first != second:
        raise NotTheSamePage("\n".join(difflib.unified_diff(second, first, "plain", "sealed", n=0, lineterm="")))
