"""Writing notices in the deed's own transaction, and taking note that they were seen."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from app.access import Actor
from app.audit import Doer
from app.core import clock
from app.core.database import session, write_down
from app.core.ids import new_id
from app.notifications.models import Notice
from app.notifications.queries import was_looked_at
from app.notifications.wishes import carried_wishes

_AT_A_TIME = 500


def queue(
    kind: str,
    *,
    to: Iterable[UUID],
    organisation: UUID,
    subject: tuple[str, UUID],
    by: Doer,
    urgent: bool = False,
) -> int:
    """Write one notice for each person but the doer; return how many. Who holds no key must not be among them.

    An urgent one waits neither for the end of quiet hours nor for others to be gathered with it.
    """
    people = [person_id for person_id in dict.fromkeys(to) if person_id != by.person_id]
    leaving = {
        person_id: wish.leaves_at(organisation, urgent=urgent) for person_id, wish in carried_wishes(people).items()
    }
    now = clock.now()
    write_down(
        [
            Notice(
                id=new_id(), person_id=person_id, organisation_id=organisation, kind=kind, subject_kind=subject[0],
                subject_id=subject[1], at=now, seen_at=None, urgent=urgent,
                mail_state="waiting" if person_id in leaving else "none", mail_tries=0,
                mail_due_at=leaving.get(person_id),
            )
            for person_id in people
        ]
    )
    return len(people)


def see(notice: Notice, *, by: Actor) -> None:
    """Take note that a person followed their notice; others about the same record are seen with it."""
    _mark(Notice.person_id == by.person_id, Notice.subject_id == notice.subject_id)


def see_everything(*, by: Actor) -> None:
    """Take note that a person has read their list of notices."""
    _mark(Notice.person_id == by.person_id)


def see_what_was_looked_at() -> int:
    """Keep with the notices what the trail says of them, a turn's worth; return how many. A job's work."""
    looked = session().scalars(select(Notice.id).where(Notice.seen_at.is_(None), was_looked_at()).limit(_AT_A_TIME))
    ids = looked.all()
    _mark(Notice.id.in_(ids))
    return len(ids)


def _mark(*which: ColumnElement[bool]) -> None:
    """Note that notices were seen; no mail follows any more."""
    session().execute(update(Notice).where(Notice.seen_at.is_(None), *which).values(seen_at=clock.now()))
    session().execute(
        update(Notice).where(Notice.mail_state == "waiting", *which).values(mail_state="none", mail_due_at=None)
    )
