"""The attack matrix, made from the application's own map of addresses: every door, method, person and record.

Who is refused is told exactly what is told of a record that is not there, at the same number of questions to the
database, and changes nothing but the trail, which keeps the refusal. Who is let in meets no failure, whatever is
sent. A new route is attacked by itself; one with a new kind of id fails until tests/attack_samples.py knows it.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from app.audit import system
from app.identity.service import close_account
from tests.answers import difference
from tests.attacking import (
    CAST,
    HTTPS,
    PUBLIC,
    VIEWS,
    Attacked,
    Undoing,
    demote,
    everything,
    let_in,
    refusals,
    refused,
    told,
)
from tests.escalation.telling import SELF_HARM, Story
from tests.queries import counted
from tests.world import STAFF

NONSENSE_IN_FORMS: tuple[Any, ...] = ({}, {"xx": "1"}, {"version": "x", "people": "x", "text": "\0", "started_at": "x"})
NONSENSE_IN_JSON: tuple[Any, ...] = ({}, {"xx": 1}, [], "x", None, {"version": [], "people": {}, "text": 1})
NONSENSE_IN_ADDRESSES = ("after=x", "after=%00", "after=W10", "part=%27", "after=" + "9" * 40, "sort=x", "next=//x")
FIRST_OF_A_POST = {"root", *{post: name for name, (post, *_where) in reversed(STAFF.items())}.values()}
"""Each post asks the database its own questions; who holds the same one asks the same, and is asked on one of them."""
EVERYBODY = [name if name in FIRST_OF_A_POST else pytest.param(name, marks=pytest.mark.alike) for name in CAST]


def test_every_public_page_is_known_and_every_other_is_guarded(attacked: Attacked) -> None:
    public = {name for name, view in VIEWS.items() if getattr(view, "__public__", False)}
    assert public | {"static", "api-docs.openapi_json"} == PUBLIC
    assert all(hasattr(view, "__permission__") for name, view in VIEWS.items() if name not in PUBLIC)


@pytest.mark.parametrize("name", [*EVERYBODY, "demoted lin", pytest.param("demoted gao", marks=pytest.mark.alike)])
def test_who_is_refused_learns_nothing_and_changes_nothing(attacked: Attacked, name: str) -> None:
    person = name.removeprefix("demoted ")
    browser = attacked.browser(person)
    if name != person:
        demote(attacked.world, person)
    closed = refused(attacked, person)
    before, trail_before = everything(attacked.app.database), refusals(attacked.app.database)
    wrong = told(attacked, browser, closed)
    assert not wrong, "\n".join(wrong)
    assert everything(attacked.app.database) == before
    assert refusals(attacked.app.database) == tuple(count + len(closed) for count in trail_before)


@pytest.mark.parametrize("name", [None, "closed bo"])
def test_who_has_no_account_is_sent_to_the_sign_in(attacked: Attacked, name: str | None) -> None:
    browser = attacked.browser(name and name.removeprefix("closed "))
    if name is not None:
        with attacked.world.database.transaction():
            close_account(attacked.world.people["bo"], by=system("test"))
    before, trail_before = everything(attacked.app.database), refusals(attacked.app.database)
    for target in attacked.targets():
        if target.is_public:
            continue
        answer = target.sent(browser)
        if target.is_api:
            assert (answer.status_code, answer.mimetype) == (401, "application/problem+json"), target
        else:
            assert answer.status_code in (303, 307), target
            where = urlsplit(answer.location)
            assert where.path == "/sign-in", target
            assert parse_qs(where.query).get("next", [target.path]) == [target.path]
    assert everything(attacked.app.database) == before
    assert refusals(attacked.app.database) == trail_before


@pytest.mark.parametrize("name", EVERYBODY)
def test_looking_changes_nothing_but_the_trail(attacked: Attacked, name: str) -> None:
    """ASVS V3.5.3: whoever opens every page that opens has done nothing; those that do not are knocked at above."""
    browser = attacked.browser(name)
    before = everything(attacked.app.database)
    for target in let_in(attacked, name):
        if target.method == "GET":
            target.sent(browser)
    assert everything(attacked.app.database) == before


@pytest.mark.parametrize("name", EVERYBODY)
def test_who_is_let_in_meets_no_failure_whatever_is_sent(attacked: Attacked, name: str) -> None:
    browser = attacked.browser(name)
    opened = let_in(attacked, name)
    attacked.app.database.__class__ = Undoing
    wrong = []
    for target in opened:
        nonsense = NONSENSE_IN_JSON if target.is_api else NONSENSE_IN_FORMS
        for body in nonsense if target.method != "GET" else (None,):
            answer = target.sent(browser, body)
            if answer.status_code >= 500:
                wrong.append(f"{target} with {body!r} answers {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["lin", "gao", "sam", "root", "eve", "dee", "pia"])
def test_nonsense_in_an_address_fails_nowhere(attacked: Attacked, name: str) -> None:
    browser = attacked.browser(name)
    pages = {target.rule.rule: target for target in let_in(attacked, name) if target.method == "GET"}
    attacked.app.database.__class__ = Undoing
    assert browser.get("/account", **HTTPS).status_code == 200
    for target in pages.values():
        for query in NONSENSE_IN_ADDRESSES:
            answer = browser.get(f"{target.path}?{query}", buffered=True, **HTTPS)
            assert answer.status_code < 500, (str(target), query)


@pytest.mark.parametrize("name", ["gao", "bo"])
def test_who_is_left_out_of_a_concern_cannot_tell_that_there_is_one(attacked: Attacked, name: str) -> None:
    """Neither by the answer nor by its cost, although the student is of their own grade or school."""
    concern_id = Story(attacked.world).raised("cruz", SELF_HARM, excluded=(name,)).id
    browser, answers, costs = attacked.browser(name), [], []
    for one in (uuid4(), concern_id):
        with counted(attacked.app.database) as statements:
            answers.append(browser.get(f"/concerns/{one}", **HTTPS))
        costs.append(len(statements))
    assert [answer.status_code for answer in answers] == [404, 404]
    assert difference(*answers) == ""
    assert costs[0] == costs[1]
