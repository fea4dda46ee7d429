"""A session lives in one browser for a while, and ends everywhere at the moment somebody says so."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit import system
from app.core import clock
from app.core.database import session
from app.identity import service
from app.identity.models import Account, SignInSession
from tests.identity.browsing import MORNING, give_password, may_work, signed_in, stranger
from tests.world import World, password_of

COOKIE = "__Host-xinxia"
IDLE, ABSOLUTE = timedelta(minutes=20), timedelta(hours=10)


def value_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def with_cookie(app: Flask, value: str) -> FlaskClient:
    client = stranger(app)
    client.set_cookie(COOKIE, value, domain="localhost", secure=True)
    return client


def rows_of(world: World, name: str) -> int:
    with world.database.transaction(writes=False):
        query = select(SignInSession).where(SignInSession.account_id == world.people[name])
        return len(session().scalars(query).all())


def test_the_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts(app: Flask) -> None:
    answer = give_password(stranger(app), "lin")
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith(f"{COOKIE}="))
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie


def test_a_session_ends_when_nothing_is_done_for_twenty_minutes(app: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
    with clock.at(MORNING + IDLE - timedelta(seconds=1)):
        assert may_work(lin)
    with clock.at(MORNING + 2 * IDLE - timedelta(seconds=2)):
        assert may_work(lin), "the look before kept it alive"
    with clock.at(MORNING + 3 * IDLE):
        assert not may_work(lin)


def test_a_session_ends_after_ten_hours_however_busy_it_was(app: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
    moment = MORNING
    while moment < MORNING + ABSOLUTE - timedelta(minutes=15):
        moment += timedelta(minutes=15)
        with clock.at(moment):
            assert may_work(lin)
    with clock.at(MORNING + ABSOLUTE + timedelta(seconds=1)):
        assert not may_work(lin)


def test_what_is_left_is_told_and_shrinks_towards_the_end_of_the_day(app: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
        assert lin.post("/session").get_json() == {"ends_in": 20 * 60}
    moment = MORNING
    while moment < MORNING + ABSOLUTE - timedelta(minutes=10):
        moment += timedelta(minutes=10)
        with clock.at(moment):
            left = lin.post("/session").get_json()["ends_in"]
    assert left == 10 * 60
    with clock.at(moment):
        assert f'data-session-ends-in="{left}"' in lin.get("/account").get_data(as_text=True)


def test_signing_in_gives_another_cookie_each_time_and_ends_the_browsers_old_session(app: Flask, world: World) -> None:
    browser = stranger(app)
    give_password(browser, "lin")
    before = value_of(browser)
    give_password(browser, "bo")
    assert value_of(browser) != before
    assert not may_work(with_cookie(app, before))
    assert rows_of(world, "lin") == 0


def test_a_cookie_chosen_by_somebody_else_becomes_no_session(app: Flask) -> None:
    browser = stranger(app)
    browser.set_cookie(COOKIE, "A" * 43 + "=", domain="localhost", secure=True)
    give_password(browser, "lin")
    assert value_of(browser) != "A" * 43 + "="
    assert not may_work(with_cookie(app, "A" * 43 + "="))


@pytest.mark.parametrize("value", ["", "x", "ÿ", "A" * 43 + "=", "A" * 3000, "%00"])
def test_a_cookie_that_is_none_opens_nothing(app: Flask, value: str) -> None:
    assert not may_work(with_cookie(app, value))


def test_a_fresh_proof_gives_another_cookie(app: Flask) -> None:
    lin = signed_in(app, "lin")
    before = value_of(lin)
    assert lin.post("/confirm", data={"password": password_of("lin"), "next": "/"}).status_code == 303
    assert value_of(lin) != before
    assert may_work(lin) and not may_work(with_cookie(app, before))


def test_a_fresh_proof_does_not_make_a_session_older_than_ten_hours(app: Flask) -> None:
    with clock.at(MORNING):
        lin = signed_in(app, "lin")
    moment = MORNING
    while moment < MORNING + ABSOLUTE - timedelta(minutes=15):
        moment += timedelta(minutes=15)
        with clock.at(moment):
            lin.post("/confirm", data={"password": password_of("lin"), "next": "/"})
    with clock.at(MORNING + ABSOLUTE + timedelta(seconds=1)):
        assert not may_work(lin)


def test_a_cookie_moved_to_another_row_opens_nothing(app: Flask, world: World) -> None:
    lin, bo = signed_in(app, "lin"), signed_in(app, "bo")
    with world.database.transaction():
        rows = {row.account_id: row for row in session().scalars(select(SignInSession))}
        mine, theirs = rows[world.people["lin"]], rows[world.people["bo"]]
        mine.account_id, theirs.account_id = theirs.account_id, mine.account_id
    assert not may_work(lin) and not may_work(bo)
    with world.database.transaction():
        rows = {row.account_id: row for row in session().scalars(select(SignInSession))}
        for one, other in (("wrapped", "wrapped"), ("server_half", "server_half")):
            first, second = rows.values()
            kept = getattr(first, one)
            setattr(first, one, getattr(second, other))
            setattr(second, other, kept)
    assert not may_work(lin) and not may_work(bo)


def test_neither_row_nor_cookie_alone_opens_the_key(app: Flask, world: World) -> None:
    from app.identity.sessions import token_of
    from app.vault import Damaged, people

    token = token_of(value_of(signed_in(app, "lin")))
    assert token is not None
    with world.database.transaction(writes=False):
        row = session().get_one(SignInSession, service.session_id_of(token))
        for wrong in (bytes(32), row.id, row.server_half):
            with pytest.raises(Damaged):
                people.unlock_session(
                    row.account_id, token=wrong, server_half=row.server_half, session_id=row.id, wrapped=row.wrapped
                )
        assert token not in (row.id, row.server_half) and token not in row.wrapped


def test_signing_out_ends_the_row_and_clears_the_browser(app: Flask, world: World) -> None:
    lin = signed_in(app, "lin")
    before = value_of(lin)
    answer = lin.post("/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert rows_of(world, "lin") == 0
    assert not may_work(with_cookie(app, before))


def test_signing_out_everywhere_ends_the_other_browsers_too(app: Flask, app_with: Callable[..., Flask]) -> None:
    here, there = signed_in(app, "lin"), signed_in(app_with(), "lin")
    bo = signed_in(app, "bo")
    here.post("/sign-out/everywhere")
    assert not may_work(here) and not may_work(there)
    assert may_work(bo)


def test_lin_ends_one_of_her_sessions_and_keeps_the_other(app: Flask) -> None:
    phone, desk = signed_in(app, "lin"), signed_in(app, "lin")
    page = desk.get("/account").get_data(as_text=True)
    assert page.count("End this session") == 1
    other = page.split('name="session" value="')[1].split('"')[0]
    assert desk.post("/account/sessions/end", data={"session": other}).status_code == 303
    assert may_work(desk) and not may_work(phone)


def test_bo_cannot_end_a_session_of_lin(app: Flask) -> None:
    from app.identity.sessions import token_of

    lin, bo = signed_in(app, "lin"), signed_in(app, "bo")
    token = token_of(value_of(lin))
    assert token is not None
    bo.post("/account/sessions/end", data={"session": service.session_id_of(token).hex()})
    assert may_work(lin)


@pytest.mark.parametrize("given", ["", "zz", "abc"])
def test_a_session_that_is_none_is_refused(app: Flask, given: str) -> None:
    answer = signed_in(app, "lin").post("/account/sessions/end", data={"session": given})
    assert answer.status_code in (303, 422)


def test_changing_the_password_ends_the_others_and_keeps_this_one(app: Flask) -> None:
    here, there = signed_in(app, "lin"), signed_in(app, "lin")
    new = "a wooden bridge over the stream"
    data = {"old": password_of("lin"), "new": new, "again": new}
    assert here.post("/account", data=data).status_code == 303
    assert may_work(here) and not may_work(there)
    assert give_password(stranger(app), "lin").status_code == 422
    assert give_password(stranger(app), "lin", new).status_code == 303


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"old": "not my password at all"}, "not your password"),
        ({"new": "short", "again": "short"}, "15 to 128"),
        ({"again": "another wooden bridge"}, "not the same"),
        ({"new": "passwordpassword", "again": "passwordpassword"}, "tried first"),
        ({"role": "school_admin"}, "look at this again"),
    ],
)
def test_a_password_is_not_changed_by_halves(app: Flask, changes: dict[str, str], words: str) -> None:
    new = "a wooden bridge over the stream"
    lin = signed_in(app, "lin")
    answer = lin.post("/account", data={"old": password_of("lin"), "new": new, "again": new} | changes)
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert password_of("lin") not in answer.get_data(as_text=True)
    assert give_password(stranger(app), "lin").status_code == 303


def test_the_present_password_cannot_be_guessed_in_an_open_browser(app: Flask) -> None:
    new = "a wooden bridge over the stream"
    lin = signed_in(app, "lin")
    for _ in range(8):
        lin.post("/account", data={"old": "wrong wrong wrong", "new": new, "again": new})
    answer = lin.post("/account", data={"old": password_of("lin"), "new": new, "again": new})
    assert "too often" in answer.get_data(as_text=True)


def test_closing_an_account_works_in_every_process_at_the_next_request(
    app: Flask, world: World, app_with: Callable[..., Flask]
) -> None:
    other = app_with()
    lin = signed_in(other, "lin")
    assert may_work(lin)
    with world.database.transaction():
        service.close_account(world.people["lin"], by=system("test"))
    assert not may_work(lin)
    assert give_password(stranger(app), "lin").status_code == 422


def test_a_post_that_ended_yesterday_is_gone_at_the_next_request(
    app: Flask, world: World, app_with: Callable[..., Flask]
) -> None:
    from app.directory.models import Post

    other = app_with()
    lin = signed_in(other, "lin")
    assert lin.get("/files").status_code == 200
    with world.database.transaction():
        post = session().scalar(select(Post).where(Post.person_id == world.people["lin"]))
        assert post is not None
        post.ends_on = clock.now().date() - timedelta(days=1)
        post.make_mark()
    assert lin.get("/files").status_code == 404
    assert may_work(lin), "the account stays, it opens nothing"


def test_the_last_day_of_a_post_still_counts(app: Flask, world: World) -> None:
    from app.directory.models import Post

    with world.database.transaction():
        post = session().scalar(select(Post).where(Post.person_id == world.people["lin"]))
        assert post is not None
        post.ends_on = date(2027, 3, 10)
        post.make_mark()
    # 16:00 UTC is midnight in Shanghai.
    with clock.at(MORNING.replace(hour=15, minute=50)):
        lin = signed_in(app, "lin")
        assert lin.get("/files").status_code == 200
    with clock.at(MORNING.replace(hour=16, minute=0)):
        assert lin.get("/files").status_code == 404


def test_sessions_that_ended_by_themselves_are_deleted(app: Flask, world: World) -> None:
    with clock.at(MORNING):
        signed_in(app, "lin")
    with clock.at(MORNING + timedelta(minutes=15)):
        signed_in(app, "bo")
    with clock.at(MORNING + timedelta(minutes=25)), world.database.transaction():
        assert service.forget_sessions() == 1
    assert (rows_of(world, "lin"), rows_of(world, "bo")) == (0, 1)


def test_somebody_signed_in_reads_a_page_also_where_there_is_none(app: Flask) -> None:
    answer = signed_in(app, "lin").get("/there/is/nothing/here")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.get_data(as_text=True)


def test_an_account_made_to_look_around_opens_nothing_for_real_work(app: Flask, world: World) -> None:
    lin = signed_in(app, "lin")
    with world.database.transaction():
        session().get_one(Account, world.people["lin"]).demo = True
    assert not may_work(lin)
    assert give_password(stranger(app), "lin").status_code == 422


def test_in_demo_mode_the_same_account_signs_in(world: World, app_with: Callable[..., Flask]) -> None:
    with world.database.transaction():
        session().get_one(Account, world.people["lin"]).demo = True
    assert may_work(signed_in(app_with(demo=True), "lin"))
