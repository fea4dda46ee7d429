"""A teacher's concern travels through the three tiers and back, and everybody sees what is theirs to see."""

from datetime import timedelta

import pytest

from app.core.errors import Missing
from app.directory.queries import today_at
from app.escalation import hand_overs, opinions, service
from app.escalation.policy import READ_ACCOUNT, READ_CARD, READ_HAND_OVER
from app.escalation.queries import (
    cards_for_leadership,
    centre_queue,
    concerns_for_grade,
    concerns_for_room,
    concerns_raised_by,
    get_hand_over,
    hand_overs_of,
    open_line,
    opinions_open_to,
    steps_of,
    with_accounts,
)
from tests.escalation.telling import LOW_MOOD, PACKET, SELF_HARM, Story, reads, signed_entry
from tests.world import World


def test_cruz_raises_gao_asks_lin_supports_the_centre_advises_and_lin_closes(world: World) -> None:
    story = Story(world).raised("cruz", LOW_MOOD)
    assert story.stands == ("raised", "grade", "R2")
    story.does("gao", service.acknowledge)
    story.does("gao", service.ask, question="家里知道吗？")
    assert story.stands == ("asked", "grade", "R2")
    story.does("cruz", service.answer, words="还没有告诉家里。")
    story.does("gao", service.pass_on, note="请尽快见他")
    assert story.stands == ("passed_to_room", "room", "R2")
    story.does("lin", service.accept)
    story.does("lin", service.assess, level="R2", reason="情绪低落三周，无自伤意念")
    assert story.stands == ("in_support", "room", "R2")
    entry = signed_entry(story, "lin", "愿意再来。")
    story.does("lin", hand_overs.offer, basis="CONSENT", packet={**PACKET, "consent": "母亲电话同意"},
               entry_ids=[entry])
    assert story.stands == ("offered_to_centre", "room", "R2")
    story.does("dee", hand_overs.accept_by_centre)
    assert story.stands == ("accepted_by_centre", "centre", "R2")
    story.does("dee", hand_overs.advise, advice="每周一次，关注睡眠。")
    assert story.stands == ("advised", "room", "R2")
    story.does("dee", hand_overs.return_to_school, words="有好转。")
    assert story.stands == ("returned", "room", "R2")
    with world.acting("lin"):
        review_on = today_at(world.school) + timedelta(days=10)
    story.does("lin", service.follow_up, review_on=review_on)
    assert story.stands == ("follow_up", "room", "R2")
    story.does("lin", service.close, reason="目标达到，家校知情")
    assert story.stands == ("closed", "room", "R2")
    assert story.now().due_at is None and story.now().closed_at is not None


