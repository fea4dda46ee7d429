"""Lists to read: the sample files, and small ones made where a test needs them."""

from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook

from app.directory.rosters.columns import Table, find_table
from app.directory.rosters.fields import STAFF_FIELDS, STUDENT_FIELDS
from app.directory.rosters.reading import read
from app.directory.rosters.sheets import Cell, Row, Sheet
from app.directory.rosters.students import Roster, read_students

SAMPLES = Path(__file__).resolve().parents[3] / "app" / "demo" / "data"
TODAY = date(2026, 11, 2)
HEADINGS = ("学籍号", "姓名", "性别", "出生日期", "年级", "班级")
PRIMARY = ("一年级", "二年级", "三年级", "四年级", "五年级", "六年级")


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def sheet(*rows: Sequence[Cell]) -> Sheet:
    return Sheet("", tuple(Row(number, tuple(cells)) for number, cells in enumerate(rows, start=1)))


def table(*rows: Sequence[Cell], headings: Sequence[str] = HEADINGS) -> Table:
    return find_table([sheet(headings, *rows)], STUDENT_FIELDS)


def students(*rows: Sequence[Cell], headings: Sequence[str] = HEADINGS, grades: Sequence[str] = ()) -> Roster:
    return read_students(table(*rows, headings=headings), today=TODAY, grades=grades)


def sample_students(name: str, grades: Sequence[str] = ()) -> Roster:
    return read_students(find_table(read(sample(name)), STUDENT_FIELDS), today=TODAY, grades=grades)


def staff_table(*rows: Sequence[Cell]) -> Table:
    return find_table([sheet(("工号", "姓名", "单位", "岗位", "负责年级", "负责班级", "邮箱"), *rows)], STAFF_FIELDS)


def workbook(*rows: Iterable[Any], others: Sequence[Sequence[Iterable[Any]]] = ()) -> bytes:
    book = Workbook()
    for number, one in enumerate([rows, *others]):
        page = book.active if number == 0 else book.create_sheet()
        for row in one:
            page.append(list(row))
    stored = BytesIO()
    book.save(stored)
    return stored.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """Return a workbook with some of its parts replaced or added; `sheet1` stands for the first sheet."""
    names = {"sheet1": "xl/worksheets/sheet1.xml", "styles": "xl/styles.xml", "book": "xl/workbook.xml"}
    changed = {names.get(name, name): part for name, part in parts.items()}
    stored = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(stored, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, changed.pop(name, None) or source.read(name))
        for name, part in changed.items():
            target.writestr(name, part)
    return stored.getvalue()


def part(content: bytes, name: str) -> bytes:
    with ZipFile(BytesIO(content)) as source:
        return source.read(name)
