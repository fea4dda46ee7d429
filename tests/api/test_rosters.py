"""Rosters for programs: Sam brings in a list step by step, once, and nobody else finds it."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.core import clock
from app.core.database import session
from app.directory.importing.models import RosterImport, RosterUpload
from app.directory.models import Student
from app.directory.queries import find_students
from app.files import service as files
from tests.api.programs import Program
from tests.directory.importing.stories import AUTUMN, OTHER_GRADES, SPRING
from tests.directory.rosters.lists import sample, workbook
from tests.escalation.telling import TUESDAY_MORNING
from tests.world import STAFF, World

pytestmark = pytest.mark.alike
ProgramOf = Callable[[str], Program]
HEADINGS = ("学号", "姓名", "年级", "班级", "监护人")
GIRL = ("G77", "何向晚", "四年级", "1班", "何母")


def sent(program: Program, content: bytes, target: str, **request: Any) -> Any:
    """Send a file and return the answer, whatever it is."""
    data = {"list": (io.BytesIO(content), "list.xlsx")}
    return program.ask("POST", "/rosters/uploads", query_string={"target": target}, data=data, **request)


def upload(program: Program, world: World, content: bytes, kind: str = "students") -> str:
    """Send a file and return the address of its upload."""
    answer = sent(program, content, f"{kind}:{world.school}")
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return str(answer.location)


def confirm(program: Program, where: str, **decided: Any) -> Any:
    """Import what the plan shows at this moment, and return the answer."""
    seen = program.get(f"{where}/plan")["seen"]
    return program.ask("POST", f"{where}/import", json={"seen": seen, **decided})


def count(world: World, model: Any) -> int:
    with world.database.transaction(writes=False):
        return session().scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.unlike
def test_from_the_file_to_the_student_and_back(world: World, program_of: ProgramOf) -> None:
    sam = program_of("sam")
    targets = sam.get("/rosters/targets")
    assert [one["kind"] for one in targets] == ["students", "staff"]
    assert {one["organisation_id"] for one in targets} == {str(world.school)}
    where = upload(sam, world, workbook(HEADINGS, GIRL))
    told = sam.get(where)
    assert (told["headings"], told["rows"], told["preview"]) == ([*HEADINGS], 1, [[*GIRL]])
    assert [one["id"] for one in sam.get("/rosters/uploads")] == [told["id"]]
    plan = sam.get(f"{where}/plan")
    assert (plan["rows"], plan["bad_rows"], plan["staff"]) == (1, 0, None)
    assert [(one["row"], one["name"], one["place"]) for one in plan["students"]["new"]] == [(2, "何向晚", "四年级1班")]
    assert count(world, Student) == 5
    answer = confirm(sam, where)
    assert (answer.status_code, answer.json["counts"]["new"], answer.json["can_undo"]) == (201, 1, True)
    assert (count(world, Student), count(world, RosterUpload)) == (6, 0)
    assert sam.get("/rosters")["items"][0]["id"] == answer.json["id"]
    undone = sam.post(f"/rosters/{answer.json['id']}/undo")
    assert undone["undone_at"] and not undone["can_undo"] and undone["stayed"] == []
    assert count(world, Student) == 5
    assert sam.refused(f"/rosters/{answer.json['id']}/undo") == (409, "UndoTooLate")
    assert [event.via for event in (*world.events("roster:imported"), *world.events("roster:undone"))] == ["api", "api"]


def test_an_import_sent_twice_is_done_once(world: World, program_of: ProgramOf) -> None:
    sam, key = program_of("sam"), {"Idempotency-Key": str(uuid4())}
    where = upload(sam, world, workbook(HEADINGS, GIRL))
    body = {"seen": sam.get(f"{where}/plan")["seen"]}
    first, again = (sam.ask("POST", f"{where}/import", json=body, headers=key) for _ in range(2))
    assert (first.status_code, again.status_code, again.location) == (201, 303, first.location)
    for late in (sam.ask("POST", f"{where}/import", json={"seen": "x"}), sam.ask("GET", where)):
        assert (late.status_code, late.location) == (303, first.location), "also without the key"
    assert sam.refused(f"{where}/plan", method="GET") == (404, None)
    assert count(world, RosterImport) == 1


def test_an_upload_sent_twice_is_kept_once(world: World, program_of: ProgramOf) -> None:
    sam, key = program_of("sam"), {"Idempotency-Key": str(uuid4())}
    content = workbook(HEADINGS, GIRL)
    first, again = (sent(sam, content, f"students:{world.school}", headers=key) for _ in range(2))
    assert (first.status_code, again.status_code, again.location) == (201, 303, first.location)
    assert count(world, RosterUpload) == 1


def test_what_changed_since_it_was_shown_is_not_done(world: World, program_of: ProgramOf) -> None:
    sam = program_of("sam")
    where = upload(sam, world, workbook(HEADINGS, GIRL))
    seen = sam.get(f"{where}/plan")["seen"]
    assert confirm(sam, upload(sam, world, workbook(HEADINGS, GIRL))).status_code == 201
    assert sam.refused(f"{where}/import", seen=seen) == (409, "PlanChanged")
    assert (count(world, Student), count(world, RosterUpload)) == (6, 1)


def test_bad_rows_are_named_and_block_until_they_are_left_out(world: World, program_of: ProgramOf) -> None:
    sam = program_of("sam")
    where = upload(sam, world, workbook(HEADINGS, GIRL, ("G78", None, "四年级", "1班", None)))
    assert sam.get(f"{where}/plan")["bad_rows"] == 1
    fault = {"row": 3, "field": "name", "code": "missing_name", "reason": "缺少姓名。", "found": ""}
    assert sam.get(f"{where}/faults") == {"items": [fault], "next": None}
    refused = confirm(sam, where)
    assert (refused.status_code, refused.json["code"]) == (422, "RowsHaveFaults")
    assert count(world, Student) == 5
    assert confirm(sam, where, without_bad_rows=True).json["counts"]["without"] == 1
    assert count(world, Student) == 6


def test_the_faults_of_a_bad_list_come_a_page_at_a_time(world: World, program_of: ProgramOf) -> None:
    sam = program_of("sam")
    rows = [(f"H{number}", None, "四年级", "1班", None) for number in range(120)]
    where, after, found = upload(sam, world, workbook(HEADINGS, GIRL, *rows)), "x", []
    while after is not None:
        page = sam.get(f"{where}/faults", after=after)
        found += [one["row"] for one in page["items"]]
        after = page["next"]
    assert found == list(range(3, 123))


def test_the_sample_of_a_dirty_list_is_survived(world: World, program_of: ProgramOf) -> None:
    sam = program_of("sam")
    where = upload(sam, world, sample("roster_dirty.xlsx"))
    reasons = {one["code"] for one in sam.get(f"{where}/faults")["items"]}
    assert {"formula", "markup"} <= reasons
    assert confirm(sam, where).status_code == 422 and count(world, Student) == 5


def test_columns_are_corrected(world: World, program_of: ProgramOf) -> None:
    sam = program_of("sam")
    where = upload(sam, world, workbook(("学号", "姓名", "在哪个班"), ("G77", "何向晚", "四(1)")))
    refused = sam.ask("GET", f"{where}/plan")
    assert (refused.status_code, refused.json["code"], [*refused.json["errors"]["json"]]) == (
        422, "ColumnsMissing", ["class"],
    )
    for nonsense in ({"number": 1}, {"class": 99}, {"class": -1}, {"king": 2}):
        assert sam.refused(f"{where}/columns", method="PUT", columns=nonsense) == (422, "ColumnUnclear")
    for nonsense in ({"class": "2"}, {"class": 2.5}, []):
        assert sam.refused(f"{where}/columns", method="PUT", columns=nonsense) == (422, "UnprocessableEntity")
    assert sam.refused(f"{where}/columns", method="PUT", columns={}) == (422, "ColumnsMissing")
    answer = sam.ask("PUT", f"{where}/columns", json={"columns": {"class": 2}})
    assert answer.status_code == 200
    chosen = {one["field"]: (one["column"], one["confidence"]) for one in answer.json["columns"]}
    assert (chosen["number"], chosen["class"]) == ((0, "certain"), (2, "chosen"))
    assert confirm(sam, where).status_code == 201
    with world.acting("cruz") as cruz:
        assert [line.number for line in find_students("何向晚", cruz)] == ["G77"]


def test_a_new_term_is_told_before_it_begins(world: World, program_of: ProgramOf) -> None:
    sam = program_of("sam")
    where = upload(sam, world, sample(AUTUMN))
    asked = sam.get(f"{where}/plan")["students"]
    assert {one["name"] for one in asked["unknown_grades"]} >= {"六年级"}
    assert sam.refused(f"{where}/grades", grades=["幼儿园"])[0] == 422
    assert sam.post(f"{where}/grades", grades=list(OTHER_GRADES))["new_grades"] == list(OTHER_GRADES)
    assert confirm(sam, where).json["counts"]["new"] == 861
    spring = upload(sam, world, sample(SPRING))
    plan = sam.get(f"{spring}/plan")["students"]
    assert [len(plan[part]) for part in ("new", "moved", "renamed")] == [40, 18, 12]
    assert all(one["place"] != one["place_before"] for one in plan["moved"])
    assert all(one["name"] != one["name_before"] for one in plan["renamed"])
    leaving = [one["grade_id"] for one in plan["missing"] if one["suggested"]]
    gone = sum(len(one["students"]) for one in plan["missing"] if one["suggested"])
    assert gone and confirm(sam, spring, leave=leaving).json["counts"]["left"] == gone


@pytest.mark.parametrize(("content", "code"), [
    (b"", "EmptyFile"), (b"<html></html>", "SavedWebPage"), (b"a,b\nc,d", "NoHeader"),
    (b"PK\x03\x04 nothing", "NotASpreadsheet"),
])
def test_what_is_no_list_is_said_and_leaves_nothing(
    world: World, program_of: ProgramOf, content: bytes, code: str
) -> None:
    answer = sent(program_of("sam"), content, f"students:{world.school}")
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert count(world, RosterUpload) == 0


def test_a_request_without_a_list_or_a_target_is_refused(world: World, program_of: ProgramOf) -> None:
    sam, target = program_of("sam"), {"target": f"students:{world.school}"}
    assert sam.ask("POST", "/rosters/uploads", query_string=target).json["errors"] == {
        "files": {"list": ["缺少必填的内容。"]}
    }
    assert sam.ask("POST", "/rosters/uploads", data={"list": (io.BytesIO(b"x"), "x.csv")}).status_code == 422
    for foreign in ("students:x", f"students:{world.district}", f"staff:{world.organisations['other_school']}", "x"):
        assert sent(sam, workbook(HEADINGS, GIRL), foreign).status_code == 404, foreign
    assert count(world, RosterUpload) == 0


def test_a_list_is_forgotten(world: World, program_of: ProgramOf) -> None:
    sam = program_of("sam")
    where = upload(sam, world, workbook(HEADINGS, GIRL))
    assert sam.ask("DELETE", where).status_code == 204
    assert sam.refused(where, method="GET") == (404, None) and sam.get("/rosters/uploads") == []
    late = upload(sam, world, workbook(HEADINGS, GIRL))
    with clock.at(TUESDAY_MORNING + timedelta(hours=25)):
        assert program_of("sam").refused(late, method="GET") == (404, None)


def test_a_staff_list(world: World, program_of: ProgramOf) -> None:
    sam = program_of("sam")
    rows = (("T9", "何老师", "班主任", "四年级", "3班"), ("T10", "钱老师", "审计员", None, None))
    where = upload(sam, world, workbook(("工号", "姓名", "岗位", "年级", "班级"), *rows), kind="staff")
    plan = sam.get(f"{where}/plan")
    assert plan["students"] is None and plan["bad_rows"] == 1
    (post,) = plan["staff"]["new_posts"]
    assert (post["name"], post["post"], post["in_charge_of"]) == ("何老师", "class_teacher", "四年级3班")
    assert "Sol" in {one["name"] for one in plan["staff"]["ending"]}
    done = confirm(sam, where, without_bad_rows=True).json
    assert (done["counts"]["posts"], done["counts"]["ended"], done["can_undo"]) == (1, 0, False)
    assert not world.events("post:ended")


def test_who_stays_after_undoing_is_named(world: World, program_of: ProgramOf) -> None:
    sam = program_of("sam")
    done = confirm(sam, upload(sam, world, workbook(HEADINGS, GIRL))).json
    with world.acting("lin") as lin:
        (girl,) = find_students("何向晚", lin)
        files.open_file(student_id=girl.id, school_id=world.school, by=lin)
    assert [one["name"] for one in sam.post(f"/rosters/{done['id']}/undo")["stayed"]] == ["何向晚"]
    assert count(world, Student) == 6


def test_imports_come_a_page_at_a_time(world: World, program_of: ProgramOf) -> None:
    sam = program_of("sam")
    lists = [workbook(HEADINGS, (f"G{number}", "何向晚", "四年级", "1班", "何母")) for number in range(21)]
    made = [confirm(sam, upload(sam, world, content)).json["id"] for content in lists]
    first = sam.get("/rosters")
    second = sam.get("/rosters", after=first["next"])
    assert [one["id"] for one in (*first["items"], *second["items"])] == made[::-1]
    assert second["next"] is None
    assert [one["can_undo"] for one in map(sam.get, (f"/rosters/{made[0]}", f"/rosters/{made[-1]}"))] == [False, True]
    assert sam.refused(f"/rosters/{made[0]}/undo") == (409, "LaterImport")


@pytest.mark.parametrize("name", ["uma", "root"])
def test_another_administrator_finds_neither_upload_nor_import(
    world: World, program_of: ProgramOf, name: str
) -> None:
    sam, other = program_of("sam"), program_of(name)
    where = upload(sam, world, workbook(HEADINGS, GIRL))
    for path in ("", "/plan", "/faults"):
        assert other.refused(where + path, method="GET") == (404, None), path
    for method, path in (("POST", "/import"), ("POST", "/grades"), ("PUT", "/columns"), ("DELETE", "")):
        assert other.refused(where + path, method=method, seen="x") == (404, None), path
    done = confirm(sam, where).json["id"]
    assert other.refused(f"/rosters/{done}", method="GET") == (404, None)
    assert other.refused(f"/rosters/{done}/undo") == (404, None)
    assert done not in {one["id"] for one in other.get("/rosters")["items"]}
    assert sent(other, workbook(HEADINGS, GIRL), f"students:{world.school}").status_code == 404
    assert count(world, Student) == 6


@pytest.mark.parametrize("name", sorted({*STAFF} - {"sam", "uma", "root"}))
def test_rosters_are_for_administrators(world: World, program_of: ProgramOf, name: str) -> None:
    other = program_of(name)
    for path in ("/rosters", "/rosters/targets", "/rosters/uploads"):
        assert other.refused(path, method="GET") == (404, None), path
    assert sent(other, workbook(HEADINGS, GIRL), f"students:{world.school}").status_code == 404
    assert count(world, RosterUpload) == 0