def test_everybody_finds_it_where_they_look_and_reads_what_is_theirs(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    assert story.stands == ("raised", "room", "R3")
    for name, finds, account, card in (
        ("cruz", concerns_raised_by, True, False),
        ("gao", lambda a: concerns_for_grade(a, part="others"), True, True),
        ("lin", concerns_for_room, True, True),
        ("bo", concerns_for_room, True, True),
        ("pia", cards_for_leadership, False, True),
    ):
        with world.acting(name) as actor:
            (line,) = with_accounts(finds(actor).items, actor)
            assert (line.account is not None, line.card is not None) == (account, card), name
            assert line.who == "陈子涵" and line.where == "四年级1班"
            assert READ_ACCOUNT.allows(actor, line.concern) is account
            assert READ_CARD.allows(actor, line.concern) is card


def test_a_list_opens_the_card_and_leaves_the_account_closed(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    with world.acting("lin") as lin:
        (line,) = concerns_for_room(lin).items
        assert line.card is not None and line.account is None
        assert open_line(story.concern(), lin).account is not None


@pytest.mark.parametrize("name", ["moss", "hart", "sol", "sam", "root", "eve", "tan", "quill", "uma", "dee", "nora"])
def test_nobody_else_sees_anything_or_can_tell_that_it_is_there(world: World, name: str) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    with world.acting(name) as actor:
        concern = story.concern()
        assert not reads(actor, concern.id) and not reads(actor, concern.card_id)
        for find in (concerns_raised_by, concerns_for_grade, concerns_for_room, cards_for_leadership, centre_queue):
            assert not find(actor).items
        assert not opinions_open_to(actor).items
        for deed in (service.acknowledge, service.pass_on, service.accept):
            with pytest.raises(Missing):
                deed(concern, revision=concern.revision, by=actor)
        with pytest.raises(Missing):
            service.raise_level(concern, level="R4", grounds="x", revision=concern.revision, by=actor)


def test_the_reporter_reads_questions_and_feedback_and_no_reasons(world: World) -> None:
    story = Story(world).raised("cruz", LOW_MOOD)
    story.does("gao", service.ask, question="家里知道吗？")
    story.does("cruz", service.answer, words="不知道。")
    story.does("gao", service.pass_on, note="请尽快见他")
    story.does("lin", service.give_feedback, words="已接手，请留意午休。")
    with world.acting("cruz") as cruz:
        said = {line.step.deed: line.words for line in steps_of(story.concern(), cruz)}
    assert said == {"raise": None, "ask": "家里知道吗？", "answer": "不知道。", "pass_on": None,
                    "feedback": "已接手，请留意午休。"}
    with world.acting("lin") as lin:
        assert [line.words for line in steps_of(story.concern(), lin) if line.step.deed == "pass_on"] == ["请尽快见他"]


def test_the_centre_reads_packet_and_ticked_entry_only_and_loses_the_entry_on_return(world: World) -> None:
    story = Story(world).raised("cruz", LOW_MOOD)
    story.does("gao", service.pass_on)
    story.does("lin", service.accept)
    ticked, kept = signed_entry(story, "lin", "给中心看"), signed_entry(story, "lin", "不给中心看")
    handed = story.does("lin", hand_overs.offer, basis="SELF_HARM", packet=PACKET, entry_ids=[ticked])
    with world.acting("dee") as dee:
        concern = story.concern()
        (line,) = centre_queue(dee).items
        assert line.hand_over and line.hand_over.id == handed and line.who == "陈子涵"
        assert reads(dee, ticked) and not reads(dee, kept) and not reads(dee, concern.id)
        assert hand_overs_of(concern, dee)[0].packet["summary"] == PACKET["summary"]
        assert READ_HAND_OVER.allows(dee, get_hand_over(handed))
    with world.acting("tan") as tan:
        assert not READ_HAND_OVER.allows(tan, get_hand_over(handed)) and not hand_overs_of(story.concern(), tan)
    story.does("dee", hand_overs.accept_by_centre)
    story.does("dee", hand_overs.return_to_school)
    with world.acting("dee") as dee:
        concern = story.concern()
        assert not reads(dee, ticked) and not reads(dee, concern.card_id) and reads(dee, handed)
        assert not centre_queue(dee).items


@pytest.mark.parametrize(("name", "deed", "given"), [
    ("dee", hand_overs.decline, {"reason": "请先由学校跟进"}), ("lin", hand_overs.withdraw, {}),
])
def test_declined_or_withdrawn_everything_is_as_it_was(world: World, name: str, deed, given) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    story.does("lin", service.accept)
    before = story.now()
    entry = signed_entry(story, "lin", "第一次")
    handed = story.does("lin", hand_overs.offer, basis="SELF_HARM", packet=PACKET, entry_ids=[entry])
    story.does(name, deed, **given)
    after = story.now()
    assert (after.state, after.tier, after.owner_id, after.due_for_code, after.due_at) == (
        before.state, before.tier, before.owner_id, before.due_for_code, before.due_at
    )
    with world.acting("dee") as dee:
        assert not reads(dee, entry) and not reads(dee, after.card_id)
        assert dee.ring.open_many([after.card_id], standby=True), "the card stands by from R3 on, as before"
        assert reads(dee, handed), "the packet is the record of it"


def test_closing_from_r3_takes_a_second_person_and_never_the_same(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    story.does("lin", service.accept)
    story.does("lin", service.assess, level="R3", reason="有自伤行为")
    story.does("lin", service.close, reason="已稳定两个月")
    assert story.stands == ("in_support", "room", "R3")
    for name in ("lin", "bo", "cruz", "sam", "hart", "dee"):
        with pytest.raises(Missing):
            story.does(name, opinions.decide, agrees=True)
    with world.acting("pia") as pia:
        (waiting,) = opinions_open_to(pia).items
        assert waiting.reason == "已稳定两个月" and waiting.line.who == "陈子涵" and waiting.line.account is None
    story.does("pia", opinions.decide, agrees=True)
    assert story.stands[0] == "closed"


def test_lowering_replaces_a_provisional_level_once_and_then_takes_a_second_person(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    story.does("lin", service.accept)
    story.does("lin", service.assess, level="R2", reason="旧伤，无意念")
    assert story.stands == ("in_support", "room", "R2")
    with world.acting("pia") as pia:
        assert not reads(pia, story.concern().card_id), "below R3 leadership has no card"
    story.does("lin", service.assess, level="R1", reason="已好转")
    assert story.stands == ("in_support", "room", "R2"), "until somebody else agrees the higher one counts"
    story.does("gao", opinions.decide, agrees=True, words="同意")
    assert story.stands == ("in_support", "room", "R1")


def test_the_card_never_quotes_and_says_what_to_do(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    with world.acting("pia") as pia:
        card = open_line(story.concern(), pia).card
    assert card is not None and card["do"] and card["dont"]
    assert set(card) == {"who", "where", "families", "level_reason", "do", "dont", "callback", "excluded"}
    assert SELF_HARM["seen"] not in str(card)
