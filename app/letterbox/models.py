"""A school's letterbox, the letters in it with their messages, and the short visits of those who have no account.

A letter is a sealed object of its own: its key is wrapped to those who open that box and to the return code of
whoever wrote it. Two parts stand under other keys: a name to be opened in an emergency only, and the room's notes.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.database import Base, one_of
from app.escalation.levels import LEVELS
from app.letterbox.words import (
    BOXES,
    MESSAGE_KINDS,
    OPENED,
    OPENING_BASES,
    RELEASE_BASES,
    STATES,
    VERDICTS,
)
from app.vault import sealed


class Letter(Base):
    """A letter and all that followed; who wrote it is known to nobody here unless they say so."""

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint(one_of("box_code", BOXES), name="box"),
        CheckConstraint(one_of("state", STATES), name="state"),
        CheckConstraint(one_of("suggested_level", LEVELS), name="suggested"),
        CheckConstraint(f"level IS NULL OR {one_of('level', LEVELS)}", name="level"),
        CheckConstraint("(name IS NULL) = (name_id IS NULL)", name="name"),
        CheckConstraint("(opened_at IS NULL) = (opened_by IS NULL)", name="opened"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        Index("ix_letter_school_box_state", "school_id", "box_code", "state", "due_at"),
        CheckConstraint("(readerless_since IS NULL) = (readerless_due_at IS NULL)", name="readerless"),
        Index("ix_letter_opening_due_at", "opening_due_at"),
        Index("ix_letter_readerless_since", "readerless_since"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    box_code: Mapped[str]
    state: Mapped[str]
    received_at: Mapped[datetime]
    # What screening suggested, by which rules; `level` is what a person set.
    suggested_level: Mapped[str]
    rules_code: Mapped[str]
    unsafe: Mapped[bool]
    level: Mapped[str | None]
    # Until when somebody must have opened it (R3, R4, "I am not safe now"), and until when it is to be answered.
    opening_due_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # How far each side has read, by the numbers of messages, and when the writer was last here.
    read_by_writer: Mapped[int]
    read_by_staff: Mapped[int]
    writer_came_at: Mapped[datetime | None]
    # Whom an unopened letter is reported to, tier by tier, and how far that went: ids of those who may learn of it,
    # because a clock that runs out at night opens nothing.
    ladder: Mapped[list[Any]]
    climbed: Mapped[int]
    # Since when nobody in post can open it though it waits, and when that is said again.
    readerless_since: Mapped[datetime | None]
    readerless_due_at: Mapped[datetime | None]
    revision: Mapped[int]
    # Digest of all its messages with whatever is said of them: a thread that was cut or dated back shows.
    thread: Mapped[bytes]
    # How they want to be known, class, wishes, who must not learn of it, what screening found.
    head: Mapped[bytes] = sealed(organisation="school_id")
    # That a talk was offered, and which time was chosen: no row names letter and booking in the open.
    talk: Mapped[bytes | None] = sealed(organisation="school_id", nullable=True)
    name_id: Mapped[UUID | None]
    name: Mapped[bytes | None] = sealed(object="name_id", organisation="school_id", nullable=True)
    notes_id: Mapped[UUID | None]

    @property
    def is_left_to_centre(self) -> bool:
        """Say whether the school opens it no more: nobody there can, or its clock has climbed as far as the centre."""
        return self.readerless_since is not None or self.climbed >= len(self.ladder) - 1 > 0


class LetterMessage(Base):
    """One message of a letter in its place: bound to its number and to the bytes of the one before it."""

    __tablename__ = "letter_message"
    __table_args__ = (
        UniqueConstraint("letter_id", "number"),
        CheckConstraint(one_of("kind", MESSAGE_KINDS), name="kind"),
        CheckConstraint("(kind IN ('answer', 'note')) = (author_id IS NOT NULL)", name="author"),
        CheckConstraint("(author_id IS NULL) = (signature IS NULL)", name="signature"),
        CheckConstraint("(signature IS NULL) = (signer_epoch IS NULL)", name="signer"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    # The letter, or its notes: the object under whose key the words stand.
    object_id: Mapped[UUID]
    number: Mapped[int]
    kind: Mapped[str]
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    # Digest of place and bytes of the message before: dropping, swapping and rolling back show.
    before: Mapped[bytes]
    body: Mapped[bytes] = sealed(object="object_id", record="place", organisation="school_id", author="author_id")
    signer_epoch: Mapped[int | None]
    signature: Mapped[bytes | None]

    letter: Mapped[Letter] = relationship(lazy="joined", innerjoin=True)

    @property
    def place(self) -> bytes:
        """What the words are bound to: their own id, their number, and everything before them."""
        return self.id.bytes + self.number.to_bytes(4, "big") + self.before


class LetterAttachment(Base):
    """A photo, a recording or a document of a message: name and type sealed, its bytes sealed outside the database."""

    __tablename__ = "letter_attachment"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"), index=True)
    message_id: Mapped[UUID] = mapped_column(ForeignKey("letter_message.id"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    # Name as chosen, media type as found in the content, size in bytes.
    details: Mapped[bytes] = sealed(object="letter_id", organisation="school_id")
    stored_size: Mapped[int]
    added_at: Mapped[datetime]

    letter: Mapped[Letter] = relationship(lazy="joined", innerjoin=True)

    @property
    def bound(self) -> bytes:
        """What the bytes in the store are bound to: this file of this message of this letter."""
        return b"xinxia/1/letter-attachment" + self.id.bytes + self.message_id.bytes + self.letter_id.bytes

    @property
    def seen_as(self) -> tuple[str, UUID]:
        """A look at a file is a look at its letter."""
        return "letter", self.letter_id


class AnswerDraft(Base):
    """An answer that somebody is still writing: under the author's key alone, one for each letter."""

    __tablename__ = "answer_draft"
    __table_args__ = (UniqueConstraint("author_id", "letter_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"), index=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    words: Mapped[bytes] = sealed(organisation="school_id", author="author_id")
    saved_at: Mapped[datetime] = mapped_column(index=True)


class AnswerReading(Base):
    """A second person's reading of an answer to a letter that may be grave; nobody and no time stand here before."""

    __tablename__ = "answer_reading"
    __table_args__ = (
        CheckConstraint("(read_at IS NULL) = (read_by IS NULL)", name="read"),
        CheckConstraint("read_by <> author_id", name="second"),
        Index("ix_answer_reading_remind_at", "remind_at"),
    )

    message_id: Mapped[UUID] = mapped_column(ForeignKey("letter_message.id"), primary_key=True)
    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"), index=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    due_at: Mapped[datetime]
    # How many tiers have heard that it is late, and when the next one does; nobody does once it was read.
    reminded: Mapped[int] = mapped_column(default=0, server_default="0")
    remind_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    read_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    letter: Mapped[Letter] = relationship(lazy="joined", innerjoin=True)


class EmergencyOpening(Base):
    """A sealed name, or a whole letter, opened under break-glass: why, for how long, and what somebody else found.

    The table keeps the name that it had when only names were opened so: what is sealed in it is bound to that.
    """

    __tablename__ = "name_opening"
    __table_args__ = (
        CheckConstraint("(reviewed_at IS NULL) = (reviewed_by IS NULL)", name="reviewed"),
        CheckConstraint("(reviewed_at IS NULL) = (verdict_code IS NULL)", name="verdict"),
        CheckConstraint(f"verdict_code IS NULL OR {one_of('verdict_code', VERDICTS)}", name="verdict_code"),
        CheckConstraint("reviewed_by <> opened_by", name="second"),
        CheckConstraint(f"basis_code IS NULL OR {one_of('basis_code', OPENING_BASES)}", name="basis"),
        CheckConstraint(one_of("subject_code", OPENED), name="subject"),
        CheckConstraint("(subject_code = 'letter') = (key_id IS NOT NULL)", name="key"),
        Index("ix_name_opening_remind_at", "remind_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject_code: Mapped[str] = mapped_column(default="name", server_default="name")
    # Whose key holds the letter's for the time it is open: an object that is wrapped to the opener alone.
    key_id: Mapped[UUID | None]
    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"), index=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    review_due_at: Mapped[datetime]
    # How many tiers have heard that nobody has looked at it, and when the next one does.
    reminded: Mapped[int] = mapped_column(default=0, server_default="0")
    remind_at: Mapped[datetime | None]
    # Under a key of its own: leadership and centre look at why, and read no letter for it. What is believed of the
    # opening stands in here, too: which letter, and until when.
    reason: Mapped[bytes] = sealed(organisation="school_id", author="opened_by")
    # What its writer is told of why; openings from before this was asked have none.
    basis_code: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    verdict_code: Mapped[str | None]

    letter: Mapped[Letter] = relationship()


class LetterRelease(Base):
    """Words of a letter told to one person outside the room, on a ground, signed; it never changes."""

    __tablename__ = "letter_release"
    __table_args__ = (
        CheckConstraint(one_of("basis_code", RELEASE_BASES), name="basis"),
        CheckConstraint("recipient_id <> author_id", name="recipient"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"), index=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    recipient_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    basis_code: Mapped[str]
    at: Mapped[datetime]
    words: Mapped[bytes] = sealed(organisation="school_id", author="author_id")
    signer_epoch: Mapped[int]
    signature: Mapped[bytes]


class BoxOpening(Base):
    """Somebody opened a box on a day and found so many letters; none is a finding too."""

    __tablename__ = "box_opening"
    __table_args__ = (
        CheckConstraint(one_of("box_code", BOXES), name="box"),
        CheckConstraint("found >= 0", name="found"),
        Index("ix_box_opening_day", "school_id", "box_code", "day"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    box_code: Mapped[str]
    day: Mapped[date]
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    found: Mapped[int]


class LetterCount(Base):
    """How many of at least five letters, counted together by somebody who opens them, were about something."""

    __tablename__ = "letter_count"
    __table_args__ = (
        CheckConstraint(one_of("box_code", BOXES), name="box"),
        CheckConstraint("count > 0", name="count"),
    )

    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    box_code: Mapped[str] = mapped_column(primary_key=True)
    # The Monday of the last week that was counted; the first is the one behind the count before.
    week: Mapped[date] = mapped_column(primary_key=True)
    # Empty: all letters that were counted.
    family_code: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
