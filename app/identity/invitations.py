"""Invitations: printed slips whose code opens an account, once, within a fortnight; and resetting a login."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from app import audit, vault
from app.access import Actor, PostHeld, PostKind
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict, Invalid, Missing
from app.core.words import N_
from app.directory.contacts import settle_contacts
from app.directory.models import Organisation, Person
from app.directory.queries import organisations_of, people_in_post, posts_held, posts_of, today_at
from app.identity import arrivals, factor, keys, policy, service
from app.identity.credentials import Chosen, choosing, demand_fitting, holds_of, nobody, take_password
from app.identity.models import Account, Invitation
from app.identity.queries import HandedOut, actor_for, in_demo_mode
from app.vault import MistypedCode, codes, groups, people, slips
from app.vault.models import Slip

LASTS = timedelta(days=14)


class WrongSlip(Invalid):
    """A code that opens nothing: mistyped, used, replaced or too old; which of them is not said."""

    words = N_(
        "This code opens nothing. It may be mistyped, used already, withdrawn, replaced by a newer slip, "
        "or out of date."
    )


class SlipUsed(Conflict):
    """Too late to withdraw a slip: somebody has joined with it."""

    words = N_(
        "This slip was used already. If it was not used by the person it is for, close their account now and print a "
        "new slip."
    )


class SlipOver(Conflict):
    """A slip that opens nothing any more need not be withdrawn."""

    words = N_("This slip opens nothing any more: it was withdrawn before, or replaced by a newer one.")


class CannotInvite(Conflict):
    """The inviter's key was made before they had the post."""

    words = N_("Your key may not invite yet. Ask the district administrator to confirm it under Keys and admissions.")


class NoPostYet(Conflict):
    """Somebody without any post has nothing to enrol for."""

    words = N_("This person holds no post today. Give them a post first.")


@dataclass(frozen=True)
class Invitee:
    """Somebody on the staff as the one who invites sees them."""

    person_id: UUID
    district_id: UUID
    name: str = field(repr=False)
    number: str = field(repr=False)
    posts: tuple[PostHeld, ...]
    has_account: bool = False
    is_closed: bool = False
    invited_until: datetime | None = None
    invitation_id: UUID | None = None


@dataclass(frozen=True)
class PrintedSlip:
    """What is printed for one person; the code is kept nowhere else."""

    name: str = field(repr=False)
    number: str = field(repr=False)
    organisation: str
    posts: tuple[PostKind, ...]
    code: str = field(repr=False)
    resets: bool
    expires_at: datetime


@dataclass(frozen=True)
class OpenSlip:
    """A slip whose code was typed: for whom it is."""

    invitation: Invitation
    slip: Slip
    person: Person
    secret: bytes = field(repr=False)


def invitees(by: Actor) -> list[Invitee]:
    """Return everybody whom the actor may invite, by name."""
    today = today_at(by.district_id)
    found: set[UUID] = set()
    for organisation_id in _places(by):
        found |= set(people_in_post(organisation_id, today))
    accounts = {row.id: row for row in session().scalars(select(Account).where(Account.id.in_(found)))}
    waiting = {row.person_id: row for row in _open_invitations(found)}
    posts = posts_of(found, today)
    people_ = session().scalars(select(Person).where(Person.id.in_(found))).all()
    listed = [_invitee(p, posts[p.id], accounts.get(p.id), waiting.get(p.id)) for p in people_]
    return sorted((one for one in listed if policy.INVITE.allows(by, one)), key=lambda one: (one.name, one.number))


def _places(by: Actor) -> Iterable[UUID]:
    if by.holds(PostKind.DISTRICT_ADMIN):
        everywhere = organisations_of(by.district_id, "district", "school", "centre", "bureau")
        return [organisation.id for organisation in everywhere]
    return by.organisations(PostKind.SCHOOL_ADMIN)


def _invitee(
    person: Person, posts: tuple[PostHeld, ...], account: Account | None = None, slip: Invitation | None = None
) -> Invitee:
    return Invitee(
        person.id, person.district_id, person.name, person.number, posts, has_account=account is not None,
        is_closed=account is not None and account.state == "closed",
        invited_until=slip.expires_at if slip else None, invitation_id=slip.id if slip else None,
    )


