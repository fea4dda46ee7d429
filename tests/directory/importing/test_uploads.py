"""Between upload and import a list is sealed to the person who chose it, and it does not wait for ever."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import clock
from app.core.database import session
from app.directory.importing import uploads
from app.directory.importing.models import RosterUpload
from app.directory.importing.planning import student_table
from app.directory.importing.uploads import Choices, choose, find_upload, forget_old, keep_upload, table_of
from app.directory.rosters.columns import ColumnUnclear, NoHeader
from app.directory.rosters.sheets import Formula
from app.vault import NoKey, grants_of
from tests.directory.importing.stories import school_of
from tests.directory.rosters.lists import sample, workbook
from tests.world import World

pytestmark = pytest.mark.alike

CELLS = st.one_of(
    st.none(), st.text(), st.integers(-(2**53), 2**53), st.booleans(), st.floats(allow_nan=False, allow_infinity=False),
    st.dates(), st.text().map(Formula),
)


def keep(world: World, by: object, content: bytes | None = None) -> RosterUpload:
    return keep_upload(
        content or sample("roster_dirty.xlsx"), kind="students", organisation=school_of(world), by=by,  # type: ignore[arg-type]
    )


@given(CELLS)
def test_a_cell_comes_back_as_it_was(cell: object) -> None:
    back = uploads._cell(uploads._plain(cell))  # type: ignore[arg-type]
    assert (back, type(back)) == (cell, type(cell))


@pytest.mark.parametrize("name", ["roster_dirty.xlsx", "roster_gbk.csv", "roster_qinghe_primary.xlsx"])
def test_a_list_comes_back_as_it_was_read(world: World, name: str) -> None:
    with world.acting("sam") as sam:
        assert table_of(keep(world, sam, sample(name)), by=sam) == student_table(sample(name))


def test_nobody_but_the_importer_can_read_it(world: World) -> None:
    with world.acting("sam") as sam:
        upload_id = keep(world, sam).id
    for name in ("uma", "lin", "pia", "root"):
        with world.acting(name) as somebody, pytest.raises(NoKey):
            table_of(session().get_one(RosterUpload, upload_id), by=somebody)


def test_no_name_of_the_list_lies_readable_in_the_database(world: World) -> None:
    with world.acting("sam") as sam:
        keep(world, sam)
    with world.database.transaction(writes=False) as opened:
        (row,) = opened.query(RosterUpload).all()
        assert "郭宇心".encode() not in row.content
        assert "学籍号".encode() not in row.content


def test_columns_are_corrected_and_stay_corrected(world: World) -> None:
    content = workbook(("学号", "姓名", "班级", "说法"), ("G1", "何向晚", "四(1)", "何母"))
    with world.acting("sam") as sam:
        upload = keep(world, sam, content)
        choose(upload, Choices({"guardian": 3}), by=sam)
        assert table_of(upload, by=sam).columns.columns["guardian"].index == 3
        with pytest.raises(ColumnUnclear):
            choose(upload, Choices({"guardian": 1}), by=sam)


def test_a_file_that_is_no_list_leaves_nothing(world: World) -> None:
    with world.acting("sam") as sam:
        with pytest.raises(NoHeader):
            keep(world, sam, workbook(("a", "b"), ("c", "d")))
        assert session().query(RosterUpload).count() == 0


def test_after_a_day_an_upload_is_gone_with_its_key(world: World) -> None:
    with world.acting("sam") as sam:
        upload_id = keep(world, sam).id
        assert grants_of(upload_id)
    with clock.at(clock.now() + timedelta(hours=24, seconds=1)), world.database.transaction():
        assert find_upload(upload_id) is None
        assert forget_old() == 1
        assert grants_of(upload_id) == []
        assert session().get(RosterUpload, upload_id) is None
