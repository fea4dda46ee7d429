"""Finding accounts and sessions, and building the actor of a request from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, exists, func, or_, select

from app.access import Actor, PostHeld
from app.core import clock
from app.core.database import session
from app.directory.models import Organisation, Person, Post
from app.directory.queries import posts_held
from app.identity.models import Account, BackupCode, HalfSignIn, Invitation, RefusedAdmission, SignInSession
from app.vault import Damaged, KeyRing, people
from app.vault.models import UserKey

# Posts begin and end by the calendar of the district.
_DISTRICT_ZONE = ZoneInfo("Asia/Shanghai")
HALF_LASTS = timedelta(minutes=5)
"""How long the code may take after the password."""


def district_id() -> UUID | None:
    """Return the one district of this installation, or None before set-up."""
    return session().scalar(select(Organisation.id).where(Organisation.kind == "district"))


def find_account(index: bytes) -> Account | None:
    """Return the account of the person with this blind index of a staff number."""
    return session().scalar(
        select(Account).join(Person, Person.id == Account.id).where(Person.number_index == index)
    )


def get_account(person_id: UUID) -> Account | None:
    """Return the account of a person."""
    return session().get(Account, person_id)


def has_open_account(person_id: UUID) -> bool:
    """Say whether a person has an account that is not closed."""
    account = session().get(Account, person_id)
    return account is not None and account.state == "active"


def is_open(account: Account | None) -> bool:
    """Say whether an account can be used: an account of demo mode only in demo mode."""
    return account is not None and account.state == "active" and (not account.demo or in_demo_mode())


def in_demo_mode() -> bool:
    """Say whether this installation is there to be looked at."""
    return bool(session().info.get("demo", False))


def today() -> date:
    """Return the day by the calendar of the district: on it posts begin and end."""
    return clock.now().astimezone(_DISTRICT_ZONE).date()


def live_session(session_id: bytes) -> SignInSession | None:
    """Return a session that is neither idle too long nor too old, of an account that can be used."""
    found = session().execute(_SIGNED_IN, {"session": session_id}).first()
    if found is None or seconds_left(found[0]) <= 0:
        return None
    return found[0] if is_open(found[1]) else None


def seconds_left(row: SignInSession) -> int:
    """Return for how long a session still lives when nothing more is done; negative when it has ended."""
    idle, absolute = _lifetimes()
    return int((min(row.seen_at + idle, row.created_at + absolute) - clock.now()).total_seconds())


def seconds_if_used(row: SignInSession) -> int:
    """Return for how long a session lives from this request on."""
    idle, absolute = _lifetimes()
    return int(min(idle, row.created_at + absolute - clock.now()).total_seconds())


def session_ends_in(actor: Actor) -> int | None:
    """Return for how many seconds the actor's session lives from this request on."""
    row = session().get(SignInSession, actor.session_id) if actor.session_id else None
    return seconds_if_used(row) if row is not None else None


def is_over() -> ColumnElement[bool]:
    """Return the condition under which a session's row is of no use any more."""
    idle, absolute = _lifetimes()
    now = clock.now()
    return or_(SignInSession.seen_at < now - idle, SignInSession.created_at < now - absolute)


def _lifetimes() -> tuple[timedelta, timedelta]:
    info = session().info
    return info.get("session_idle", timedelta(minutes=20)), info.get("session_absolute", timedelta(hours=10))


def live_half(half_id: bytes) -> HalfSignIn | None:
    """Return a sign-in that waits for its code."""
    row = session().get(HalfSignIn, half_id)
    if row is None or clock.now() - row.created_at > HALF_LASTS:
        return None
    return row if is_open(session().get(Account, row.account_id)) else None


def actor_of(row: SignInSession, *, token: bytes, via: str) -> Actor | None:
    """Return the actor whom cookie and row together unlock, with the posts of today."""
    try:
        ring = people.unlock_session(
            row.account_id, token=token, server_half=row.server_half, session_id=row.id, wrapped=row.wrapped
        )
    except Damaged:
        return None
    return actor_for(row.account_id, ring, via=via, session_id=row.id, verified_at=row.verified_at)


