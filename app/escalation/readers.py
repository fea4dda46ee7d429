"""Who can read a concern: computed once, for "Who will be able to read this?" and for wrapping the keys alike."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, bindparam, or_

from app import vault
from app.access import Actor, PostKind
from app.core.errors import Conflict
from app.core.words import N_
from app.directory.models import Post
from app.directory.queries import CENTRE_OF_SCHOOL, find_posts, posts_where, today_at
from app.escalation.levels import GRAVE
from app.escalation.models import Concern, HandOver
from app.escalation.tiers import AT_CENTRE, OPEN, TIERS, Tier, chain_from, first_tier, turn
from app.vault import Group, Holder, SharedKey, Wrap, groups

RAISED, BY_LEVEL, STANDBY, INSTEAD = "concern:raised", "concern:level", "concern:standby", "concern:stands_in"
HANDED = "hand_over:offered"
"""The bases under which keys of concerns are given; each answers "why could X see it?"."""


class NobodyToTell(Conflict):
    """No tier has anybody who could read the concern."""

    words = N_("Nobody who could take this on has keys yet. Please speak to the counselling room or a lead in person.")


@dataclass(frozen=True)
class Team:
    """Those of one tier around a concern: to whom its keys are wrapped, and who of them is in post today."""

    holders: tuple[Holder, ...] = ()
    living: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Sealing:
    """To whom account and card are wrapped, and which tier owns the concern."""

    tier: Tier
    account: tuple[Wrap, ...]
    card: tuple[Wrap, ...]


Teams = Mapping[str, Team]


def teams_around(
    *, school_id: UUID, grade_id: UUID | None, excluded: Collection[UUID], singly: bool = False
) -> Teams:
    """Return the team of each tier around a student, without those who must not be told.

    Where anybody must not be, the keys of its members stand in place of every group: whoever is excluded may join one
    later (docs/decisions/0019). `singly` asks for that where nobody is named yet.
    """
    founded = _founded(school_id, grade_id)
    holding = groups.holding({group.id for group in founded.values()})
    in_post = _in_post(school_id, grade_id)
    return {
        tier: _team(
            founded[tier], holding[founded[tier].id] - set(excluded), in_post[tier], singly=singly or bool(excluded)
        )
        if tier in founded
        else Team()
        for tier in TIERS
    }


def _founded(school_id: UUID, grade_id: UUID | None) -> dict[str, SharedKey]:
    """Return the groups of the tiers around a student as far as they were founded, in one look."""
    return {group.kind: group for group in vault.find_groups(_AROUND, school=school_id, grade=grade_id)}


# Written once: building a statement costs more than the database needs to carry it out.
_AROUND = vault.groups_where(
    or_(
        and_(Group.organisation_id == bindparam("school"), or_(Group.kind == "room", Group.kind == "leadership")),
        and_(
            Group.organisation_id == bindparam("school"), Group.kind == "grade", Group.subject_id == bindparam("grade")
        ),
        and_(Group.organisation_id == CENTRE_OF_SCHOOL, Group.kind == "centre"),
    )
)


def _team(group: SharedKey, members: set[UUID], in_post: set[UUID], *, singly: bool) -> Team:
    holders = map(vault.user, sorted(members)) if singly else [vault.group(group.id)]
    return Team(tuple(holders), frozenset(in_post & members))


def _in_post(school_id: UUID, grade_id: UUID | None) -> dict[str, set[UUID]]:
    """Return who holds the posts of each tier around a student today."""
    found: dict[str, set[UUID]] = {tier: set() for tier in TIERS}
    for person_id, post in find_posts(_POSTS_AROUND, on=today_at(school_id), school=school_id, grade=grade_id):
        found[_TIER_OF[post.kind]].add(person_id)
    return found


_TIER_OF: dict[PostKind, Tier] = {
    PostKind.HEAD_OF_GRADE: "grade", PostKind.COUNSELLOR: "room", PostKind.LEAD: "leadership",
    PostKind.CENTRE_COUNSELLOR: "centre", PostKind.CENTRE_HEAD: "centre",
}
_POSTS_AROUND = posts_where(
    or_(
        and_(
            Post.organisation_id == bindparam("school"),
            or_(
                Post.kind == "counsellor", Post.kind == "lead",
                and_(Post.kind == "head_of_grade", Post.grade_id == bindparam("grade")),
            ),
        ),
        and_(
            Post.organisation_id == CENTRE_OF_SCHOOL, or_(Post.kind == "centre_counsellor", Post.kind == "centre_head")
        ),
    )
)


def members_of_room(school_id: UUID) -> set[UUID]:
    """Return everybody who holds the key of a school's counselling room."""
    room = vault.find_group(school_id, "room")
    return vault.readers_among([vault.group(room.id)]) if room else set()


