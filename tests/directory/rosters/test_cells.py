"""Cells are read however people typed them, and what cannot be read is named instead of guessed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.directory.rosters import cells, dates
from app.directory.rosters.remarks import FAULTS, NOTES, CellFault
from app.directory.rosters.sheets import Formula
from tests.directory.rosters.lists import TODAY


class Notes(list):
    def __call__(self, code, **params):
        self.append(code)


def read(reader, cell, **options):
    """What a reader makes of a cell: its value and the codes of its notes, or the code of its fault."""
    notes = Notes()
    try:
        return reader(cell, notes, **options), *notes
    except CellFault as fault:
        return fault.code


@pytest.mark.parametrize(
    ("cell", "result"),
    [
        ("陈梓涵", ("陈梓涵",)),
        ("  赵 子 轩 ", ("赵子轩", "blanks_removed")),
        ("赵\u3000子轩", ("赵子轩", "blanks_removed")),
        (" 陈梓涵\t", ("陈梓涵",)),
        ("陈\u200b梓涵\ufeff", ("陈梓涵",)),
        ("'陈梓涵", ("陈梓涵",)),
        ("姚㛃", ("姚㛃",)),
        ("方𠅤", ("方𠅤",)),
        ("张\U000323af", ("张\U000323af",)),
        ("阿卜杜热合曼·艾尼瓦尔", ("阿卜杜热合曼·艾尼瓦尔",)),
        ("阿卜杜热合曼•艾尼瓦尔", ("阿卜杜热合曼·艾尼瓦尔",)),
        ("阿卜杜热合曼 ・ 艾尼瓦尔", ("阿卜杜热合曼·艾尼瓦尔", "blanks_removed")),
        ("Anna  Müller-O'Neil", ("Anna Müller-O'Neil",)),
        ("Ａｎｎａ", ("Anna",)),
        ("ئايگۈل ئەھمەت", ("ئايگۈل ئەھمەت",)),
        ("张伟（小）", ("张伟(小)",)),
        (None, "missing_name"),
        ("", "missing_name"),
        ("无", "missing_name"),
        (Formula("=A1"), "formula"),
        ("=1+1", "formula"),
        ("'=1+1", "formula"),
        ("＝1+1", "formula"),
        ("\t=1+1", "formula"),
        ("@SUM(A1)", "formula"),
        ("+张", "formula"),
        ("-张", "formula"),
        ("<b>张", "markup"),
        ("＜script＞", "markup"),
        ("张?", "unreadable_name"),
        ("张\ufffd", "unreadable_name"),
        ("张\ue000", "unreadable_name"),
        ("{{7*7}}", "unreadable_name"),
        (12, "unreadable_name"),
        ("张" * 61, "too_long"),
    ],
)
def test_names(cell, result):
    assert read(cells.name_of, cell) == result


@pytest.mark.parametrize(
    ("cell", "result"),
    [
        ("G00000000000000017", ("G00000000000000017",)),
        ("Ｇ００００0000000000017", ("G00000000000000017", "number_cleaned")),
        ("g17", ("G17",)),
        ("G 17", ("G17", "number_cleaned")),
        ("\tG17", ("G17",)),
        ("'0017", ("0017",)),
        (20240101, ("20240101",)),
        (20240101.0, ("20240101",)),
        (None, "missing_number"),
        (1.2345678901234568e17, "rounded_number"),
        (123456789012345678, "rounded_number"),
        ("1.23457E+17", "rounded_number"),
        ("G17;DROP", "unreadable_number"),
        ("学号", "unreadable_number"),
        ("A" * 41, "unreadable_number"),
        (Formula("=ROW()"), "formula"),
        ('="0017"', "formula"),
    ],
)
def test_numbers(cell, result):
    assert read(cells.number_of, cell) == result


@pytest.mark.parametrize(
    ("cell", "result"),
    [
        (date(2018, 9, 3), (date(2018, 9, 3),)),
        ("2018/9/3", (date(2018, 9, 3),)),
        ("2018-09-03", (date(2018, 9, 3),)),
        ("2018.9.3", (date(2018, 9, 3),)),
        ("２０１８．９．３", (date(2018, 9, 3),)),
        ("20180917", (date(2018, 9, 17),)),
        (20180917, (date(2018, 9, 17),)),
        (20180917.0, (date(2018, 9, 17),)),
        ("2018年9月3日", (date(2018, 9, 3),)),
        ("2018 年 9 月 3 日", (date(2018, 9, 3),)),
        ("2018年9月3号", (date(2018, 9, 3),)),
        ("2018-09-03 00:00:00", (date(2018, 9, 3),)),
        (43350, (date(2018, 9, 7), "serial_date")),
        ("43350", (date(2018, 9, 7), "serial_date")),
        (None, (None,)),
        ("无", (None,)),
        ("2019年13月41日", "date_impossible"),
        ("2019-02-29", "date_impossible"),
        ("20190230", "date_impossible"),
        ("0000-01-01", "date_impossible"),
        ("18/9/3", "date_unreadable"),
        ("03/09/2018", "date_unreadable"),
        ("2018/9-3", "date_unreadable"),
        ("2018-09", "date_unreadable"),
        ("九月三日", "date_unreadable"),
        (12, "date_unreadable"),
        (True, "date_unreadable"),
        (Formula("=TODAY()"), "formula"),
    ],
)
def test_dates(cell, result):
    assert read(dates.date_of, cell) == result


def test_a_birthday_lies_in_the_past_and_within_thirty_years():
    assert read(dates.born_of, TODAY - timedelta(days=1), today=TODAY) == (TODAY - timedelta(days=1),)
    assert read(dates.born_of, TODAY, today=TODAY) == "date_unlikely"
    assert read(dates.born_of, date(1995, 12, 31), today=TODAY) == "date_unlikely"
    assert read(dates.born_of, None, today=TODAY) == (None,)


def test_day_counts_of_the_other_epoch_are_read_by_it():
    (found, *_notes) = read(dates.date_of, 41888, counted_from=date(1904, 1, 1))
    assert found == date(2018, 9, 7)


@pytest.mark.parametrize(
    ("cell", "result"),
    [
        ("19900512404", (("19900512404",),)),
        (19900512404, (("19900512404",),)),
        (19900512404.0, (("19900512404",),)),
        ("+86 199 0051 2404", (("19900512404",),)),
        ("199-0051-2404", (("19900512404",),)),
        ("0571-88886666", (("057188886666",),)),
        ("(0571) 8888666", (("05718888666",),)),
        ("88886666", (("88886666",),)),
        ("+49 30 12345678", (("+493012345678",),)),
        ("19900123456/19900654321", (("19900123456", "19900654321"), "two_phones")),
        ("19900123456、19900654321", (("19900123456", "19900654321"), "two_phones")),
        ("19900123456 19900654321", (("19900123456", "19900654321"), "two_phones")),
        ("19900123456/19900123456", (("19900123456",),)),
        (None, ((),)),
        ("无", ((), "no_phone")),
        ("-", ((), "no_phone")),
        ("12345", "unreadable_phone"),
        ("29900512404", "unreadable_phone"),
        ("19900123456/1990", "unreadable_phone"),
        ("/19900123456", (("19900123456",),)),
        ("问班主任", "unreadable_phone"),
        ("=1+1", "formula"),
    ],
)
def test_phones(cell, result):
    assert read(cells.phones_of, cell) == result


@pytest.mark.parametrize(
    ("cell", "result"),
    [
        ("男", ("male",)), ("女生", ("female",)), ("F", ("female",)), (1, ("male",)), (2, ("female",)),
        (None, (None,)), ("", (None,)), ("未知", "unknown_gender"), (9, "unknown_gender"),
    ],
)
def test_genders(cell, result):
    assert read(cells.gender_of, cell) == result


@pytest.mark.parametrize(
    ("cell", "result"),
    [
        ("是", (True,)), ("否", (False,)), ("无", (False,)), ("√", (True,)), ("走读", (False,)), (True, (True,)),
        (0, (False,)), ("Yes", (True,)), (None, (None,)), ("--", (None,)), ("也许", "unknown_answer"),
    ],
)
def test_answers(cell, result):
    assert read(cells.answer_of, cell) == result


def test_mail_addresses():
    assert read(cells.mail_of, "T00001@Example.edu") == ("t00001@example.edu",)
    assert read(cells.mail_of, None) == (None,)
    assert read(cells.mail_of, "a@b\r\nBcc: c@d.example") == "unreadable_mail"
    assert read(cells.mail_of, "nobody") == "unreadable_mail"


@given(st.dates(date(1955, 1, 1), date(2060, 1, 1)), st.sampled_from(["-", "/", "."]))
def test_every_way_to_write_a_date_means_the_same_day(day, sign):
    ways = [
        day.isoformat(),
        f"{day.year}{sign}{day.month}{sign}{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        (day - date(1899, 12, 30)).days,
    ]
    assert {read(dates.date_of, way)[0] for way in ways} == {day}


@given(st.from_regex(r"[A-Z0-9]{1,20}", fullmatch=True))
def test_a_number_stays_itself_when_it_is_read_again_or_widened(number):
    wide = "".join(chr(ord(character) + 0xFEE0) for character in number)
    if (first := read(cells.number_of, number)) != "rounded_number" and first != "missing_number":
        assert first[0] == number
        assert read(cells.number_of, wide)[0] == number


CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.dates(), st.text(max_size=80),
    st.text(max_size=20).map(Formula), st.text("0123456789年月日-/.:+ 男女是否<=", max_size=24),
)
READERS = (
    cells.name_of, cells.number_of, dates.date_of, cells.phones_of, cells.gender_of, cells.answer_of, cells.mail_of,
    cells.plain_text, cells.guardian_of,
)


@given(CELLS, st.sampled_from(READERS))
def test_any_cell_gives_a_value_or_a_named_fault(cell, reader):
    result = read(reader, cell)
    if isinstance(result, str):
        assert result in FAULTS
    else:
        assert set(result[1:]) <= set(NOTES)


@given(CELLS, st.sampled_from((cells.name_of, cells.plain_text, cells.guardian_of, cells.number_of)))
def test_no_text_that_is_read_would_run_or_mark_up(cell, reader):
    result = read(reader, cell)
    if isinstance(result, tuple) and result[0] and isinstance(cell, str):
        assert not result[0].startswith(("=", "+", "@", "-"))
        assert not set("<>\t\r\n\0") & set(result[0])
