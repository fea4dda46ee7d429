"""Grades and classes are understood in the ways in which schools write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.directory.labels import class_label, grade_label, number_of, numeral_of, same_class, split, year_of


@pytest.mark.parametrize(
    ("text", "label", "year"),
    [
        ("四年级", "四年级", 4), ("4年级", "四年级", 4), ("４年级", "四年级", 4), ("四", "四年级", 4),
        ("小四", "四年级", 4),
        ("小学四年级", "四年级", 4), ("Grade 4", "四年级", 4), ("十一年级", "十一年级", 11),
        ("12年级", "十二年级", 12),
        ("七年级", "七年级", 7), ("初一", "初一", 7), ("初1", "初一", 7), ("初中一年级", "初一", 7),
        ("初三", "初三", 9),
        ("高一", "高一", 10), ("高中三年级", "高三", 12), ("Senior 1", "高一", 10), ("Junior 2", "初二", 8),
        ("十三年级", None, None), ("零年级", None, None), ("0", None, None), ("大班", None, None),
        ("2023级", None, None),
        ("初四", None, None), ("", None, None), ("G00000000000000001", None, None),
    ],
)
def test_grades(text, label, year):
    assert grade_label(text) == label
    assert year_of(text) == year


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2班", "2班"), ("二班", "2班"), ("(2)班", "2班"), ("（２）班", "2班"), ("⑵班", "2班"), ("02班", "2班"),
        ("2", "2班"),
        ("十二班", "12班"), ("第2班", "2班"), ("Class 2", "2班"), ("实验班", "实验班"), ("A班", "A班"),
        ("Maple  Tree", "Maple Tree"),
        ("0班", "0班"), ("一二班", "一二班"),
    ],
)
def test_classes(text, label):
    assert class_label(text) == label


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("四(2)", ("四年级", "2班")), ("四（２）班", ("四年级", "2班")), ("四2", ("四年级", "2班")),
        ("四2班", ("四年级", "2班")),
        ("4.2", ("四年级", "2班")), ("4-2", ("四年级", "2班")), ("4(2)班", ("四年级", "2班")),
        ("四年级2班", ("四年级", "2班")),
        ("四年级二班", ("四年级", "2班")), ("四年级（2）班", ("四年级", "2班")), ("4年2班", ("四年级", "2班")),
        ("402班", ("四年级", "2班")), ("412班", ("四年级", "12班")), ("初一(3)班", ("初一", "3班")),
        ("初一3班", ("初一", "3班")),
        ("高二.3", ("高二", "3班")), ("四年级实验班", ("四年级", "实验班")), ("Grade 4 Class 2", ("四年级", "2班")),
        ("42", None), ("42班", None), ("四年级", None), ("2班", None), ("陈梓涵", None), ("", None), ("实验班", None),
    ],
)
def test_labels_of_both(text, both):
    assert split(text) == both


def test_the_same_class_by_other_names():
    assert same_class(("初一", "2班"), ("七年级", "二班"))
    assert not same_class(("初一", "2班"), ("初二", "2班"))
    assert not same_class(("2023级", "2班"), ("2024级", "2班"))


@given(st.integers(1, 19))
def test_numerals_are_read_as_they_are_written(number):
    assert number_of(numeral_of(number)) == number_of(str(number)) == number


@given(st.text(max_size=12))
def test_any_label_is_read_or_left_alone(text):
    grade_label(text)
    split(text)
    assert class_label(class_label(text)) == class_label(text)