def owner_in(teams: Teams, tier: Tier, source: str, *, otherwise: Tier | None = None) -> Tier:
    """Return the first tier from this one on in which somebody is; raises NobodyToTell if nothing is left."""
    for candidate in chain_from(tier, source):
        if teams[candidate].living:
            return candidate
    if otherwise is None:
        raise NobodyToTell()
    return otherwise


def holders_for(teams: Teams, *, source: str, level: str, reporter_id: UUID) -> Sealing:
    """Return to whom a new concern is wrapped, and who owns it; raises NobodyToTell.

    A teacher's account goes to the reporter, the grade team and the room, one from a letter or a session to
    the room alone. The card goes to grade and room, from R3 on to leadership, standby to the centre; at R4
    the account stands by for leadership and centre.
    """
    wanted = first_tier(source, level)
    owner = owner_in(teams, wanted, source)
    account, card = wraps(teams, source=source, level=level)
    if source == "teacher":
        account = [Wrap(vault.user(reporter_id), RAISED), *account]
    if owner != wanted:
        account, card = (each + _wraps(teams[owner], INSTEAD) for each in (account, card))
    return Sealing(owner, _once_each(account), _once_each(card))


def wraps(teams: Teams, *, source: str, level: str) -> tuple[list[Wrap], list[Wrap]]:
    """Return to whom the tiers' keys of account and card are wrapped at a level."""
    grade, room, leadership, centre = (teams[tier] for tier in ("grade", "room", "leadership", "centre"))
    account = _wraps(room, RAISED) + (_wraps(grade, RAISED) if source == "teacher" else [])
    card = _wraps(grade, RAISED) + _wraps(room, RAISED)
    if level in GRAVE:
        card += _wraps(leadership, BY_LEVEL) + _wraps(centre, STANDBY, standby=True)
    if level == "R4":
        # A letter's words never come to leadership, not even on standby (未成年人保护法 §63; 3-vault.md).
        account += _wraps(leadership, STANDBY, standby=True) if source != "letter" else []
        account += _wraps(centre, STANDBY, standby=True)
    return account, card


def _wraps(team: Team, basis: str, *, standby: bool = False) -> list[Wrap]:
    return [Wrap(holder, basis, standby) for holder in team.holders]


def _once_each(wanted: Iterable[Wrap]) -> tuple[Wrap, ...]:
    """Keep one wrap for each holder, a plain one before one on standby."""
    found: dict[Holder, Wrap] = {}
    for wrap in sorted(wanted, key=lambda wrap: wrap.standby):
        found.setdefault(wrap.holder, wrap)
    return tuple(found.values())


def people_behind(sealed_to: Iterable[Wrap]) -> set[UUID]:
    """Return the people who can read what is wrapped so, those on standby left out."""
    return vault.readers_among(wrap.holder for wrap in sealed_to if not wrap.standby)


def share(object_id: UUID, wrap: Wrap, *, by: Actor) -> None:
    """Wrap the key of an account, card or packet to one more holder."""
    vault.share(object_id, to=wrap.holder, by=by.ring, basis=wrap.basis, standby=wrap.standby)


