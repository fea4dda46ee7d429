"""What waits leaves once, when its reader wishes, and not after it was read; what is urgent waits for nobody."""

import threading
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.database import Database, session
from app.directory.models import Organisation
from app.escalation import service as concerns
from app.notifications import choosing, outbox, service
from app.notifications.models import Notice
from app.notifications.outbox import send_waiting
from app.notifications.pacing import Pace
from app.schooltime import default_calendar, school_hours
from tests.escalation.telling import IN_DANGER, SELF_HARM, Story
from tests.notifications.receiving import AFTERNOON, Chats, Postbox, give_address, states, tell
from tests.notifications.test_robots import DING, chooses
from tests.world import World

HOUR = timedelta(hours=1)
NIGHT = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)
"""Half past eleven in Shanghai, and half past four in the afternoon in Berlin."""
SEVEN = datetime(2026, 11, 25, 23, 0, tzinfo=UTC)
HOURS = school_hours(default_calendar(AFTERNOON.date()), date(2026, 11, 26))
assert HOURS is not None
FIRST_BELL = HOURS.start


@pytest.fixture(autouse=True)
def addresses(world: World, postbox: Postbox) -> None:
    for name in ("lin", "bo", "gao", "pia"):
        give_address(world, name, f"{name}@school.example")


def recipients(postbox: Postbox) -> list[str]:
    return sorted(address for addresses, _ in postbox.arrived for address in addresses)


def test_at_night_nothing_is_sent_before_seven(world: World, postbox: Postbox) -> None:
    with clock.at(NIGHT):
        tell(world, "lin")
        assert send_waiting(world.database) == 0
    with clock.at(SEVEN - timedelta(seconds=1)):
        assert send_waiting(world.database) == 0
    with clock.at(SEVEN):
        assert send_waiting(world.database) == 1
    assert recipients(postbox) == ["lin@school.example"]


def test_what_is_urgent_is_sent_at_night_and_whatever_pace_was_chosen(world: World, postbox: Postbox) -> None:
    chooses(world, "lin", "mail", pace=Pace("mornings"))
    with clock.at(NIGHT):
        tell(world, "lin")
        assert send_waiting(world.database) == 0
        tell(world, "lin", urgent=True)
        assert send_waiting(world.database) == 1
    assert states(world) == ["waiting", "sent"]


def test_the_clock_of_the_school_counts(world: World, postbox: Postbox) -> None:
    berlin = {**default_calendar(NIGHT.date()).dump(), "zone": "Europe/Berlin"}
    with world.database.transaction():
        session().get_one(Organisation, world.school).calendar = berlin
    with clock.at(NIGHT):
        tell(world, "lin")
        assert send_waiting(world.database) == 1


def test_what_became_due_before_the_night_and_could_not_leave_waits_for_its_end(world: World, postbox: Postbox) -> None:
    tell(world, "lin")
    postbox.refuses = True
    with clock.at(NIGHT - 3 * HOUR):
        assert send_waiting(world.database) == 0
    postbox.refuses = False
    with clock.at(NIGHT):
        assert send_waiting(world.database) == 0
    with clock.at(SEVEN):
        assert send_waiting(world.database) == 1


def test_an_urgent_message_is_tried_again_at_night(world: World, postbox: Postbox) -> None:
    postbox.refuses = True
    with clock.at(NIGHT):
        tell(world, "lin", urgent=True)
        assert send_waiting(world.database) == 0
    postbox.refuses = False
    with clock.at(NIGHT + timedelta(minutes=2)):
        assert send_waiting(world.database) == 1


def test_a_red_concern_is_told_at_night_and_an_orange_one_in_the_morning(world: World, postbox: Postbox) -> None:
    with clock.at(NIGHT):
        Story(world).raised("cruz", SELF_HARM)
        assert send_waiting(world.database) == 0
        Story(world).raised("cruz", IN_DANGER, about="rui")
        assert send_waiting(world.database) >= 3
    assert {"lin@school.example", "bo@school.example"} <= set(recipients(postbox))


def test_what_follows_a_red_concern_is_urgent_until_it_is_no_longer_red(world: World) -> None:
    story = Story(world).raised("cruz", SELF_HARM)
    story.does("lin", concerns.accept)
    story.does("lin", concerns.raise_level, level="R4", grounds="a plan")
    story.does("lin", concerns.give_feedback, words="it is in hand")
    with world.database.transaction(writes=False):
        urgent = {notice.kind: notice.urgent for notice in session().scalars(select(Notice))}
    assert urgent == {
        "concern:raised": False, "concern:accepted": False, "concern:level_changed": True, "concern:feedback": True
    }


@pytest.mark.parametrize(("pace", "leaves"), [("hourly", AFTERNOON + HOUR), ("mornings", FIRST_BELL)])
def test_a_digest_is_one_message_for_everything(world: World, postbox: Postbox, pace: str, leaves: datetime) -> None:
    chooses(world, "lin", "mail", pace=Pace(pace))
    for minutes in (1, 20, 40):
        with clock.at(AFTERNOON + timedelta(minutes=minutes)):
            tell(world, "lin", "gao")
            assert send_waiting(world.database) == 1, "Gao hears at once"
    with clock.at(leaves - timedelta(seconds=1)):
        assert send_waiting(world.database) == 0
    with clock.at(leaves):
        assert send_waiting(world.database) == 1
    assert recipients(postbox) == ["gao@school.example"] * 3 + ["lin@school.example"]


