"""Who shows other words, or is somebody else, is not admitted: they are told plainly, and it can be taken back."""

import re
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import vault
from app.access import PostKind as K
from app.core.database import session
from app.identity import invitations, keys
from app.identity.queries import refusals_about, refusals_in
from app.notifications.models import Notice
from app.vault import groups, people
from tests.identity.browsing import hidden, signed_in, stranger
from tests.identity.newcomers import joined, newcomer, slip_for
from tests.world import World

pytestmark = pytest.mark.alike


@pytest.fixture
def yan(app: Flask, world: World) -> FlaskClient:
    """The browser of a third counsellor, who joined and waits for the room."""
    newcomer(world, "yan", K.COUNSELLOR)
    return joined(app, slip_for(world, "yan", by="sam"))


def finished(browser: FlaskClient) -> FlaskClient:
    """Keep the recovery code, so that every page is open."""
    page = browser.get("/account/recovery-code").text
    last = re.findall(r"<span>([0-9A-Z]{5})</span>", page)[-1]
    data = {"token": hidden(page, "token"), "code": last}
    assert browser.post("/account/recovery-code", data=data).status_code == 303
    return browser


def refuse(browser: FlaskClient, person: UUID, epoch: int = 1):
    return browser.post("/keys/refuse", data={"person": person, "epoch": epoch})


def room_of(world: World) -> vault.Group:
    with world.database.transaction(writes=False):
        found = vault.find_group(world.school, "room")
    assert found is not None
    return found


def waiting(world: World, name: str) -> set[str]:
    """Return for which kinds of groups Yan waits in somebody's eyes."""
    with world.acting(name) as actor:
        return {one.group.kind for one in keys.waiting_for(actor) if one.person_id == world.people["yan"]}


def admitted(world: World) -> bool:
    """Say whether anybody was ever recorded to admit Yan."""
    return any(event.subject_id == world.people["yan"] for event in world.events("key:admitted"))


def told(world: World, kind: str) -> list[str]:
    with world.database.transaction(writes=False):
        names = {person_id: name for name, person_id in world.people.items()}
        return sorted(names[row.person_id] for row in session().query(Notice).filter(Notice.kind == kind))


@pytest.mark.unlike
def test_lin_sees_other_words_and_does_not_admit_yan(app: Flask, world: World, yan: FlaskClient) -> None:
    lin = signed_in(app, "lin")
    page = lin.get("/keys").text
    assert "Do not admit" in page and "the administrator are told" in page
    assert refuse(lin, world.people["yan"]).headers["Location"] == "/keys"
    page = lin.get("/keys").text
    assert "Nobody waits" in page and "Not admitted" in page and "Let them wait again" in page
    assert waiting(world, "bo") == set(), "nor does she wait for the colleagues of the same groups"
    assert "Waits to be admitted" not in signed_in(app, "bo").get("/").text
    with world.database.transaction(writes=False):
        assert not groups.is_member(vault.find_group(world.school, "room").id, world.people["yan"])


def test_yan_reads_a_plain_sentence_and_nothing_of_hers_is_gone(app: Flask, world: World, yan: FlaskClient) -> None:
    refuse(signed_in(app, "lin"), world.people["yan"])
    page = finished(yan).get("/account").text
    assert {one["words"].split(" · ")[0] for one in yan.get("/api/v1/account").json["not_admitted"]} == {
        "Counselling room", "Grade team"
    }
    assert "Counselling room" in page and "did not admit your key" in page and "Lin" not in page.partition("<main")[2]
    assert told(world, "key:not_admitted") == ["yan"]
    assert "You were not admitted to a group" in yan.get("/notices").text
    assert "陈子涵" in yan.post("/students/search", data={"q": "czh"}).text, "the staff key of her slip is hers"


def test_who_can_close_the_account_is_told_and_led_to_it(app: Flask, world: World, yan: FlaskClient) -> None:
    refuse(signed_in(app, "lin"), world.people["yan"])
    assert told(world, "key:refused") == ["sam"]
    sam = signed_in(app, "sam")
    with world.database.transaction(writes=False):
        notice = session().query(Notice).filter(Notice.kind == "key:refused").one()
    where = sam.post(f"/notices/{notice.id}").headers["Location"]
    assert where == f"/people/{world.people['yan']}"
    page = sam.get(where).text
    assert "Not admitted" in page and "close it and print a new slip" in page
    assert "Not admitted" not in sam.get(f"/people/{world.people['bo']}").text


def test_of_the_centre_the_district_is_told(app: Flask, world: World) -> None:
    newcomer(world, "yan", K.CENTRE_COUNSELLOR, "centre")
    joined(app, slip_for(world, "yan", by="root"))
    refuse(signed_in(app, "dora"), world.people["yan"])
    assert told(world, "key:refused") == ["root"] and told(world, "key:not_admitted") == ["yan"]


