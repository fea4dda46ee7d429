"""A student is found by name, by how the name is spelt or abbreviated, by number and by class."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.directory.pinyin import matches, reading, search, spells


@dataclass(frozen=True)
class Line:
    name: str
    number: str = "G00000000000000427"
    grade_label: str = "四年级"
    class_label: str = "2班"

    @property
    def reading(self) -> str:
        return reading(self.name)


CHEN = Line("陈梓涵")
UYGHUR = Line("阿卜杜热合曼·艾尼瓦尔")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("陈梓涵", "chen zi han"), ("曾涵", "ceng,zeng han"), ("吕桐", "lv tong"), ("姚㛃", "yao jie"),
        ("方𠅤", "fang xi"),
        ("René Müller", "rene muller"), ("A明", "a ming"), ("王方", "wang fang"), ("任行", "ren hang,xing"),
        ("", ""), ("·", ""),
    ],
)
def test_what_is_kept_beside_a_name_is_short_and_plain(name, kept):
    assert reading(name) == kept


@pytest.mark.parametrize(
    "query",
    [
        "陈梓涵", "梓涵", "陈", "梓", "陈 梓涵", "chenzihan", "ChenZiHan", "chen zi han", "chenzi", "chenz",
        "chenzh", "c",
        "czh", "cz", "zihan", "zh", "chzh", "chenzh", "ｃｚｈ", "chen'zihan", "G00000000000000427",
        "g00000000000000427", "427",
        "四(2)", "四（2）", "4.2", "4-2", "四年级2班", "四 2", "四年级", "2班", "二班", "四2班 陈", "czh 四(2)",
        "四年级 chen",
    ],
)
def test_chen_is_found_by(query):
    assert matches(query, CHEN)


@pytest.mark.parametrize(
    "query",
    [
        "", "   ", "陈涵", "hanzi", "enzi", "chenhan", "zch", "chenzihana", "x", "四(3)", "五年级", "3班", "4.3",
        "27", "2", "4",
        "chen 五年级", "%", "_", "*", ".", "<script>", "000427x",
    ],
)
def test_chen_is_not_found_by(query):
    assert not matches(query, CHEN)


@pytest.mark.parametrize(
    ("name", "spelt"),
    [
        ("单小雨", "shanxiaoyu"), ("单小雨", "sxy"), ("单小雨", "dan"), ("曾涵", "zenghan"), ("曾涵", "zh"),
        ("仇天", "qiutian"),
        ("解一", "xieyi"), ("尉迟恭", "yuchi"), ("尉迟恭", "weichi"), ("朴树", "piao"), ("盖天", "ge"),
        ("查良", "zha"),
        ("区天", "ou"), ("任行", "ren"), ("任行", "renxing"), ("乐天", "yue"), ("翟天", "zhai"), ("覃天", "qin"),
        ("长孙天", "zhangsun"),
        ("万俟天", "moqi"), ("缪天", "miao"), ("员天", "yun"), ("华天", "hua"), ("那天", "na"), ("黑天", "he"),
        ("费天", "bi"),
        ("谌天", "shen"), ("召天", "shao"), ("折天", "she"), ("种天", "chong"), ("秘天", "bi"), ("宓天", "fu"),
        ("冼天", "xian"),
        ("吕绿", "lvlv"), ("吕绿", "lülü"), ("吕绿", "lyu"), ("欧阳明", "ouyang"), ("欧阳明", "oym"),
    ],
)
def test_surnames_are_found_by_every_reading(name, spelt):
    assert matches(spelt, Line(name))


@pytest.mark.parametrize(
    "query", ["阿卜杜热合曼艾尼瓦尔", "艾尼瓦尔", "阿卜杜热合曼·艾尼", "abuduR", "abdrhm", "ainiwaer", "anwe"]
)
def test_long_names_are_found_with_and_without_their_dot(query):
    assert matches(query, UYGHUR)


@pytest.mark.parametrize(("name", "spelt"), [("方天", "wang"), ("王天", "yu"), ("许天", "hu"), ("石天", "dan")])
def test_readings_that_nobody_uses_any_more_find_nobody(name, spelt):
    assert not matches(spelt, Line(name))


def test_latin_names_are_found_word_by_word():
    line = Line("Anna Müller")
    assert all(matches(query, line) for query in ("anna", "mull", "muller", "am", "Müller", "anna m"))


def test_a_class_of_the_middle_school_is_found_by_either_name_of_its_grade():
    line = Line("王一", grade_label="初一", class_label="3班")
    assert all(matches(query, line) for query in ("初一", "七年级", "初一(3)", "初一3班", "7.3", "初1.3"))
    assert not matches("初二", line)


def test_a_query_of_many_repeated_letters_is_answered_at_once():
    keys = " ".join(["a,aa,aaa"] * 60)
    assert not spells("a" * 190 + "b", keys)


@given(st.text(max_size=30))
def test_no_query_and_no_name_is_too_strange(text):
    assert isinstance(matches(text, CHEN), bool)
    assert isinstance(matches("chen", Line(text)), bool)
    assert all(one.isascii() for one in reading(text))


@given(st.lists(st.sampled_from("陈梓涵曾单解翟王吕艾尼瓦尔"), min_size=1, max_size=5), st.data())
def test_any_spelling_of_any_reading_finds_the_name(characters, data):
    line = Line("".join(characters))
    spelt = ""
    for syllable in line.reading.split(" "):
        one = data.draw(st.sampled_from(syllable.split(",")))
        spelt += data.draw(st.sampled_from([one, one[0]]))
    assert search(spelt)(line)
