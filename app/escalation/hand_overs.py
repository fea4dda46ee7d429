"""Handing a case over to the district centre and back: a packet, ticked entries, and every answer on record."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import audit, vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.errors import Conflict, Invalid, Stale
from app.core.ids import new_id
from app.core.words import N_
from app.directory.queries import centre_of, today_at
from app.escalation import policy, readers
from app.escalation.levels import GRAVE
from app.escalation.models import LIVE_HAND_OVERS, Concern, HandOver, HandOverEntry
from app.escalation.moving import Deed, NotNow, WordsMissing, move
from app.escalation.notices import tell_centre
from app.escalation.policy import roles_in
from app.escalation.readers import HANDED, Teams
from app.escalation.tiers import find_move, turn
from app.files import service as files
from app.files.models import FileEntry
from app.files.queries import files_of_student
from app.vault import Holder

KEPT_FOR = timedelta(days=3 * 365 + 1)
"""Sharing stays on record for three years (网络数据安全管理条例 §12)."""


class ConsentMissing(Invalid):
    """Consent is named as the basis and not written down."""

    words = N_("Write down who consented, when and how, or choose another basis.")


class NotGraveEnough(Conflict):
    """Below R3 grade and leadership call the centre only on the basis of an exception."""

    words = N_("At this level the counselling room hands a case over. To call it yourself, choose an exception.")


class NoCentre(Conflict):
    """There is no centre that could read what it is offered."""

    words = N_("The district centre has no keys yet. Please call the centre by telephone.")


class EntryNotForHandOver(Invalid):
    """Only signed entries of the student's own file can be ticked."""

    words = N_("Only signed entries of this student's file can go along.")


def offer(
    concern: Concern,
    *,
    basis: str,
    packet: Mapping[str, Any],
    revision: int,
    by: Actor,
    entry_ids: Sequence[UUID] = (),
) -> HandOver:
    """Offer a case to the centre, with the entries that were ticked; until it answers the room stays responsible."""
    policy.OFFER.demand(by, concern)
    entries = _entries(concern, entry_ids, by)
    hand_over, teams = _send(concern, "offer", basis, packet, revision, by)
    for entry in entries:
        session().add(HandOverEntry(hand_over_id=hand_over.id, entry_id=entry.id))
        for holder in teams["centre"].holders:
            files.release(entry, to=holder, by=by, basis=HANDED)
    session().flush()
    return hand_over


def call_centre(
    concern: Concern, *, basis: str, packet: Mapping[str, Any], revision: int, by: Actor
) -> HandOver:
    """Call the centre from grade or leadership: a crisis may skip tiers. Nothing of a file goes along."""
    policy.CALL_CENTRE.demand(by, concern)
    in_place_of_room = turn(concern) == "room" and concern.tier in roles_in(concern, by)
    if concern.level not in GRAVE and basis == "CONSENT" and not in_place_of_room:
        raise NotGraveEnough()
    return _send(concern, "call_centre", basis, packet, revision, by)[0]


def _send(
    concern: Concern, deed: str, basis: str, packet: Mapping[str, Any], revision: int, by: Actor
) -> tuple[HandOver, Teams]:
    _expect_whole(packet, basis)
    if concern.revision != revision:
        raise Stale()
    role = next((role for role in roles_in(concern, by) if find_move(deed, concern, role)), None)
    if role is None:
        raise NotNow()
    teams = readers.teams_of(concern, by)
    if not teams["centre"].living:
        raise NoCentre()
    hand_over = _new_hand_over(concern, basis, by)
    _seal_packet(hand_over, packet, teams, role, by)
    end_live(concern, by=by)
    move(concern, Deed(deed, hand_over=hand_over), by=by, revision=revision)
    session().add(hand_over)
    session().flush()
    readers.hand_card(hand_over, teams["centre"], by=by)
    tell_centre("concern:offered", hand_over, teams, by=by)
    return hand_over, teams


def _expect_whole(packet: Mapping[str, Any], basis: str) -> None:
    """Raise where the packet lacks its reason, or the consent that is named as its basis."""
    if not str(packet.get("reason", "")).strip():
        raise WordsMissing()
    if basis == "CONSENT" and not str(packet.get("consent", "")).strip():
        raise ConsentMissing()


def _new_hand_over(concern: Concern, basis: str, by: Actor) -> HandOver:
    centre_id = centre_of(concern.school_id)
    if centre_id is None or concern.due_for_code is None:
        raise NoCentre()
    hand_over = HandOver(
        id=new_id(), concern_id=concern.id, school_id=concern.school_id, centre_id=centre_id, state="offered",
        basis_code=basis, before_state=concern.state, before_tier=concern.tier,
        before_clock_code=concern.due_for_code, sent_by=by.person_id, sent_at=clock.now(), answered_by=None,
        answered_at=None, retain_until=_kept_until(concern),
    )
    hand_over.concern = concern
    return hand_over


def _kept_until(concern: Concern) -> date:
    return today_at(concern.school_id) + KEPT_FOR


def _seal_packet(hand_over: HandOver, packet: Mapping[str, Any], teams: Teams, role: str, by: Actor) -> None:
    """Seal the packet to the sender's side, the room and the centre."""
    sides = [teams[tier] for tier in (role, "room", "centre")]
    key = vault.create_object(
        hand_over.id, organisation_id=hand_over.school_id, to=[holder for side in sides for holder in side.holders],
        by=by.ring, basis=HANDED,
    )
    vault.write(hand_over, "packet", dict(packet), key)


