"""Choosing how one is told outside the pages, and trying whether it works."""

from typing import Literal
from uuid import UUID

from sqlalchemy import select

from app import audit
from app.access import Actor
from app.audit.body import Code
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict, Invalid
from app.core.ids import new_id
from app.core.words import N_
from app.directory.models import Person
from app.notifications.carriers import carriers
from app.notifications.models import Notice, NoticeChoice
from app.notifications.pacing import Pace
from app.notifications.queries import TEST, get_choice, get_test
from app.notifications.robots import Robot, robot_at
from app.notifications.wishes import Wish, wishes_of

ROBOTS = ("dingtalk", "wecom")
_CHOSEN = ("way_code", "pace_code", "quiet_from", "quiet_until", "robot_sealed")
Tested = Literal["under_way", "not_yet", "sent", "given_up"]


class NotOffered(Invalid):
    """This installation sends nothing this way, or nobody has entered a mail address."""

    words = N_("This way is not open to you here. Please choose another.")

    def __init__(self) -> None:
        super().__init__(errors={"way": [self.words]})


class RobotMissing(Invalid):
    """A chat was chosen, and neither given nor kept is where to write."""

    words = N_("Please paste the address of the robot, together with its secret if it has one.")

    def __init__(self) -> None:
        super().__init__(errors={"robot": [self.words]})


class NothingToTest(Conflict):
    """Nothing leaves these pages for this person."""

    words = N_("Choose a way first, and save it.")


def wish_of(person_id: UUID) -> Wish:
    """Return what a person wishes at present."""
    return wishes_of([person_id])[person_id]


def ways_open_to(person_id: UUID) -> tuple[str, ...]:
    """Return the ways a person can choose: those that the installation carries, and none."""
    has_mail = bool(session().get_one(Person, person_id).mail)
    return (*(way for way in carriers() if way != "mail" or has_mail), "none")


def choose(*, way: str, pace: Pace, by: Actor, address: str = "", secret: str = "") -> None:
    """Take a person's choice; an empty address keeps the robot that is kept.

    Raises NotOffered, RobotMissing, NotARobot, NotASecret.
    """
    if way not in ways_open_to(by.person_id):
        raise NotOffered()
    kept = get_choice(by.person_id)
    robot = _robot(way, address, secret, kept) if way in ROBOTS else None
    choice = kept or NoticeChoice(person_id=by.person_id)
    choice.keep(way, robot, pace)
    session().add(choice)
    session().flush()
    _leave_anew(by.person_id)
    _record(by, "notice:chosen", holds=audit.holding(choice, *_CHOSEN))


def _robot(way: str, address: str, secret: str, kept: NoticeChoice | None) -> Robot:
    if address:
        return robot_at(way, address, secret)
    if kept is None or kept.way_code != way or kept.robot is None or secret:
        raise RobotMissing()
    return kept.robot


def _leave_anew(person_id: UUID) -> None:
    """Let what waits leave as the person wishes now; a test of what was chosen before says nothing any more."""
    wish = wish_of(person_id)
    waiting = select(Notice).where(Notice.person_id == person_id, Notice.mail_state == "waiting")
    for notice in session().scalars(waiting).all():
        if wish.is_carried and notice.kind != TEST:
            notice.mail_tries = 0
            notice.mail_due_at = wish.leaves_at(notice.organisation_id, urgent=notice.urgent)
        else:
            notice.mail_state, notice.mail_due_at = "none", None
    session().flush()


def send_test(*, by: Actor) -> None:
    """Send the person a notice at once, the way they chose; one at a time. Raises NothingToTest."""
    if not wish_of(by.person_id).is_carried:
        raise NothingToTest()
    notice = get_test(by.person_id)
    if tested(notice) == "under_way":
        return
    notice = notice or _new_test(by)
    # Nobody has to read it: it says nothing that its reader does not know.
    notice.at = notice.seen_at = clock.now()
    notice.mail_state, notice.mail_tries, notice.mail_due_at = "waiting", 0, notice.at
    session().add(notice)
    session().flush()
    _record(by, "notice:tested")


def _new_test(by: Actor) -> Notice:
    organisation_id = by.posts[0].organisation_id if by.posts else by.district_id
    return Notice(
        id=new_id(), person_id=by.person_id, organisation_id=organisation_id, kind=TEST,
        subject_kind="notice_choice", subject_id=by.person_id, urgent=True,
    )


def tested(notice: Notice | None) -> Tested | None:
    """Say how the latest test of what is chosen now fares; None where there is none."""
    if notice is None or notice.mail_state == "none":
        return None
    if notice.mail_state == "waiting":
        return "not_yet" if notice.mail_tries else "under_way"
    return "sent" if notice.mail_state == "sent" else "given_up"


def _record(by: Actor, action: str, **codes: Code) -> None:
    audit.record(by, action, organisation=by.district_id, subject=("person", by.person_id), **codes)