def actor_for(
    person_id: UUID, ring: KeyRing, *, via: str, session_id: bytes | None = None, verified_at: datetime | None = None
) -> Actor:
    """Return a person as an actor, with the posts of today and an unlocked key ring."""
    person = session().get_one(Person, person_id)
    return Actor(
        person_id=person_id,
        district_id=person.district_id,
        posts=posts_held(person_id, today()),
        ring=ring,
        name=person.name,
        via=via,
        session_id=session_id,
        verified_at=verified_at or clock.now(),
    )


def sessions_of(actor: Actor) -> Sequence[SignInSession]:
    """Return the actor's sessions that still live, the newest first."""
    return session().scalars(
        select(SignInSession)
        .where(SignInSession.account_id == actor.person_id, ~is_over())
        .order_by(SignInSession.created_at.desc())
    ).all()


def unused_backup_codes(person_id: UUID) -> int:
    """Return how many backup codes a person has left."""
    left = session().scalar(
        select(func.count()).where(BackupCode.account_id == person_id, BackupCode.used_at.is_(None))
    )
    return left or 0


@dataclass(frozen=True)
class HeldPost:
    """A post as the policy asks for it."""

    post: Post
    person: Person

    __tablename__ = "post"

    @property
    def id(self) -> UUID:
        """The post's id."""
        return self.post.id

    @property
    def organisation_id(self) -> UUID:
        """Where the post is held."""
        return self.post.organisation_id

    @property
    def district_id(self) -> UUID:
        """The district of the person."""
        return self.person.district_id


def get_held_post(person_id: UUID, post_id: UUID) -> HeldPost | None:
    """Return a post of this person, and no other's."""
    found = session().execute(
        select(Post, Person).join(Person, Person.id == Post.person_id).where(Post.id == post_id, Person.id == person_id)
    ).first()
    return HeldPost(found[0], found[1]) if found else None


@dataclass(frozen=True)
class HandedOut:
    """A slip as the policy asks for it: with the person it is for, and their posts of today."""

    invitation: Invitation
    person: Person
    posts: tuple[PostHeld, ...]

    __tablename__ = "invitation"

    @property
    def id(self) -> UUID:
        """The invitation's id."""
        return self.invitation.id

    @property
    def person_id(self) -> UUID:
        """For whom it was printed."""
        return self.person.id

    @property
    def organisation_id(self) -> UUID:
        """The organisation in whose name it was printed."""
        return self.invitation.organisation_id

    @property
    def district_id(self) -> UUID:
        """The district of the person."""
        return self.person.district_id


def get_handed_out(invitation_id: UUID) -> HandedOut | None:
    """Return a slip that was printed, whatever became of it; one that never was costs as much."""
    found = session().execute(
        select(Invitation, Person).join(Person, Person.id == Invitation.person_id).where(Invitation.id == invitation_id)
    ).first()
    posts = posts_held(found[1].id if found else invitation_id, today())
    return HandedOut(found[0], found[1], posts) if found else None


def refusals_in(group_ids: Iterable[UUID]) -> Sequence[RefusedAdmission]:
    """Return whose present key was refused for one of these groups, by whom and when."""
    return _refusals(RefusedAdmission.group_id.in_(list(group_ids)))


def refusals_about(person_id: UUID) -> Sequence[RefusedAdmission]:
    """Return for which groups somebody's present key was refused."""
    return _refusals(RefusedAdmission.person_id == person_id)


def _refusals(condition: ColumnElement[bool]) -> Sequence[RefusedAdmission]:
    """Return refusals that still count: of open accounts, and of the keys that these have now."""
    newer = exists().where(
        UserKey.user_id == RefusedAdmission.person_id, UserKey.epoch > RefusedAdmission.key_epoch
    )
    return session().scalars(
        select(RefusedAdmission)
        .join(Account, Account.id == RefusedAdmission.person_id)
        .where(condition, Account.state == "active", ~newer)
        .order_by(RefusedAdmission.at, RefusedAdmission.group_id)
    ).all()


# Written once: building a statement costs more than the database needs to carry it out. The session holds on to the
# person, whom every request asks for next.
_SIGNED_IN = (
    select(SignInSession, Account, Person)
    .join(Account, Account.id == SignInSession.account_id)
    .join(Person, Person.id == Account.id)
    .where(SignInSession.id == bindparam("session"))
)
