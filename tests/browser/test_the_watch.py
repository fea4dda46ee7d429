"""What makes a story fail although everything could be read: the watch over every page sees it."""

from collections.abc import Callable

import pytest

from tests.browser.browsing import Person
from tests.serving import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.alike]


@pytest.mark.parametrize(("deed", "seen"), [
    ("document.head.append(Object.assign(document.createElement('style'), {textContent: 'p { color: red }'}))",
     "Content Security Policy"),
    ("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">words</p>')", "Content Security Policy"),
    ("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.2:9/x.png'}))", "another host"),
    ("setTimeout(() => { throw new Error('oh') })", "script: oh"),
    ("fetch('/nowhere')", "answered 404"),
], ids=["inline style", "style attribute", "another host", "script error", "missing"])
def test_the_watch_sees_it(person: Callable[..., Person], deed: str, seen: str) -> None:
    someone = person()
    someone.goes_to("/sign-in")
    someone.page.evaluate(f"() => {{ {deed} }}")

    def found() -> bool:
        someone.page.evaluate("0")  # lets the browser tell
        return any(seen in trouble for trouble in someone.troubles.found)

    wait_until(found)
    someone.page.close()
    someone.troubles.found.clear()
