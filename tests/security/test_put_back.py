"""A text of yesterday put back by SQL into its own row: it would open, and the trail says that it is not the newest."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app import vault
from app.audit import broken
from app.audit.broken import TrailBroken
from app.audit.sealer import seal_now
from app.core.database import session
from app.escalation import service as concerns
from app.files import service as files
from app.files.models import StudentFile
from tests.audit.conftest import check
from tests.escalation.telling import LOW_MOOD, Story
from tests.files import steps
from tests.world import World


def stored(world: World, table: str, row_id: UUID) -> dict[str, Any]:
    """Return a row as it lies in the database."""
    with world.database.engine.connect() as connection:
        return dict(connection.execute(text(f"SELECT * FROM {table} WHERE id = :id"), {"id": _id(world, row_id)})
                    .mappings().one())


def put_back(world: World, table: str, row_id: UUID, row: dict[str, Any], *columns: str) -> None:
    """Be somebody who writes SQL and kept a row of yesterday: these columns become what they were."""
    for column in columns:
        statement = text(f"UPDATE {table} SET {column} = :old WHERE id = :id")
        with world.database.engine.begin() as connection:
            connection.execute(statement, {"old": row[column], "id": _id(world, row_id)})


def _id(world: World, row_id: UUID) -> Any:
    return row_id.hex if world.database.is_sqlite else row_id


def written(world: World, file_id: UUID, words: str) -> None:
    with world.acting("lin") as lin:
        file = steps.file(file_id)
        files.change_overview(file, sections={"family": words}, revision=file.revision, by=lin)


def family_of(world: World, file_id: UUID) -> str:
    with world.acting("lin") as lin:
        file = session().get_one(StudentFile, file_id)
        return str(vault.read(file, "overview", lin.ring.open(file.id))["family"])


def overview_put_back(world: World) -> tuple[UUID, UUID]:
    file_id = steps.open_file(world, "lin", "ana")
    written(world, file_id, "lives with her grandmother")
    yesterday = stored(world, "student_file", file_id)
    written(world, file_id, "moved to her aunt; the grandmother must not be called")
    check(world.database)
    put_back(world, "student_file", file_id, yesterday, "overview", "revision")
    assert family_of(world, file_id) == "lives with her grandmother"
    return world.school, file_id


def card_put_back(world: World) -> tuple[UUID, UUID]:
    story = Story(world).raised("cruz", LOW_MOOD)
    story.does("gao", concerns.acknowledge)
    yesterday = stored(world, "concern", story.id)
    story.does("gao", concerns.raise_level, level="R4", grounds="同学转告，现在在楼顶")
    check(world.database)
    put_back(world, "concern", story.id, yesterday, "card", "card_id")
    return world.school, story.id


@pytest.mark.parametrize("sealed_first", [True, False])
@pytest.mark.parametrize("forged", [overview_put_back, card_put_back])
def test_a_sealed_text_of_yesterday_is_named_with_the_event_that_says_otherwise(
    world: World, forged: Callable[[World], tuple[UUID, UUID]], sealed_first: bool
) -> None:
    school, subject = forged(world)
    if sealed_first:
        assert seal_now(world.database)
    with pytest.raises(TrailBroken) as found:
        check(world.database)
    assert (found.value.what, found.value.organisation_id) == (broken.ROW_PUT_BACK, school)
    (event,) = [one for one in world.events() if one.id == found.value.event_id]
    assert event.subject_id == subject


def test_the_first_text_is_held_too(world: World) -> None:
    """An empty overview put back over what was written since is found as any other."""
    file_id = steps.open_file(world, "lin", "ana")
    empty = stored(world, "student_file", file_id)
    written(world, file_id, "lives with her grandmother")
    put_back(world, "student_file", file_id, empty, "overview")
    with pytest.raises(TrailBroken):
        check(world.database)


def test_a_text_of_another_row_or_kind_is_found(world: World) -> None:
    file_id = steps.open_file(world, "lin", "ana")
    other = stored(world, "student_file", steps.open_file(world, "lin", "zoe"))
    put_back(world, "student_file", file_id, other, "overview")
    with pytest.raises(TrailBroken):
        check(world.database)


def test_what_is_done_as_usual_leaves_the_trail_whole(world: World) -> None:
    file_id = steps.open_file(world, "lin", "ana")
    for words in ("one", "two", "three"):
        written(world, file_id, words)
    story = Story(world).raised("cruz", LOW_MOOD)
    story.does("gao", concerns.ask, question="家里知道吗？")
    story.does("cruz", concerns.raise_level, level="R3", grounds="今天看到手臂上有伤")
    story.does("lin", concerns.accept)
    check(world.database)
    assert seal_now(world.database)
    check(world.database)


def test_a_change_that_was_rolled_back_changed_nothing(world: World) -> None:
    file_id = steps.open_file(world, "lin", "ana")
    with pytest.raises(ZeroDivisionError), world.acting("lin") as lin:
        files.change_overview(steps.file(file_id), sections={"family": "x"}, revision=1, by=lin)
        raise ZeroDivisionError
    check(world.database)


def test_the_trail_holds_the_digest_of_what_is_sealed_and_no_word_of_it(world: World) -> None:
    file_id = steps.open_file(world, "lin", "ana")
    written(world, file_id, "lives with her grandmother")
    (event,) = world.events("file:overview_changed")
    ((table, row_id, column, digest),) = event.codes["holds"]
    assert (table, row_id, column) == ("student_file", file_id.hex, "overview")
    assert digest.startswith("sha256-") and len(digest) == 71


def test_a_row_that_is_gone_is_missed_unless_an_event_says_so(world: World) -> None:
    from app.audit import record, system

    def said(*holds: Any) -> None:
        with world.database.transaction():
            record(system("x"), "file:overview_changed", organisation=world.school, holds=list(holds))

    file_id = uuid4()
    said(["no_table", uuid4(), "overview", "nothing"])
    check(world.database)
    said(["student_file", file_id, "overview", "nothing"])
    with pytest.raises(TrailBroken) as found:
        check(world.database)
    assert found.value.what == broken.ROW_MISSING
    said(["student_file", file_id, "gone"])
    check(world.database)
