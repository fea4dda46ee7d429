"""What somebody who has the database can compare."""

import pytest
from sqlalchemy import select

from app.core.database import session
from app.directory.importing.students import import_students
from app.directory.models import Student
from tests.directory.importing.stories import listed, school_of
from tests.world import World

pytestmark = pytest.mark.alike


def test_the_same_number_is_indexed_differently_in_two_schools(world: World) -> None:
    """Or a child who changes schools could be followed by the index alone."""
    with world.acting("uma") as uma:
        import_students(
            listed(("G00000000", "陈子涵", "四年级", "1班")), school=school_of(world, "other_school"), by=uma
        )
    with world.database.transaction(writes=False):
        indexes = session().scalars(select(Student.number_index)).all()
    assert len(indexes) == len(world.students) + 1, "Ana is there twice, each time with the number G00000000"
    assert len(set(indexes)) == len(indexes)
