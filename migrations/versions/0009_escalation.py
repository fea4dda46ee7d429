"""Concerns with steps that stay as they were taken, hand-overs to the centre, and second opinions.

Revision ID: 0009_escalation
Revises: 0008_notifications
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_escalation"
down_revision = "0008_notifications"
branch_labels = None
depends_on = None

_STATES = (
    "'raised', 'acknowledged', 'asked', 'answered', 'passed_to_room', 'accepted', 'in_support', "
    "'offered_to_centre', 'accepted_by_centre', 'advised', 'returned', 'follow_up', 'closed_by_grade', 'closed', "
    "'reopened'"
)
_CLOSED = "state IN ('closed_by_grade', 'closed')"
_TIERS = "'grade', 'room', 'leadership', 'centre'"
_CLOCKS = (
    "'acknowledge', 'decide', 'answer', 'accept', 'assess', 'support', 'centre_answer', 'centre_work', 'follow_up'"
)
_DEEDS = (
    "'raise', 'acknowledge', 'ask', 'answer', 'pass_on', 'close_by_grade', 'accept', 'assess', 'follow_up', "
    "'close', 'reopen', 'propose_lower', 'propose_close', 'agree_lower', 'agree_close', 'refuse', 'raise_level', "
    "'offer', 'call_centre', 'withdraw', 'decline', 'accept_by_centre', 'advise', 'return', 'feedback', 'note_seen'"
)
_BASES = "'SELF_HARM', 'HARM_OTHERS', 'ABUSE_REPORT', 'LEGAL_ORDER', 'CONSENT', 'OWN_SAFETY_LETTER'"


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _id(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _code(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, _moment(), nullable=nullable)


def _sealed(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    """Make the tables of concerns, and the triggers that keep every step as it was taken."""
    _make_concern()
    _make_step()
    _make_hand_over()
    _make_second_opinion()
    _make_append_only()


def _make_concern() -> None:
    op.create_table(
        "concern",
        _id("id"),
        _id("card_id"),
        _id("school_id"),
        _id("student_id"),
        _id("grade_id", nullable=True),
        _id("class_id", nullable=True),
        _code("source"),
        _id("raised_by"),
        _at("raised_at"),
        _code("state"),
        _code("level"),
        _code("level_basis_code"),
        _code("tier"),
        _id("owner_id", nullable=True),
        _at("due_at", nullable=True),
        _code("due_for_code", nullable=True),
        _at("closed_at", nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        _sealed("account"),
        _sealed("card"),
        _check("concern", "source", "source IN ('teacher', 'room', 'letter')"),
        _check("concern", "state", f"state IN ({_STATES})"),
        _check("concern", "level", "level IN ('R0', 'R1', 'R2', 'R3', 'R4')"),
        _check("concern", "level_basis", "level_basis_code IN ('provisional', 'assessed')"),
        _check("concern", "tier", f"tier IN ({_TIERS})"),
        _check("concern", "due_for", f"due_for_code IN ({_CLOCKS})"),
        _check("concern", "due", f"({_CLOSED}) = (due_at IS NULL)"),
        _check("concern", "due_for_what", "(due_at IS NULL) = (due_for_code IS NULL)"),
        _check("concern", "closed", f"({_CLOSED}) = (closed_at IS NOT NULL)"),
        _to("concern", "school_id", "organisation"),
        _to("concern", "student_id", "student"),
        _to("concern", "grade_id", "grade"),
        _to("concern", "class_id", "school_class"),
        _to("concern", "raised_by", "person"),
        _to("concern", "owner_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern")),
        sa.UniqueConstraint("card_id", name=op.f("uq_concern_card_id")),
    )
    op.create_index("ix_concern_school_due", "concern", ["school_id", "state", "due_at"])
    op.create_index("ix_concern_student_raised", "concern", ["student_id", "raised_at"])
    op.create_index("ix_concern_raised_by", "concern", ["raised_by", "raised_at"])
    op.create_index("ix_concern_tier_school_due", "concern", ["tier", "school_id", "state", "due_at"])


def _make_step() -> None:
    op.create_table(
        "concern_step",
        _id("id"),
        _id("concern_id"),
        _id("school_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        _code("deed"),
        _code("from_state", nullable=True),
        _code("to_state"),
        _code("level"),
        _code("tier"),
        _id("person_id", nullable=True),
        _at("at"),
        _id("object_id", nullable=True),
        _sealed("words", nullable=True),
        _check("concern_step", "deed", f"deed IN ({_DEEDS})"),
        _check("concern_step", "to_state", f"to_state IN ({_STATES})"),
        _check("concern_step", "words", "(words IS NULL) = (object_id IS NULL)"),
        _to("concern_step", "concern_id", "concern"),
        _to("concern_step", "school_id", "organisation"),
        _to("concern_step", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concern_step")),
        sa.UniqueConstraint("concern_id", "number", name=op.f("uq_concern_step_concern_id_number")),
    )


def _make_hand_over() -> None:
    op.create_table(
        "hand_over",
        _id("id"),
        _id("concern_id"),
        _id("school_id"),
        _id("centre_id"),
        _code("state"),
        _code("basis_code"),
        _code("before_state"),
        _code("before_tier"),
        _code("before_clock_code"),
        _id("sent_by"),
        _at("sent_at"),
        _id("answered_by", nullable=True),
        _at("answered_at", nullable=True),
        sa.Column("retain_until", sa.Date(), nullable=False),
        _sealed("packet"),
        _check("hand_over", "state",
               "state IN ('offered', 'accepted', 'declined', 'withdrawn', 'advised', 'returned')"),
        _check("hand_over", "basis", f"basis_code IN ({_BASES})"),
        _check("hand_over", "answered", "state IN ('offered', 'withdrawn') OR answered_at IS NOT NULL"),
        _check("hand_over", "answered_by", "(answered_at IS NULL) = (answered_by IS NULL)"),
        _to("hand_over", "concern_id", "concern"),
        _to("hand_over", "school_id", "organisation"),
        _to("hand_over", "centre_id", "organisation"),
        _to("hand_over", "sent_by", "person"),
        _to("hand_over", "answered_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
    )
    op.create_index("ix_hand_over_concern", "hand_over", ["concern_id", "sent_at"])
    op.create_index("ix_hand_over_centre", "hand_over", ["centre_id", "state"])
    live = sa.text("state IN ('offered', 'accepted', 'advised')")
    op.create_index(
        "uq_hand_over_live", "hand_over", ["concern_id"], unique=True, sqlite_where=live, postgresql_where=live
    )
    op.create_table(
        "hand_over_entry",
        _id("hand_over_id"),
        _id("entry_id"),
        _to("hand_over_entry", "hand_over_id", "hand_over"),
        _to("hand_over_entry", "entry_id", "file_entry"),
        sa.PrimaryKeyConstraint("hand_over_id", "entry_id", name=op.f("pk_hand_over_entry")),
    )
    op.create_index(op.f("ix_hand_over_entry_entry_id"), "hand_over_entry", ["entry_id"])


def _make_second_opinion() -> None:
    op.create_table(
        "second_opinion",
        _id("id"),
        _id("concern_id"),
        _id("school_id"),
        _code("deed"),
        _code("to_level", nullable=True),
        _id("card_id"),
        _sealed("reason"),
        _id("proposed_by"),
        _at("proposed_at"),
        _id("decided_by", nullable=True),
        _at("decided_at", nullable=True),
        _code("outcome", nullable=True),
        _check("second_opinion", "deed", "deed IN ('lower', 'close')"),
        _check("second_opinion", "to_level", "(deed = 'lower') = (to_level IS NOT NULL)"),
        _check("second_opinion", "outcome", "outcome IN ('agreed', 'refused', 'lapsed')"),
        _check("second_opinion", "decided", "(outcome IS NULL) = (decided_at IS NULL)"),
        _check("second_opinion", "two_people",
               "decided_by IS NULL OR decided_by <> proposed_by OR outcome = 'lapsed'"),
        _to("second_opinion", "concern_id", "concern"),
        _to("second_opinion", "school_id", "organisation"),
        _to("second_opinion", "proposed_by", "person"),
        _to("second_opinion", "decided_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_opinion")),
    )
    op.create_index(op.f("ix_second_opinion_concern_id"), "second_opinion", ["concern_id"])
    op.create_index("ix_second_opinion_school", "second_opinion", ["school_id", "outcome"])
    pending = sa.text("outcome IS NULL")
    op.create_index(
        "uq_second_opinion_pending", "second_opinion", ["concern_id"], unique=True, sqlite_where=pending,
        postgresql_where=pending,
    )


def _make_append_only() -> None:
    """Let steps only be added: neither page nor SQL under the application's role changes one."""
    if op.get_bind().dialect.name == "sqlite":
        for deed in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER concern_step_stays_{deed.lower()} BEFORE {deed} ON concern_step "
                f"BEGIN SELECT RAISE(ABORT, 'a step stays as it was taken'); END"
            )
        # INSERT OR REPLACE deletes without asking the DELETE trigger.
        op.execute(
            "CREATE TRIGGER concern_step_stays_once BEFORE INSERT ON concern_step WHEN EXISTS "
            "(SELECT 1 FROM concern_step WHERE id = NEW.id "
            "OR (concern_id = NEW.concern_id AND number = NEW.number)) "
            "BEGIN SELECT RAISE(ABORT, 'a step stays as it was taken'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION concern_step_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'a step stays as it was taken'; END $$"
    )
    op.execute(
        "CREATE TRIGGER concern_step_stays BEFORE UPDATE OR DELETE ON concern_step "
        "FOR EACH ROW EXECUTE FUNCTION concern_step_stays()"
    )
    op.execute(
        "CREATE TRIGGER concern_step_not_emptied BEFORE TRUNCATE ON concern_step "
        "FOR EACH STATEMENT EXECUTE FUNCTION concern_step_stays()"
    )


def downgrade() -> None:
    """Drop the tables of concerns with their triggers."""
    for table in ("second_opinion", "hand_over_entry", "hand_over", "concern_step", "concern"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION concern_step_stays()")
