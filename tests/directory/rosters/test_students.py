"""A roster gives its students, and every row that is none or cannot be one is named with number and reason."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.directory.rosters.columns import ColumnsMissing
from app.directory.rosters.remarks import FAULTS, NOTES
from app.directory.rosters.sheets import Formula
from app.directory.rosters.students import StudentRow, read_students
from tests.directory.rosters.lists import HEADINGS, PRIMARY, TODAY, sample_students, students, table

CHEN = ("G1", "陈梓涵", "女", "2018-09-03", "一年级", "1班")
WANG = ("G2", "王一", "男", "2019-01-31", "一年级", "2班")


def said(remarks):
    return [(remark.row, remark.field, remark.code) for remark in remarks]


def test_every_bad_row_of_the_dirty_roster_is_named_with_number_and_reason():
    roster = sample_students("roster_dirty.xlsx", PRIMARY)
    assert said(roster.faults) == [
        (6, "name", "missing_name"),
        (7, "number", "duplicate_number"),
        (8, "number", "duplicate_number"),
        (10, "born", "date_impossible"),
        (15, "grade", "unknown_grade"),
        (17, "name", "formula"),
        (22, "name", "markup"),
        (23, "gender", "unknown_gender"),
    ]
    assert [fault.params for fault in roster.faults if fault.params] == [{"other": 8}, {"other": 7}]
    assert said(roster.notes) == [
        (14, "born", "serial_date"),
        (18, "name", "blanks_removed"),
        (19, "number", "number_cleaned"),
        (20, "phones", "no_phone"),
        (21, "phones", "two_phones"),
    ]
    assert (roster.blank, roster.summaries) == (1, 1)


def test_what_can_be_repaired_in_the_dirty_roster_is_repaired():
    by_row = {student.row: student for student in sample_students("roster_dirty.xlsx", PRIMARY).entries}
    assert len(by_row) == 52
    assert by_row[9].name == "阿卜杜热合曼·艾尼瓦尔"
    assert [by_row[row].born for row in (12, 13, 14)] == [date(2018, 9, 3), date(2018, 9, 17), date(2018, 9, 7)]
    assert by_row[18].name == "赵子轩"
    assert by_row[19].number == "G00000000000000017"
    assert by_row[20].phones == ()
    assert by_row[21].phones == ("19900123456", "19900654321")
    assert not {6, 7, 8, 10, 15, 17, 22, 23, 28, 64} & by_row.keys()


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("roster_qinghe_primary.xlsx", 861),
        ("roster_qinghe_primary_spring.xlsx", 871),
        ("roster_linjiang_middle.xlsx", 2007),
        ("roster_gbk.csv", 120),
    ],
)
def test_the_clean_samples_have_no_remark(name, count):
    roster = sample_students(name)
    assert len(roster.entries) == count
    assert not roster.faults
    assert not roster.notes
    assert not (roster.blank or roster.summaries)
    assert all(student.phones and student.born and student.gender for student in roster.entries)


def test_rare_characters_survive_a_roster():
    names = "".join(student.name for student in sample_students("roster_linjiang_middle.xlsx").entries)
    assert "𠅤" in names
    assert "㛃" in names


def test_a_whole_row_becomes_a_student():
    headings = (*HEADINGS, "是否寄宿", "是否留守儿童", "监护人姓名", "监护人关系", "监护人电话", "家庭住址")
    rest = ("是", "否", "陈 强", "父亲", "19900512404", "临江区柳林街道69号")
    assert students((*CHEN, *rest), headings=headings).entries == (
        StudentRow(
            2, "G1", "陈梓涵", "一年级", "1班", "female", date(2018, 9, 3), True, False, "陈强", "父亲",
            ("19900512404",), "临江区柳林街道69号",
        ),
    )


def test_a_student_never_shows_in_a_traceback():
    roster = students(CHEN, ("G3", "=坏", "女", None, "一年级", "1班"))
    assert "陈梓涵" not in repr(roster)
    assert "坏" not in repr(roster)
    assert roster.faults[0].found == "=坏"


def test_rows_that_share_a_number_are_all_kept_out_and_name_each_other():
    roster = students(CHEN, ("G1", "王一", "男", None, "一年级", "2班"), ("g 1", "李二", None, None, "一年级", "2班"))
    assert not roster.entries
    assert [(fault.row, fault.params["other"]) for fault in roster.faults] == [(2, 3), (3, 2), (4, 2)]
    assert roster.bad_rows == (2, 3, 4)


def test_a_row_that_is_bad_for_another_reason_still_claims_its_number():
    roster = students(CHEN, ("G1", None, "男", None, "一年级", "2班"))
    assert said(roster.faults) == [
        (2, "number", "duplicate_number"), (3, "name", "missing_name"), (3, "number", "duplicate_number"),
    ]


def test_a_row_that_is_there_twice_is_taken_once():
    roster = students(CHEN, WANG, CHEN)
    assert [student.row for student in roster.entries] == [2, 3]
    assert not roster.faults
    assert said(roster.notes) == [(4, "number", "same_row")]
    assert roster.notes[0].params == {"other": 2}


@pytest.mark.parametrize(
    ("grade", "group", "grades", "result"),
    [
        ("一年级", "1班", PRIMARY, ("一年级", "1班")),
        ("1年级", "一班", PRIMARY, ("一年级", "1班")),
        (1, 1, PRIMARY, ("一年级", "1班")),
        ("一", "（1）班", PRIMARY, ("一年级", "1班")),
        (None, "四年级（2）班", PRIMARY, ("四年级", "2班")),
        (None, "四(2)", PRIMARY, ("四年级", "2班")),
        (None, "4.2", PRIMARY, ("四年级", "2班")),
        (None, "402", PRIMARY, ("四年级", "2班")),
        ("四年级", "402", PRIMARY, ("四年级", "2班")),
        ("四年级", "四年级2班", PRIMARY, ("四年级", "2班")),
        ("四年级", "实验班", PRIMARY, ("四年级", "实验班")),
        ("七年级", "1班", ("初一", "初二", "初三"), ("初一", "1班")),
        ("初一", "1班", ("七年级", "八年级", "九年级"), ("七年级", "1班")),
        ("十一年级", "1班", ("高一", "高二", "高三"), ("高二", "1班")),
        ("2023级", "1班", ("2023级", "2024级"), ("2023级", "1班")),
        ("初一", "1班", (), ("初一", "1班")),
        ("七年级", "1班", (), ("七年级", "1班")),
        ("Grade 4", "Class 2", (), ("四年级", "2班")),
    ],
)
def test_grades_and_classes_go_by_the_schools_own_names(grade, group, grades, result):
    roster = students(("G1", "陈梓涵", None, None, grade, group), grades=grades)
    assert not roster.faults
    assert (roster.entries[0].grade_label, roster.entries[0].class_label) == result


@pytest.mark.parametrize(
    ("grade", "group", "grades", "fault"),
    [
        ("十一年级", "1班", PRIMARY, ("grade", "unknown_grade")),
        ("十一年级", "1班", (), ("grade", "unknown_grade")),
        ("初一", "1班", PRIMARY, ("grade", "unknown_grade")),
        ("2023级", "1班", (), ("grade", "unknown_grade")),
        (None, "初一3班", PRIMARY, ("grade", "unknown_grade")),
        (None, "1班", PRIMARY, ("grade", "missing_grade")),
        ("无", "1班", PRIMARY, ("grade", "missing_grade")),
        ("一年级", None, PRIMARY, ("class", "missing_class")),
        ("一年级", "长" * 21, PRIMARY, ("class", "too_long")),
        ("一年级", Formula("=A1"), PRIMARY, ("class", "formula")),
        ("<i>一年级", "1班", PRIMARY, ("grade", "markup")),
    ],
)
def test_a_place_that_the_school_does_not_have_is_a_fault(grade, group, grades, fault):
    roster = students(("G1", "陈梓涵", None, None, grade, group), grades=grades)
    assert not roster.entries
    assert said(roster.faults) == [(2, *fault)]


@pytest.mark.parametrize(
    "row",
    [
        ("合计", "61人"), ("总计：", None, 61), (None, "小 计", 30), ("备注：以上名单截至九月",), ("制表人", "付禾明"),
        ("Total", 61), HEADINGS,
    ],
)
def test_totals_remarks_and_headings_once_more_are_no_students(row):
    roster = students(CHEN, row, WANG)
    assert len(roster.entries) == 2
    assert roster.summaries == 1
    assert not roster.faults


def test_a_student_whose_name_begins_like_a_total_is_a_student():
    assert [student.name for student in students(("G1", "合计", "女", None, "一年级", "1班")).entries] == ["合计"]


def test_rows_with_nothing_but_a_running_number_are_blank():
    headings = ("序号", *HEADINGS)
    roster = students((1, *CHEN), (2,), (3, None, " "), headings=headings)
    assert (len(roster.entries), roster.blank, roster.faults) == (1, 2, ())


def test_every_fault_of_a_row_is_named_at_once():
    roster = students((None, "<b>", "未知", "2019-13-01", "十一年级", None))
    assert {fault.code for fault in roster.faults} == {
        "missing_number", "markup", "unknown_gender", "date_impossible", "unknown_grade", "missing_class",
    }
    assert roster.bad_rows == (2,)


def test_a_list_without_a_needed_column_is_not_read():
    with pytest.raises(ColumnsMissing) as missing:
        read_students(table(("陈梓涵", "女"), headings=("姓名", "性别")), today=TODAY)
    assert missing.value.fields == ("number", "class")


def test_every_sentence_can_be_filled():
    for words in (FAULTS | NOTES).values():
        assert words % {"other": 7, "date": "2018-09-03"}


CELLS = st.one_of(st.none(), st.integers(), st.floats(), st.dates(), st.text(max_size=20), st.text().map(Formula))


@settings(deadline=None)
@given(st.lists(st.lists(CELLS, max_size=8), max_size=8))
def test_any_rows_are_students_faults_or_counted(rows):
    roster = students(*rows)
    kept = {student.row for student in roster.entries}
    doubled = {note.row for note in roster.notes if note.code == "same_row"}
    assert not kept & set(roster.bad_rows)
    assert len(kept | set(roster.bad_rows) | doubled) + roster.blank + roster.summaries == len(rows)
    assert len({student.number for student in roster.entries}) == len(roster.entries)
