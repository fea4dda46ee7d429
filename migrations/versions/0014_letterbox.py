"""Letters: public keys of their own, messages in their places, visits without an account, and opened boxes.

Revision ID: 0014_letterbox
Revises: 0013_refused_admissions
"""

import sqlalchemy as sa
from alembic import op

revision = "0014_letterbox"
down_revision = "0013_refused_admissions"
branch_labels = None
depends_on = None

_BOXES = "box_code IN ('room', 'leadership')"
_LEVELS = "'R0', 'R1', 'R2', 'R3', 'R4'"
_HOLDERS = "holder_kind IN ('user', 'group', 'object', 'card'{})"


def _id(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _bytes(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    """Make the tables of the letterbox, and let a letter's return code hold its key."""
    _let_hold(", 'letter'")
    _make_key()
    _make_letterbox()
    _make_letter()
    _make_message()
    _make_visit()
    _make_opening()
    _make_count()


def _let_hold(more: str) -> None:
    with op.batch_alter_table("object_grant") as table:
        table.drop_constraint(op.f("ck_object_grant_holder_kind"), type_="check")
        table.create_check_constraint(op.f("ck_object_grant_holder_kind"), _HOLDERS.format(more))


def _make_key() -> None:
    op.create_table(
        "letter_key",
        _id("object_id"),
        _bytes("lookup", nullable=True),
        _bytes("kem_public"),
        _bytes("sign_public"),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_letter_key")),
        sa.UniqueConstraint("lookup", name=op.f("uq_letter_key_lookup")),
    )


def _make_letterbox() -> None:
    op.create_table(
        "letterbox",
        _id("id"),
        _id("school_id"),
        _text("address_code"),
        sa.Column("open", sa.Boolean(), nullable=False),
        _text("hotlines_note"),
        _text("hours_note"),
        _to("letterbox", "school_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letterbox")),
        sa.UniqueConstraint("school_id", name=op.f("uq_letterbox_school_id")),
        sa.UniqueConstraint("address_code", name=op.f("uq_letterbox_address_code")),
    )


def _make_letter() -> None:
    op.create_table(
        "letter",
        _id("id"),
        _id("school_id"),
        _text("box_code"),
        _text("state"),
        _at("received_at"),
        _text("suggested_level"),
        _text("rules_code"),
        sa.Column("unsafe", sa.Boolean(), nullable=False),
        _text("level", nullable=True),
        _at("opening_due_at", nullable=True),
        _at("due_at", nullable=True),
        _at("opened_at", nullable=True),
        _id("opened_by", nullable=True),
        _at("answered_at", nullable=True),
        _at("closed_at", nullable=True),
        _number("read_by_writer"),
        _number("read_by_staff"),
        _at("writer_came_at", nullable=True),
        sa.Column("ladder", sa.JSON(), nullable=False),
        _number("climbed"),
        _number("revision"),
        _bytes("head"),
        _id("name_id", nullable=True),
        _bytes("name", nullable=True),
        _id("notes_id", nullable=True),
        _check("letter", "box", _BOXES),
        _check("letter", "state", "state IN ('held', 'waiting', 'in_hand', 'answered', 'closed')"),
        _check("letter", "suggested", f"suggested_level IN ({_LEVELS})"),
        _check("letter", "level", f"level IS NULL OR level IN ({_LEVELS})"),
        _check("letter", "name", "(name IS NULL) = (name_id IS NULL)"),
        _check("letter", "opened", "(opened_at IS NULL) = (opened_by IS NULL)"),
        _check("letter", "closed", "(state = 'closed') = (closed_at IS NOT NULL)"),
        _to("letter", "school_id", "organisation"),
        _to("letter", "opened_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    op.create_index("ix_letter_school_box_state", "letter", ["school_id", "box_code", "state", "due_at"])
    op.create_index("ix_letter_opening_due_at", "letter", ["opening_due_at"])


def _make_message() -> None:
    op.create_table(
        "letter_message",
        _id("id"),
        _id("letter_id"),
        _id("school_id"),
        _id("object_id"),
        _number("number"),
        _text("kind"),
        _id("author_id", nullable=True),
        _at("at"),
        _bytes("before"),
        _bytes("body"),
        _number("signer_epoch", nullable=True),
        _bytes("signature", nullable=True),
        _check("letter_message", "kind", "kind IN ('letter', 'more', 'answer', 'note')"),
        _check("letter_message", "author", "(kind IN ('answer', 'note')) = (author_id IS NOT NULL)"),
        _check("letter_message", "signature", "(author_id IS NULL) = (signature IS NULL)"),
        _check("letter_message", "signer", "(signature IS NULL) = (signer_epoch IS NULL)"),
        _to("letter_message", "letter_id", "letter"),
        _to("letter_message", "school_id", "organisation"),
        _to("letter_message", "author_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_message")),
        sa.UniqueConstraint("letter_id", "number", name=op.f("uq_letter_message_letter_id_number")),
    )


def _make_visit() -> None:
    op.create_table(
        "letter_visit",
        _id("id"),
        _id("school_id"),
        _bytes("server_half"),
        _bytes("locked"),
        _at("expires_at"),
        _to("letter_visit", "school_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_visit")),
    )
    op.create_index("ix_letter_visit_expires_at", "letter_visit", ["expires_at"])


def _make_opening() -> None:
    op.create_table(
        "box_opening",
        _id("id"),
        _id("school_id"),
        _text("box_code"),
        sa.Column("day", sa.Date(), nullable=False),
        _id("opened_by"),
        _at("opened_at"),
        _number("found"),
        _check("box_opening", "box", _BOXES),
        _check("box_opening", "found", "found >= 0"),
        _to("box_opening", "school_id", "organisation"),
        _to("box_opening", "opened_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_opening")),
    )
    op.create_index("ix_box_opening_day", "box_opening", ["school_id", "box_code", "day"])


def _make_count() -> None:
    op.create_table(
        "letter_count",
        _id("school_id"),
        _text("box_code"),
        sa.Column("week", sa.Date(), nullable=False),
        _text("family_code"),
        _number("count"),
        _check("letter_count", "box", _BOXES),
        _check("letter_count", "count", "count > 0"),
        _to("letter_count", "school_id", "organisation"),
        sa.PrimaryKeyConstraint("school_id", "box_code", "week", "family_code", name=op.f("pk_letter_count")),
    )


def downgrade() -> None:
    """Take the letterbox away."""
    for table in ("letter_count", "box_opening", "letter_visit", "letter_message", "letter", "letterbox", "letter_key"):
        op.drop_table(table)
    op.execute("DELETE FROM object_grant WHERE holder_kind = 'letter'")
    _let_hold("")
