"""A staff list gives each person's posts, at organisations that exist, under one name each."""

from collections import Counter

import pytest

from app.access import PostKind
from app.directory.rosters.columns import find_table
from app.directory.rosters.fields import STAFF_FIELDS
from app.directory.rosters.reading import read
from app.directory.rosters.staff import POST_NAMES, StaffRow, read_staff
from tests.directory.rosters.lists import sample, staff_table

QINGHE = "青禾实验小学"
DISTRICT = (QINGHE, "临江中学", "临江区中小学心理健康教育指导中心", "临江区教育局")


def said(staff):
    return [(fault.row, fault.field, fault.code) for fault in staff.faults]


def staff(*rows, own=None):
    return read_staff(staff_table(*rows), organisations=DISTRICT, own=own)


def test_the_sample_staff_list_is_read_whole():
    found = read_staff(find_table(read(sample("staff.xlsx")), STAFF_FIELDS), organisations=DISTRICT)
    assert len(found.entries) == 97
    assert not found.faults
    assert not found.notes
    assert Counter(post.post for post in found.entries) == {
        "class_teacher": 72, "head_of_grade": 12, "counsellor": 3, "centre_counsellor": 3, "lead": 2,
        "school_admin": 2, "centre_head": 1, "auditor": 1, "district_admin": 1,
    }
    assert found.entries[0] == StaffRow(
        2, "T00001", "付禾明", QINGHE, "class_teacher", "一年级", "1班", "t00001@example.edu"
    )


def test_every_name_of_a_post_means_a_kind_that_exists():
    assert set(POST_NAMES) == {str(kind) for kind in PostKind}
    names = [name for names in POST_NAMES.values() for name in names]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("班主任", "class_teacher"), ("科任教师", "subject_teacher"), ("年级主任", "head_of_grade"),
        ("心理教师", "counsellor"), ("校长", "lead"), ("德育主任", "lead"), ("系统管理员", "school_admin"),
        ("指导中心心理教师", "centre_counsellor"), ("指导中心主任", "centre_head"), ("审计员", "auditor"),
        ("区管理员", "district_admin"), ("班 主 任", "class_teacher"), ("Head of grade", "head_of_grade"),
    ],
)
def test_posts_go_by_their_names(name, kind):
    assert [post.post for post in staff(("T1", "付禾明", QINGHE, name, "四年级", "2班")).entries] == [kind]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ((None, "付禾明", QINGHE, "校长"), ("number", "missing_number")),
        (("T1", None, QINGHE, "校长"), ("name", "missing_name")),
        (("T1", "付禾明", None, "校长"), ("organisation", "missing_organisation")),
        (("T1", "付禾明", "别的小学", "校长"), ("organisation", "unknown_organisation")),
        (("T1", "付禾明", QINGHE, None), ("post", "missing_post")),
        (("T1", "付禾明", QINGHE, "船长"), ("post", "unknown_post")),
        (("T1", "付禾明", QINGHE, "班主任", None, "1班"), ("grade", "missing_grade")),
        (("T1", "付禾明", QINGHE, "班主任", "一年级", None), ("class", "missing_class")),
        (("T1", "付禾明", QINGHE, "年级主任"), ("grade", "missing_grade")),
        (("T1", "付禾明", QINGHE, "校长", None, None, "nobody"), ("mail", "unreadable_mail")),
    ],
)
def test_what_cannot_be_a_post_is_named(row, fault):
    found = staff(row)
    assert not found.entries
    assert said(found) == [(2, *fault)]


def test_a_class_teachers_class_may_name_its_grade():
    (post,) = staff(("T1", "付禾明", QINGHE, "班主任", None, "四(2)")).entries
    assert (post.grade_label, post.class_label) == ("四年级", "2班")


def test_a_counsellor_is_in_charge_of_no_class_whatever_the_list_says():
    (post,) = staff(("T1", "付禾明", QINGHE, "心理教师", "四年级", "2班")).entries
    assert (post.grade_label, post.class_label) == (None, None)


def test_a_school_without_a_column_of_its_own_name_imports_for_itself():
    (post,) = staff(("T1", "付禾明", None, "校长"), own=QINGHE).entries
    assert post.organisation == QINGHE


def test_one_person_may_hold_two_posts():
    found = staff(
        ("T1", "付禾明", QINGHE, "班主任", "四年级", "2班"), ("T1", "付禾明", QINGHE, "年级主任", "四年级")
    )
    assert [(post.row, post.post) for post in found.entries] == [(2, "class_teacher"), (3, "head_of_grade")]


def test_the_same_post_twice_is_taken_once():
    found = staff(("T1", "付禾明", QINGHE, "校长"), ("T1", "付禾明", QINGHE, "校长"))
    assert [post.row for post in found.entries] == [2]
    assert [(note.row, note.code, note.params) for note in found.notes] == [(3, "same_row", {"other": 2})]


def test_a_number_belongs_to_one_name():
    found = staff(("T1", "付禾明", QINGHE, "校长"), ("T1", "赵雨", QINGHE, "审计员"))
    assert [(fault.row, fault.code, fault.params) for fault in found.faults] == [(3, "other_name", {"other": 2})]
    assert [post.name for post in found.entries] == ["付禾明"]
