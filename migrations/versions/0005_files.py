"""Files, entries that stay as they were signed, notes, attachments, and reasons for opening.

Revision ID: 0005_files
Revises: 0004_identity
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_files"
down_revision = "0004_identity"
branch_labels = None
depends_on = None

UNCHANGEABLE = {
    "file_entry": "OLD.state = 'signed'",
    "entry_addendum": "true",
}


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables of files, and the triggers that keep signed entries as they are."""
    op.create_table(
        "student_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("in_charge_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("overview", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", _moment(), nullable=False),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'archived')", name=op.f("ck_student_file_state")),
        sa.ForeignKeyConstraint(
            ["school_id"], ["organisation.id"], name=op.f("fk_student_file_school_id_organisation")
        ),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_student_file_student_id_student")),
        sa.ForeignKeyConstraint(["in_charge_id"], ["person.id"], name=op.f("fk_student_file_in_charge_id_person")),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_student_file_opened_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student_file")),
    )
    # A restricted file does not exist for the others, so it does not stand in the way of an ordinary one.
    op.create_index(
        "uq_student_file_student", "student_file", ["student_id"], unique=True,
        sqlite_where=sa.text("NOT restricted"), postgresql_where=sa.text("NOT restricted"),
    )
    op.create_index(op.f("ix_student_file_student_id"), "student_file", ["student_id"])
    op.create_index(op.f("ix_student_file_school_id"), "student_file", ["school_id"])
    op.create_index(op.f("ix_student_file_in_charge_id"), "student_file", ["in_charge_id"])
    op.create_table(
        "file_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("started_at", _moment(), nullable=False),
        sa.Column("saved_at", _moment(), nullable=False),
        sa.Column("signed_at", _moment(), nullable=True),
        sa.Column("signer_epoch", sa.Integer(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'signed')", name=op.f("ck_file_entry_state")),
        sa.CheckConstraint(
            "(state = 'signed') = (signed_at IS NOT NULL) AND (state = 'signed') = (signature IS NOT NULL)",
            name=op.f("ck_file_entry_signed"),
        ),
        sa.CheckConstraint(
            "kind IN ('first', 'follow_up', 'crisis', 'parent', 'group', 'consultation')",
            name=op.f("ck_file_entry_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["organisation.id"], name=op.f("fk_file_entry_school_id_organisation")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["student_file.id"], name=op.f("fk_file_entry_file_id_student_file")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_file_entry_author_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_entry")),
        sa.UniqueConstraint("file_id", "number", name=op.f("uq_file_entry_file_id_number")),
    )
    op.create_index("ix_file_entry_author_state", "file_entry", ["author_id", "state"])
    op.create_table(
        "entry_addendum",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", _moment(), nullable=False),
        sa.Column("signer_epoch", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["organisation.id"], name=op.f("fk_entry_addendum_school_id_organisation")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["file_entry.id"], name=op.f("fk_entry_addendum_entry_id_file_entry")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_entry_addendum_author_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_addendum")),
    )
    op.create_index(op.f("ix_entry_addendum_entry_id"), "entry_addendum", ["entry_id"])
    op.create_table(
        "process_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", _moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["organisation.id"], name=op.f("fk_process_note_school_id_organisation")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["student_file.id"], name=op.f("fk_process_note_file_id_student_file")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_process_note_author_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_note")),
        sa.UniqueConstraint("file_id", "author_id", name=op.f("uq_process_note_file_id_author_id")),
    )
    op.create_table(
        "file_attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("stored_size", sa.Integer(), nullable=False),
        sa.Column("added_at", _moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["organisation.id"], name=op.f("fk_file_attachment_school_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["student_file.id"], name=op.f("fk_file_attachment_file_id_student_file")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_file_attachment_author_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_attachment")),
    )
    op.create_index(op.f("ix_file_attachment_file_id"), "file_attachment", ["file_id"])
    op.create_index(op.f("ix_file_attachment_school_id"), "file_attachment", ["school_id"])
    op.create_table(
        "file_opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", _moment(), nullable=False),
        sa.Column("expires_at", _moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["organisation.id"], name=op.f("fk_file_opening_school_id_organisation")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["student_file.id"], name=op.f("fk_file_opening_file_id_student_file")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_file_opening_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_opening")),
    )
    op.create_index("ix_file_opening_file_person", "file_opening", ["file_id", "person_id", "expires_at"])
    for table, condition in UNCHANGEABLE.items():
        _make_unchangeable(table, condition)


def _make_unchangeable(table: str, condition: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_stays_{deed.lower()} BEFORE {deed} ON {table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, 'signed: stays as it is'); END"
            )
        # INSERT OR REPLACE deletes without asking the DELETE trigger.
        op.execute(
            f"CREATE TRIGGER {table}_stays_once BEFORE INSERT ON {table} WHEN EXISTS "
            f"(SELECT 1 FROM {table} WHERE id = NEW.id) "
            f"BEGIN SELECT RAISE(ABORT, 'signed: stays as it is'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION 'signed: stays as it is'; END IF; "
        f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_stays()"
    )
    op.execute(
        f"CREATE FUNCTION {table}_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION 'signed: stays as it is'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_not_emptied()"
    )


def downgrade() -> None:
    """Drop the tables of files with their triggers."""
    for table in ("file_opening", "file_attachment", "process_note", "entry_addendum", "file_entry", "student_file"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        for table in UNCHANGEABLE:
            op.execute(f"DROP FUNCTION {table}_stays()")
            op.execute(f"DROP FUNCTION {table}_not_emptied()")
