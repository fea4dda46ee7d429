"""Structural tests over the whole application: no door without a permission, no permission without a door."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app import create_app
from app.access import Permission
from app.wiring import POLICIES
from tests.databases import Installation

pytestmark = pytest.mark.alike

APP = Path(__file__).resolve().parent.parent / "app"


@pytest.fixture
def app(installation: Installation) -> Iterator[Flask]:
    made = create_app(installation.settings())
    yield made
    made.database.dispose()


def inner(view: Any) -> Any:
    return view.func if isinstance(view, functools.partial) else view


def test_every_route_declares_who_may_come_in(app: Flask) -> None:
    undeclared = sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in ("static", "api-docs.openapi_json")
        and not hasattr(inner(app.view_functions[rule.endpoint]), "__permission__")
        and not getattr(inner(app.view_functions[rule.endpoint]), "__public__", False)
    )
    assert not undeclared


def test_a_page_open_to_everybody_asks_for_no_permission(app: Flask) -> None:
    both = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if hasattr(inner(view), "__permission__") and getattr(inner(view), "__public__", False)
    ]
    assert not both


def test_every_guarding_permission_is_in_the_access_table(app: Flask) -> None:
    listed = {permission.name for permission in app.extensions["permissions"]}
    used = {inner(v).__permission__.name for v in app.view_functions.values() if hasattr(inner(v), "__permission__")}
    assert used <= listed


def test_permissions_have_one_name_each(app: Flask) -> None:
    names = [permission.name for permission in app.extensions["permissions"]]
    assert len(names) == len(set(names))


def test_every_permission_is_asked_somewhere(app: Flask) -> None:
    """A permission that stands in the access table and guards nothing would promise what nobody keeps."""
    names = {
        id(value): name
        for policy in POLICIES
        for name, value in vars(policy).items()
        if isinstance(value, Permission)
    }
    code = "\n".join(path.read_text("utf-8") for path in APP.rglob("*.py") if path.name != "policy.py")
    unasked = [
        permission.name
        for permission in app.extensions["permissions"]
        if not re.search(rf"\b{names[id(permission)]}\b", code)
    ]
    assert not unasked


def test_a_permission_without_a_way_denies() -> None:
    assert Permission("nobody:nothing").allows(None) is False
    assert Permission("nobody:nothing").ways == ()


def test_an_empty_way_is_refused() -> None:
    with pytest.raises(ValueError, match="let everybody in"):
        Permission("nobody:nothing", [])


def test_no_get_changes_anything_but_the_trail(app: Flask) -> None:
    """A view that only answers GET runs in a reading transaction, unless the guard keeps the visit."""
    for rule in app.url_map.iter_rules():
        view = inner(app.view_functions[rule.endpoint])
        if rule.methods and rule.methods & {"POST", "PUT", "PATCH", "DELETE"}:
            continue
        assert isinstance(getattr(view, "__visits__", False), bool)


def recorded_actions() -> dict[str, str]:
    """Return every event name that stands in the code, with the file it stands in."""
    found: dict[str, str] = {}
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in ("record", "_record") and len(node.args) > 1:
                texts = [node.args[1]]
            elif called == "guard":
                texts = [keyword.value for keyword in node.keywords if keyword.arg == "visit"]
            else:
                continue
            for text in texts:
                if isinstance(text, ast.Constant) and isinstance(text.value, str) and ":" in text.value:
                    found[text.value] = str(path.relative_to(APP))
    return found


def test_every_event_has_words(app: Flask) -> None:
    words = app.extensions["event_words"]
    assert not {action: place for action, place in recorded_actions().items() if action not in words}


def test_head_is_answered_as_get_is() -> None:
    """A view that asks whether it was a GET takes HEAD for a form that was sent, without the form's token."""
    asking = [
        str(path.relative_to(APP))
        for path in APP.rglob("*.py")
        if re.search(r"""method (==|!=) ["']GET["']""", path.read_text("utf-8"))
    ]
    assert not asking
