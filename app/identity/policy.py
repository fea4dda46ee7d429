"""Everybody keeps their own account; administrators invite; whoever holds a group's key admits to it."""

from collections.abc import Iterable
from typing import Any

from app.access import CENTRE, Actor, Permission, PostHeld, PostKind, is_signed_in, relation, role
from app.directory.policy import administers, in_own_district, is_district_admin, is_school_admin

_OF_THE_DISTRICT = (*CENTRE, PostKind.SCHOOL_ADMIN, PostKind.DISTRICT_ADMIN, PostKind.AUDITOR)
KEYHOLDERS = (PostKind.COUNSELLOR, PostKind.HEAD_OF_GRADE, PostKind.LEAD, *_OF_THE_DISTRICT)
"""The posts whose groups admit their colleagues themselves."""


@role
def keeps_keys(actor: Actor, record: Any) -> bool:
    """Hold a post whose group admits its colleagues itself."""
    return actor.holds(*KEYHOLDERS)


@role
def is_counsellor(actor: Actor, record: Any) -> bool:
    """Be a school's counsellor."""
    return actor.holds(PostKind.COUNSELLOR)


def answers_to_the_district(posts: Iterable[PostHeld]) -> bool:
    """Say whether any of these posts answers to the district and not to a school."""
    return any(post.kind in _OF_THE_DISTRICT for post in posts)


@relation
def is_colleague_of_mine(actor: Actor, record: Any) -> bool:
    """Administer the school of somebody who answers to nobody but the school."""
    own = any(actor.at(post.organisation_id, PostKind.SCHOOL_ADMIN) for post in record.posts or ())
    return own and not answers_to_the_district(record.posts or ())


@relation
def answers_to_my_district(actor: Actor, record: Any) -> bool:
    """Administer the district to which the person's post answers: administrators, the centre, auditors."""
    return bool(record.district_id == actor.district_id) and answers_to_the_district(record.posts or ())


@relation
def is_left_to_my_school(actor: Actor, member: Any) -> bool:
    """Administer every school where somebody works, or worked last, who does not answer to the district."""
    mine = actor.organisations(PostKind.SCHOOL_ADMIN)
    # Who never worked here costs no look at today, like somebody who does not exist.
    if not mine & (member.organisation_ids or frozenset()):
        return False
    places = member.present_organisation_ids or member.organisation_ids
    return places <= mine and not any(held.kind in _OF_THE_DISTRICT for held in member.posts)


@relation
def is_somebody_else(actor: Actor, record: Any) -> bool:
    """Be another person: nobody resets their own login, and nobody closes their own account."""
    return bool((record.person_id if hasattr(record, "person_id") else record.id) != actor.person_id)


OWN_ACCOUNT = Permission("account:own", [is_signed_in])
# The second factor and the recovery code open the account: changing them asks who it is.
SECURE_ACCOUNT = Permission("account:secure", [is_signed_in], reauth=True)
LIST_INVITATIONS = Permission("invitation:list", [is_school_admin], [is_district_admin])
MAKE_INVITATIONS = Permission("invitation:make", [is_school_admin], [is_district_admin], reauth=True)
INVITE = Permission(
    "person:invite",
    [is_school_admin, is_colleague_of_mine, is_somebody_else],
    [is_district_admin, answers_to_my_district, is_somebody_else],
)
# Whoever may print somebody's slip may take it back.
WITHDRAW_INVITATION = Permission("invitation:withdraw", *INVITE.ways)
CLOSE_ACCOUNT = Permission(
    "account:close",
    [is_school_admin, is_left_to_my_school, is_somebody_else],
    [is_district_admin, in_own_district, is_somebody_else],
    reauth=True,
)
END_POST = Permission("post:end", [is_school_admin, administers], [is_district_admin, in_own_district], reauth=True)
TASKS = Permission("key:tasks", [keeps_keys])
ADMIT = Permission("key:admit", [keeps_keys], reauth=True)
# It takes nothing from anybody and can be taken back: whoever sees other words should not have to look for a password.
REFUSE = Permission("key:refuse", [keeps_keys])
KEEP_CARD = Permission("card:keep", [is_counsellor], reauth=True)
USE_CARD = Permission("card:use", [is_counsellor], reauth=True)

PERMISSIONS = (
    OWN_ACCOUNT, SECURE_ACCOUNT, LIST_INVITATIONS, MAKE_INVITATIONS, INVITE, WITHDRAW_INVITATION, CLOSE_ACCOUNT,
    END_POST, TASKS, ADMIT, REFUSE, KEEP_CARD, USE_CARD,
)
