"""Whatever is uploaded is read as rows or refused by name; nothing in it is ever run, followed or unfolded."""

import struct
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import NamedStyle

from app.core.errors import Refusal
from app.directory.rosters import sheets
from app.directory.rosters.reading import read
from app.directory.rosters.sheets import (
    EmptyFile,
    FileTooLarge,
    Formula,
    NotASpreadsheet,
    OldWorkbook,
    SavedWebPage,
    TooManyColumns,
    TooManyRows,
    UnevenQuotes,
    UnknownEncoding,
)
from tests.directory.rosters.lists import part, repacked, sample, workbook

SMALL = workbook(["学籍号", "姓名"], ["G1", "陈梓涵"])


def rows_of(content: bytes) -> list[tuple[int, tuple[object, ...]]]:
    (only,) = read(content)
    return [(row.number, row.cells) for row in only.rows]


def test_the_sample_rosters_are_read_whole():
    assert len(read(sample("roster_qinghe_primary.xlsx"))[0].rows) == 863
    assert len(read(sample("roster_qinghe_primary_spring.xlsx"))[0].rows) == 873
    assert len(read(sample("roster_linjiang_middle.xlsx"))[0].rows) == 2008
    assert len(read(sample("roster_gbk.csv"))[0].rows) == 121
    assert len(read(sample("staff.xlsx"))[0].rows) == 98


def test_a_formula_comes_as_text_and_is_never_computed():
    cell = read(sample("roster_dirty.xlsx"))[0].rows[16].cell(1)
    assert isinstance(cell, Formula)
    assert cell.startswith("=HYPERLINK(")


def test_a_formula_is_told_from_text_that_looks_like_one_and_its_kept_result_is_not_believed():
    sheet1 = part(SMALL, "xl/worksheets/sheet1.xml")
    text_cell = b'<c r="B2" t="inlineStr"><is><t>=1+1</t></is></c>'
    start = sheet1.index(b'<c r="B2"')
    end = sheet1.index(b"</row>", start)
    computed = b'<c r="B2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c>'
    assert rows_of(repacked(SMALL, sheet1=sheet1[:start] + text_cell + sheet1[end:]))[1][1][1] == "=1+1"
    cell = rows_of(repacked(SMALL, sheet1=sheet1[:start] + computed + sheet1[end:]))[1][1][1]
    assert isinstance(cell, Formula)
    assert cell == '="a"&"b"'


def test_dates_come_as_dates_and_numbers_as_numbers():
    book = Workbook()
    book.add_named_style(NamedStyle("day", number_format="yyyy-mm-dd"))
    book.active.append([date(2018, 9, 3), 43350, 1.5, True, "43350"])
    stored = BytesIO()
    book.save(stored)
    assert rows_of(stored.getvalue()) == [(1, (date(2018, 9, 3), 43350, 1.5, True, "43350"))]


def test_a_date_that_no_calendar_holds_is_refused_nowhere_and_logged_nowhere(recwarn):
    book = Workbook()
    book.active.append(["x"])
    book.active["B1"] = date(2018, 9, 3)
    stored = BytesIO()
    book.save(stored)
    content = stored.getvalue()
    sheet1 = part(content, "xl/worksheets/sheet1.xml").replace(b"<v>43346</v>", b"<v>99999999999</v>")
    assert rows_of(repacked(content, sheet1=sheet1))[0][1][1] == "#VALUE!"
    assert not recwarn.list


def test_every_visible_sheet_is_read_and_hidden_ones_are_not():
    content = workbook(["a"], others=[[["b"]], [["c"]]])
    hidden = part(content, "xl/workbook.xml").replace(b'sheetId="2" state="visible"', b'sheetId="2" state="hidden"')
    assert [s.rows[0].cells for s in read(repacked(content, book=hidden))] == [("a",), ("c",)]


def test_a_wrongly_declared_size_hides_no_row():
    sheet1 = part(SMALL, "xl/worksheets/sheet1.xml").replace(b'ref="A1:B2"', b'ref="A1"')
    assert rows_of(repacked(SMALL, sheet1=sheet1)) == rows_of(SMALL)


def test_empty_rows_keep_their_numbers_and_those_at_the_end_are_dropped():
    assert rows_of(workbook(["a"], [], ["b"], [None], [" "])) == [(1, ("a",)), (2, ()), (3, ("b",))]