def _entries(concern: Concern, entry_ids: Sequence[UUID], by: Actor) -> list[FileEntry]:
    """Return the ticked entries; raises EntryNotForHandOver for a draft or another student's."""
    if not entry_ids:
        return []
    files_known = {file.id for file in files_of_student(concern.student_id, by=by)}
    found = session().scalars(select(FileEntry).where(FileEntry.id.in_(entry_ids))).all()
    if len(found) != len(set(entry_ids)) or any(
        entry.file_id not in files_known or entry.state != "signed" for entry in found
    ):
        raise EntryNotForHandOver()
    return list(found)


def withdraw(hand_over: HandOver, *, revision: int, by: Actor, reason: str = "") -> None:
    """Take an offer back before the centre has answered; everything is as it was."""
    policy.WITHDRAW.demand(by, hand_over)
    _expect(hand_over, "offered")
    _move(hand_over, "withdraw", reason, revision, by)
    _put_back(hand_over, "withdrawn", by=by)
    teams = readers.teams_of(hand_over.concern, by)
    tell_centre("concern:withdrawn", hand_over, teams, by=by)


def decline(hand_over: HandOver, *, reason: str, revision: int, by: Actor) -> None:
    """Decline a case with a reason; everything is as it was, and what was released is taken back."""
    policy.DECLINE.demand(by, hand_over)
    _expect(hand_over, "offered")
    _move(hand_over, "decline", reason, revision, by)
    _answered(hand_over, by)
    _put_back(hand_over, "declined", by=by)


def accept_by_centre(hand_over: HandOver, *, revision: int, by: Actor) -> None:
    """Accept a case: from now on the centre is responsible."""
    policy.ACCEPT_BY_CENTRE.demand(by, hand_over)
    _expect(hand_over, "offered")
    _move(hand_over, "accept_by_centre", "", revision, by)
    _answered(hand_over, by)
    hand_over.state = "accepted"
    session().flush()


def advise(hand_over: HandOver, *, advice: str, revision: int, by: Actor) -> None:
    """Give the school advice; the room is responsible again, the centre keeps what it was given until returned."""
    policy.ADVISE.demand(by, hand_over)
    _expect(hand_over, "accepted")
    _move(hand_over, "advise", advice, revision, by)
    hand_over.state = "advised"
    session().flush()


def return_to_school(hand_over: HandOver, *, revision: int, by: Actor, words: str = "") -> None:
    """Return a case with a word on how it went; released entries are taken back, the packet stays on record."""
    policy.RETURN.demand(by, hand_over)
    _expect(hand_over, "accepted", "advised")
    _move(hand_over, "return", words, revision, by)
    _put_back(hand_over, "returned", by=by)


def _expect(hand_over: HandOver, *states: str) -> None:
    if hand_over.state not in states:
        raise NotNow()


def _move(hand_over: HandOver, deed: str, words: str, revision: int, by: Actor) -> None:
    move(hand_over.concern, Deed(deed, words, under=hand_over.id, hand_over=hand_over), by=by, revision=revision)


def _answered(hand_over: HandOver, by: Actor) -> None:
    hand_over.answered_by, hand_over.answered_at = by.person_id, clock.now()


def _put_back(hand_over: HandOver, state: str, *, by: Actor) -> None:
    """End a hand-over: the centre loses entries and card, and keeps the packet, which is the record of it."""
    hand_over.state = state
    session().flush()
    readers.take_card_back(hand_over, by=by)
    for entry in entries_of(hand_over):
        if not _ticked_elsewhere(entry, hand_over):
            for holder in _handed_to(entry):
                files.withdraw_release(entry, holder=holder, by=by)


def _handed_to(entry: FileEntry) -> list[Holder]:
    return [
        vault.holder_of(grant)
        for grant in vault.grants_of(entry.id)
        if grant.basis == HANDED
    ]


def _ticked_elsewhere(entry: FileEntry, hand_over: HandOver) -> bool:
    """Say whether another hand-over of the same student still needs the entry."""
    return bool(
        session().scalar(
            select(HandOver.id)
            .join(HandOverEntry, HandOverEntry.hand_over_id == HandOver.id)
            .where(
                HandOverEntry.entry_id == entry.id, HandOver.id != hand_over.id, HandOver.state.in_(LIVE_HAND_OVERS)
            )
            .limit(1)
        )
    )


def entries_of(hand_over: HandOver) -> Sequence[FileEntry]:
    """Return the entries that were ticked for a hand-over, in order."""
    return session().scalars(
        select(FileEntry)
        .join(HandOverEntry, HandOverEntry.entry_id == FileEntry.id)
        .where(HandOverEntry.hand_over_id == hand_over.id)
        .order_by(FileEntry.number)
    ).all()


def end_live(concern: Concern, *, by: Actor) -> None:
    """End the hand-over whose advice the school has: it closes the concern, or offers it anew."""
    advised = session().scalars(
        select(HandOver).where(HandOver.concern_id == concern.id, HandOver.state == "advised")
    )
    for hand_over in advised.all():
        _put_back(hand_over, "returned", by=by)
        audit.record(
            by, "hand_over:ended", organisation=hand_over.school_id, subject=("hand_over", hand_over.id)
        )