@pytest.mark.unlike
def test_it_is_on_the_trail_group_by_group_and_in_words(app: Flask, world: World, yan: FlaskClient) -> None:
    refuse(signed_in(app, "lin"), world.people["yan"])
    events = world.events("key:refused")
    assert len(events) == 3 and {event.person_id for event in events} == {world.people["lin"]}
    assert {event.subject_id for event in events} == {world.people["yan"]}
    assert {"key:refused", "key:reconsidered"} <= set(app.extensions["event_words"])


def test_gao_refuses_for_his_grade_alone(app: Flask, world: World, yan: FlaskClient) -> None:
    refuse(signed_in(app, "gao"), world.people["yan"])
    assert waiting(world, "lin") == {"room", "grade"}, "the room is not his, nor is Hart's grade"
    with world.database.transaction(writes=False):
        assert len(refusals_about(world.people["yan"])) == 1


@pytest.mark.parametrize("name", ["tan", "pia", "eve", "dee", "root", "sam"])
def test_who_holds_none_of_the_keys_refuses_nobody_and_learns_nothing(
    app: Flask, world: World, yan: FlaskClient, name: str
) -> None:
    browser = signed_in(app, name)
    said = []
    for person in (world.people["yan"], world.people["bo"], uuid4()):
        refuse(browser, person)
        page = browser.get("/keys").text
        said.append(re.findall(r"[^<>]*no longer waits[^<>]*", page))
        answer = browser.post("/api/v1/keys/refusals", json={"person": str(person), "epoch": 1})
        assert (answer.status_code, answer.json["code"]) == (409, "NotWaiting")
    assert said[0] and said[0] == said[1] == said[2]
    assert not world.events("key:refused") and waiting(world, "lin") == {"room", "grade"}


@pytest.mark.parametrize("name", ["cruz", "sol", "moss", "quill"])
def test_teachers_have_no_such_door(app: Flask, world: World, yan: FlaskClient, name: str) -> None:
    browser = signed_in(app, name)
    assert refuse(browser, world.people["yan"]).status_code == 404
    assert browser.post("/keys/reconsider", data={"person": world.people["yan"]}).status_code == 404
    for path in ("refusals", "refusals/withdraw"):
        assert browser.post(f"/api/v1/keys/{path}", json={"person": str(world.people["yan"])}).status_code == 404


def test_a_stranger_is_asked_to_sign_in(app: Flask, world: World, yan: FlaskClient) -> None:
    assert refuse(stranger(app), world.people["yan"]).headers["Location"].startswith("/sign-in")
    assert waiting(world, "lin") == {"room", "grade"}


@pytest.mark.unlike
def test_pressed_twice_it_is_done_once(app: Flask, world: World, yan: FlaskClient) -> None:
    lin, once = signed_in(app, "lin"), uuid4().hex
    form = {"person": world.people["yan"], "epoch": 1, "_once": once}
    for _ in range(2):
        assert lin.post("/keys/refuse", data=form).status_code == 303
    assert len(world.events("key:refused")) == 3
    refuse(signed_in(app, "bo"), world.people["yan"])
    assert len(world.events("key:refused")) == 3 and told(world, "key:not_admitted") == ["yan"]


def test_from_a_page_with_the_words_of_older_keys_nobody_is_refused_or_admitted(
    app: Flask, world: World, yan: FlaskClient
) -> None:
    joined(app, slip_for(world, "yan", by="sam"))
    lin, room = signed_in(app, "lin"), room_of(world)
    refuse(lin, world.people["yan"], epoch=1)
    assert "Compare the six words again" in lin.get("/keys").text
    lin.post("/keys/admit", data={"person": world.people["yan"], "group": room.id, "epoch": 1})
    assert "Compare the six words again" in lin.get("/keys").text
    assert not world.events("key:refused") and not admitted(world)
    assert waiting(world, "lin") >= {"room", "grade"}
    refuse(lin, world.people["yan"], epoch=2)
    assert waiting(world, "lin") == set()


def test_whom_a_colleague_refused_is_not_admitted_from_an_old_page(app: Flask, world: World, yan: FlaskClient) -> None:
    bo, room = signed_in(app, "bo"), room_of(world)
    refuse(signed_in(app, "lin"), world.people["yan"])
    asked = {"person": str(world.people["yan"]), "group": str(room.id), "epoch": 1}
    bo.post("/keys/admit", data=asked)
    assert "Speak with them" in bo.get("/keys").text
    answer = bo.post("/api/v1/keys/admissions", json=asked)
    assert (answer.status_code, answer.json["code"]) == (409, "RefusedBefore")
    assert not admitted(world)


def test_who_was_admitted_meanwhile_is_not_refused(app: Flask, world: World, yan: FlaskClient) -> None:
    with world.acting("bo") as bo:
        for one in keys.waiting_for(bo):
            keys.admit(one.person_id, one.group, by=bo)
    lin = signed_in(app, "lin")
    refuse(lin, world.people["yan"])
    assert "no longer waits" in lin.get("/keys").text and not world.events("key:refused")