def test_a_row_that_claims_to_be_the_millionth_costs_nothing():
    sheet1 = part(SMALL, "xl/worksheets/sheet1.xml").replace(b'r="2"', b'r="1048576"').replace(b'"B2"', b'"B1048576"')
    assert [number for number, _ in rows_of(repacked(SMALL, sheet1=sheet1))] == [1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_text_table_is_read_in_the_encodings_of_schools(encoding, separator):
    name = "陈梓涵" if encoding == "gbk" else "姚㛃𠅤"
    text = f'学籍号{separator}姓名\r\nG1{separator}"{name}"\r\n'
    assert rows_of(text.encode(encoding)) == [(1, ("学籍号", "姓名")), (2, ("G1", name))]


def test_rare_characters_survive_gb18030():
    names = [row.cell(8) for row in read(sample("roster_gbk.csv"))[0].rows]
    assert "林㛃" in names
    assert "阿卜杜热合曼·买买提" in [row.cell(1) for row in read(sample("roster_gbk.csv"))[0].rows]


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", EmptyFile),
        (b" \r\n", EmptyFile),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, OldWorkbook),
        ("<html><table><tr><td>姓名</td></tr></table></html>".encode(), SavedWebPage),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n\x00\x01", NotASpreadsheet),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", NotASpreadsheet),
        (b"PK\x03\x04 and no more", NotASpreadsheet),
        (b"\xff\xfe\x00", NotASpreadsheet),
        (b"a,b\n\xff\xff,\x80", UnknownEncoding),
        ('学号,姓名\nG1,"陈\nG2,王'.encode(), UnevenQuotes),
        (b"x" * (sheets.MAX_BYTES + 1), FileTooLarge),
        (b"a\n" * (sheets.MAX_ROWS + 1), TooManyRows),
        (b"a," * 101 + b"a", TooManyColumns),
        (workbook(range(102)), TooManyColumns),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_what_is_no_list_is_refused_by_name(content, refusal):
    with pytest.raises(refusal) as refused:
        read(content)
    assert refused.value.words % refused.value.params


def test_a_zip_that_is_no_workbook_is_refused():
    with pytest.raises(NotASpreadsheet):
        read(repacked(SMALL, **{"[Content_Types].xml": b"<Types xmlns='x'/>"}))


def test_a_zip_bomb_is_weighed_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr("app.directory.rosters.workbooks.load_workbook", None)
    bomb = repacked(SMALL, sheet1=b" " * (41 * 2**20))
    assert len(bomb) < 100_000
    with pytest.raises(FileTooLarge):
        read(bomb)
    with pytest.raises(FileTooLarge):
        read(repacked(SMALL, styles=b" " * (5 * 2**20)))


def test_a_zip_that_lies_about_its_weight_is_not_unpacked_beyond_it():
    honest = repacked(SMALL, sheet1=b" " * (41 * 2**20))
    lying = honest.replace(struct.pack("<I", 41 * 2**20), struct.pack("<I", 1000))
    assert lying != honest
    with pytest.raises(NotASpreadsheet):
        read(lying)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd">',
        '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]>',
    ],
)
def test_a_document_type_is_refused_in_any_part_and_encoding(doctype, encoding, monkeypatch):
    monkeypatch.setattr("app.directory.rosters.workbooks.load_workbook", None)
    for name in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml", "_rels/.rels", "any.bin"):
        text = f'<?xml version="1.0" encoding="{encoding}"?>{" " * 9000}<!-- -->{doctype}<worksheet>&x;</worksheet>'
        with pytest.raises(NotASpreadsheet):
            read(repacked(SMALL, **{name: text.encode(encoding)}))


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)))
def test_garbage_is_rows_or_a_refusal(content):
    try:
        read(content)
    except Refusal as refusal:
        assert refusal.words % refusal.params


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_workbook_is_rows_or_a_refusal(data):
    damaged = bytearray(SMALL)
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    for content in (bytes(damaged), bytes(damaged[:cut])):
        try:
            read(content)
        except Refusal as refusal:
            assert refusal.words % refusal.params


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_a_workbook_with_damaged_parts_is_rows_or_a_refusal(data):
    name = data.draw(st.sampled_from(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"]))
    damaged = bytearray(part(SMALL, name))
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.sampled_from(b'<>/"019aA& '))
    try:
        read(repacked(SMALL, **{name: bytes(damaged)}))
    except Refusal as refusal:
        assert refusal.words % refusal.params
