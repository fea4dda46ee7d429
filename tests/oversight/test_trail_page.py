"""Eve searches the trail: by place, deed, day, person and record; each filter can be taken away again."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from app.escalation import service
from tests.escalation.telling import LOW_MOOD, Story
from tests.world import World

pytestmark = pytest.mark.alike

BrowserOf = Callable[[str], FlaskClient]


def trail(eve: FlaskClient, **wanted: object) -> str:
    return eve.get("/trail", query_string=wanted).get_data(as_text=True)


def rows(page: str) -> int:
    return page.count("<tr>") - 1 if "<tbody>" in page else 0


@pytest.fixture
def story(world: World) -> Story:
    """Cruz raises a concern about Ana, and Gao confirms it; Moss raises another."""
    Story(world).raised("moss", LOW_MOOD, about="zoe")
    story = Story(world).raised("cruz", LOW_MOOD)
    story.does("gao", service.acknowledge)
    return story


def test_what_happened_to_one_record(story: Story, browser_of: BrowserOf) -> None:
    page = trail(browser_of("eve"), record=story.id)
    assert rows(page) == 2
    assert "Cruz" in page and "Gao" in page and "Moss" not in page


def test_what_one_person_did_to_one_record(world: World, story: Story, browser_of: BrowserOf) -> None:
    page = trail(browser_of("eve"), record=story.id, person=world.people["gao"])
    assert rows(page) == 1
    without_person = f"/trail?record={story.id}"
    without_record = f"/trail?person={world.people['gao']}"
    assert f'href="{without_person}"' in page and f'href="{without_record}"' in page
    assert f'name="record" value="{story.id}"' in page, "another search stays within the record"


def test_every_record_of_the_list_is_a_way_to_its_own_events(story: Story, browser_of: BrowserOf) -> None:
    assert f'href="/trail?record={story.id}"' in trail(browser_of("eve"))


def test_a_record_of_nothing_has_no_events(world: World, story: Story, browser_of: BrowserOf) -> None:
    eve = browser_of("eve")
    for nothing in (world.students["kai"], uuid4()):
        assert rows(trail(eve, record=nothing)) == 0
    assert eve.get("/trail", query_string={"record": "x' OR 1=1"}).status_code == 200


def test_who_signed_in_is_who_did_it(world: World, browser_of: BrowserOf) -> None:
    lin = browser_of("lin")
    lin.post("/sign-out")
    page = trail(browser_of("eve"), person=world.people["lin"])
    assert "登录了系统" in page and "退出了登录" in page
    for action in ("sign_in:done", "sign_in:ended"):
        event = next(event for event in world.events(action) if event.subject_id == world.people["lin"])
        assert (event.person_id, event.via) == (world.people["lin"], "page")


def test_who_failed_to_sign_in_did_nothing(world: World, app: object, browser_of: BrowserOf) -> None:
    """Whoever typed Lin's number is not known: the event is about Lin, and nobody's deed."""
    stranger = browser_of("eve")
    stranger.post("/sign-out")
    stranger.post("/sign-in", data={"login": "T-lin", "password": "not hers at all"})
    [event] = world.events("sign_in:failed")
    assert event.person_id is None and event.subject_id == world.people["lin"]
