"""Finding events: page after page by sequence, each page by an index."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import text

from app.audit import record, system
from app.audit.models import TrailEvent
from app.audit.queries import events_about, events_of
from app.core import clock
from app.core.database import Database
from app.core.paging import Page
from tests.audit.conftest import happen

START = clock.now()


class Person:
    via = "page"

    def __init__(self) -> None:
        self.person_id = uuid4()


def numbers(page: Page[TrailEvent]) -> list[int]:
    return [event.codes["number"] for event in page.items]


@pytest.fixture
def town(database: Database) -> tuple[UUID, UUID, UUID, Person]:
    """Two schools in which Lin and a job take turns, one event a minute."""
    one, two, file, lin = uuid4(), uuid4(), uuid4(), Person()
    for number in range(12):
        with database.transaction(), clock.at(START + timedelta(minutes=number)):
            record(
                lin if number % 3 else system("job"),
                "file:opened" if number % 2 else "file:changed",
                organisation=two if number % 4 == 3 else one,
                subject=("file", file) if number < 6 else None,
                number=number,
            )
    return one, two, file, lin


def test_who_looked_at_a_record(database: Database, town: tuple[UUID, UUID, UUID, Person]) -> None:
    _, _, file, lin = town
    with database.transaction(writes=False):
        first = events_about(file, size=4)
        second = events_about(file, size=4, cursor=first.next)
        assert (numbers(first), numbers(second), second.next) == ([5, 4, 3, 2], [1, 0], None)
        assert {event.person_id for event in first.items} == {lin.person_id, None}
        assert events_about(uuid4()).items == []


def test_what_happened_at_some_schools(database: Database, town: tuple[UUID, UUID, UUID, Person]) -> None:
    one, two, _, lin = town
    with database.transaction(writes=False):
        assert numbers(events_of([two])) == [11, 7, 3]
        assert numbers(events_of([one, two, uuid4()])) == list(range(11, -1, -1))
        assert numbers(events_of([one], action="file:opened")) == [9, 5, 1]
        assert numbers(events_of([one, two], person_id=lin.person_id, action="file:changed")) == [10, 8, 4, 2]
        assert numbers(events_of([two], person_id=lin.person_id)) == [11, 7]
        assert numbers(events_of([])) == []


def test_within_a_time(database: Database, town: tuple[UUID, UUID, UUID, Person]) -> None:
    one, two, *_ = town
    since, until = START + timedelta(minutes=4), START + timedelta(minutes=8)
    with database.transaction(writes=False):
        assert numbers(events_of([one, two], since=since, until=until)) == [7, 6, 5, 4]
        assert numbers(events_of([one], since=until)) == [10, 9, 8]


def test_page_after_page_nothing_is_twice_or_lost(database: Database, town: tuple[UUID, UUID, UUID, Person]) -> None:
    one, two, *_ = town
    seen: list[int] = []
    cursor = None
    with database.transaction(writes=False):
        while True:
            page = events_of([one, two], size=5, cursor=cursor)
            seen += numbers(page)
            cursor = page.next
            if cursor is None:
                break
    assert seen == list(range(11, -1, -1))


@pytest.mark.parametrize("cursor", ["", "x", "-1", "١٢", "1;", "9" * 30])
def test_a_cursor_that_is_none_starts_again(
    database: Database, town: tuple[UUID, UUID, UUID, Person], cursor: str
) -> None:
    with database.transaction(writes=False):
        assert numbers(events_of([town[1]], cursor=cursor)) == [11, 7, 3]


def test_no_page_reads_the_whole_trail(database: Database, school: UUID) -> None:
    """Whatever the filter: no full scan, no count, no OFFSET."""
    happen(database, school, 3)
    with database.transaction() as session:
        _pretend_it_is_long(session)
        said: list[tuple[str, object]] = []
        connection = session.connection()
        sqlalchemy_event.listen(connection, "before_cursor_execute", lambda *call: said.append((call[2], call[3])))
        events_about(uuid4(), cursor="2")
        events_of([school], cursor="2")
        events_of([school, uuid4()], action="file:opened")
        events_of([school], since=START)
        events_of([school, uuid4()], person_id=uuid4())
        plan = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        for statement, values in said.copy():
            steps = " / ".join(
                str(row)
                for row in connection.exec_driver_sql(plan + statement, values).all()  # type: ignore[arg-type]
            )
            assert "Seq Scan" not in steps and "SCAN trail_event" not in steps, steps
            assert "OFFSET" not in statement.upper().replace("OFFSET ?", "") and "count(" not in statement


def _pretend_it_is_long(session: object) -> None:
    connection = session.connection()  # type: ignore[attr-defined]
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL enable_seqscan = off"))
