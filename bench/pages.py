"""Pages and deeds against the plain twin: the same request, the same rows, the same answer."""

import difflib
import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app import create_app
from app.core.requests import Application
from bench.breakdown import Breakdown, break_down
from bench.browsing import Browser, lasting
from bench.measure import Figure, Work, compare
from bench.plain.pages import plain_app
from bench.raw import Replay
from bench.school import ENTRIES, STUDENTS, School, account, body
from config.settings import Settings
from tests.world import password_of


class NotTheSamePage(AssertionError):
    """The two applications answered differently, so that a ratio between them would say nothing."""


@dataclass(frozen=True)
class Pair:
    """The same deed at both applications, and how often it is done in each round."""

    name: str
    ours: Work
    plain: Work
    goal: float | None
    calls: int = 10


def measure_pages(school: School, twin: Settings, folder: Path) -> Iterator[tuple[Figure, Breakdown]]:
    """Measure what a person waits for, against the twin and against its ciphers and rows alone."""
    sealed, plain = create_app(school.settings()), plain_app(twin)
    folder.mkdir()
    for number, make in enumerate(pairs_of(sealed, plain, school)):
        try:
            pair = make()
        except NotTheSamePage as difference:
            print(f"not measured, the twin has to be brought up to date:\n{difference}", file=sys.stderr)
            continue
        # Once before, so that what is made at the first use stands in neither copy.
        pair.ours()
        pair.plain()
        with (
            closing(Replay(sealed, pair.ours, folder / f"{number}.sealed")) as ours,
            closing(Replay(plain, pair.plain, folder / f"{number}.plain")) as theirs,
        ):
            baselines = {"plain": pair.plain, "raw": ours.both}
            figure = compare(pair.name, pair.ours, baselines, goal=pair.goal, calls=pair.calls)
            yield figure, break_down(figure, ours, theirs)


def pairs_of(sealed: Application, plain: Application, school: School) -> list[Callable[[], Pair]]:
    """Return the way to each measured request at both applications; it raises NotTheSamePage where they differ."""
    ours, theirs = (Browser(app, login="T-lin", password=password_of("lin")) for app in (sealed, plain))
    teachers = [Browser(app, login="T-sol", password=password_of("sol")) for app in (sealed, plain)]
    file = f"/files/{school.file_id}"
    draft = f"{file}/entries/{school.draft_id}"
    opening, events = f"open a file of {ENTRIES} entries", ('class="x-event ', ENTRIES)
    return [
        lambda: _same_page(opening, ours, theirs, file, 1.2, events),
        lambda: _same_page("list 50 concerns", ours, theirs, "/concerns/room", 1.5, ("<tr><td>", 50)),
        lambda: Pair("raise a concern", *(_raising(browser, school) for browser in teachers), 1.3),
        lambda: Pair("save an entry", _saving(ours, draft), _saving(theirs, draft), 1.3),
        lambda: _search(f"find a name among {STUDENTS} students", ours, theirs),
        lambda: Pair("sign in", ours.sign_in, theirs.sign_in, None, calls=1),
    ]


def _same_page(
    name: str, ours: Browser, theirs: Browser, path: str, goal: float, lines: tuple[str, int]
) -> Pair:
    page = ours.get(path)
    _demand_same(page, theirs.get(path))
    assert page.count(lines[0]) >= lines[1], page.count(lines[0])
    return Pair(name, lambda: ours.get(path), lambda: theirs.get(path), goal)


def _saving(browser: Browser, path: str) -> Work:
    version = 0

    def save() -> None:
        nonlocal version
        version += 1
        headers = browser.post(path, {**body(version), "then": "save", "version": version})
        assert ("Location", path) in headers, headers

    return save


def _raising(browser: Browser, school: School) -> Work:
    students = itertools.cycle(school.students)
    form = account("mood")

    def send() -> None:
        headers = browser.post(f"/concerns/new/{next(students)}", form)
        assert any(name == "Location" and value.endswith("/sent") for name, value in headers), headers

    return send


def _search(name: str, ours: Browser, theirs: Browser) -> Pair:
    form: dict[str, Any] = {"q": "涵"}
    found = ours.find("/students/search", form)
    _demand_same(found, theirs.find("/students/search", form))
    assert found.count("涵") >= 30
    return Pair(
        name, lambda: ours.find("/students/search", form), lambda: theirs.find("/students/search", form), None
    )


def _demand_same(ours: str, theirs: str) -> None:
    first, second = lasting(ours).splitlines(), lasting(theirs).splitlines()
    if first != second:
        raise NotTheSamePage("\n".join(difflib.unified_diff(second, first, "plain", "sealed", n=0, lineterm="")))
