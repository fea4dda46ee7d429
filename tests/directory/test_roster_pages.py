"""Sam brings a list in through the browser: step by step, once, and inert whatever stands in it."""

import io
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.database import session
from app.directory.importing.models import RosterImport, RosterUpload
from app.directory.models import Student
from app.directory.queries import find_students, lines_of_school
from app.vault import grants_of
from tests.directory.importing.stories import AUTUMN, OTHER_GRADES, SPRING, everything
from tests.directory.pages import HTTPS, Browsers, statements, text_of
from tests.directory.rosters.lists import sample, workbook
from tests.world import World

pytestmark = pytest.mark.alike

HEADINGS = ("学号", "姓名", "年级", "班级", "监护人")
GIRL = ("G77", "何向晚", "四年级", "1班", "何母")


def send(client: FlaskClient, world: World, content: bytes, *, kind: str = "students", name: str = "list.xlsx") -> str:
    """Choose a file, and return the address of its dry run."""
    data = {"what": f"{kind}:{world.school}", "list": (io.BytesIO(content), name)}
    answer = client.post("/rosters", data=data, **HTTPS)
    assert answer.status_code == 303, text_of(answer)
    columns = answer.headers["Location"]
    assert columns.endswith("/columns")
    return columns.removesuffix("/columns")


def confirm(client: FlaskClient, review: str, **data: Any) -> Any:
    """Confirm what the dry run shows at this moment."""
    shown = text_of(client.get(review, **HTTPS))
    (seen,) = re.findall(r'name="seen" value="(\w+)"', shown)
    return client.post(f"{review}/import", data={"seen": seen, **data}, **HTTPS)


def count(world: World, model: Any) -> int:
    with world.database.transaction(writes=False):
        return session().scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.unlike
