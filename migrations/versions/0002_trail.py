"""The trail: events, leaves, heads and checkpoints, append-only by trigger."""

import sqlalchemy as sa
from alembic import op

revision = "0002_trail"
down_revision = "0001_vault"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# What would pass for a change although it is called an insert: INSERT OR REPLACE deletes without a trigger.
_SAME_ROW = {
    "trail_event": "id = NEW.id OR uuid = NEW.uuid",
    "trail_leaf": (
        "(organisation_id = NEW.organisation_id AND position = NEW.position) OR event_id = NEW.event_id"
    ),
    "trail_checkpoint": "organisation_id = NEW.organisation_id AND size = NEW.size",
}


def upgrade() -> None:
    _create_tables()
    if op.get_bind().dialect.name == "postgresql":
        _lock_postgresql()
    else:
        _lock_sqlite()


def downgrade() -> None:
    # SQLite's triggers go with their tables.
    for table in ("trail_horizon", "trail_checkpoint", "trail_tree", "trail_leaf", "trail_event"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION trail_refuse_change()")
        op.execute("DROP FUNCTION trail_refuse_shrinking()")


def _create_tables() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "trail_event",
        sa.Column("id", _SEQUENCE, sa.Identity(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text()),
        sa.Column("subject_id", sa.Uuid()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column(
            "xid",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text::bigint)") if postgresql else None,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_trail_event"),
        sa.UniqueConstraint("uuid", name="uq_trail_event_uuid"),
        sqlite_autoincrement=True,
    )
    for columns in (
        ["organisation_id", "id"],
        ["organisation_id", "action", "id"],
        ["organisation_id", "at"],
        ["person_id", "id"],
        ["subject_id", "id"],
    ):
        op.create_index(f"ix_trail_event_{'_'.join(columns)}", "trail_event", columns)
    numbered = sa.text("xid IS NOT NULL")
    op.create_index(
        "ix_trail_event_xid", "trail_event", ["xid"], sqlite_where=numbered, postgresql_where=numbered
    )
    op.create_table(
        "trail_leaf",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "position", name="pk_trail_leaf"),
        sa.UniqueConstraint("event_id", name="uq_trail_leaf_event_id"),
    )
    op.create_table(
        "trail_tree",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("peaks", sa.LargeBinary(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("note_size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_trail_tree"),
    )
    op.create_table(
        "trail_checkpoint",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "size", name="pk_trail_checkpoint"),
    )
    op.create_table(
        "trail_horizon",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("xid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trail_horizon"),
    )


def _lock_postgresql() -> None:
    op.execute(
        """
        CREATE FUNCTION trail_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION trail_refuse_shrinking() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.size < OLD.size OR NEW.organisation_id <> OLD.organisation_id THEN
                RAISE EXCEPTION 'a tree only grows';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    for table in _SAME_ROW:
        op.execute(
            f"CREATE TRIGGER {table}_keeps BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION trail_refuse_change()"
        )
    for table in (*_SAME_ROW, "trail_tree"):
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION trail_refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER trail_tree_remains BEFORE DELETE ON trail_tree"
        " FOR EACH ROW EXECUTE FUNCTION trail_refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER trail_tree_grows BEFORE UPDATE ON trail_tree"
        " FOR EACH ROW EXECUTE FUNCTION trail_refuse_shrinking()"
    )


def _lock_sqlite() -> None:
    for table, same_row in _SAME_ROW.items():
        _sqlite_trigger(f"{table}_keeps", f"UPDATE ON {table}", f"{table} is append-only")
        _sqlite_trigger(f"{table}_stays", f"DELETE ON {table}", f"{table} is append-only")
        _sqlite_trigger(
            f"{table}_once",
            f"INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same_row})",
            f"{table} is append-only",
        )
    _sqlite_trigger("trail_tree_stays", "DELETE ON trail_tree", "a tree only grows")
    _sqlite_trigger(
        "trail_tree_once",
        "INSERT ON trail_tree WHEN EXISTS"
        " (SELECT 1 FROM trail_tree WHERE organisation_id = NEW.organisation_id)",
        "a tree only grows",
    )
    _sqlite_trigger(
        "trail_tree_grows",
        "UPDATE ON trail_tree WHEN NEW.size < OLD.size OR NEW.organisation_id <> OLD.organisation_id",
        "a tree only grows",
    )


def _sqlite_trigger(name: str, event: str, message: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} BEGIN SELECT RAISE(ABORT, '{message}'); END")
