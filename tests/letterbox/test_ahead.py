"""Whoever sends what takes long to look at holds up nobody else: it is looked at before anybody's writing waits."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.core.database import in_transaction
from app.files import content
from app.letterbox.screening import screening
from tests.files import samples
from tests.letterbox.conftest import GRAVE
from tests.letterbox.test_child_pages import MORE, TEXT, Child, address, child, child_of

__all__ = ["address", "child", "child_of"]
BrowserOf = Callable[[str], FlaskClient]


class Watched:
    """What was done slowly, and whether a transaction was open then."""

    def __init__(self) -> None:
        self.done: list[tuple[Any, bool]] = []

    def over(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def watched(given: Any, *more: Any) -> Any:
            if given != "":
                self.done.append((given, in_transaction()))
            return work(given, *more)

        return watched


@pytest.fixture
def screened(monkeypatch: pytest.MonkeyPatch) -> Watched:
    watched = Watched()
    monkeypatch.setattr(screening, "_screened", watched.over(screening._screened))
    return watched


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> Watched:
    watched = Watched()
    monkeypatch.setattr(content, "kind_of", watched.over(content.kind_of))
    return watched


@pytest.mark.alike
def test_words_are_screened_once_and_before_the_transaction(child: Child, screened: Watched) -> None:
    child.answers_all(text=TEXT, without={"words": GRAVE})
    assert "x-help-now" in child.text("/check")
    for page in ("/2", "/6", "/check"):
        child.sees(page)
    child.sends("/send")
    code = child.code()
    assert screened.done == [(TEXT, False), (GRAVE, False)]
    child.comes_back(code)
    child.sends("/more", text=MORE)
    assert screened.done[2:] == [(MORE, False)]


@pytest.mark.alike
def test_files_are_looked_at_before_the_transaction(child: Child, looked_at: Watched) -> None:
    child.answers_all()
    child.sends("/send", files=(io.BytesIO(samples.PDF), "a.pdf"))
    code = child.code()
    child.comes_back(code)
    child.sends("/more", text=MORE, files=(io.BytesIO(samples.docx()), "a.docx"))
    assert [inside for _file, inside in looked_at.done] == [False, False]


@pytest.mark.alike
def test_nothing_slow_is_done_for_whom_the_page_turns_away(
    child: Child, screened: Watched, looked_at: Watched, browser_of: BrowserOf
) -> None:
    def sent(page: str, status: int) -> None:
        assert child.sends(page, text=TEXT, files=(io.BytesIO(samples.PDF), "a.pdf")).status_code == status

    sent("/send", 410)
    sent("/more", 410)
    sent("/2", 410)
    child.sends("/begin")
    sent("/send", 303)
    sent("/more", 410)
    assert child.sends("/2", text="字" * 20_001).status_code == 303
    child.sends("/1", box="room")
    assert child.sends("/2", text="字" * 20_001).status_code == 422
    child.address = "nobody2"
    sent("/send", 404)
    sent("/more", 404)
    paper = {"text": TEXT, "files": (io.BytesIO(samples.PDF), "a.pdf")}
    assert child.phone.post("/letters/paper", data=paper, base_url="https://localhost").status_code in (302, 303, 401)
    assert not screened.done and not looked_at.done
    assert browser_of("lin").post("/letters/paper", data={"text": TEXT, "slip": "x"}).status_code == 422
    assert screened.done == [(TEXT, False)]