def test_from_the_file_to_the_student(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    review = send(sam, world, workbook(HEADINGS, GIRL))
    assert "监护人" in text_of(sam.get(f"{review}/columns", **HTTPS))
    shown = text_of(sam.get(review, **HTTPS))
    assert "何向晚" in shown
    assert count(world, Student) == 5
    answer = confirm(sam, review)
    assert answer.status_code == 303
    result = text_of(sam.get(answer.headers["Location"], **HTTPS))
    assert "撤销这次导入" in result
    assert count(world, Student) == 6
    assert count(world, RosterUpload) == 0
    answer = sam.post(f"{answer.headers['Location']}/undo", **HTTPS)
    assert "已撤销的导入" in text_of(sam.get(answer.headers["Location"], **HTTPS))
    assert count(world, Student) == 5


def test_a_confirmation_sent_twice_imports_once(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    review = send(sam, world, workbook(HEADINGS, GIRL))
    first = confirm(sam, review)
    again = sam.post(f"{review}/import", data={"seen": "0" * 64}, **HTTPS)
    assert (again.status_code, again.headers["Location"]) == (303, first.headers["Location"])
    for step in ("", "/columns"):
        assert sam.get(review + step, **HTTPS).headers["Location"] == first.headers["Location"]
    assert count(world, RosterImport) == 1


def test_an_old_page_does_nothing_else_than_it_showed(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    review = send(sam, world, workbook(HEADINGS, GIRL))
    (seen,) = re.findall(r'name="seen" value="(\w+)"', text_of(sam.get(review, **HTTPS)))
    assert confirm(sam, send(sam, world, workbook(HEADINGS, GIRL))).status_code == 303
    before = everything(world.database, "student", "directory_page", "class_contacts", "roster_upload")
    answer = sam.post(f"{review}/import", data={"seen": seen}, **HTTPS)
    assert answer.status_code == 409
    assert "名录在此期间有变动" in text_of(answer)
    assert everything(world.database, "student", "directory_page", "class_contacts", "roster_upload") == before


def test_bad_rows_block_until_they_are_left_out(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    review = send(sam, world, workbook(HEADINGS, GIRL, ("G78", None, "四年级", "1班", None)))
    answer = confirm(sam, review)
    assert answer.status_code == 422
    assert "有 1 行无法导入" in text_of(answer)
    assert count(world, Student) == 5
    assert confirm(sam, review, without_bad_rows="true").status_code == 303
    assert count(world, Student) == 6


def test_formulas_and_tags_are_inert_on_every_page_and_in_the_download(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    review = send(sam, world, sample("roster_dirty.xlsx"))
    for step in ("/columns", ""):
        page = sam.get(review + step, **HTTPS).get_data(as_text=True)
        assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    download = sam.get(f"{review}/faults.csv", **HTTPS)
    assert download.headers["Content-Disposition"].startswith("attachment")
    lines = download.get_data(as_text=True)
    assert "'=HYPERLINK" in lines
    assert not re.search(r'(^|,|")=', lines.replace("'=", "''"), re.MULTILINE)


def test_the_grades_a_school_gets_are_asked_for(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    review = send(sam, world, sample(AUTUMN))
    assert 'value="六年级"' in text_of(sam.get(review, **HTTPS))
    assert sam.post(f"{review}/grades", data={"grades": list(OTHER_GRADES)}, **HTTPS).status_code == 303
    assert confirm(sam, review).status_code == 303
    assert count(world, Student) == 5 + 861
    shown = text_of(sam.get(send(sam, world, sample(SPRING)), **HTTPS))
    for words in ("新增 40 名学生", "18 名学生换了班级", "12 名学生改名"):
        assert words in shown


def test_columns_can_be_corrected(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    review = send(sam, world, workbook(("学号", "姓名", "在哪个班"), ("G77", "何向晚", "四(1)")))
    assert sam.get(review, **HTTPS).headers["Location"].endswith("/columns")
    wrong = sam.post(f"{review}/columns", data={"column_number": "0", "column_name": "0", "column_class": "2"}, **HTTPS)
    assert wrong.status_code == 422
    for nonsense in ("x", "99", "-1"):
        data = {"column_number": nonsense, "column_name": "1", "column_class": "2"}
        assert sam.post(f"{review}/columns", data=data, **HTTPS).status_code == 422
    data = {"column_number": "0", "column_name": "1", "column_class": "2"}
    assert sam.post(f"{review}/columns", data=data, **HTTPS).status_code == 303
    assert confirm(sam, review).status_code == 303
    with world.acting("cruz") as cruz:
        assert [line.number for line in find_students("何向晚", cruz)] == ["G77"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "这个文件是空的"), (b"<html></html>", "实际是网页"), (b"a,b\nc,d", "没有找到表头"),
        (b"PK\x03\x04 nothing", "不是 Excel 工作簿"),
    ],
)
def test_what_is_no_list_is_said_and_leaves_nothing(
    world: World, browser_of: Browsers, content: bytes, words: str
) -> None:
    sam = browser_of("sam")
    data = {"what": f"students:{world.school}", "list": (io.BytesIO(content), "x.xlsx")}
    answer = sam.post("/rosters", data=data, **HTTPS)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert count(world, RosterUpload) == 0


@pytest.mark.parametrize("name", ["uma", "root"])
def test_another_administrator_finds_neither_upload_nor_import(world: World, browser_of: Browsers, name: str) -> None:
    sam, other = browser_of("sam"), browser_of(name)
    review = send(sam, world, workbook(HEADINGS, GIRL))
    for step in ("", "/columns", "/faults.csv"):
        assert other.get(review + step, **HTTPS).status_code == 404
    for step in ("/import", "/grades", "/forget", "/columns"):
        assert other.post(review + step, data={"seen": "x"}, **HTTPS).status_code == 404
    done = confirm(sam, review).headers["Location"]
    assert other.get(done, **HTTPS).status_code == 404
    assert other.post(f"{done}/undo", **HTTPS).status_code == 404
    assert count(world, Student) == 6
    data = {"what": f"students:{world.school}", "list": (io.BytesIO(workbook(HEADINGS, GIRL)), "x.xlsx")}
    assert other.post("/rosters", data=data, **HTTPS).status_code == 404


@pytest.mark.parametrize("name", ["lin", "pia", "cruz", "gao", "sol", "dee", "eve"])
def test_rosters_are_for_administrators(browser_of: Browsers, name: str) -> None:
    assert browser_of(name).get("/rosters", **HTTPS).status_code == 404


def test_a_refusal_in_the_middle_commits_nothing(world: World, browser_of: Browsers) -> None:
    """The page that shows the refusal is answered normally; the classes made on the way must not stay."""
    from app.access import PostKind
    from app.directory import service

    with world.acting("sam") as sam:
        service.give_post(
            person_id=world.people["sol"], kind=PostKind.SCHOOL_ADMIN, organisation_id=world.school, by=sam
        )
    sol = browser_of("sol")
    review = send(sol, world, workbook(HEADINGS, GIRL, ("G78", "何晨", "四年级", "9班", None)))
    before = everything(world.database, "school_class", "student", "directory_page", "class_contacts")
    answer = confirm(sol, review)
    assert answer.status_code == 409
    assert "联系方式尚未对您开放" in text_of(answer)
    assert everything(world.database, "school_class", "student", "directory_page", "class_contacts") == before


def test_a_list_can_be_forgotten(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    review = send(sam, world, workbook(HEADINGS, GIRL))
    with world.database.transaction(writes=False):
        upload_id = session().scalars(select(RosterUpload.id)).one()
    assert sam.post(f"{review}/forget", **HTTPS).status_code == 303
    assert count(world, RosterUpload) == 0
    with world.database.transaction(writes=False):
        assert grants_of(upload_id) == []


def test_a_staff_list_in_the_browser(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    rows = (("T9", "何老师", "班主任", "四年级", "3班"), ("T10", "钱老师", "审计员", None, None))
    review = send(sam, world, workbook(("工号", "姓名", "岗位", "年级", "班级"), *rows), kind="staff")
    shown = text_of(sam.get(review, **HTTPS))
    assert "何老师" in shown
    assert "这类单位没有这个岗位" in shown
    assert "Sol" in shown
    assert confirm(sam, review).status_code == 422
    assert confirm(sam, review, without_bad_rows="true").status_code == 303
    assert not world.events("post:ended")


def test_the_district_brings_in_the_staff_of_all_its_schools(world: World, browser_of: Browsers) -> None:
    root = browser_of("root")
    rows = (("T9", "何老师", "青禾小学"), ("T10", "钱老师", "临江中学"), ("T11", "孙老师", "无名小学"))
    content = workbook(("工号", "姓名", "单位", "岗位"), *((*row, "校长") for row in rows))
    data = {"what": f"staff:{world.district}", "list": (io.BytesIO(content), "staff.xlsx")}
    review = root.post("/rosters", data=data, **HTTPS).headers["Location"].removesuffix("/columns")
    assert "本区没有这个单位" in text_of(root.get(review, **HTTPS))
    answer = confirm(root, review, without_bad_rows="true")
    assert answer.status_code == 303
    assert "教职工名单已导入" in text_of(root.get(answer.headers["Location"], **HTTPS))
    assert browser_of("sam").get(answer.headers["Location"], **HTTPS).status_code == 404
    students = {"what": f"students:{world.district}", "list": (io.BytesIO(content), "staff.xlsx")}
    assert root.post("/rosters", data=students, **HTTPS).status_code == 404


def test_who_stays_after_undoing_is_named(world: World, browser_of: Browsers) -> None:
    from app.files import service as files

    sam = browser_of("sam")
    done = confirm(sam, send(sam, world, workbook(HEADINGS, GIRL))).headers["Location"]
    with world.acting("lin") as lin:
        (girl,) = find_students("何向晚", lin)
        files.open_file(student_id=girl.id, school_id=world.school, by=lin)
    sam.post(f"{done}/undo", **HTTPS)
    page = text_of(sam.get(done, **HTTPS))
    assert "保留不动" in page
    assert "何向晚" in page


@pytest.mark.unlike
def test_the_dry_run_asks_as_often_for_few_rows_as_for_many(world: World, app: Any, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    few = send(sam, world, workbook(HEADINGS, *(("G9" + str(n), "同学", "四年级", "1班", None) for n in range(3))))
    many = send(sam, world, workbook(HEADINGS, *(("G9" + str(n), "同学", "四年级", "1班", None) for n in range(300))))
    counted = [statements(app, lambda at=at: sam.get(at, **HTTPS)) for at in (few, many)]
    assert counted[0] == counted[1]


def test_no_name_of_a_list_stands_in_an_address_or_title(world: World, browser_of: Browsers) -> None:
    sam = browser_of("sam")
    review = send(sam, world, workbook(HEADINGS, GIRL), name="何向晚.xlsx")
    assert "何向晚" not in review
    for page in (sam.get(review, **HTTPS), sam.get(f"{review}/columns", **HTTPS)):
        (title,) = re.findall(r"<title>(.*?)</title>", text_of(page))
        assert "何向晚" not in title
    with world.acting("sam") as actor:
        assert len(lines_of_school(world.school, actor.ring)) == 4
