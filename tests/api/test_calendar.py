"""The school calendar and classes made by hand, for programs: Sam keeps those of his school, and nobody else's."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from app.directory.queries import calendar_of
from app.schooltime import SchoolCalendar
from tests.api.programs import Program
from tests.world import STAFF, World

pytestmark = pytest.mark.alike
ProgramOf = Callable[[str], Program]
AUTUMN = {"name": "秋季学期", "first": "2026-09-01", "last": "2027-01-20"}


def kept(world: World) -> SchoolCalendar:
    with world.database.transaction(writes=False):
        return calendar_of(world.school)


def put(program: Program, world: World, **parts: Any) -> Any:
    """Change parts of the calendar as it stands now."""
    where = f"/schools/{world.school}/calendar"
    version = program.get(where)["version"]
    return program.ask("PUT", where, json={"version": version, **parts})


def test_sam_keeps_terms_and_leaves_the_rest_as_it_was(world: World, program_of: ProgramOf) -> None:
    sam, before = program_of("sam"), kept(world)
    assert sam.get(f"/schools/{world.school}/calendar")["own"] is False
    answer = put(sam, world, terms=[AUTUMN])
    assert (answer.status_code, answer.json["terms"], answer.json["own"]) == (200, [AUTUMN], True)
    assert answer.headers["Content-Location"] == f"/api/v1/schools/{world.school}/calendar"
    assert kept(world).schedules == before.schedules
    (event,) = world.events("calendar:kept")
    assert event.via == "api"


def test_days_off_make_up_days_half_days_and_bells(world: World, program_of: ProgramOf) -> None:
    parts = {
        "holidays": [{"name": "运动会", "first": "2026-11-12", "last": "2026-11-13"}],
        "make_up_days": [{"day": "2026-11-14", "follows": 4}],
        "half_days": [{"day": "2026-11-20", "start": "07:50", "end": "12:00"}],
        "schedules": [{"weekdays": [1, 2, 3, 4, 5], "bells": [{"name": "早读", "start": "07:50", "end": "08:20"}]}],
    }
    sam = program_of("sam")
    answer = put(sam, world, **parts)
    assert answer.status_code == 200
    assert {name: answer.json[name] for name in parts} == parts
    assert sam.get(f"/schools/{world.school}/calendar") == answer.json


@pytest.mark.parametrize(("parts", "code"), [
    ({"terms": [AUTUMN, {**AUTUMN, "name": "b"}]}, "TermsOverlap"),
    ({"terms": [{**AUTUMN, "last": "2026-08-01"}]}, "EndsBeforeStart"),
    ({"terms": [{**AUTUMN, "name": " "}]}, "Nameless"), ({"terms": [{**AUTUMN, "name": "\0"}]}, "Nameless"),
    ({"terms": [{**AUTUMN, "first": "soon"}]}, "UnprocessableEntity"),
    ({"half_days": [{"day": "2026-11-20", "start": "12:00", "end": "07:50"}]}, "EndsBeforeStart"),
    ({"schedules": [{"weekdays": [1], "bells": []}, {"weekdays": [1], "bells": []}]}, "WeekdayTwice"),
    ({"schedules": [{"weekdays": [8], "bells": []}]}, "UnprocessableEntity"),
    ({"zone": "Europe/Berlin"}, "UnprocessableEntity"), ({"own": True}, "UnprocessableEntity"),
])
def test_what_does_not_fit_together_changes_nothing(
    world: World, program_of: ProgramOf, parts: dict[str, Any], code: str
) -> None:
    before, answer = kept(world), put(program_of("sam"), world, **parts)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert kept(world) == before


def test_who_read_the_calendar_before_somebody_changed_it_is_told(world: World, program_of: ProgramOf) -> None:
    sam, where = program_of("sam"), f"/schools/{world.school}/calendar"
    version = sam.get(where)["version"]
    assert put(sam, world, terms=[AUTUMN]).status_code == 200
    late = sam.ask("PUT", where, json={"version": version, "terms": []})
    assert (late.status_code, late.json["code"]) == (409, "Stale")
    assert kept(world).terms[0].name == "秋季学期"


def test_the_national_days_are_entered_where_the_school_has_none(world: World, program_of: ProgramOf) -> None:
    sam, where = program_of("sam"), f"/schools/{world.school}/calendar"
    assert put(sam, world, terms=[AUTUMN], holidays=[]).json["years_without_holidays"] == [2026, 2027]
    told = sam.post(f"{where}/national", year=2026)
    assert told["holidays"] and told["years_without_holidays"] == [2027]
    assert sam.refused(f"{where}/national", year=1)[0] == 422


def test_sam_makes_classes_and_takes_away_the_unused(world: World, program_of: ProgramOf) -> None:
    sam, where, key = program_of("sam"), f"/schools/{world.school}/classes", {"Idempotency-Key": str(uuid4())}
    body = {"grade": "Grade 4", "classes": ["Class 7", "(8)", "8班"]}
    first, again = (sam.ask("POST", where, json=body, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code, again.location) == (201, 303, "/api/v1/classes")
    assert [one["name"] for one in first.json] == ["四年级7班", "四年级8班"]
    assert {one["id"] for one in first.json} <= {one["id"] for one in sam.get("/classes")}
    assert sam.refused(where, **body) == (409, "ClassesThere")
    for grade, names in (("四年级", []), ("\0", ["1"]), ("四年级", ["\0"]), ("四年级", [" "])):
        assert sam.refused(where, grade=grade, classes=names) == (422, "NoClassNamed")
    made, taught = first.json[0]["id"], world.classes["school", "四年级", "1班"]
    assert sam.ask("DELETE", f"/classes/{made}").status_code == 204
    assert sam.refused(f"/classes/{made}", method="DELETE") == (404, None)
    assert sam.refused(f"/classes/{taught}", method="DELETE") == (409, "ClassInUse")


@pytest.mark.parametrize("name", sorted({*STAFF, "root"} - {"sam"}))
def test_nobody_else_keeps_the_schools_calendar_or_classes(world: World, program_of: ProgramOf, name: str) -> None:
    other, before, where = program_of(name), kept(world), f"/schools/{world.school}"
    assert other.refused(f"{where}/calendar", method="GET") == (404, None)
    assert other.refused(f"{where}/calendar", method="PUT", version="x", terms=[]) == (404, None)
    assert other.refused(f"{where}/calendar/national", year=2026) == (404, None)
    assert other.refused(f"{where}/classes", grade="三年级", classes=["1"]) == (404, None)
    taught = world.classes["school", "四年级", "1班"]
    assert other.refused(f"/classes/{taught}", method="DELETE") == (404, None)
    assert kept(world) == before and not world.events("class:added")
