"""Migrations go up and down on both databases, agree with the models, and refuse what they do not know."""

import multiprocessing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, inspect, text

import app.wiring  # noqa: F401  every model is known once everything is wired
from app.core import migrating
from app.core.database import Base, Database
from app.core.migrating import SchemaBehind, SchemaUnknown
from tests.databases import Installation, Server


@pytest.fixture
def empty(server: Server, tmp_path):
    """An installation whose database has not been migrated."""
    made = server.create(tmp_path / "empty")
    yield made
    server.drop(made)


@pytest.fixture
def empty_database(empty: Installation):
    opened = empty.open()
    yield opened
    opened.dispose()


def tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def leftovers(database: Database) -> int:
    """Count triggers, functions and types that no table owns any more."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            ours = "name NOT LIKE '%alembic%' AND name <> 'sqlite_sequence'"
            return connection.scalar(text(f"SELECT count(*) FROM sqlite_master WHERE {ours}"))
        in_public = "n.nspname = 'public'"
        functions = f"SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {in_public}"
        types = (
            "SELECT count(*) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace "
            f"WHERE {in_public} AND t.typname NOT LIKE '%alembic_version'"
        )
        return connection.scalar(text(functions)) + connection.scalar(text(types))


def test_up_makes_every_table_and_down_leaves_nothing(empty_database):
    migrating.upgrade(empty_database)
    assert tables(empty_database) == set(Base.metadata.tables)
    migrating.downgrade(empty_database, "base")
    assert tables(empty_database) == set()
    assert leftovers(empty_database) == 0


def test_each_step_can_be_taken_back_and_done_again(empty_database):
    steps = [script.revision for script in ScriptDirectory(str(migrating.SCRIPTS)).walk_revisions()][::-1]
    for before, step in zip(["base", *steps], steps, strict=False):
        migrating.upgrade(empty_database, step)
        migrating.downgrade(empty_database, before)
        migrating.upgrade(empty_database, step)
    assert migrating.current(empty_database) == migrating.newest()


def test_models_and_migrations_agree(database):
    with database.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), Base.metadata)
        assert found == []
        assert checks_in(connection) == {
            (table.name, str(check.name))
            for table in Base.metadata.tables.values()
            for check in table.constraints
            if isinstance(check, CheckConstraint)
        }


def checks_in(connection: Connection) -> set[tuple[str, str]]:
    """Return what compare_metadata does not look at: the names of the checks."""
    inspector = inspect(connection)
    return {
        (table, str(check["name"]))
        for table in inspector.get_table_names()
        for check in inspector.get_check_constraints(table)
    }


def test_every_constraint_has_a_name_of_its_own():
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint}"


def test_a_schema_from_the_future_is_refused_and_left_alone(database):
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_unheard_of'"))
    before = tables(database)
    for attempt in (
        lambda: migrating.upgrade(database),
        lambda: migrating.downgrade(database, "base"),
        lambda: migrating.demand_newest(database),
    ):
        with pytest.raises(SchemaUnknown, match="9999_unheard_of"):
            attempt()
    assert tables(database) == before


def test_an_older_schema_and_an_empty_one_are_refused_with_the_command_that_helps(database, empty_database):
    migrating.demand_newest(database)
    migrating.downgrade(database, "0002_trail")
    with pytest.raises(SchemaBehind, match=r"older .* database upgrade"):
        migrating.demand_newest(database)
    with pytest.raises(SchemaBehind, match=r"empty.* database upgrade"):
        migrating.demand_newest(empty_database)


def test_a_migration_that_breaks_half_way_leaves_nothing_behind(empty_database, monkeypatch, tmp_path):
    broken = tmp_path / "migrations"
    (broken / "versions").mkdir(parents=True)
    (broken / "env.py").write_text((migrating.SCRIPTS / "env.py").read_text())
    (broken / "versions" / "1.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        "revision, down_revision = '1', None\n"
        "def upgrade():\n"
        "    op.create_table('half', sa.Column('id', sa.Integer()))\n"
        "    raise ZeroDivisionError\n"
    )
    monkeypatch.setattr(migrating, "SCRIPTS", broken)
    with pytest.raises(ZeroDivisionError):
        migrating.upgrade(empty_database)
    assert tables(empty_database) == set()
    assert migrating.current(empty_database) is None


def test_two_starting_at_once_migrate_once(empty):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(migrate, [empty, empty]) == [migrating.newest()] * 2


def migrate(installation: Installation) -> str | None:
    opened = installation.open()
    migrating.upgrade(opened)
    return migrating.current(opened)
