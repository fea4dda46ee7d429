"""Rows of yesterday put back by SQL, keys that were taken away, rows that were deleted: the trail names the place."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access import Actor
from app.audit import broken
from app.audit.models import TrailLeaf, TrailTree
from app.core import clock
from app.core.database import savepoint, session
from app.directory import service as directory
from app.directory.importing.models import RosterImport
from app.directory.importing.undoing import undo_import
from app.directory.importing.uploads import forget_old
from app.directory.models import Person
from app.files import service as files
from app.identity import factor, keys, service
from app.identity.models import Account
from app.notifications import choosing
from app.notifications.pacing import Pace
from app.vault import find_group, group, totp, withdraw
from tests.directory.importing.stories import bring, listed
from tests.files import steps
from tests.letterbox.conftest import Post, letterbox, post
from tests.thief import Thief
from tests.world import World, password_of

__all__ = ["letterbox", "post"]


@pytest.fixture
def thief(world: World) -> Thief:
    return Thief(world)


def enrols(actor: Actor) -> None:
    offer = factor.offer(by=actor)
    factor.enrol(token=offer.token, code=totp.code_at(offer.secret, clock.now()), by=actor)


def test_names_mail_and_how_one_is_told_of_yesterday(world: World, thief: Thief) -> None:
    """A mail address of yesterday sends today's notices to somebody else."""
    sol = world.people["sol"]

    def is_called(name: str, mail: str) -> None:
        with world.acting("root") as root:
            directory.change_person(session().get_one(Person, sol), name=name, mail=mail, by=root)

    is_called("Sol", "sol@old.example")
    (row,) = thief.reads("person", id=sol)
    is_called("Solveig", "sol@new.example")
    (now,) = thief.reads("person", id=sol)
    for column in ("name_sealed", "mail_sealed"):
        thief.sets("person", row, column)
        thief.is_found(at=world.district)
        thief.sets("person", now, column)
        thief.is_not_found()
    with world.acting("lin") as lin:
        choosing.choose(way="none", pace=Pace(), by=lin)
    (chosen,) = thief.reads("notice_choice", person_id=world.people["lin"])
    with world.acting("lin") as lin:
        choosing.choose(way="none", pace=Pace("mornings"), by=lin)
    thief.sets("notice_choice", chosen, "pace_code", key="person_id")
    thief.is_found(at=world.district)


def test_a_password_and_a_second_step_of_yesterday(world: World, thief: Thief) -> None:
    lin_id = world.people["lin"]
    (first,) = thief.reads("account", id=lin_id)
    with world.acting("lin") as lin:
        enrols(lin)
    (with_step,) = thief.reads("account", id=lin_id)
    with world.acting("lin") as lin:
        factor.remove(by=lin)
        account = session().get_one(Account, lin_id)
        change = service.changing_password(
            account, old=password_of("lin"), new="eight paper boats for nobody", source="here"
        )()
        service.change_password(change, source="here", by=lin)
    (now,) = thief.reads("account", id=lin_id)
    thief.is_not_found()
    for row, columns in (
        (with_step, ("factor_sealed", "factor_since")),
        (first, ("salt", "cost_code", "verifier")),
    ):
        thief.sets("account", row, *columns)
        thief.is_found(at=world.district)
        thief.sets("account", now, *columns)
        thief.is_not_found()
    with world.acting("root") as root:
        service.close_account(lin_id, by=root)
    thief.sets("account", now, "state")
    thief.is_found(at=world.district)


def test_a_list_of_students_of_yesterday(world: World, thief: Thief) -> None:
    """Whoever left the class is in it again, with the contacts of yesterday; or whoever came is not."""
    class_id = world.classes["school", "四年级", "1班"]

    def comes(number: str, name: str) -> UUID:
        with world.acting("sam") as sam:
            return bring(world, listed((number, name, "四年级", "1班", "何女士", "13800000000")), sam, leaving=()).id

    comes("G70", "何向晚")
    ((page,), (contacts,)) = (thief.reads(table, class_id=class_id) for table in ("directory_page", "class_contacts"))
    import_id = comes("G71", "何晨")
    ((page_now,), (contacts_now,)) = (
        thief.reads(table, class_id=class_id) for table in ("directory_page", "class_contacts")
    )
    thief.is_not_found()
    for table, row, now, column in (
        ("directory_page", page, page_now, "lines"), ("class_contacts", contacts, contacts_now, "contacts"),
    ):
        thief.sets(table, row, column)
        thief.is_found()
        thief.sets(table, now, column)
        thief.is_not_found()
    (done,) = thief.reads("roster_import", id=import_id)
    with world.acting("sam") as sam:
        undo_import(session().get_one(RosterImport, import_id), by=sam)
    thief.is_not_found()
    thief.sets("roster_import", done, "way_back")
    thief.is_found()


