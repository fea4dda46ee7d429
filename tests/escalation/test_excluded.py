"""Who is part of it gets neither key nor notice, and no list shows it; the next who can read owns it."""

from datetime import date

import pytest
from sqlalchemy import select

from app import vault
from app.access import PostKind
from app.core.database import session
from app.core.errors import Missing
from app.core.ids import new_id
from app.directory import service as directory
from app.directory.queries import get_line
from app.escalation import hand_overs, readers, service
from app.escalation.policy import READ, READ_HAND_OVER
from app.escalation.queries import (
    concerns_for_grade,
    concerns_for_room,
    get_hand_over,
    open_concerns_of,
    recent_of_student,
)
from app.files.queries import file_of_student
from app.notifications.models import Notice
from app.vault import groups
from tests.escalation.telling import EVERYDAY, IN_DANGER, LOW_MOOD, PACKET, SELF_HARM, Story, placed, reads
from tests.world import World


def opens_anything(story: Story, name: str) -> bool:
    """Say whether somebody reaches account or card by any grant, also on standby."""
    with story.world.acting(name) as actor:
        concern = story.concern()
        return bool(actor.ring.open_many([concern.id, concern.card_id], standby=True))


def told(world: World) -> set[str]:
    """Return who got a notice of anything."""
    names = {person: name for name, person in world.people.items()}
    with world.database.transaction(writes=False):
        return {names[person_id] for person_id in session().scalars(select(Notice.person_id))}


def end_post(world: World, name: str) -> None:
    """Let somebody's post have ended yesterday."""
    with world.database.transaction():
        world.end_posts(name, date(2026, 10, 12))


@pytest.mark.parametrize(("answers", "excluded"), [
    (LOW_MOOD, ("gao",)), (LOW_MOOD, ("bo",)), (LOW_MOOD, ("gao", "bo")), (SELF_HARM, ("bo",)), (SELF_HARM, ("pia",)),
    (SELF_HARM, ("gao", "pia", "bo")), (IN_DANGER, ("pia", "dee")), (IN_DANGER, ("lin", "bo")),
    (IN_DANGER, ("lin", "bo", "gao", "pia", "dee")),
])
def test_the_excluded_hold_no_key_and_hear_nothing(world: World, answers, excluded) -> None:
    story = Story(world).raised("cruz", answers, excluded=excluded)
    for name in excluded:
        assert not opens_anything(story, name), name
        with world.acting(name) as actor:
            concern = story.concern()
            assert not READ.allows(actor, concern)
            assert not concerns_for_grade(actor, part="others").items and not concerns_for_grade(actor).items
            assert not concerns_for_room(actor).items
            assert not open_concerns_of(concern.student_id, actor)
            assert not recent_of_student(concern.student_id, actor).count
            with pytest.raises(Missing):
                service.raise_level(concern, level="R4", grounds="x", revision=1, by=actor)
    assert told(world) and not told(world) & set(excluded)


def test_a_colleague_of_an_excluded_counsellor_reads_by_name_and_so_does_the_head_of_grade(world: World) -> None:
    story = Story(world).raised("cruz", LOW_MOOD, excluded=("bo",))
    with world.acting("lin") as lin:
        concern = story.concern()
        assert reads(lin, concern.id) and reads(lin, concern.card_id)
        kinds = {grant.holder_kind for grant in vault.grants_of(concern.id)}
        assert kinds == {"user"}, "bo belongs to the room and to the grade team: both gave way to names"
    with world.acting("gao") as gao:
        assert reads(gao, story.concern().id)


def test_the_reporter_cannot_be_part_of_it(world: World) -> None:
    with pytest.raises(service.ReporterExcluded):
        Story(world).raised("cruz", LOW_MOOD, excluded=("cruz",))


def test_an_unknown_person_cannot_be_excluded(world: World) -> None:
    with world.acting("cruz") as cruz, pytest.raises(service.UnknownPerson):
        service.raise_concern(placed(world, "ana"), account={**LOW_MOOD, "excluded": [new_id()]}, by=cruz)


@pytest.mark.parametrize(("answers", "excluded", "tier"), [
    (EVERYDAY, (), "grade"), (EVERYDAY, ("gao",), "room"), (EVERYDAY, ("gao", "lin"), "room"),
    (EVERYDAY, ("gao", "lin", "bo"), "leadership"), (EVERYDAY, ("gao", "lin", "bo", "pia"), "centre"),
    (EVERYDAY, ("gao", "lin", "bo", "pia", "dee"), "centre"),
    (SELF_HARM, (), "room"), (SELF_HARM, ("lin", "bo"), "leadership"), (SELF_HARM, ("lin", "bo", "pia"), "centre"),
    (SELF_HARM, ("lin", "bo", "pia", "dee", "dora"), "grade"),
])
def test_the_next_tier_with_somebody_in_it_owns_it_and_reads_the_account(world: World, answers, excluded, tier) -> None:
    story = Story(world).raised("cruz", answers, excluded=excluded)
    assert story.stands[1] == tier
    reviews = answers is EVERYDAY and tier != "room"
    assert story.now().due_for_code == ("acknowledge" if reviews else "accept")
    name = {"grade": "gao", "room": "bo", "leadership": "pia", "centre": "dora"}[tier]
    with world.acting(name) as owner:
        concern = story.concern()
        assert reads(owner, concern.id) and reads(owner, concern.card_id)


def test_with_nobody_left_the_teacher_is_told_so_and_nothing_is_lost_in_silence(world: World) -> None:
    with pytest.raises(readers.NobodyToTell):
        Story(world).raised("cruz", LOW_MOOD, excluded=("gao", "lin", "bo", "pia", "dee", "dora"))