def _open_invitations(person_ids: Iterable[UUID]) -> Sequence[Invitation]:
    return session().scalars(
        select(Invitation).where(
            Invitation.person_id.in_(list(person_ids)), Invitation.state == "open",
            Invitation.expires_at > clock.now(),
        )
    ).all()


def make_invitations(person_ids: Iterable[UUID], *, by: Actor) -> list[PrintedSlip]:
    """Make a slip for each of these people and void their older ones; the codes are in the answer alone.

    For somebody who has an account already, the slip gives the login anew: fresh keys, and none of the old.
    """
    if not people.vouches(by.person_id):
        raise CannotInvite()
    invited = [_demand_invitee(person_id, by) for person_id in dict.fromkeys(person_ids)]
    return [_invite(person, posts, by=by) for person, posts in invited]


def _demand_invitee(person_id: UUID, by: Actor) -> tuple[Person, tuple[PostHeld, ...]]:
    person = session().get(Person, person_id)
    if person is None:
        raise Missing()
    posts = posts_held(person.id, today_at(by.district_id))
    policy.INVITE.demand(by, _invitee(person, posts))
    return person, posts


def _invite(person: Person, posts: tuple[PostHeld, ...], *, by: Actor) -> PrintedSlip:
    resets = session().get(Account, person.id) is not None
    void_invitations_of(person.id)
    code = codes.new_code(codes.INVITATION_BITS)
    secret = codes.read_code(code)
    expires_at = clock.now() + LASTS
    vouches = any(post.kind in keys.VOUCHING for post in posts)
    slip = slips.make_slip(person.id, code=secret, expires_at=expires_at, by=by.ring, vouches=vouches)
    place = _place_of(posts, by)
    session().add(
        Invitation(
            id=slip.id, person_id=person.id, organisation_id=place.id, inviter_id=by.person_id,
            lookup=slips.slip_lookup(secret), kind="reset" if resets else "first", state="open",
            created_at=clock.now(), expires_at=expires_at,
        )
    )
    session().flush()
    if not resets:
        _load(slip, posts, by)
    action = "login:reset_offered" if resets else "invitation:made"
    audit.record(by, action, organisation=place.id, subject=("person", person.id))
    kinds = tuple(dict.fromkeys(post.kind for post in posts))
    return PrintedSlip(person.name, person.number, place.name, kinds, code, resets, expires_at)


def _place_of(posts: tuple[PostHeld, ...], by: Actor) -> Organisation:
    own = by.organisations()
    here = next((post for post in posts if post.organisation_id in own), posts[0])
    return session().get_one(Organisation, here.organisation_id)


def _load(slip: Slip, posts: tuple[PostHeld, ...], by: Actor) -> None:
    """Let a first slip carry those keys that the inviter holds and the newcomer's posts ask for."""
    for place in keys.places_of(posts):
        group = place.group()
        if group is not None and by.ring.belongs_to(group.id):
            groups.admit_slip(group.id, slip=slip, by=by.ring)


def void_invitations_of(person_id: UUID) -> None:
    """Make a person's open slips useless, with every key they carried."""
    for row in session().scalars(
        select(Invitation).where(Invitation.person_id == person_id, Invitation.state == "open")
    ):
        row.state = "void"
        slips.void_slip(row.id)
    session().flush()


def withdraw(handed_out: HandedOut, *, by: Actor) -> None:
    """Make a slip useless that was lost, with every key it carried; raises SlipUsed and SlipOver.

    Its code is answered afterwards as one that never was.
    """
    row = handed_out.invitation
    taken = session().execute(
        update(Invitation)
        .where(Invitation.id == row.id, Invitation.state == "open")
        .values(state="void")
        .execution_options(synchronize_session=False)
    )
    session().refresh(row)
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise SlipUsed() if row.state == "used" else SlipOver()
    slips.void_slip(row.id)
    audit.record(
        by, "invitation:withdrawn", organisation=row.organisation_id, subject=("person", row.person_id), slip=row.id
    )