def test_a_class_that_emptied_is_gone_and_a_way_back_ends(world: World, thief: Thief) -> None:
    class_id = world.classes["school", "五年级", "1班"]
    (page,), (contacts,) = (thief.reads(table, class_id=class_id) for table in ("directory_page", "class_contacts"))
    grants = thief.reads("object_grant", object_id=contacts["id"])
    with world.acting("sam") as sam:
        import_id = bring(world, listed(("G00000003", "李一诺", "四年级", "1班")), sam, leaving=()).id
    assert thief.reads("directory_page", class_id=class_id) == []
    (done,) = thief.reads("roster_import", id=import_id)
    with clock.at(clock.now() + timedelta(days=2)), world.database.transaction():
        assert forget_old() == 1
    thief.is_not_found()
    thief.sets("roster_import", done, "way_back")
    thief.is_found()
    thief.sets("roster_import", {**done, "way_back": None}, "way_back")
    thief.is_not_found()
    thief.puts("object_grant", grants[0])
    thief.is_found(broken.KEY_PUT_BACK)
    thief.runs("DELETE FROM object_grant WHERE object_id = :id", id=contacts["id"])
    thief.puts("directory_page", page)
    thief.is_found()


def test_keys_that_were_taken_away(world: World, thief: Thief) -> None:
    """Bo, who left, and Bo, whom a file was closed to: both rows are still signed, and both would open."""
    file_id = steps.open_file(world, "lin", "ana")
    (grant,) = [row for row in thief.reads("object_grant", object_id=file_id) if row["holder_kind"] == "group"]
    steps.restrict(world, "lin", file_id, "lin")
    thief.is_not_found()
    thief.puts("object_grant", grant)
    with world.acting("bo") as bo:
        assert bo.ring.reaches([file_id]) == {file_id}
    thief.is_found(broken.KEY_PUT_BACK)
    thief.runs("DELETE FROM object_grant WHERE object_id = :id AND holder_kind = 'group'", id=file_id)
    held = thief.reads("group_member", holder_id=world.people["bo"])
    with world.database.transaction():
        world.end_posts("bo", clock.now().date() - timedelta(days=2))
        session().flush()
        assert keys.leave_ended_posts() > 0
    thief.is_not_found()
    for row in held:
        thief.puts("group_member", row)
        thief.is_found(broken.KEY_PUT_BACK)
        thief.runs("DELETE FROM group_member WHERE holder_id = :bo", bo=world.people["bo"])
    thief.is_not_found()


@pytest.mark.alike
def test_a_key_that_a_savepoint_brought_back_was_not_taken_away(world: World, thief: Thief) -> None:
    file_id = steps.open_file(world, "lin", "ana")
    with world.acting("lin") as lin:
        room = find_group(world.school, "room")
        assert room is not None
        with pytest.raises(ZeroDivisionError), savepoint():
            assert withdraw(file_id, holder=group(room.id)) == 1
            raise ZeroDivisionError
        files.change_overview(steps.file(file_id), sections={"family": "x"}, revision=1, by=lin)
    thief.is_not_found()


def test_a_sealed_name_is_opened_under_a_signed_head(
    world: World, post: Post, app: Flask, browser_of: Callable[[str], FlaskClient]
) -> None:
    """6-assurance, The trail, 3: when the page answers, the event is in its tree and the tree's head is signed."""
    letter = post(mode="sealed", name="陈子涵")
    lin = browser_of("lin")
    why = {"basis": "SELF_HARM", "reason": "他说今晚要离家"}
    assert lin.post(f"/letters/{letter.id}/name", data=why).status_code == 303
    (event,) = world.events("letter:name_opened")
    with world.database.transaction(writes=False):
        leaf = session().scalars(select(TrailLeaf).where(TrailLeaf.event_id == event.id)).one()
        tree = session().get_one(TrailTree, world.school)
        assert leaf.organisation_id == world.school
        assert tree.note_size > leaf.position


def test_the_trail_is_exported_under_a_signed_head(
    world: World, app: Flask, browser_of: Callable[[str], FlaskClient]
) -> None:
    assert browser_of("eve").post("/trail/checkpoints").status_code == 200
    (event,) = world.events("trail:exported")
    with world.database.transaction(writes=False):
        leaf = session().scalars(select(TrailLeaf).where(TrailLeaf.event_id == event.id)).one()
        assert session().get_one(TrailTree, leaf.organisation_id).note_size > leaf.position