def test_leadership_in_the_rooms_place_hands_on_to_the_centre_and_cannot_do_the_rooms_work(world: World) -> None:
    story = Story(world).raised("cruz", EVERYDAY, excluded=("gao", "lin", "bo"))
    story.does("pia", service.acknowledge)
    story.does("pia", service.pass_on)
    assert story.stands == ("passed_to_room", "leadership", "R1")
    with pytest.raises(Missing):
        story.does("pia", service.accept)
    story.does("pia", hand_overs.call_centre, basis="CONSENT", packet={**PACKET, "consent": "父亲当面同意"})
    story.does("dee", hand_overs.accept_by_centre)
    assert story.stands == ("accepted_by_centre", "centre", "R1")


def test_the_centre_in_the_rooms_place_takes_on_assesses_and_closes(world: World) -> None:
    story = Story(world).raised("cruz", EVERYDAY, excluded=("gao", "lin", "bo", "pia"))
    story.does("dee", service.pass_on)
    story.does("dee", service.accept)
    story.does("dee", service.assess, level="R1", reason="谈过一次")
    story.does("dee", service.close, reason="已解决")
    assert story.stands == ("closed", "centre", "R1")


def test_a_room_with_an_excluded_colleague_gets_no_file_by_itself(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM, excluded=("bo",))
    story.does("lin", service.accept)
    with world.acting("lin") as lin:
        assert file_of_student(world.students["ana"], by=lin) is None


def test_the_packet_of_a_hand_over_leaves_them_out_too(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM, excluded=("bo", "dee"))
    handed = story.does("lin", hand_overs.offer, basis="SELF_HARM", packet=PACKET)
    for name, opens in (("bo", False), ("dee", False), ("dora", True), ("lin", True), ("gao", False), ("pia", False)):
        with world.acting(name) as actor:
            assert reads(actor, handed) is opens, name
            assert READ_HAND_OVER.allows(actor, get_hand_over(handed)) is opens, name


def join_the_room(world: World, name: str) -> None:
    """Let somebody become counsellor while concerns are open, admitted to room and grade team by Lin."""
    with world.acting("lin") as lin:
        directory.give_post(
            person_id=world.people[name], kind=PostKind.COUNSELLOR, organisation_id=world.school,
            starts_on=date(2026, 10, 1), by=lin,
        )
        for kind, subject in (("room", None), ("grade", world.grades["school", "四年级"])):
            group = vault.find_group(world.school, kind, subject)
            assert group is not None
            groups.admit(group.id, user_id=world.people[name], by=lin.ring)


def test_somebody_excluded_who_joins_the_room_later_holds_nothing(world: World) -> None:
    """Moss is part of it, and Sol is not; both become counsellors while the concern is open."""
    story = Story(world).raised("cruz", IN_DANGER, excluded=("moss",))
    for name in ("moss", "sol"):
        join_the_room(world, name)
        assert not opens_anything(story, name), f"the room's key came to {name} with the post, and opens nothing here"
    with world.acting("moss") as moss:
        assert not READ.allows(moss, story.concern())
        assert not concerns_for_room(moss).items and not open_concerns_of(world.students["ana"], moss)
    story.does("lin", service.accept)
    assert not opens_anything(story, "moss")
    for name in ("lin", "bo", "gao", "pia", "sol"):
        with world.acting(name) as actor:
            assert reads(actor, story.concern().card_id), f"{name} is let in by the next deed at the latest"


def test_a_concern_that_groups_hold_from_before_gives_way_to_names_at_the_next_deed(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM, excluded=("moss",))
    with world.acting("lin") as lin:
        concern, room = story.concern(), vault.find_group(world.school, "room")
        assert room is not None
        for object_id in (concern.id, concern.card_id):
            readers.share(object_id, vault.Wrap(vault.group(room.id), readers.RAISED), by=lin)
    join_the_room(world, "moss")
    assert opens_anything(story, "moss"), "as it was while the room held the key"
    with world.acting("moss") as moss:
        assert not READ.allows(moss, story.concern())
    story.does("lin", service.accept)
    assert not opens_anything(story, "moss")


def test_without_a_head_of_grade_the_room_owns_it(world: World) -> None:
    end_post(world, "gao")
    assert Story(world).raised("cruz", EVERYDAY).stands == ("raised", "room", "R1")


def test_who_would_read_is_who_reads(world: World) -> None:
    for answers, excluded in ((EVERYDAY, ()), (LOW_MOOD, ("bo",)), (SELF_HARM, ("gao",)), (IN_DANGER, ("lin", "bo"))):
        with world.acting("cruz") as cruz:
            said = service.who_would_read(
                placed(world, "rui"),
                answers={**answers, "excluded": [world.people[name] for name in excluded]}, by=cruz,
            )
        story = Story(world).raised("cruz", answers, about="rui", excluded=excluded)
        with world.acting("cruz") as cruz:
            concern = story.concern()
            assert said == (vault.readers_of(concern.id), vault.readers_of(concern.card_id))
            assert get_line(concern.student_id, cruz.ring) is not None


def test_what_the_centre_returns_to_a_school_where_nobody_is_left_stays_with_the_centre(world: World) -> None:
    """Found by the state machine: the centre lost the card and owned the concern."""
    story = Story(world).raised("gao", EVERYDAY, excluded=("lin", "bo", "pia", "dee"))
    story.does("gao", hand_overs.call_centre, basis="ABUSE_REPORT", packet=PACKET)
    story.does("dora", hand_overs.accept_by_centre)
    story.does("dora", hand_overs.return_to_school)
    assert story.stands == ("returned", "centre", "R1")
    with world.acting("dora") as dora:
        assert reads(dora, story.concern().card_id)
    story.does("dora", service.close, reason="已由中心跟进完成")
    assert story.stands[0] == "closed"
