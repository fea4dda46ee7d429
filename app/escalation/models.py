"""Concerns, their drafts and the steps they took, hand-overs to the centre, second opinions; what is written is sealed.

A concern is two sealed objects: the account (its id), which the reporter holds, and the action card (card_id),
which the reporter does not. A step's words stand under the one whose readers they are for.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Base, one_of
from app.escalation.levels import LEVELS
from app.escalation.tiers import CLOCK_NAMES, CLOSED, DEEDS, SOURCES, STATES, TIERS
from app.vault import sealed

BASES = ("SELF_HARM", "HARM_OTHERS", "ABUSE_REPORT", "LEGAL_ORDER", "CONSENT", "OWN_SAFETY_LETTER")
"""Why something may be handed on: the guardian's consent, or an exception to confidentiality (4-domain.md)."""
HAND_OVER_STATES = ("offered", "accepted", "declined", "withdrawn", "advised", "returned")
LIVE_HAND_OVERS = ("offered", "accepted", "advised")


class Concern(Base):
    """A worry about a student on its way: until it is closed one tier owns it and one moment is its due time."""

    __tablename__ = "concern"
    __table_args__ = (
        CheckConstraint(one_of("source", SOURCES), name="source"),
        CheckConstraint(one_of("state", STATES), name="state"),
        CheckConstraint(one_of("level", LEVELS), name="level"),
        CheckConstraint("level_basis_code IN ('provisional', 'assessed')", name="level_basis"),
        CheckConstraint(one_of("tier", TIERS), name="tier"),
        CheckConstraint(one_of("due_for_code", CLOCK_NAMES), name="due_for"),
        CheckConstraint(f"({one_of('state', CLOSED)}) = (due_at IS NULL)", name="due"),
        CheckConstraint("(due_at IS NULL) = (due_for_code IS NULL)", name="due_for_what"),
        CheckConstraint(f"({one_of('state', CLOSED)}) = (closed_at IS NOT NULL)", name="closed"),
        UniqueConstraint("card_id"),
        Index("ix_concern_school_due", "school_id", "state", "due_at"),
        Index("ix_concern_student_raised", "student_id", "raised_at"),
        Index("ix_concern_raised_by", "raised_by", "raised_at"),
        Index("ix_concern_tier_school_due", "tier", "school_id", "state", "due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    card_id: Mapped[UUID]
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("student.id"))
    # Where the student was when it was raised.
    grade_id: Mapped[UUID | None] = mapped_column(ForeignKey("grade.id"))
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("school_class.id"))
    source: Mapped[str]
    raised_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    raised_at: Mapped[datetime]
    state: Mapped[str]
    level: Mapped[str]
    level_basis_code: Mapped[str]
    # The tier that owns it, and the counsellor who took it on at the school.
    tier: Mapped[str]
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    due_at: Mapped[datetime | None]
    due_for_code: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    revision: Mapped[int]
    account: Mapped[bytes] = sealed(organisation="school_id", author="raised_by")
    card: Mapped[bytes] = sealed(object="card_id", organisation="school_id")


class ConcernDraft(Base):
    """A concern that somebody is still writing: under the author's key alone, one for each student."""

    __tablename__ = "concern_draft"
    __table_args__ = (UniqueConstraint("author_id", "student_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    student_id: Mapped[UUID] = mapped_column(ForeignKey("student.id"), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    # What was filled in so far, as the form has it.
    answers: Mapped[bytes] = sealed(organisation="school_id", author="author_id")
    revision: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(index=True)


class ConcernStep(Base):
    """One step of a concern: who did what, when, and how it stood then; it never changes."""

    __tablename__ = "concern_step"
    __table_args__ = (
        UniqueConstraint("concern_id", "number"),
        CheckConstraint(one_of("deed", ("raise", *DEEDS)), name="deed"),
        CheckConstraint(one_of("to_state", STATES), name="to_state"),
        CheckConstraint("(words IS NULL) = (object_id IS NULL)", name="words"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    concern_id: Mapped[UUID] = mapped_column(ForeignKey("concern.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[int]
    deed: Mapped[str]
    # None: there was no concern before.
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    level: Mapped[str]
    tier: Mapped[str]
    # None: a part of the system.
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    # The account, the card or a hand-over: the object under whose key the words stand.
    object_id: Mapped[UUID | None]
    words: Mapped[bytes | None] = sealed(
        object="object_id", organisation="school_id", author="person_id", nullable=True
    )


class HandOver(Base):
    """A case offered to the district centre: a packet sealed to both sides, and how the centre answered.

    The answers (advice, reason for declining) are steps of the concern, their words sealed under the packet.
    """

    __tablename__ = "hand_over"
    __table_args__ = (
        CheckConstraint(one_of("state", HAND_OVER_STATES), name="state"),
        CheckConstraint(one_of("basis_code", BASES), name="basis"),
        CheckConstraint("state IN ('offered', 'withdrawn') OR answered_at IS NOT NULL", name="answered"),
        CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL)", name="answered_by"),
        Index("ix_hand_over_concern", "concern_id", "sent_at"),
        Index("ix_hand_over_centre", "centre_id", "state"),
        # A concern is in at most one hand-over at a time.
        Index(
            "uq_hand_over_live",
            "concern_id",
            unique=True,
            sqlite_where=text("state IN ('offered', 'accepted', 'advised')"),
            postgresql_where=text("state IN ('offered', 'accepted', 'advised')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    concern_id: Mapped[UUID] = mapped_column(ForeignKey("concern.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    centre_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[str]
    basis_code: Mapped[str]
    # How the concern stood, so that declining puts it back.
    before_state: Mapped[str]
    before_tier: Mapped[str]
    before_clock_code: Mapped[str]
    sent_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    sent_at: Mapped[datetime]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    # Sharing is on record for at least three years (网络数据安全管理条例 §12).
    retain_until: Mapped[date]
    # Reason, questions, summary, what was tried, resources, consent, whether the student was told.
    packet: Mapped[bytes] = sealed(organisation="school_id", author="sent_by")

    concern: Mapped[Concern] = relationship(lazy="joined", innerjoin=True)


class HandOverEntry(Base):
    """A signed session entry that was ticked for a hand-over."""

    __tablename__ = "hand_over_entry"

    hand_over_id: Mapped[UUID] = mapped_column(ForeignKey("hand_over.id"), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("file_entry.id"), primary_key=True, index=True)


class SecondOpinion(Base):
    """A proposal of the room that takes a second person: to lower a level, or to close from R3 on."""

    __tablename__ = "second_opinion"
    __table_args__ = (
        CheckConstraint("deed IN ('lower', 'close')", name="deed"),
        CheckConstraint("(deed = 'lower') = (to_level IS NOT NULL)", name="to_level"),
        CheckConstraint("outcome IN ('agreed', 'refused', 'lapsed')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by OR outcome = 'lapsed'", name="two_people"),
        Index("ix_second_opinion_school", "school_id", "outcome"),
        Index(
            "uq_second_opinion_pending",
            "concern_id",
            unique=True,
            sqlite_where=text("outcome IS NULL"),
            postgresql_where=text("outcome IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    concern_id: Mapped[UUID] = mapped_column(ForeignKey("concern.id"), index=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    deed: Mapped[str]
    to_level: Mapped[str | None]
    card_id: Mapped[UUID]
    reason: Mapped[bytes] = sealed(object="card_id", organisation="school_id", author="proposed_by")
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    # Lapsed: what happened meanwhile overtook it.
    outcome: Mapped[str | None]

    concern: Mapped[Concern] = relationship(lazy="joined", innerjoin=True)
