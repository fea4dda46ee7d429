"""How schools name grades and classes: 四年级, 4年级, Grade 4; 初一 and 七年级; 2班, (2)班, 二班; 四(2), 4.2."""

import re
import unicodedata
from functools import lru_cache

_DIGITS = "零一二三四五六七八九"
_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_FIRST_YEAR = {"初": 7, "高": 10}

_PRIMARY = re.compile(rf"(?:小学)?({_NUMBER})(?:年级|年)?|小({_NUMBER})|(?:grade|g)({_NUMBER})")
_STAGE = re.compile(r"(初|高)中?([一二三1-3])(?:年级)?|(junior|senior)([1-3])")
_CLASS = re.compile(rf"第?\(?({_NUMBER})\)?班?|class({_NUMBER})")
# The class may follow a grade that ends by itself (年级, 初一, 高二), a sign, or one numeral of the other kind.
_TOGETHER = (
    re.compile(rf"((?:小学)?{_NUMBER}年级|[初高]中?[一二三1-3](?:年级)?|(?:grade|g){_NUMBER})[.\-,]?(.+)"),
    re.compile(rf"({_NUMBER})年?[.\-/]({_NUMBER}班?)"),
    re.compile(rf"({_NUMBER})年?(\({_NUMBER}\)班?)"),
    re.compile(rf"({_NUMBER})年({_NUMBER}班)"),
    re.compile(r"([一二三四五六七八九])(\d{1,2}班?)"),
    re.compile(r"(\d)(\d{2}班)"),
)


def plain(text: str) -> str:
    """Return the label without differences of width, case and spacing."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def number_of(numeral: str) -> int:
    """Return the value of a numeral below 100, in digits or in Chinese; zero for what is none."""
    if numeral.isdecimal():
        return int(numeral)
    tens, ten, ones = numeral.rpartition("十")
    if len(tens) > 1 or len(ones) > 1:
        return 0
    return (max(_DIGITS.find(tens or "一"), 0) * 10 if ten else 0) + (_DIGITS.find(ones) if ones else 0)


def numeral_of(number: int) -> str:
    """Return a number below 20 in Chinese."""
    return _DIGITS[number] if number < 10 else "十" + (_DIGITS[number - 10] if number > 10 else "")


@lru_cache(maxsize=512)
def grade_label(text: str) -> str | None:
    """Return a grade as schools write it, 四年级 or 初一; None where the text names none."""
    text = plain(text)
    if found := _STAGE.fullmatch(text):
        stage = found[1] or {"junior": "初", "senior": "高"}[found[3]]
        return stage + numeral_of(number_of(found[2] or found[4]))
    if found := _PRIMARY.fullmatch(text):
        year = number_of(found[1] or found[2] or found[3])
        return f"{numeral_of(year)}年级" if 1 <= year <= 12 else None
    return None


@lru_cache(maxsize=512)
def year_of(text: str) -> int | None:
    """Return the school year, 1 to 12, that a grade's name means: 7 for 七年级 and for 初一."""
    label = grade_label(text)
    if label is None:
        return None
    if label[0] in _FIRST_YEAR:
        return _FIRST_YEAR[label[0]] + number_of(label[1]) - 1
    return number_of(label.removesuffix("年级"))


@lru_cache(maxsize=2048)
def class_label(text: str) -> str:
    """Return a class as schools write it, 2班; a class with a name of its own keeps it."""
    found = _CLASS.fullmatch(plain(text))
    number = number_of(found[1] or found[2]) if found else 0
    return f"{number}班" if number else " ".join(unicodedata.normalize("NFKC", text).split())


@lru_cache(maxsize=2048)
def split(text: str) -> tuple[str, str] | None:
    """Return grade and class of a label that names both, as 四(2), 4.2, 四年级2班, 初一(3)班 or 402班."""
    text = plain(text)
    for shape in _TOGETHER:
        if found := shape.fullmatch(text):
            grade, group = grade_label(found[1]), class_label(found[2])
            if grade and (shape is _TOGETHER[0] or _CLASS.fullmatch(group)):
                return grade, group
    return None


def same_class(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Say whether two pairs of grade and class mean the same class, however each is written."""
    return same_grade(one[0], other[0]) and class_label(one[1]) == class_label(other[1])


def same_grade(one: str, other: str) -> bool:
    """Say whether two names mean the same grade, however each is written."""
    return plain(one) == plain(other) or (year_of(one) is not None and year_of(one) == year_of(other))
