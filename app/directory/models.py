"""Organisations, grades, classes, students, people and their posts; names are sealed, only ids are readable."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app import vault
from app.core.database import Base
from app.vault import read_server, sealed, server_sealed
from app.vault.encoding import lengths
from app.vault.server import ServerKey


class Organisation(Base):
    """The district and what belongs to it: schools, the guidance centre, the education bureau."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("kind IN ('district', 'school', 'centre', 'bureau')", name="kind"),
        CheckConstraint("(kind = 'district') = (district_id = id)", name="district"),
        UniqueConstraint("district_id", "name"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    district_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    # The object under whose key a school's directory pages are sealed; its staff group holds it.
    directory_id: Mapped[UUID]
    # Terms, holidays and bells as app.schooltime dumps them; None: the default calendar.
    calendar: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]


class Grade(Base):
    """A year group of one school, in the order of the school's years."""

    __tablename__ = "grade"
    __table_args__ = (UniqueConstraint("school_id", "label"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    label: Mapped[str]
    position: Mapped[int]


class SchoolClass(Base):
    """A class of a grade."""

    __tablename__ = "school_class"
    __table_args__ = (UniqueConstraint("grade_id", "label"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    grade_id: Mapped[UUID] = mapped_column(ForeignKey("grade.id"))
    label: Mapped[str]
    position: Mapped[int]


class Student(Base):
    """A student as an opaque id: the name stands sealed on the directory page of the class."""

    __tablename__ = "student"
    __table_args__ = (
        UniqueConstraint("school_id", "number_index"),
        CheckConstraint("state IN ('enrolled', 'left')", name="state"),
        CheckConstraint("(state = 'left') = (left_on IS NOT NULL)", name="left_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("school_class.id"), index=True)
    # HMAC of the normalised student number under a key that the school's staff group holds.
    number_index: Mapped[bytes]
    state: Mapped[str]
    joined_on: Mapped[date]
    left_on: Mapped[date | None]


class DirectoryPage(Base):
    """The students of one class, sealed to the school's staff: number, name, reading; nothing else."""

    __tablename__ = "directory_page"
    __table_args__ = (
        UniqueConstraint("school_id", "class_id"),
        Index(
            "uq_directory_page_left",
            "school_id",
            unique=True,
            sqlite_where=text("class_id IS NULL"),
            postgresql_where=text("class_id IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    # None: the page of those who left.
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("school_class.id"))
    directory_id: Mapped[UUID]
    lines: Mapped[bytes] = sealed(object="directory_id", record="id", organisation="school_id")


class ClassContacts(Base):
    """Birth dates, guardians and family flags of one class: one object, wrapped to few."""

    __tablename__ = "class_contacts"
    __table_args__ = (UniqueConstraint("class_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    class_id: Mapped[UUID] = mapped_column(ForeignKey("school_class.id"))
    contacts: Mapped[bytes] = sealed(organisation="school_id")


class Person(Base):
    """Somebody on the staff; the name stands under the server's key, because pages must name readers."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("district_id", "number_index"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    district_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    number_index: Mapped[bytes]
    name_sealed: Mapped[bytes] = server_sealed()
    number_sealed: Mapped[bytes] = server_sealed()
    mail_sealed: Mapped[bytes] = server_sealed()
    created_at: Mapped[datetime]

    @property
    def name(self) -> str:
        """The person's name."""
        return str(read_server(self, "name_sealed"))

    @property
    def number(self) -> str:
        """The staff number, which is also the sign-in name."""
        return str(read_server(self, "number_sealed"))

    @property
    def mail(self) -> str | None:
        """The mail address for notices, if there is one."""
        found = read_server(self, "mail_sealed")
        return str(found) if found else None


class Post(Base):
    """What a person is in charge of, from when to when; both days included.

    Keys follow posts without anybody's doing. Each therefore carries the server's mark: one that was written or
    changed by SQL counts for nothing.
    """

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="dates"),
        CheckConstraint(
            "kind IN ('class_teacher', 'subject_teacher', 'head_of_grade', 'counsellor', 'lead', 'school_admin',"
            " 'centre_counsellor', 'centre_head', 'district_admin', 'auditor')",
            name="kind",
        ),
        Index("ix_post_organisation_kind", "organisation_id", "kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    grade_id: Mapped[UUID | None] = mapped_column(ForeignKey("grade.id"))
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("school_class.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    mark: Mapped[bytes]

    def make_mark(self) -> None:
        """Mark the post as it stands now as given by this server."""
        self.mark = vault.server_mac(_post_statement(self))

    def is_marked(self) -> bool:
        """Say whether this server, under any of its keys, gave the post as it stands."""
        return is_marked(self, vault.server_key())


def is_marked(post: Any, key: ServerKey) -> bool:
    """Say of a post, or of its columns as they were asked for, whether the server gave it as it stands."""
    return key.verify_mac(_post_statement(post), post.mark)


def _post_statement(post: Any) -> bytes:
    ends = post.ends_on.isoformat() if post.ends_on else None
    return lengths(
        "xinxia/1/post", post.id, post.person_id, post.kind, post.organisation_id, post.grade_id, post.class_id,
        post.starts_on.isoformat(), ends,
    )