def excluded_from(concern: Concern, actor: Actor) -> frozenset[UUID]:
    """Return who must not be told, as account and card say it to those who hold either."""
    keys = actor.ring.open_many([concern.card_id, concern.id])
    column, object_id = ("card", concern.card_id) if concern.card_id in keys else ("account", concern.id)
    found = vault.read(concern, column, keys[object_id]).get("excluded", ())
    return frozenset(UUID(hex=person_id) for person_id in found)


def teams_of(concern: Concern, actor: Actor) -> Teams:
    """Return the teams around a concern, those left out who must not be told."""
    return teams_around(
        school_id=concern.school_id, grade_id=concern.grade_id, excluded=excluded_from(concern, actor)
    )


def settle(concern: Concern, teams: Teams, *, by: Actor) -> None:
    """Bring the keys to what level and owner ask: missing ones are given, those of a higher level taken back.

    Whoever owns the concern in another's stead gets account and card. Where somebody must not be told, whoever has
    joined a group since is let in by name, and a group that holds a key still gives way to names. What the actor cannot
    open stays as it is until the next deed of somebody who can.
    """
    account, card = wraps(teams, source=concern.source, level=concern.level)
    if is_in_anothers_stead(concern):
        account, card = (each + _wraps(teams[concern.tier], INSTEAD) for each in (account, card))
    whole = {holder for team in teams.values() for holder in team.holders if holder.kind == "group"}
    for object_id, wanted in ((concern.id, account), (concern.card_id, card)):
        given = _share_missing(object_id, wanted, by=by)
        _take_back(object_id, wanted, whole=whole if given else None)


def is_in_anothers_stead(concern: Concern) -> bool:
    """Say whether the owning tier stands in for the one whose turn it is."""
    return concern.state in OPEN and concern.state not in AT_CENTRE and concern.tier != turn(concern)


def _share_missing(object_id: UUID, wanted: Collection[Wrap], *, by: Actor) -> bool:
    """Give the keys that are missing; return False where the actor cannot open the object."""
    if not by.ring.open_many([object_id]):
        return False
    held = vault.holders_of(object_id)
    missing = [w for w in _once_each(wanted) if w.holder not in held or (held[w.holder] and not w.standby)]
    for wrap in missing:
        share(object_id, wrap, by=by)
    return True


def _take_back(object_id: UUID, wanted: Collection[Wrap], *, whole: Collection[Holder] | None) -> None:
    kept = {wrap.holder for wrap in wanted}
    for grant in vault.grants_of(object_id):
        holder = vault.holder_of(grant)
        too_high = grant.basis in (BY_LEVEL, STANDBY) and holder not in kept
        by_name = whole is not None and holder.kind == "group" and holder not in whole
        if too_high or by_name:
            vault.withdraw(object_id, holder=holder)


def hand_card(hand_over: HandOver, centre: Team, *, by: Actor) -> None:
    """Give the centre the action card of a case that is offered to it."""
    _share_missing(hand_over.concern.card_id, _wraps(centre, HANDED), by=by)


def take_card_back(hand_over: HandOver, *, by: Actor) -> None:
    """Put the centre's key of the card back to what the level alone gives it."""
    concern = hand_over.concern
    for grant in vault.grants_of(concern.card_id):
        if grant.basis != HANDED:
            continue
        holder = vault.holder_of(grant)
        if concern.tier == "centre":
            # Nobody at the school could take it back: the centre owns it in the school's place.
            share(concern.card_id, Wrap(holder, INSTEAD), by=by)
        elif concern.level in GRAVE:
            share(concern.card_id, Wrap(holder, STANDBY, standby=True), by=by)
        else:
            vault.withdraw(concern.card_id, holder=holder)


def renew_card_key(concern: Concern, new_id: UUID, *, by: Actor) -> vault.ObjectKey:
    """Make the key of a new card for the readers of the old one, by somebody who holds the account alone."""
    same = [
        Wrap(vault.holder_of(grant), grant.basis, grant.standby)
        for grant in vault.grants_of(concern.card_id)
    ]
    return vault.create_objects({new_id: same}, organisation_id=concern.school_id, by=by.ring)[new_id]
