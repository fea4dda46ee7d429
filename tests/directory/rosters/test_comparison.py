"""After a term the list says who is new, moved, renamed, back or gone, before anything is done."""

from dataclasses import dataclass

from app.directory.rosters.comparison import compare
from tests.directory.rosters.lists import sample_students, students


@dataclass(frozen=True)
class Enrolled:
    number: str
    name: str
    grade_label: str = "四年级"
    class_label: str = "2班"


def rows(*lines):
    cells = ((line.number, line.name, None, None, line.grade_label, line.class_label) for line in lines)
    return students(*cells).entries


ANA, BEI, CEN = Enrolled("G1", "安娜"), Enrolled("G2", "贝贝"), Enrolled("G3", "岑岑")


def test_the_spring_roster_against_the_autumn_one():
    autumn = sample_students("roster_qinghe_primary.xlsx").entries
    spring = sample_students("roster_qinghe_primary_spring.xlsx").entries
    found = compare(autumn, spring)
    assert (len(found.new), len(found.moved), len(found.renamed), len(found.left)) == (40, 18, 12, 30)
    assert len(found.unchanged) == 801
    assert not found.returned
    assert sum(found.moves.values()) == 18
    assert found.moves["一年级4班", "一年级3班"] == 2


def test_the_same_list_again_changes_nothing():
    found = compare([ANA, BEI], rows(ANA, BEI))
    assert not (found.new or found.moved or found.renamed or found.left or found.returned)
    assert len(found.unchanged) == 2


def test_who_is_who_is_told_by_the_number_alone():
    found = compare([ANA], rows(Enrolled("G9", "安娜")))
    assert [row.number for row in found.new] == ["G9"]
    assert found.left == (ANA,)


def test_a_move_says_from_where_to_where():
    found = compare([ANA], rows(Enrolled("G1", "安娜", "五年级", "1班")))
    (moved,) = found.moved
    assert (moved.line, moved.from_class, moved.to_class) == (ANA, "四年级2班", "五年级1班")
    assert not found.renamed


def test_one_who_moved_under_a_new_name_is_in_both_lists():
    found = compare([ANA], rows(Enrolled("G1", "安妮", "四年级", "3班")))
    assert found.moved == found.renamed
    assert len(found.moved) == 1
    assert not found.unchanged


def test_a_class_written_in_another_way_is_no_move():
    existing = [Enrolled("G1", "安娜", "初一", "2班")]
    assert not compare(existing, rows(Enrolled("G1", "安娜", "七年级", "二班"))).moved


def test_one_who_left_before_is_back_and_not_gone_again():
    gone = Enrolled("G2", "贝贝", "", "")
    found = compare([ANA, gone], rows(ANA, BEI))
    assert [change.line for change in found.returned] == [gone]
    assert not (found.moved or found.new or found.left)
    assert compare([ANA, gone], rows(ANA)).left == ()


def test_an_empty_directory_and_an_empty_list():
    assert len(compare([], rows(ANA, BEI, CEN)).new) == 3
    assert compare([ANA, BEI], ()).left == (ANA, BEI)
