"""What is refused, what is kept, who is told, and two people at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError

from app.core.database import session
from app.core.errors import Missing, Stale
from app.escalation import hand_overs, opinions, policy, queries, service
from app.escalation.events import EVENT_OF
from app.escalation.models import Concern, ConcernStep
from app.escalation.moving import NotNow, WordsMissing
from app.escalation.queries import deeds_open_to, get_concern, open_concerns_of, recent_of_student
from app.files.queries import file_of_student
from app.notifications.models import Notice
from tests.escalation.telling import EVERYDAY, IN_DANGER, LOW_MOOD, PACKET, SELF_HARM, Story, reads, signed_entry
from tests.world import STAFF, World

PERMISSION_OF = {
    "acknowledge": policy.ACKNOWLEDGE, "ask": policy.ASK, "answer": policy.ANSWER, "pass_on": policy.PASS_ON,
    "close_by_grade": policy.CLOSE_BY_GRADE, "accept": policy.ACCEPT, "assess": policy.ASSESS,
    "follow_up": policy.FOLLOW_UP, "close": policy.CLOSE, "reopen": policy.REOPEN, "raise_level": policy.RAISE_LEVEL,
    "offer": policy.OFFER, "call_centre": policy.CALL_CENTRE, "feedback": policy.FEEDBACK,
    "note_seen": policy.NOTE_SEEN,
}


def test_two_people_at_once_the_second_is_told_that_the_page_is_old(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    seen = story.now().revision
    story.does("lin", service.accept, revision=seen)
    with pytest.raises(Stale):
        story.does("bo", service.accept, revision=seen)
    assert story.now().owner_id == world.people["lin"]


def test_a_look_or_a_line_to_the_reporter_makes_nobodys_page_old(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    seen = story.now().revision
    story.does("pia", service.note_seen)
    story.does("gao", service.note_seen)
    story.does("gao", service.give_feedback, words="已收到")
    story.does("lin", service.accept, revision=seen)


@pytest.mark.parametrize(("name", "deed", "given"), [
    ("gao", service.close_by_grade, {"reason": "x"}), ("lin", service.accept, {}),
    ("lin", service.assess, {"level": "R2", "reason": "x"}), ("lin", service.close, {"reason": "x"}),
    ("lin", service.follow_up, {"review_on": date(2026, 10, 14)}), ("cruz", service.answer, {"words": "x"}),
    ("lin", service.reopen, {"reason": "x"}),
])
def test_steps_are_taken_only_in_order(world: World, name, deed, given) -> None:
    story = Story(world).raised("cruz", LOW_MOOD)
    with pytest.raises((NotNow, Missing)):
        story.does(name, deed, **given)
    assert story.stands == ("raised", "grade", "R2")


def test_gao_closes_r1_with_a_reason_and_the_room_sees_and_reopens_it(world: World) -> None:
    story = Story(world).raised("cruz", EVERYDAY)
    story.does("gao", service.acknowledge)
    with pytest.raises(WordsMissing):
        story.does("gao", service.close_by_grade, reason=" ")
    story.does("gao", service.close_by_grade, reason="同学已和好")
    assert story.stands == ("closed_by_grade", "grade", "R1")
    with world.acting("lin") as lin:
        (line,) = queries.concerns_for_room(lin, part="closed").items
        assert line.concern.id == story.id
    story.does("lin", service.reopen, reason="还想再谈")
    assert story.stands == ("reopened", "room", "R1") and story.now().closed_at is None


def test_gao_cannot_close_r2(world: World) -> None:
    story = Story(world).raised("cruz", LOW_MOOD)
    story.does("gao", service.acknowledge)
    with pytest.raises(NotNow):
        story.does("gao", service.close_by_grade, reason="没事")


@pytest.mark.parametrize("days", [-1, 15, 400])
def test_a_review_lies_ahead_and_not_later_than_the_level_may_wait(world: World, days: int) -> None:
    story = in_support(world)
    with pytest.raises(service.ReviewOutOfReach):
        story.does("lin", service.follow_up, review_on=date(2026, 10, 13) + timedelta(days=days))


@pytest.mark.parametrize("days", [0, 1, 4, 14])
def test_a_review_within_the_level_is_due_that_day(world: World, days: int) -> None:
    story = in_support(world)
    story.does("lin", service.follow_up, review_on=date(2026, 10, 13) + timedelta(days=days))
    assert story.now().due_at.date() == date(2026, 10, 13) + timedelta(days=days)
    story.does("lin", service.follow_up, review_on=date(2026, 10, 14))


def in_support(world: World) -> Story:
    story = Story(world).raised("cruz", LOW_MOOD)
    story.does("gao", service.pass_on)
    story.does("lin", service.accept)
    story.does("lin", service.assess, level="R2", reason="评估")
    return story


def test_accepting_opens_the_file_and_puts_lin_in_charge(world: World) -> None:
    in_support(world)
    with world.acting("lin") as lin:
        file = file_of_student(world.students["ana"], by=lin)
        assert file is not None and file.in_charge_id == world.people["lin"]


def test_consent_is_written_down_or_it_is_none(world: World) -> None:
    story = in_support(world)
    with pytest.raises(hand_overs.ConsentMissing):
        story.does("lin", hand_overs.offer, basis="CONSENT", packet=PACKET)


def test_a_hand_over_says_why(world: World) -> None:
    story = in_support(world)
    with pytest.raises(WordsMissing):
        story.does("lin", hand_overs.offer, basis="SELF_HARM", packet={**PACKET, "reason": " "})


def test_only_signed_entries_of_this_student_go_along(world: World) -> None:
    story, other = in_support(world), Story(world).raised("cruz", SELF_HARM, about="rui")
    other.does("lin", service.accept)
    foreign = signed_entry(other, "lin", "别人的记录")
    for entry_ids in ([foreign], [story.id]):
        with pytest.raises(hand_overs.EntryNotForHandOver):
            story.does("lin", hand_overs.offer, basis="SELF_HARM", packet=PACKET, entry_ids=entry_ids)
    with world.acting("dee") as dee:
        assert not reads(dee, foreign)


def test_bo_who_is_not_in_charge_releases_no_entry_of_lins_file(world: World) -> None:
    story = in_support(world)
    entry = signed_entry(story, "lin", "第一次")
    with pytest.raises(Missing):
        story.does("bo", hand_overs.offer, basis="SELF_HARM", packet=PACKET, entry_ids=[entry])
    with world.acting("dee") as dee:
        assert not reads(dee, entry)


def test_an_entry_that_two_hand_overs_need_is_taken_back_with_the_last(world: World) -> None:
    one = in_support(world)
    two = Story(world).raised("cruz", SELF_HARM)
    two.does("lin", service.accept)
    entry = signed_entry(one, "lin", "第一次")
    one.does("lin", hand_overs.offer, basis="SELF_HARM", packet=PACKET, entry_ids=[entry])
    two.does("lin", hand_overs.offer, basis="SELF_HARM", packet=PACKET, entry_ids=[entry])
    one.does("dee", hand_overs.decline, reason="重复")
    with world.acting("dee") as dee:
        assert reads(dee, entry)
    two.does("dee", hand_overs.decline, reason="重复")
    with world.acting("dee") as dee:
        assert not reads(dee, entry)


def test_closing_ends_the_hand_over_whose_advice_the_school_has(world: World) -> None:
    story = in_support(world)
    entry = signed_entry(story, "lin", "第一次")
    handed = story.does("lin", hand_overs.offer, basis="SELF_HARM", packet=PACKET, entry_ids=[entry])
    story.does("dora", hand_overs.accept_by_centre)
    story.does("dee", hand_overs.advise, advice="家庭访谈")
    story.does("lin", service.close, reason="目标达到")
    with world.acting("dee") as dee:
        assert not reads(dee, entry) and not reads(dee, story.concern().card_id) and reads(dee, handed)
        assert queries.get_hand_over(handed).state == "returned"
        assert [line.packet["reason"] for line in queries.past_hand_overs(dee).items] == [PACKET["reason"]]


def test_offered_anew_after_advice_the_first_hand_over_ends(world: World) -> None:
    story = in_support(world)
    first = story.does("lin", hand_overs.offer, basis="SELF_HARM", packet=PACKET)
    story.does("dee", hand_overs.accept_by_centre)
    story.does("dee", hand_overs.advise, advice="家庭访谈")
    second = story.does("lin", hand_overs.offer, basis="SELF_HARM", packet=PACKET)
    with world.acting("lin") as lin:
        states = {line.hand_over.id: line.hand_over.state for line in queries.hand_overs_of(story.concern(), lin)}
        assert states == {first: "returned", second: "offered"}
    with world.acting("dee") as dee:
        assert reads(dee, story.concern().card_id)
        with pytest.raises(NotNow):
            hand_overs.decline(queries.get_hand_over(first), reason="x", revision=story.concern().revision, by=dee)


def test_repeated_concerns_are_shown_together_as_far_as_one_may_read(world: World) -> None:
    for name in ("cruz", "sol", "cruz"):
        Story(world).raised(name, EVERYDAY)
    Story(world).raised("lin", EVERYDAY)
    for name, count, people in (("gao", 4, 3), ("lin", 4, 3), ("cruz", 2, 1), ("moss", 0, 0), ("pia", 0, 0)):
        with world.acting(name) as actor:
            found = recent_of_student(world.students["ana"], actor)
            assert (found.count, found.people) == (count, people), name
            assert len(open_concerns_of(world.students["ana"], actor)) == count


def test_every_deed_is_on_the_trail_with_its_person_and_no_word_of_it(world: World) -> None:
    story = in_support(world)
    steps = steps_in(world, story)
    kept = [(row.action, row.person_id) for row in world.events() if row.subject_id == story.id]
    assert kept == [(EVENT_OF[step.deed], step.person_id) for step in steps]
    assert not any("评估".encode() in row.body for row in world.events())


def steps_in(world: World, story: Story) -> list[ConcernStep]:
    with world.database.transaction(writes=False):
        rows = session().scalars(
            select(ConcernStep).where(ConcernStep.concern_id == story.id).order_by(ConcernStep.number)
        ).all()
        for row in rows:
            session().expunge(row)
    return list(rows)


@pytest.mark.parametrize("statement", [
    "UPDATE concern_step SET deed = 'close'", "DELETE FROM concern_step", "UPDATE concern_step SET words = NULL",
])
def test_no_sql_changes_a_step(world: World, statement: str) -> None:
    Story(world).raised("cruz", EVERYDAY)
    with pytest.raises(DBAPIError, match="stays as it was taken"), world.database.transaction() as opened:
        opened.execute(text(statement))


def test_nothing_written_stands_readable_in_the_database(world: World) -> None:
    story = in_support(world)
    story.does("lin", hand_overs.offer, basis="SELF_HARM", packet=PACKET)
    with world.database.transaction(writes=False) as opened:
        for table in ("concern", "concern_step", "hand_over", "notice", "trail_event"):
            rows = opened.execute(text(f"SELECT * FROM {table}")).all()
            kept = repr(rows).encode() + b"".join(bytes(v) for row in rows for v in row if isinstance(v, bytes))
            for canary in ("没人和我玩", "陈子涵", "评估", "情绪低落"):
                assert canary.encode() not in kept, table


def told(world: World) -> list[tuple[str, str]]:
    names = {person: name for name, person in world.people.items()}
    with world.database.transaction(writes=False):
        rows = session().execute(select(Notice.person_id, Notice.kind).order_by(Notice.id)).all()
    return sorted((names[person_id], kind) for person_id, kind in rows)


def test_who_is_told_of_what(world: World) -> None:
    story = Story(world).raised("cruz", LOW_MOOD)
    assert told(world) == [("gao", "concern:raised")]
    story.does("gao", service.acknowledge)
    assert told(world)[0] == ("cruz", "concern:acknowledged")
    story.does("gao", service.pass_on)
    assert {("lin", "concern:passed_on"), ("bo", "concern:passed_on")} <= set(told(world))
    story.does("lin", service.accept)
    assert ("cruz", "concern:accepted") in told(world)
    story.does("lin", hand_overs.offer, basis="SELF_HARM", packet=PACKET)
    assert {("dee", "concern:offered"), ("dora", "concern:offered")} <= set(told(world))
    story.does("dee", hand_overs.accept_by_centre)
    assert {("lin", "concern:centre_accepted"), ("bo", "concern:centre_accepted")} <= set(told(world))
    assert not {name for name, _ in told(world)} & {"pia", "hart", "moss", "sam", "root", "eve", "tan"}


def test_in_a_red_concern_everybody_who_has_to_act_is_told_at_once_and_nobody_on_standby(world: World) -> None:
    Story(world).raised("cruz", IN_DANGER)
    assert told(world) == [(name, "concern:raised") for name in ("bo", "gao", "lin", "pia")]


def test_the_second_person_and_the_proposer_hear_of_each_other(world: World) -> None:
    story = Story(world).raised("cruz", IN_DANGER)
    story.does("lin", service.accept)
    story.does("lin", service.assess, level="R1", reason="误会")
    assert {("gao", "concern:second_opinion"), ("pia", "concern:second_opinion")} <= set(told(world))
    story.does("pia", opinions.decide, agrees=True)
    assert ("lin", "concern:decided") in told(world)


@pytest.mark.parametrize("answers", [EVERYDAY, SELF_HARM])
@pytest.mark.parametrize("excluded", [(), ("bo", "gao")])
def test_buttons_and_permissions_say_the_same_over_the_whole_cast(world: World, answers, excluded) -> None:
    story = Story(world).raised("cruz", answers, excluded=excluded)
    for name in ("root", *STAFF):
        with world.acting(name) as actor:
            concern = story.concern()
            shown = deeds_open_to(concern, actor)
            assert all(PERMISSION_OF[deed].allows(actor, concern) for deed in shown if deed in PERMISSION_OF), name
            listed = {
                line.concern.id
                for find in (queries.concerns_raised_by, queries.cards_for_leadership, queries.centre_queue,
                             lambda a: queries.concerns_for_grade(a, part="ours"),
                             lambda a: queries.concerns_for_grade(a, part="others"),
                             lambda a: queries.concerns_for_room(a, part="ours"),
                             lambda a: queries.concerns_for_room(a, part="others"))
                for line in find(actor).items
            }
            assert bool(listed) is policy.READ.allows(actor, concern) is bool(shown), name


def test_a_list_costs_the_same_number_of_statements_whatever_its_length(world: World) -> None:
    def statements(find) -> int:
        with world.acting("lin") as lin:
            counted: list[str] = []
            listener = lambda *args: counted.append(args[2])  # noqa: E731
            event.listen(world.database.engine, "before_cursor_execute", listener)
            assert find(lin).items
            event.remove(world.database.engine, "before_cursor_execute", listener)
        return len(counted)

    counts = []
    for _ in range(2):
        for about in ("ana", "rui", "zoe", "ivo"):
            Story(world).raised("lin", SELF_HARM, about=about)
        counts.append(statements(queries.concerns_for_room))
    assert counts[0] == counts[1], counts


@pytest.mark.parametrize(("name", "find"), [
    ("lin", queries.concerns_for_room), ("gao", queries.concerns_for_grade), ("pia", queries.cards_for_leadership),
    ("dee", queries.centre_queue), ("cruz", queries.concerns_raised_by), ("gao", queries.opinions_open_to),
    ("lin", lambda actor: queries.concerns_for_room(actor, part="others")),
    ("lin", lambda actor: queries.concerns_for_room(actor, part="closed")),
    ("lin", lambda actor: queries.recent_of_student(next(iter(actor.posts)).id, actor)),
])
def test_no_list_walks_through_everybodys_concerns(world: World, name: str, find) -> None:
    """SQLite says how it would find the rows: always by an index, and a list of a school by that school."""
    if not world.database.is_sqlite:
        pytest.skip("PostgreSQL walks through small tables whatever the index")
    asked: list[tuple[str, object]] = []
    listener = lambda *args: asked.append((args[2], args[3]))  # noqa: E731
    with world.acting(name) as actor:
        event.listen(world.database.engine, "before_cursor_execute", listener)
        find(actor)
        event.remove(world.database.engine, "before_cursor_execute", listener)
        connection = session().connection()
        plans = [
            row[3]
            for statement, given in asked
            if "FROM concern" in statement or "FROM second_opinion" in statement
            for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + statement, given)
        ]
    assert plans and not any(plan.startswith("SCAN") and "USING" not in plan and "(" not in plan and
                             "CONSTANT" not in plan for plan in plans), plans
    if name in ("lin", "gao", "pia") and "second_opinion" not in str(plans):
        assert any("school_id=?" in plan or "student_id=?" in plan for plan in plans), plans


def test_long_lists_come_in_pages_in_the_order_of_their_due_times(world: World) -> None:
    for answers in (EVERYDAY, SELF_HARM, LOW_MOOD, IN_DANGER):
        Story(world).raised("lin", answers)
    found, cursor = [], None
    with world.acting("bo") as bo:
        while True:
            page = queries.concerns_for_room(bo, cursor=cursor, size=3)
            found += [(line.concern.level, line.concern.due_at) for line in page.items]
            if (cursor := page.next) is None:
                break
    assert [level for level, _ in found] == ["R4", "R3", "R2", "R1"]
    assert [due_at for _, due_at in found] == sorted(due_at for _, due_at in found)


def test_no_concern_can_be_open_without_a_due_time_or_closed_with_one(world: World) -> None:
    story = Story(world).raised("cruz", EVERYDAY)
    for change in ("due_at = NULL", "state = 'closed'", "tier = 'nobody'", "level = 'R5'", "closed_at = raised_at"):
        with pytest.raises(DBAPIError), world.database.transaction() as opened:
            opened.execute(text(f"UPDATE concern SET {change}"))
    with world.acting("gao"):
        assert isinstance(get_concern(story.id), Concern)


def test_of_four_who_accept_at_the_same_moment_one_does(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    seen, together = story.now().revision, Barrier(4)

    def accepts(name: str) -> str:
        def work() -> None:
            by = world.actor(name)
            service.accept(story.concern(), revision=seen, by=by)

        together.wait()
        try:
            world.database.retrying(work, attempts=50)
        except Stale:
            return "stale"
        return name

    with ThreadPoolExecutor(4) as pool:
        done = sorted(pool.map(accepts, ["lin", "bo", "lin", "bo"]))
    assert done.count("stale") == 3
    assert story.now().owner_id == world.people[next(name for name in done if name != "stale")]
    assert [step.deed for step in steps_in(world, story)] == ["raise", "accept"]
