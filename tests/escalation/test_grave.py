"""From R3 on more people act at once: who sees the card, who stands by, and what a rising level changes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app import vault
from app.core import clock
from app.core.errors import Missing
from app.escalation import hand_overs, opinions, service
from app.escalation.levels import LEVELS
from app.escalation.moving import NotNow, WordsMissing
from app.escalation.policy import READ_ACCOUNT
from app.escalation.queries import cards_for_leadership, open_line, pending_opinion, steps_of
from tests.escalation.telling import EVERYDAY, IN_DANGER, LOW_MOOD, PACKET, SELF_HARM, TUESDAY_MORNING, Story, reads
from tests.world import World

PEOPLE = ("cruz", "gao", "lin", "pia", "dee", "hart", "sam", "tan")


def keys_of(story: Story) -> dict[str, str]:
    """Return what each of the cast holds: A account, C card, small letters for standby."""
    found = {}
    for name in PEOPLE:
        with story.world.acting(name) as actor:
            concern = story.concern()
            plain = actor.ring.open_many([concern.id, concern.card_id])
            standby = actor.ring.open_many([concern.id, concern.card_id], standby=True)
            held = "".join(
                letter if id in plain else letter.lower() if id in standby else ""
                for letter, id in (("A", concern.id), ("C", concern.card_id))
            )
        if held:
            found[name] = held
    return found


@pytest.mark.parametrize(("answers", "expected"), [
    (EVERYDAY, {"cruz": "A", "gao": "AC", "lin": "AC"}),
    (LOW_MOOD, {"cruz": "A", "gao": "AC", "lin": "AC"}),
    (SELF_HARM, {"cruz": "A", "gao": "AC", "lin": "AC", "pia": "C", "dee": "c"}),
    (IN_DANGER, {"cruz": "A", "gao": "AC", "lin": "AC", "pia": "aC", "dee": "ac"}),
])
def test_who_holds_which_key_when_a_teacher_raises(world: World, answers, expected) -> None:
    assert keys_of(Story(world).raised("cruz", answers)) == expected


@pytest.mark.parametrize(("source", "level", "expected"), [
    ("room", "R1", {"gao": "C", "lin": "AC"}),
    ("room", "R3", {"gao": "C", "lin": "AC", "pia": "C", "dee": "c"}),
    ("room", "R4", {"gao": "C", "lin": "AC", "pia": "aC", "dee": "ac"}),
    ("letter", "R4", {"gao": "C", "lin": "AC", "pia": "C", "dee": "ac"}),
])
def test_what_comes_from_a_session_or_a_letter_stays_with_the_room(world: World, source, level, expected) -> None:
    story = Story(world).raised("lin", SELF_HARM, source=source, level=level)
    assert keys_of(story) == expected
    assert story.stands == ("raised", "room", level)


def test_a_teacher_sets_no_level_and_raises_from_no_letter(world: World) -> None:
    story = Story(world).raised("cruz", EVERYDAY, level="R4")
    assert story.stands == ("raised", "grade", "R1")
    with pytest.raises(Missing):
        Story(world).raised("cruz", EVERYDAY, source="letter")


@pytest.mark.parametrize(("name", "about"), [
    ("cruz", "zoe"), ("cruz", "kai"), ("gao", "ivo"), ("hart", "ana"), ("moss", "ana"), ("quill", "ana"),
    ("tan", "ana"), ("sam", "ana"), ("root", "ana"), ("eve", "ana"), ("dee", "ana"),
])
def test_nobody_raises_a_concern_about_somebody_elses_student(world: World, name: str, about: str) -> None:
    with pytest.raises(Missing):
        Story(world).raised(name, EVERYDAY, about=about)


@pytest.mark.parametrize("name", ["cruz", "gao", "sol", "pia", "lin", "bo"])
def test_who_has_the_student_in_class_grade_or_school_raises(world: World, name: str) -> None:
    story = Story(world).raised(name, EVERYDAY)
    assert story.stands == ("raised", "room" if name in ("lin", "bo") else "grade", "R1")


def test_red_is_due_in_ten_minutes_also_at_night(world: World) -> None:
    with clock.at(datetime(2026, 10, 17, 18, 0, tzinfo=UTC)):  # Sunday, 02:00 in Shanghai
        story = Story(world).raised("cruz", IN_DANGER)
        assert story.now().due_at == clock.now() + timedelta(minutes=10)
    story.does("lin", service.accept)
    assert story.now().due_at == TUESDAY_MORNING + timedelta(hours=2)


def test_orange_is_due_in_half_an_hour_of_school_and_never_later_than_half_a_day(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    assert story.now().due_at == TUESDAY_MORNING + timedelta(minutes=30)
    with clock.at(datetime(2026, 10, 16, 10, 0, tzinfo=UTC)):  # Friday, 18:00
        late = Story(world).raised("cruz", SELF_HARM, about="rui")
        assert late.now().due_at == clock.now() + timedelta(hours=12)


def test_yellow_is_due_by_the_end_of_the_next_school_day(world: World) -> None:
    with clock.at(datetime(2026, 10, 16, 2, 0, tzinfo=UTC)):  # Friday, 10:00
        story = Story(world).raised("cruz", LOW_MOOD)
        assert story.now().due_at == datetime(2026, 10, 19, 9, 30, tzinfo=UTC)  # Monday, 17:30


def test_gao_raises_the_level_and_leadership_has_the_card_at_once(world: World) -> None:
    story = Story(world).raised("cruz", LOW_MOOD)
    story.does("gao", service.acknowledge)
    story.does("gao", service.raise_level, level="R4", grounds="同学转告，现在在楼顶")
    assert story.stands == ("passed_to_room", "room", "R4")
    assert keys_of(story) == {"cruz": "A", "gao": "AC", "lin": "AC", "pia": "aC", "dee": "ac"}
    assert story.now().due_at == TUESDAY_MORNING + timedelta(minutes=10)
    with world.acting("pia") as pia:
        (line,) = cards_for_leadership(pia).items
        assert line.card and "stay_with" in line.card["do"] and line.card["level_reason"] == "raised"


def test_cruz_who_never_held_the_card_raises_the_level_and_leadership_has_one_at_once(world: World) -> None:
    """Who holds the account alone seals a new card to the readers of the old one."""
    story = Story(world).raised("cruz", LOW_MOOD)
    story.does("gao", service.ask, question="家里知道吗？")
    before = story.now().card_id
    story.does("cruz", service.raise_level, level="R3", grounds="今天看到手臂上有伤")
    assert story.stands == ("passed_to_room", "room", "R3")
    assert keys_of(story) == {"cruz": "A", "gao": "AC", "lin": "AC", "pia": "C", "dee": "c"}
    assert story.now().card_id != before
    with world.acting("lin") as lin:
        concern = story.concern()
        assert open_line(concern, lin).card["who"] == "陈子涵"
        assert [line.words for line in steps_of(concern, lin)][-1] == "今天看到手臂上有伤"
    with world.acting("pia") as pia:
        assert [line.words for line in steps_of(story.concern(), pia)][-1] is None, "under the account"


def test_a_higher_level_never_buys_time(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    story.does("lin", service.accept)
    due = story.now().due_at
    with clock.at(TUESDAY_MORNING + timedelta(hours=6)):
        story.does("lin", service.raise_level, level="R4", grounds="有计划")
        assert story.now().due_at <= min(due, clock.now() + timedelta(hours=2))


@pytest.mark.parametrize("level", ["R0", "R1", "R2", "R3"])
def test_raising_means_a_higher_level(world: World, level: str) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    with pytest.raises(service.NotHigher):
        story.does("gao", service.raise_level, level=level, grounds="x")


def test_cruz_cannot_find_the_level_out_by_raising_it(
    world: World, browser_of: Callable[[str], FlaskClient]
) -> None:
    """Whatever the level is, the reporter has the same form and the same answer, and the grounds are kept."""
    answers = []
    for account in (EVERYDAY, IN_DANGER):
        story, cruz = Story(world).raised("cruz", account), browser_of("cruz")
        page = cruz.get(f"/concerns/{story.id}").get_data(as_text=True)
        form = page[page.index('id="deed-raise_level"') : page.index("</details>", page.index('id="deed-raise_level"'))]
        assert [f'value="{level}"' in form for level in LEVELS] == [False, True, True, True, True]
        sent = {"version": 1, "level": "R2", "text": "今天不肯进教室"}
        answered = cruz.post(f"/concerns/{story.id}/raise_level", data=sent, follow_redirects=True)
        shown = answered.get_data(as_text=True)
        answers.append((answered.status_code, "您的依据已保存" in shown, "今天不肯进教室" in shown))
        with world.acting("lin") as lin:
            assert [line.words for line in steps_of(story.concern(), lin)][-1] == "今天不肯进教室"
    assert answers == [(200, True, False)] * 2
    assert story.now().level == "R4"
    page = browser_of("lin").get(f"/concerns/{story.id}").get_data(as_text=True)
    assert "补充新的依据，等级不变" in page


@pytest.mark.parametrize("grounds", ["", "   "])
def test_raising_needs_grounds(world: World, grounds: str) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    with pytest.raises(WordsMissing):
        story.does("gao", service.raise_level, level="R4", grounds=grounds)


def test_down_from_r4_takes_a_second_person_even_at_the_first_assessment(world: World) -> None:
    story = Story(world).raised("cruz", IN_DANGER)
    story.does("lin", service.accept)
    story.does("lin", service.assess, level="R2", reason="误会，已核实")
    assert story.stands == ("in_support", "room", "R4")
    assert story.now().level_basis_code == "provisional"
    story.does("pia", opinions.decide, agrees=True)
    assert story.stands == ("in_support", "room", "R2")
    assert keys_of(story) == {"cruz": "A", "gao": "AC", "lin": "AC"}, "what the level gave is taken back"


def test_refused_the_level_stays_and_the_proposer_is_told_why(world: World) -> None:
    story = Story(world).raised("cruz", IN_DANGER)
    story.does("lin", service.accept)
    story.does("lin", service.assess, level="R1", reason="误会")
    story.does("gao", opinions.decide, agrees=False, words="再观察两天")
    assert story.stands == ("in_support", "room", "R4")
    with world.acting("bo") as bo:
        assert [line.words for line in steps_of(story.concern(), bo)][-1] == "再观察两天"
        assert pending_opinion(story.id) is None


def test_a_proposal_lapses_when_the_level_rises(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    story.does("lin", service.accept)
    story.does("lin", service.assess, level="R3", reason="评估")
    opinion_id = story.does("lin", service.close, reason="稳定")
    story.does("cruz", service.raise_level, level="R4", grounds="刚才说有计划")
    with world.acting("gao") as gao:
        from app.escalation.queries import get_opinion

        opinion = get_opinion(opinion_id)
        assert opinion.outcome == "lapsed"
        with pytest.raises(opinions.OpinionDecided):
            opinions.decide(opinion, agrees=True, revision=opinion.concern.revision, by=gao)
    assert story.stands == ("in_support", "room", "R4")


def test_one_proposal_at_a_time(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    story.does("lin", service.accept)
    story.does("lin", service.assess, level="R3", reason="评估")
    story.does("lin", service.close, reason="稳定")
    with pytest.raises(opinions.OpinionPending):
        story.does("bo", service.assess, level="R1", reason="好转")


def test_leadership_calls_the_centre_at_once_and_the_room_can_follow_it(world: World) -> None:
    story = Story(world).raised("cruz", IN_DANGER)
    handed = story.does("pia", hand_overs.call_centre, basis="SELF_HARM", packet=PACKET)
    assert story.stands == ("offered_to_centre", "leadership", "R4")
    assert story.now().due_at == TUESDAY_MORNING + timedelta(hours=2)
    for name, opens in (("pia", True), ("lin", True), ("dee", True), ("gao", False), ("cruz", False)):
        with world.acting(name) as actor:
            assert reads(actor, handed) is opens, name
    with world.acting("dee") as dee:
        assert not reads(dee, story.concern().id) and not READ_ACCOUNT.allows(dee, story.concern())
    with pytest.raises(NotNow):
        story.does("lin", hand_overs.withdraw)
    story.does("pia", hand_overs.withdraw)
    assert story.stands == ("raised", "room", "R4")


def test_below_r3_gao_calls_the_centre_only_on_an_exception(world: World) -> None:
    story = Story(world).raised("cruz", LOW_MOOD)
    consent = {**PACKET, "consent": "母亲同意"}
    with pytest.raises(hand_overs.NotGraveEnough):
        story.does("gao", hand_overs.call_centre, basis="CONSENT", packet=consent)
    story.does("gao", hand_overs.call_centre, basis="ABUSE_REPORT", packet=PACKET)
    assert story.stands == ("offered_to_centre", "grade", "R2")
    story.does("dee", hand_overs.decline, reason="请先核实")
    assert story.stands == ("raised", "grade", "R2")


def test_leadership_reads_no_account_whatever_happens(world: World) -> None:
    story = Story(world).raised("cruz", IN_DANGER)
    story.does("pia", service.note_seen)
    story.does("lin", service.accept)
    story.does("lin", service.assess, level="R4", reason="有计划，有条件")
    story.does("lin", hand_overs.offer, basis="SELF_HARM", packet=PACKET)
    story.does("dee", hand_overs.accept_by_centre)
    story.does("dee", hand_overs.advise, advice="住院评估")
    with world.acting("pia") as pia:
        concern = story.concern()
        assert not reads(pia, concern.id) and not READ_ACCOUNT.allows(pia, concern)
        said = {line.step.deed: line.words for line in steps_of(concern, pia)}
        assert said["assess"] == "有计划，有条件" and said["offer"] is None and said["advise"] is None


def test_every_grant_says_why(world: World) -> None:
    story = Story(world).raised("cruz", IN_DANGER)
    with world.acting("lin"):
        concern = story.concern()
        bases = {grant.basis for grant in vault.grants_of(concern.id) + vault.grants_of(concern.card_id)}
    assert bases == {"concern:raised", "concern:level", "concern:standby"}
