"""Writing notices in the deed's own transaction, and taking note that they were seen."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select, update

from app.access import Actor
from app.audit import Doer
from app.core import clock
from app.core.database import session
from app.core.ids import new_id
from app.directory.models import Person
from app.notifications.models import Notice


def queue(
    kind: str, *, to: Iterable[UUID], organisation: UUID, subject: tuple[str, UUID], by: Doer
) -> int:
    """Write one notice for each person but the doer; return how many. Who holds no key must not be among them."""
    people = [person_id for person_id in dict.fromkeys(to) if person_id != by.person_id]
    reachable = _with_mail(people) if session().info.get("gateway") else set()
    now = clock.now()
    for person_id in people:
        mailed = person_id in reachable
        session().add(
            Notice(
                id=new_id(), person_id=person_id, organisation_id=organisation, kind=kind, subject_kind=subject[0],
                subject_id=subject[1], at=now, seen_at=None, mail_state="waiting" if mailed else "none",
                mail_tries=0, mail_due_at=now if mailed else None,
            )
        )
    session().flush()
    return len(people)


def _with_mail(people: list[UUID]) -> set[UUID]:
    return {person.id for person in session().scalars(select(Person).where(Person.id.in_(people))) if person.mail}


def see(notice: Notice, *, by: Actor) -> None:
    """Take note that a person followed their notice; others about the same record are seen with it."""
    see_all_about(notice.subject_id, by=by)


def see_all_about(subject_id: UUID, *, by: Actor) -> None:
    """Take note that a person looked at the record that these notices are about; no mail follows any more."""
    _mark(by, Notice.subject_id == subject_id)


def see_everything(*, by: Actor) -> None:
    """Take note that a person has read their list of notices."""
    _mark(by)


def _mark(by: Actor, *where: object) -> None:
    session().execute(
        update(Notice)
        .where(Notice.person_id == by.person_id, Notice.seen_at.is_(None), *where)  # type: ignore[arg-type]
        .values(seen_at=clock.now())
    )
    session().execute(
        update(Notice)
        .where(Notice.person_id == by.person_id, Notice.mail_state == "waiting", *where)  # type: ignore[arg-type]
        .values(mail_state="none", mail_due_at=None)
    )
