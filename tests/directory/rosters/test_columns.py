"""The headings of real lists are found under titles and merged cells, and a person may correct what was guessed."""

import pytest

from app.directory.rosters.columns import Column, ColumnsMissing, ColumnUnclear, NoHeader, bare, find_table
from app.directory.rosters.fields import STAFF_FIELDS, STUDENT_FIELDS
from app.directory.rosters.reading import read
from tests.directory.rosters.lists import HEADINGS, sample, sheet, table, workbook

ALL = {
    "number", "name", "gender", "born", "grade", "class", "boarding", "left_behind", "guardian", "relation",
    "phones", "address",
}


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("roster_qinghe_primary.xlsx", 3),
        ("roster_qinghe_primary_spring.xlsx", 3),
        ("roster_dirty.xlsx", 3),
        ("roster_linjiang_middle.xlsx", 2),
        ("roster_gbk.csv", 2),
    ],
)
def test_every_column_of_the_samples_is_recognised_below_its_title(name, first):
    found = find_table(read(sample(name)), STUDENT_FIELDS)
    assert set(found.columns.columns) == ALL
    assert {column.confidence for column in found.columns.columns.values()} == {"certain"}
    assert found.rows[0].number == first


def test_the_columns_of_the_staff_list_are_recognised():
    found = find_table(read(sample("staff.xlsx")), STAFF_FIELDS)
    assert set(found.columns.columns) == {"number", "name", "organisation", "post", "grade", "class", "mail"}


@pytest.mark.parametrize(
    ("headings", "names"),
    [
        (("学号", "学生姓名", "生日", "住宿", "留守", "家长姓名", "联系电话"), ["number", "name", "born", "boarding",
                                                                  "left_behind", "guardian", "phones"]),
        (("学生编号", "姓 名", "性\n别", "出生日期（必填）", "班级*"), ["number", "name", "gender", "born", "class"]),
        (("Student No.", "Full name", "Sex", "Date of Birth", "Class"), ["number", "name", "gender", "born", "class"]),
        (("ＩＤ", "Ｎａｍｅ", "Ｇｒａｄｅ"), ["number", "name", "grade"]),
    ],
)
def test_columns_go_by_many_names(headings, names):
    found = find_table([sheet(headings)], STUDENT_FIELDS).columns.columns
    assert [name for name, _ in sorted(found.items(), key=lambda item: item[1].index)] == names


def test_a_heading_that_contains_a_known_one_is_only_likely():
    found = find_table([sheet(("学号", "姓名", "家长联系电话一", "现居家庭住址"))], STUDENT_FIELDS).columns.columns
    assert found["phones"] == Column(2, "likely")
    assert found["address"] == Column(3, "likely")


def test_what_belongs_to_somebody_else_is_not_taken_for_the_students():
    headings = ("学号", "姓名", "班级", "班主任姓名", "父亲姓名", "母亲电话", "身份证号", "姓名拼音", "曾用名")
    found = find_table([sheet(headings)], STUDENT_FIELDS).columns.columns
    assert set(found) == {"number", "name", "class"}
    assert found["name"].index == 1


def test_headings_over_two_rows_are_read_together():
    found = find_table(
        [
            sheet(
                ("青禾实验小学名册", None, None, None, None, None),
                ("学号", "姓名", "班级", "监护人", None, None),
                (None, None, None, "姓名", "关系", "电话"),
                ("G1", "陈梓涵", "四(2)", "陈强", "父亲", "19900512404"),
            )
        ],
        STUDENT_FIELDS,
    )
    indices = {name: column.index for name, column in found.columns.columns.items()}
    assert indices == {"number": 0, "name": 1, "class": 2, "guardian": 3, "relation": 4, "phones": 5}
    assert found.rows[0].number == 4


def test_a_list_without_headings_is_refused():
    with pytest.raises(NoHeader):
        find_table([sheet(("G1", "陈梓涵", "女"), ("G2", "王一", "男"))], STUDENT_FIELDS)
    with pytest.raises(NoHeader):
        find_table([sheet()], STUDENT_FIELDS)


def test_lists_on_other_sheets_are_counted_so_that_nobody_believes_them_read():
    content = workbook(HEADINGS, others=[[["说明"]], [HEADINGS]])
    assert find_table(read(content), STUDENT_FIELDS).other_sheets == 1


def test_a_person_corrects_the_columns():
    found = find_table([sheet(("学号", "名", "班级", "电话", "备用"), ("G1", "陈", "1班", "1", "2"))], STUDENT_FIELDS)
    assert found.columns.missing == ("name",)
    with pytest.raises(ColumnsMissing) as missing:
        found.demand_columns()
    assert missing.value.fields == ("name",)
    chosen = found.corrected({"name": 1, "phones": 4, "class": 2}).columns
    assert chosen.missing == ()
    assert chosen.columns["name"] == Column(1, "chosen")
    assert chosen.columns["phones"] == Column(4, "chosen")
    assert chosen.columns["class"] == Column(2, "certain")
    assert "phones" not in found.corrected({"phones": None}).columns.columns


@pytest.mark.parametrize("choices", [{"name": 0}, {"name": 99}, {"name": -1}, {"tier": 1}])
def test_a_correction_that_makes_no_sense_is_refused(choices):
    with pytest.raises(ColumnUnclear):
        table().corrected(choices)


def test_two_columns_can_be_exchanged():
    columns = table().corrected({"number": 1, "name": 0}).columns.columns
    assert (columns["number"].index, columns["name"].index) == (1, 0)


def test_every_known_heading_is_written_as_headings_are_compared_and_means_one_thing():
    for fields in (STUDENT_FIELDS, STAFF_FIELDS):
        headings = [heading for one in fields for heading in one.headings]
        assert [bare(heading) for heading in headings] == headings
        assert len(set(headings)) == len(headings)
