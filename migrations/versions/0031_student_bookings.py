"""Personal cards with which students book, and typed names of those who have none.

Revision ID: 0031_student_bookings
Revises: 0030_displaced_bookings
"""

import sqlalchemy as sa
from alembic import op

revision = "0031_student_bookings"
down_revision = "0030_displaced_bookings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of sheets, of the cards on them, and of typed names."""
    op.create_table(
        "card_sheet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("printed_by", sa.Uuid(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        _to("card_sheet", "school_id", "organisation"),
        _to("card_sheet", "class_id", "school_class"),
        _to("card_sheet", "printed_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_sheet")),
    )
    op.create_index("ix_card_sheet_school", "card_sheet", ["school_id", "printed_at"])
    op.create_table(
        "student_card",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("sheet_id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("locked", sa.LargeBinary(), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=False),
        _to("student_card", "school_id", "organisation"),
        _to("student_card", "sheet_id", "card_sheet"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student_card")),
        sa.UniqueConstraint("lookup", name=op.f("uq_student_card_lookup")),
    )
    op.create_index("ix_student_card_sheet", "student_card", ["sheet_id"])
    op.create_table(
        "typed_name",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("appointment_id", sa.Uuid(), nullable=False),
        sa.Column("written", sa.LargeBinary(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("settled_by", sa.Uuid()),
        _to("typed_name", "school_id", "organisation"),
        _to("typed_name", "appointment_id", "appointment"),
        _to("typed_name", "settled_by", "person"),
        sa.CheckConstraint("settled_at IS NOT NULL OR settled_by IS NULL", name=op.f("ck_typed_name_settled")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typed_name")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_typed_name_appointment_id")),
    )
    op.create_index("ix_typed_name_school", "typed_name", ["school_id", "settled_at"])


def downgrade() -> None:
    """Drop the tables: cards count no more, and nobody is found by a typed name."""
    for table in ("typed_name", "student_card", "card_sheet"):
        op.drop_table(table)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))
