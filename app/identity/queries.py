"""Finding accounts and sessions, and building the actor of a request from them."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.access import Actor
from app.core import clock
from app.core.database import session
from app.directory.models import Person
from app.directory.queries import posts_held
from app.identity.models import Account, SignInSession
from app.vault import Damaged, KeyRing, people

# Posts begin and end by the calendar of the district.
_DISTRICT_ZONE = ZoneInfo("Asia/Shanghai")


def find_account(index: bytes) -> Account | None:
    """Return the account of the person with this blind index of a staff number."""
    return session().scalar(
        select(Account).join(Person, Person.id == Account.id).where(Person.number_index == index)
    )


def live_session(session_id: bytes, *, idle: timedelta, absolute: timedelta) -> SignInSession | None:
    """Return a session that is neither idle too long nor too old, of an account that is active."""
    row = session().get(SignInSession, session_id)
    if row is None:
        return None
    now = clock.now()
    if now - row.seen_at > idle or now - row.created_at > absolute:
        return None
    account = session().get(Account, row.account_id)
    return row if account is not None and account.state == "active" else None


def actor_of(row: SignInSession, *, token: bytes, via: str) -> Actor | None:
    """Return the actor whom cookie and row together unlock, with the posts of today."""
    try:
        ring = people.unlock_session(
            row.account_id, token=token, server_half=row.server_half, session_id=row.id, wrapped=row.wrapped
        )
    except Damaged:
        return None
    return actor_for(row.account_id, ring, via=via, row=row)


def actor_for(person_id: UUID, ring: KeyRing, *, via: str, row: SignInSession | None = None) -> Actor:
    """Return a person as an actor, with the posts of today and an unlocked key ring."""
    person = session().get_one(Person, person_id)
    today = clock.now().astimezone(_DISTRICT_ZONE).date()
    return Actor(
        person_id=person_id,
        district_id=person.district_id,
        posts=posts_held(person_id, today),
        ring=ring,
        name=person.name,
        via=via,
        session_id=row.id if row else None,
        verified_at=row.verified_at if row else clock.now(),
    )


def sessions_of(actor: Actor) -> Sequence[SignInSession]:
    """Return the actor's sessions, the newest first."""
    return session().scalars(
        select(SignInSession)
        .where(SignInSession.account_id == actor.person_id)
        .order_by(SignInSession.created_at.desc())
    ).all()
