"""The room's recovery card: two halves, of which neither opens anything; used once, with a reason, on record."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import vault
from app.access import PostKind
from app.core import clock
from app.core.database import session
from app.core.ids import new_id
from app.directory import service as directory
from app.directory.models import Post
from app.identity import keys
from app.identity.models import CardUse
from app.vault import Holder, codes, groups, recovery_cards
from app.vault.models import Membership, RecoveryCard
from tests.identity.browsing import hidden, signed_in
from tests.identity.newcomers import joined, newcomer, slip_for
from tests.world import World

pytestmark = pytest.mark.alike

REASON = "Both counsellors have left the school, and I take over."


def card_of(browser: FlaskClient, world: World) -> tuple[str, str]:
    """Print a card as a counsellor does, and return its halves."""
    path = f"/keys/card/{world.school}"
    page = browser.get(path).get_data(as_text=True)
    one, other = halves_on(page)
    data = {"token": hidden(page, "token"), "first": one[-5:], "second": other[-5:]}
    assert browser.post(path, data=data).status_code == 303
    return one, other


def halves_on(page: str) -> tuple[str, str]:
    found = ["-".join(re.findall(r"<span>([0-9A-Z]{5})</span>", part)) for part in page.split("x-big-code")[1:]]
    assert len(found) == 2
    return found[0], found[1]


def alone(app: Flask, world: World) -> FlaskClient:
    """Let everybody of the room leave, and a new counsellor come who holds nothing of it."""
    newcomer(world, "yan", PostKind.COUNSELLOR)
    slip = slip_for(world, "yan", by="sam")
    with world.database.transaction():
        for name in ("lin", "bo"):
            post = session().scalars(select(Post).where(Post.person_id == world.people[name])).one()
            post.ends_on = clock.now().date() - timedelta(days=2)
            post.make_mark()
        keys.leave_ended_posts()
    yan = joined(app, slip)
    page = yan.get("/account/recovery-code").get_data(as_text=True)
    last = re.findall(r"<span>([0-9A-Z]{5})</span>", page)[-1]
    yan.post("/account/recovery-code", data={"token": hidden(page, "token"), "code": last})
    return yan


def use(browser: FlaskClient, world: World, one: str, other: str, reason: str = REASON):
    return browser.post(
        f"/keys/card/{world.school}/use", data={"first": one, "second": other, "reason": reason}
    )


def in_room(world: World, name: str) -> bool:
    with world.database.transaction(writes=False):
        room = vault.find_group(world.school, "room")
        return room is not None and groups.is_member(room.id, world.people[name])


def test_when_nobody_is_left_the_card_admits_yan_to_room_and_grades(app: Flask, world: World) -> None:
    one, other = card_of(signed_in(app, "lin"), world)
    yan = alone(app, world)
    assert not in_room(world, "yan")
    answer = use(yan, world, other.lower(), one)
    assert answer.headers["Location"] == f"/keys/card/{world.school}", "a new card is printed at once"
    assert in_room(world, "yan")
    event = world.events("card:used")[-1]
    assert event.person_id == world.people["yan"]
    page = yan.get("/keys").get_data(as_text=True)
    assert "六年级" not in page and "四年级" in page and REASON.split(",")[0] in page


def test_the_reason_is_sealed_to_the_room(app: Flask, world: World) -> None:
    one, other = card_of(signed_in(app, "lin"), world)
    use(alone(app, world), world, one, other)
    with world.database.transaction(writes=False):
        row = session().scalars(select(CardUse)).one()
        assert REASON.encode() not in row.reason
    assert REASON[:20] not in signed_in(app, "sam").get("/keys").get_data(as_text=True)


def test_a_card_works_once(app: Flask, world: World) -> None:
    one, other = card_of(signed_in(app, "lin"), world)
    yan = alone(app, world)
    use(yan, world, one, other)
    again = use(yan, world, one, other)
    assert again.status_code == 422 and "do not open a card" in again.get_data(as_text=True)


@pytest.mark.parametrize("wrong", ["one twice", "one of an older card", "two that were never kept", "a typing error"])
def test_half_a_card_opens_nothing(app: Flask, world: World, wrong: str) -> None:
    lin = signed_in(app, "lin")
    old = card_of(lin, world)
    new = card_of(lin, world)
    pairs = {
        "one twice": (new[0], new[0]),
        "one of an older card": (old[0], new[1]),
        "two that were never kept": halves_on(lin.get(f"/keys/card/{world.school}").get_data(as_text=True)),
        "a typing error": (new[0][:-1] + ("A" if new[0][-1] != "A" else "B"), new[1]),
    }
    yan = alone(app, world)
    assert use(yan, world, *pairs[wrong]).status_code == 422
    assert not in_room(world, "yan")


def test_a_newer_card_voids_the_older_one(app: Flask, world: World) -> None:
    lin = signed_in(app, "lin")
    old = card_of(lin, world)
    new = card_of(lin, world)
    yan = alone(app, world)
    assert use(yan, world, *old).status_code == 422
    assert use(yan, world, *new).status_code == 303


def test_a_card_counts_only_after_both_ends_were_typed(app: Flask, world: World) -> None:
    lin = signed_in(app, "lin")
    path = f"/keys/card/{world.school}"
    page = lin.get(path).get_data(as_text=True)
    one, other = halves_on(page)
    for first, second in (("AAAAA", other[-5:]), (one[-5:], "AAAAA"), (other[-5:], one[-5:])):
        answer = lin.post(path, data={"token": hidden(page, "token"), "first": first, "second": second})
        assert answer.status_code == 422
        assert halves_on(answer.get_data(as_text=True)) == (one, other), "the same card, so that the paper fits"
    with world.database.transaction(writes=False):
        assert session().scalars(select(RecoveryCard)).all() == []


def test_a_reason_is_asked_for(app: Flask, world: World) -> None:
    one, other = card_of(signed_in(app, "lin"), world)
    yan = alone(app, world)
    for reason in ("", "   ", "x"):
        assert use(yan, world, one, other, reason).status_code == 422
    assert not in_room(world, "yan")


@pytest.mark.parametrize("name", ["sam", "pia", "gao", "cruz", "root", "eve", "dora"])
def test_with_both_halves_in_hand_only_a_counsellor_gets_in(app: Flask, world: World, name: str) -> None:
    """The principal keeps one half, the district the other: neither becomes the room by it."""
    one, other = card_of(signed_in(app, "lin"), world)
    browser = signed_in(app, name)
    assert browser.get(f"/keys/card/{world.school}/use").status_code == 404
    assert use(browser, world, one, other).status_code == 404


def test_tan_of_the_other_school_cannot_use_it(app: Flask, world: World) -> None:
    one, other = card_of(signed_in(app, "lin"), world)
    tan = signed_in(app, "tan")
    assert use(tan, world, one, other).status_code == 404
    own = tan.post(
        f"/keys/card/{world.organisations['other_school']}/use", data={"first": one, "second": other, "reason": REASON}
    )
    assert own.status_code == 422


def test_who_does_not_hold_the_room_makes_no_card(app: Flask, world: World) -> None:
    yan = alone(app, world)
    assert yan.get(f"/keys/card/{world.school}").status_code == 409


def test_guessing_halves_is_counted(app: Flask, world: World) -> None:
    one, other = card_of(signed_in(app, "lin"), world)
    yan = alone(app, world)
    for _ in range(8):
        use(yan, world, *codes.new_card())
    assert "too often" in use(yan, world, one, other).get_data(as_text=True)


def test_a_grade_founded_later_is_on_the_card_too(app: Flask, world: World) -> None:
    lin = signed_in(app, "lin")
    card_of(lin, world)
    with world.database.transaction():
        grade_id = directory.ensure_grade(school_id=world.school, label="六年级", position=2).id
    lin.post("/keys/found")
    with world.database.transaction(writes=False):
        team = vault.find_group(world.school, "grade", grade_id)
        assert team is not None
        assert session().scalars(
            select(Membership).where(Membership.group_id == team.id, Membership.holder_kind == "card")
        ).one()


def test_neither_half_nor_their_join_is_kept(app: Flask, world: World) -> None:
    one, other = card_of(signed_in(app, "lin"), world)
    secrets = [codes.read_code(one), codes.read_code(other), codes.read_card(one, other)]
    with world.database.engine.connect() as connection:
        for table in ("recovery_card", "group_member"):
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}"):
                kept = [bytes(value) for value in row if isinstance(value, bytes)]
                assert not any(secret in value for value in kept for secret in secrets)


def held_by_cards(world: World, object_id: UUID) -> set[UUID]:
    with world.database.transaction(writes=False):
        return {grant.holder_id for grant in vault.grants_of(object_id) if grant.holder_kind == "card"}


def present(world: World) -> UUID:
    with world.database.transaction(writes=False):
        card = recovery_cards.present_card(world.school)
        assert card is not None
        return card.id


def test_what_only_named_people_and_the_card_open_follows_to_the_next_card(app: Flask, world: World) -> None:
    """Bo prints a new card and cannot open what is sealed to Lin and the card: it moves when Lin comes."""
    card_of(signed_in(app, "lin"), world)
    first, secret = present(world), new_id()
    with world.acting("lin") as lin:
        vault.create_object(
            secret, organisation_id=world.school, to=[vault.user(lin.person_id), Holder("card", first)], by=lin.ring,
            basis="test:restricted",
        )
    card_of(signed_in(app, "bo"), world)
    assert held_by_cards(world, secret) == {first}
    signed_in(app, "lin")
    assert held_by_cards(world, secret) == {present(world)}


def test_the_used_card_gives_what_was_sealed_to_it_alone_and_the_next_one_keeps_it(app: Flask, world: World) -> None:
    one, other = card_of(signed_in(app, "lin"), world)
    secret = new_id()
    with world.acting("lin") as lin:
        to = [vault.user(lin.person_id), Holder("card", present_in(world))]
        vault.create_object(secret, organisation_id=world.school, to=to, by=lin.ring, basis="test:restricted")
    yan = alone(app, world)
    use(yan, world, one, other)
    card_of(yan, world)
    assert held_by_cards(world, secret) == {present(world)}


def present_in(world: World) -> UUID:
    """Return the present card inside the transaction at hand."""
    card = recovery_cards.present_card(world.school)
    assert card is not None
    return card.id
