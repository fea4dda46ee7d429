"""Words of letters told outside the room; what was told stays as it was told.

Revision ID: 0018_letter_releases
Revises: 0017_name_openings
"""

import sqlalchemy as sa
from alembic import op

revision = "0018_letter_releases"
down_revision = "0017_name_openings"
branch_labels = None
depends_on = None

_TABLE = "letter_release"
_SAYING = "what was told stays as it was told"


def _to(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{_TABLE}_{column}_{target}"))


def upgrade() -> None:
    """Make the table and let it only grow."""
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), nullable=False),
        sa.Column("basis_code", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("signer_epoch", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("basis_code IN ('CONSENT', 'OWN_SAFETY_LETTER')", name=op.f(f"ck_{_TABLE}_basis")),
        sa.CheckConstraint("recipient_id <> author_id", name=op.f(f"ck_{_TABLE}_recipient")),
        _to("letter_id", "letter"),
        _to("school_id", "organisation"),
        _to("author_id", "person"),
        _to("recipient_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
    )
    op.create_index(op.f(f"ix_{_TABLE}_letter_id"), _TABLE, ["letter_id"])
    _let_only_grow()


def _let_only_grow() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {_TABLE}_stays_{deed.lower()} BEFORE {deed} ON {_TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{_SAYING}'); END"
            )
        # INSERT OR REPLACE deletes without asking the DELETE trigger.
        op.execute(
            f"CREATE TRIGGER {_TABLE}_stays_once BEFORE INSERT ON {_TABLE} WHEN EXISTS "
            f"(SELECT 1 FROM {_TABLE} WHERE id = NEW.id) BEGIN SELECT RAISE(ABORT, '{_SAYING}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {_TABLE}_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{_SAYING}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {_TABLE}_stays BEFORE UPDATE OR DELETE ON {_TABLE} "
        f"FOR EACH ROW EXECUTE FUNCTION {_TABLE}_stays()"
    )
    op.execute(
        f"CREATE TRIGGER {_TABLE}_not_emptied BEFORE TRUNCATE ON {_TABLE} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {_TABLE}_stays()"
    )


def downgrade() -> None:
    """Drop the table with its triggers."""
    op.drop_table(_TABLE)
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"DROP FUNCTION {_TABLE}_stays()")