def test_what_was_read_on_the_page_is_not_sent_and_the_rest_is(world: World, postbox: Postbox) -> None:
    chooses(world, "lin", "mail", pace=Pace("hourly"))
    tell(world, "lin", "bo")
    with world.acting("lin") as lin:
        service.see(session().scalars(select(Notice).where(Notice.person_id == lin.person_id)).one(), by=lin)
    with clock.at(AFTERNOON + HOUR):
        assert send_waiting(world.database) == 1
    assert recipients(postbox) == ["bo@school.example"]


def test_nothing_leaves_for_who_chose_nothing_also_when_it_is_urgent(world: World, postbox: Postbox) -> None:
    chooses(world, "lin", "none")
    tell(world, "lin", urgent=True)
    assert send_waiting(world.database) == 0
    assert states(world) == ["none"]


def test_what_waits_leaves_the_new_way_when_somebody_chooses_anew(
    world: World, postbox: Postbox, chats: Chats
) -> None:
    chooses(world, "lin", "mail", pace=Pace("mornings"))
    tell(world, "lin")
    chooses(world, "lin", "dingtalk", DING)
    assert send_waiting(world.database) == 1
    assert (len(postbox.arrived), len(chats.arrived)) == (0, 1)


def test_what_waits_stays_here_when_somebody_chooses_nothing(world: World, postbox: Postbox) -> None:
    chooses(world, "lin", "mail", pace=Pace("hourly"))
    tell(world, "lin")
    chooses(world, "lin", "none")
    with clock.at(AFTERNOON + HOUR):
        assert send_waiting(world.database) == 0
    assert states(world) == ["none"]


def test_a_service_that_is_down_holds_no_mail_up(world: World, postbox: Postbox, chats: Chats) -> None:
    chooses(world, "lin", "dingtalk", DING)
    chats.answer = (503, b"")
    tell(world, "lin", "bo")
    assert send_waiting(world.database) == 1
    assert recipients(postbox) == ["bo@school.example"]
    assert sorted(states(world)) == ["sent", "waiting"]


def test_two_workers_send_one_message(world: World, world_installation, chats: Chats) -> None:
    """The second one looks while the first is still sending."""
    chooses(world, "lin", "dingtalk", DING)
    tell(world, "lin")
    chats.slowly = threading.Event()
    first = threading.Thread(target=send_waiting, args=[world.database])
    first.start()
    wait_until_taken_up(world)
    other: Database = world_installation.open()
    other.info["carriers"] = world.database.info["carriers"]
    assert send_waiting(other) == 0
    other.dispose()
    chats.slowly.set()
    first.join()
    assert len(chats.arrived) == 1
    assert states(world) == ["sent"]


def wait_until_taken_up(world: World) -> None:
    tries = 0
    while not tries:
        with world.database.transaction(writes=False):
            tries = session().scalar(select(Notice.mail_tries)) or 0


def test_what_a_dying_worker_had_taken_up_is_sent_a_minute_later(world: World, postbox: Postbox) -> None:
    tell(world, "lin")
    assert len(world.database.retrying(outbox._taken_up)) == 1
    assert send_waiting(world.database) == 0
    with clock.at(AFTERNOON + timedelta(minutes=1)):
        assert send_waiting(world.database) == 1


def test_a_message_seen_while_it_is_sent_stays_seen(world: World, chats: Chats) -> None:
    chooses(world, "lin", "dingtalk", DING)
    tell(world, "lin")
    chats.slowly = threading.Event()
    sending = threading.Thread(target=send_waiting, args=[world.database])
    sending.start()
    wait_until_taken_up(world)
    with world.acting("lin") as lin:
        service.see(session().scalars(select(Notice).where(Notice.person_id == lin.person_id)).one(), by=lin)
    chats.slowly.set()
    sending.join()
    assert states(world) == ["none"]


def test_a_test_goes_at_once_and_is_no_news(world: World, postbox: Postbox) -> None:
    chooses(world, "lin", "mail", pace=Pace("mornings", (time(0), time(23, 59))))
    with world.acting("lin") as lin:
        choosing.send_test(by=lin)
        choosing.send_test(by=lin)
    assert send_waiting(world.database) == 1
    assert recipients(postbox) == ["lin@school.example"]
    assert (states(world), unseen(world, world.people["lin"])) == (["sent"], 0)


def unseen(world: World, person_id: UUID) -> int:
    with world.database.transaction(writes=False):
        return session().query(Notice).filter(Notice.person_id == person_id, Notice.seen_at.is_(None)).count()


def test_a_test_can_be_asked_for_again_and_stays_one_row(world: World, postbox: Postbox) -> None:
    for _ in range(2):
        with world.acting("lin") as lin:
            choosing.send_test(by=lin)
        assert send_waiting(world.database) == 1
    assert len(postbox.arrived) == 2
    assert states(world) == ["sent"]
