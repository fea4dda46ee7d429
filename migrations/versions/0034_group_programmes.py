"""Groups that meet several times: their theme, their members, and the entries of their sessions.

Revision ID: 0034_group_programmes
Revises: 0032_waiting_list
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0034_group_programmes"
down_revision = "0032_waiting_list"
branch_labels = None
depends_on = None


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _at(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Make the tables, and the triggers that keep signed entries as they are."""
    op.create_table(
        "group_programme",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("begun_by", sa.Uuid(), nullable=False),
        _at("begun_at"),
        sa.Column("theme", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("seats BETWEEN 2 AND 60", name=op.f("ck_group_programme_seats")),
        _to("group_programme", "school_id", "organisation"),
        _to("group_programme", "series_id", "appointment_series"),
        _to("group_programme", "begun_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_programme")),
        sa.UniqueConstraint("series_id", name=op.f("uq_group_programme_series_id")),
    )
    op.create_index(op.f("ix_group_programme_school"), "group_programme", ["school_id", "begun_at"])
    op.create_table(
        "programme_member",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        _at("joined_at"),
        _at("left_at", nullable=True),
        _to("programme_member", "programme_id", "group_programme"),
        _to("programme_member", "student_id", "student"),
        sa.PrimaryKeyConstraint("programme_id", "student_id", name=op.f("pk_programme_member")),
    )
    op.create_table(
        "group_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _at("saved_at"),
        _at("signed_at", nullable=True),
        sa.Column("signed_by", sa.Uuid(), nullable=True),
        sa.Column("signer_epoch", sa.Integer(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(signed_at IS NULL) = (signature IS NULL) AND (signed_at IS NULL) = (signed_by IS NULL)"
            " AND (signed_at IS NULL) = (signer_epoch IS NULL)",
            name=op.f("ck_group_entry_signed"),
        ),
        _to("group_entry", "school_id", "organisation"),
        _to("group_entry", "programme_id", "group_programme"),
        _to("group_entry", "session_id", "appointment"),
        _to("group_entry", "signed_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_entry")),
        sa.UniqueConstraint("session_id", name=op.f("uq_group_entry_session_id")),
    )
    op.create_index(op.f("ix_group_entry_programme_id"), "group_entry", ["programme_id"])
    _keep_signed()


def _keep_signed() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER group_entry_stays_{deed.lower()} BEFORE {deed} ON group_entry "
                f"WHEN OLD.signed_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'signed: stays as it is'); END"
            )
        # INSERT OR REPLACE deletes without asking the DELETE trigger.
        op.execute(
            "CREATE TRIGGER group_entry_stays_once BEFORE INSERT ON group_entry WHEN EXISTS "
            "(SELECT 1 FROM group_entry WHERE (id = NEW.id OR session_id = NEW.session_id) AND signed_at IS NOT NULL) "
            "BEGIN SELECT RAISE(ABORT, 'signed: stays as it is'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION group_entry_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF OLD.signed_at IS NOT NULL THEN RAISE EXCEPTION 'signed: stays as it is'; END IF; "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER group_entry_stays BEFORE UPDATE OR DELETE ON group_entry "
        "FOR EACH ROW EXECUTE FUNCTION group_entry_stays()"
    )
    op.execute(
        "CREATE FUNCTION group_entry_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'signed: stays as it is'; END $$"
    )
    op.execute(
        "CREATE TRIGGER group_entry_not_emptied BEFORE TRUNCATE ON group_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION group_entry_not_emptied()"
    )


def downgrade() -> None:
    """Drop the tables with their triggers."""
    for table in ("group_entry", "programme_member", "group_programme"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION group_entry_stays()")
        op.execute("DROP FUNCTION group_entry_not_emptied()")