def close_account(person_id: UUID, *, by: Actor) -> None:
    """End somebody's access at once, and make the slips useless that would open it again."""
    void_invitations_of(person_id)
    service.close_account(person_id, by=by)


def forget_expired() -> int:
    """Take the keys from slips whose time is over; return how many. A job's work."""
    rows = session().scalars(
        select(Invitation).where(Invitation.state == "open", Invitation.expires_at <= clock.now())
    ).all()
    for row in rows:
        row.state = "void"
        slips.void_slip(row.id, quietly=True)
    return len(rows)


def find_slip(code: str) -> OpenSlip:
    """Return the slip that a typed code opens; raises MistypedCode for a typing error, else WrongSlip."""
    secret = codes.read_code(code)
    invitation = session().scalar(select(Invitation).where(Invitation.lookup == slips.slip_lookup(secret)))
    if invitation is None or invitation.state != "open":
        raise WrongSlip()
    slip = session().get_one(Slip, invitation.id)
    # The slip's own time is signed by the inviter; the invitation's is for lists.
    if min(slip.expires_at, invitation.expires_at) <= clock.now():
        raise WrongSlip()
    return OpenSlip(invitation, slip, session().get_one(Person, slip.user_id), secret)


def joining(*, code: str, password: str) -> Callable[[], Chosen]:
    """Return the slow part of joining, the same for a code that opens nothing."""
    try:
        person_id = find_slip(code).person.id
    except Invalid:
        person_id = nobody().id
    return choosing(person_id, password)


def join(chosen: Chosen, *, code: str) -> service.SignedIn:
    """Open the account (or the login anew) that a slip is for, and begin a session.

    Of two uses of one slip one wins; raises WrongSlip for the other, and Untrusted for a forged slip.
    """
    found = find_slip(code)
    if chosen.person_id != found.person.id:
        raise WrongSlip()
    # Before anything is written: a page that shows the refusal commits what was done so far.
    demand_fitting(chosen.password, found.person)
    taken = session().execute(
        update(Invitation)
        .where(Invitation.id == found.invitation.id, Invitation.state == "open")
        .values(state="used")
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise WrongSlip()
    session().refresh(found.invitation)
    found.slip.used_at = clock.now()
    if not posts_held(found.person.id, today_at(found.invitation.organisation_id)):
        raise NoPostYet()
    account, ring = _open_account(found, chosen)
    vault.trust().user_key(ring.user_id, ring.epoch)
    groups.take_over_from_slip(found.slip, slips.slip_pair(found.secret), to=ring)
    keys.leave_others(found.person.id, found.invitation.organisation_id)
    ring.forget_memberships()
    action = "account:opened" if found.invitation.kind == "first" else "account:reset"
    actor = actor_for(found.person.id, ring, via="page")
    audit.record(
        actor, action, organisation=found.invitation.organisation_id, subject=("person", found.person.id),
        invited_by=found.invitation.inviter_id, holds=holds_of(account),
    )
    keys.found_missing(by=actor)
    settle_contacts(actor)
    arrivals.tell_of_newcomer(actor)
    return service.begin_session(account, ring)


def _open_account(found: OpenSlip, chosen: Chosen) -> tuple[Account, vault.KeyRing]:
    person_id = found.person.id
    account = session().get(Account, person_id)
    if account is None:
        account = Account(id=person_id, created_at=clock.now())
        session().add(account)
    else:
        service.end_sessions_of(person_id)
        groups.leave_all(person_id)
    account.state, account.demo, account.recovery_due = "active", in_demo_mode(), True
    account.factor_step = 0
    kek = take_password(account, chosen, found.person)
    session().flush()
    factor.clear(account)
    ring = people.enrol(person_id, kek=kek, recovery_code=None, signer=slips.slip_signer(found.slip, found.secret))
    people.retire_keys(person_id)
    return account, ring


__all__ = ["Invitee", "MistypedCode", "OpenSlip", "PrintedSlip", "WrongSlip", "find_slip", "join", "make_invitations"]
