"""Notices: that something waits for a person, which kind of thing, and its id; never its content."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from app import vault
from app.core.database import Base
from app.notifications.pacing import Pace, Quiet
from app.notifications.robots import Robot
from app.vault import server_sealed


class Notice(Base):
    """One thing that one person should know of.

    What stands under `mail_` is the message outside the pages, whichever way it goes: it is sent after the
    commit, by a job, perhaps later. One that is urgent waits for no hour.
    """

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("mail_state IN ('none', 'waiting', 'sent', 'given_up')", name="mail_state"),
        CheckConstraint("(mail_state = 'waiting') = (mail_due_at IS NOT NULL)", name="mail_due"),
        Index("ix_notice_person_seen", "person_id", "seen_at"),
        Index("ix_notice_mail_due_at", "mail_due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    urgent: Mapped[bool] = mapped_column(default=False, server_default=false())
    mail_state: Mapped[str]
    mail_tries: Mapped[int]
    mail_due_at: Mapped[datetime | None]


class NoticeChoice(Base):
    """How one person wants to be told outside the pages; without a row, by mail and not at night.

    Quiet hours are minutes of the day at school. A robot stands under the server's key, as mail addresses do:
    the server must use it without anybody being there.
    """

    __tablename__ = "notice_choice"
    __table_args__ = (
        CheckConstraint("way_code IN ('mail', 'dingtalk', 'wecom', 'none')", name="way"),
        CheckConstraint("pace_code IN ('at_once', 'hourly', 'mornings')", name="pace"),
        CheckConstraint("(way_code IN ('dingtalk', 'wecom')) = (robot_sealed IS NOT NULL)", name="robot"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL) AND quiet_from <> quiet_until", name="quiet"),
        CheckConstraint("quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439", name="minutes"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    way_code: Mapped[str]
    pace_code: Mapped[str]
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    robot_sealed: Mapped[bytes | None] = server_sealed(record="person_id", nullable=True)

    @property
    def robot(self) -> Robot | None:
        """The robot that is written to, if it is one."""
        return Robot(*vault.read_server(self, "robot_sealed")) if self.robot_sealed is not None else None

    @property
    def pace(self) -> Pace:
        """How soon, and when not."""
        return Pace(self.pace_code, _quiet(self.quiet_from, self.quiet_until))

    def keep(self, way: str, robot: Robot | None, pace: Pace) -> None:
        """Take what the person chose; the robot of another way is forgotten."""
        self.way_code, self.pace_code = way, pace.name
        self.quiet_from, self.quiet_until = [_minutes(end) for end in pace.quiet] if pace.quiet else (None, None)
        if robot is None:
            self.robot_sealed = None
        else:
            vault.write_server(self, "robot_sealed", [robot.token, robot.secret])


def _quiet(start: int | None, end: int | None) -> Quiet | None:
    return (_time(start), _time(end)) if start is not None and end is not None else None


def _time(minutes: int) -> time:
    return time(*divmod(minutes, 60))


def _minutes(wall: time) -> int:
    return wall.hour * 60 + wall.minute