@pytest.mark.unlike
def test_a_mistake_is_taken_back_by_whoever_holds_the_key(app: Flask, world: World, yan: FlaskClient) -> None:
    refuse(signed_in(app, "lin"), world.people["yan"])
    bo = signed_in(app, "bo")
    assert "Lin" in bo.get("/keys").text, "who did it is no secret among colleagues"
    bo.post("/keys/reconsider", data={"person": world.people["yan"]})
    assert waiting(world, "lin") == waiting(world, "bo") == {"room", "grade"}
    assert len(world.events("key:reconsidered")) == 3
    assert "did not admit your key" not in finished(yan).get("/account").text
    bo.post("/keys/reconsider", data={"person": world.people["yan"]})
    assert "is not refused any more" in bo.get("/keys").text
    bo.post("/keys/admit", data={"person": world.people["yan"], "group": room_of(world).id, "epoch": 1})
    assert waiting(world, "bo") == {"grade"}


@pytest.mark.parametrize("name", ["tan", "pia", "dee", "root", "sam"])
def test_nobody_else_takes_it_back(app: Flask, world: World, yan: FlaskClient, name: str) -> None:
    refuse(signed_in(app, "lin"), world.people["yan"])
    signed_in(app, name).post("/keys/reconsider", data={"person": world.people["yan"]})
    assert not world.events("key:reconsidered") and waiting(world, "lin") == set()


@pytest.mark.unlike
def test_with_new_keys_yan_waits_anew_and_the_old_refusal_is_history(
    app: Flask, world: World, yan: FlaskClient
) -> None:
    """The finder of her slip was refused; she herself comes with a new one."""
    refuse(signed_in(app, "lin"), world.people["yan"])
    yan = finished(joined(app, slip_for(world, "yan", by="sam")))
    assert waiting(world, "lin") >= {"room", "grade"}
    assert "did not admit your key" not in yan.get("/account").text
    with world.database.transaction(writes=False):
        assert not refusals_about(world.people["yan"])
    lin = signed_in(app, "lin")
    lin.post("/keys/admit", data={"person": world.people["yan"], "group": room_of(world).id, "epoch": 2})
    with world.database.transaction(writes=False):
        assert groups.is_member(vault.find_group(world.school, "room").id, world.people["yan"])


def test_a_closed_account_is_shown_as_refused_to_nobody(app: Flask, world: World, yan: FlaskClient) -> None:
    refuse(signed_in(app, "lin"), world.people["yan"])
    with world.acting("sam") as sam:
        invitations.close_account(world.people["yan"], by=sam)
    assert "Not admitted" not in signed_in(app, "lin").get("/keys").text
    with world.acting("lin") as lin:
        assert not refusals_in(group.id for group in keys.groups_held(lin))


@pytest.mark.parametrize("data", [{}, {"person": "x", "epoch": 1}, {"epoch": 1}, {"person": str(UUID(int=1))}])
def test_a_form_by_halves_is_no_refusal(app: Flask, yan: FlaskClient, data: dict[str, object]) -> None:
    lin = signed_in(app, "lin")
    assert lin.post("/keys/refuse", data=data).status_code == 404
    assert lin.post("/api/v1/keys/refusals", json=data).status_code == 422


def test_a_program_refuses_and_takes_it_back(app: Flask, world: World, yan: FlaskClient) -> None:
    lin = signed_in(app, "lin")
    (asked,) = lin.get("/api/v1/keys").json["waiting"]
    with world.database.transaction(writes=False):
        assert asked["words"] == people.fingerprint(world.people["yan"], "en")
    body = {"person": asked["person_id"], "epoch": asked["epoch"]}
    assert lin.post("/api/v1/keys/refusals", json=body).status_code == 204
    known = lin.get("/api/v1/keys").json
    assert known["waiting"] == [] and {one["group"]["kind"] for one in known["refused"]} == {"room", "grade"}
    assert {(one["name"], one["by"]) for one in known["refused"]} == {("Yan", "Lin")}
    assert lin.post("/api/v1/keys/refusals", json=body).json["code"] == "NotWaiting"
    back = {"person": asked["person_id"]}
    assert lin.post("/api/v1/keys/refusals/withdraw", json=back).status_code == 204
    assert lin.post("/api/v1/keys/refusals/withdraw", json=back).json["code"] == "NotRefused"
    assert len(lin.get("/api/v1/keys").json["waiting"]) == 1
    assert {event.via for event in world.events("key:refused")} == {"api"}


def test_a_key_put_in_by_sql_is_refused_like_any_other(app: Flask, world: World, yan: FlaskClient) -> None:
    """Words that differ because the table was changed: refusing needs no trust in the key it refuses."""
    from app.vault.keypairs import KeyPair
    from app.vault.models import UserKey

    with world.database.transaction():
        session().get_one(UserKey, (world.people["yan"], 1)).kem_public = KeyPair.new().kem_public
    refuse(signed_in(app, "lin"), world.people["yan"])
    assert waiting(world, "bo") == set()
    assert len(world.events("key:refused")) == 3
