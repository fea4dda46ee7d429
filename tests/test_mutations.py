"""Taking away each condition of who may do what, and each guard: a test notices every one (`make soak`)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

from app.access import Permission
from app.access.permissions import Predicate
from tests.attacking import VIEWS, Attacked, Knowledge, Target, refusals, refused, told
from tests.test_access import ROWS, named, rows_of, wrong_cells
from tests.world import World

pytestmark = [pytest.mark.soak, pytest.mark.alike]

# A condition that one beside it says as well: roles are written down for the table, which asks without a record.
SAID_BY = {
    "is_signed_in": {"*"},
    "is_counsellor": {"in_its_room", "in_room_of"},
    "is_head_of_grade": {"heads_its_grade"},
    "is_lead": {"leads_its_school"},
    "is_school_admin": {
        "administers", "works_at_own_school", "works_now_at_own_school", "is_colleague_of_mine", "is_left_to_my_school",
    },
    "works_at_school": {"may_see_class"},
    "works_with_students": {"has_student"},
    # Who administers a school answers to the district, and so is nobody's colleague.
    "is_somebody_else": {"is_colleague_of_mine", "is_left_to_my_school"},
    # A packet goes to those who hold the card.
    "holds_card": {"holds_packet"},
}
# What no record of today can show, and why; the list only gets shorter.
UNREACHED = {
    **dict.fromkeys(
        [f"concern:{deed} as is_counsellor without in_its_room"
         for deed in ("acknowledge", "ask", "pass_on", "close_by_grade")],
        "a concern of the grade that finds nobody there begins in the room, whose turn it then is",
    ),
    "concern:withdraw as is_counsellor without holds_packet": "the room that holds the card is given the packet",
    "entry:read as is_at_centre without is_signed": "test_a_draft_is_never_released",
    "file:hand_charge as is_counsellor without gave_reason": "test_without_a_reason_he_takes_nothing_over",
    "file:hand_charge as is_counsellor without named_for": "test_without_a_reason_he_takes_nothing_over",
}


@contextmanager
def without(permission: Permission, number: int, condition: Predicate) -> Iterator[None]:
    """Let one way in stand open to those who do not fulfil one of its conditions."""
    whole = permission.ways
    weaker = tuple(one for one in whole[number] if one is not condition)
    permission.ways = (*whole[:number], weaker, *whole[number + 1:])
    try:
        yield
    finally:
        permission.ways = whole


def conditions(rows: ModuleType) -> Iterator[tuple[Permission, int, Predicate]]:
    """Return every condition of a feature, in each way in which it stands, that no other beside it says as well."""
    for permission in map(named, rows.TABLE):
        for number, way in enumerate(permission.ways):
            beside = {"*", *(one.__name__ for one in way)}
            yield from ((permission, number, one) for one in way if not SAID_BY.get(one.__name__, set()) & beside)


def in_words(permission: Permission, number: int, condition: Predicate) -> str:
    """Name a condition, and as whom somebody comes in by this way."""
    role = next(one for one in permission.ways[number] if one.__kind__ == "role")  # type: ignore[attr-defined]
    return f"{permission.name} as {role.__name__} without {condition.__name__}"


@pytest.mark.parametrize("feature", ROWS)
def test_no_condition_can_be_taken_away_unnoticed(world: World, feature: str) -> None:
    rows = rows_of(feature)
    known, unnoticed = rows.records(world), set()
    for permission, number, condition in conditions(rows):
        words = in_words(permission, number, condition)
        with without(permission, number, condition):
            if not wrong_cells(world, permission, rows, known):
                unnoticed.add(words)
    assert unnoticed == {one for one in UNREACHED if one.split(" as ")[0] in rows.TABLE}


def unguarded(view: Any) -> Callable[..., Any]:
    """Return what a view would be if nobody had put a guard before it."""
    load, within = view.__load__, view.__wrapped__
    return lambda **ids: within(load(**ids)) if load is not None else within(**ids)


def notices(attacked: Attacked, name: str | None, doors: dict[Target, Knowledge]) -> bool:
    """Say whether the attacks of the matrix on some doors that are closed to somebody turn red."""
    browser, (_, before) = attacked.browser(name), refusals(attacked.app.database)
    if name is None:
        return any(target.sent(browser).status_code not in (303, 307, 401) for target in doors)
    return bool(told(attacked, browser, doors)) or refusals(attacked.app.database)[1] != before + len(doors)


def test_no_guard_can_be_taken_away_unnoticed(attacked: Attacked) -> None:
    """Sol teaches, Eve audits, Cruz has a class, and somebody has no account: each door is closed to one of them."""
    unnoticed = {name for name, view in VIEWS.items() if hasattr(view, "__permission__")}
    closed: dict[str | None, dict[Target, Knowledge]] = {n: refused(attacked, n) for n in ("sol", "eve", "cruz")}
    closed[None] = {target: Knowledge(False, frozenset()) for target in attacked.targets()}
    for name, doors in closed.items():
        for endpoint in sorted(unnoticed & {target.rule.endpoint for target in doors}):
            mine = {target: known for target, known in doors.items() if target.rule.endpoint == endpoint}
            assert not notices(attacked, name, mine), endpoint
            with pytest.MonkeyPatch.context() as patched:
                patched.setitem(attacked.app.view_functions, endpoint, unguarded(VIEWS[endpoint]))
                if notices(attacked, name, mine):
                    unnoticed.discard(endpoint)
    assert unnoticed == set()
