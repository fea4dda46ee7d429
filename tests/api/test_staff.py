"""Staff, posts, schools, invitations and keys for programs: who keeps whom, and what everybody else is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from app import vault
from app.access import PostKind
from app.core import clock
from app.vault import groups
from tests.api.programs import Program
from tests.escalation.telling import TUESDAY_MORNING
from tests.identity.newcomers import joined, newcomer, post_of, slip_for
from tests.world import STAFF, World

pytestmark = pytest.mark.alike
ProgramOf = Callable[[str], Program]
ADMINISTRATORS = {"sam", "uma", "root"}


def new_teacher(world: World, **changes: Any) -> dict[str, Any]:
    asked = {
        "number": "T-900", "name": "Wen", "kind": "class_teacher", "organisation_id": str(world.school),
        "class_id": str(world.classes["school", "四年级", "2班"]),
    }
    return {**asked, **changes}


def test_sam_takes_somebody_on_gives_another_post_and_ends_one(world: World, program_of: ProgramOf) -> None:
    sam = program_of("sam")
    made = sam.post("/people", **new_teacher(world))
    where = f"/people/{made['id']}"
    (post,) = sam.get(where)["posts"]
    assert (post["kind"], post["grade_id"]) == ("class_teacher", str(world.grades["school", "四年级"]))
    sam.post(f"{where}/posts", kind="lead", organisation_id=str(world.school))
    assert sam.post(f"{where}/posts/{post['id']}/end") is None
    ended = {one["kind"]: one["ends_on"] for one in sam.get(where)["posts"]}
    assert ended["class_teacher"] is not None and ended["lead"] is None
    assert sam.refused(f"{where}/posts/{post['id']}/end") == (409, "PostOver")
    assert [event.via for event in world.events("post:given")[-2:]] == ["api", "api"]


def test_a_person_sent_twice_is_taken_on_once(world: World, program_of: ProgramOf) -> None:
    sam, key = program_of("sam"), {"Idempotency-Key": str(uuid4())}
    first, again = (sam.ask("POST", "/people", json=new_teacher(world), headers=key) for _ in range(2))
    assert (first.status_code, again.status_code, again.location) == (201, 303, first.location)
    assert len([one for one in sam.get("/people")["items"] if one["number"] == "T-900"]) == 1


def test_the_list_is_searched_changed_and_cut_by_post(world: World, program_of: ProgramOf) -> None:
    sam = program_of("sam")
    assert {one["name"] for one in sam.get("/people", posts="counsellor")["items"]} == {"Lin", "Bo"}
    (cruz,) = sam.post("/people/search", q="cru")
    changed = sam.ask("PUT", f"/people/{cruz['id']}", json={"name": "Cruz M", "mail": "cruz@example.org"})
    assert (changed.status_code, changed.json["name"]) == (200, "Cruz M")
    assert sam.get("/people", posts="ended")["items"] == []
    (school,) = sam.get("/organisations")
    assert school["id"] == str(world.school) and len(school["classes"]) == 3


def test_another_schools_places_and_people_are_not_there(world: World, program_of: ProgramOf) -> None:
    sam, other = program_of("sam"), str(world.organisations["other_school"])
    elsewhere = new_teacher(world, organisation_id=other, class_id=None, kind="lead")
    assert sam.refused("/people", **elsewhere) == (404, None)
    foreign = str(world.classes["other_school", "四年级", "1班"])
    assert sam.refused("/people", **new_teacher(world, class_id=foreign)) == (422, "PostDoesNotFit")
    assert not [one for one in sam.get("/people")["items"] if one["number"] == "T-900"], "nobody is taken on by halves"
    tan, post = f"/people/{world.people['tan']}", post_of(world, "tan")
    assert sam.refused(tan, method="GET") == sam.refused(f"/people/{uuid4()}", method="GET") == (404, None)
    for method, path in (
        ("PUT", tan), ("POST", f"{tan}/posts"), ("POST", f"{tan}/posts/{post}/end"), ("POST", f"{tan}/account/close"),
        ("POST", f"/people/{world.people['cruz']}/posts/{post}/end"),
    ):
        assert sam.refused(path, method=method) == (404, None), path


@pytest.mark.parametrize("name", sorted({*STAFF} - ADMINISTRATORS))
def test_who_administers_nothing_finds_no_staff_school_or_slip(
    world: World, program_of: ProgramOf, name: str
) -> None:
    other, cruz = program_of(name), world.people["cruz"]
    lists = ("/people", "/organisations", "/invitations", "/schools")
    for path in (*lists, f"/people/{cruz}", f"/schools/{world.school}"):
        assert other.refused(path, method="GET") == (404, None), path
    for path, body in (
        ("/people", new_teacher(world)), ("/people/search", {"q": "c"}), ("/invitations", {"people": [str(cruz)]}),
        (f"/people/{cruz}/posts", {"kind": "lead", "organisation_id": str(world.school)}),
        (f"/people/{cruz}/posts/{post_of(world, 'cruz')}/end", {}), (f"/people/{cruz}/account/close", {}),
        ("/schools", {"kind": "school", "name": "x"}),
    ):
        assert other.refused(path, **body) == (404, None), path
    assert not world.events("invitation:made") and not world.events("post:ended")


def test_what_is_wrong_is_said_by_field_in_both_languages(world: World, program_of: ProgramOf) -> None:
    sam = program_of("sam")
    sent = new_teacher(world, number="=1+1", name="", kind="king", role="x", starts_on="soon")
    said = sam.ask("POST", "/people", json=sent).json["errors"]["json"]
    assert set(said) == {"number", "name", "kind", "role", "starts_on"}
    assert said["number"] != [] and "=1+1" not in str(said)
    sam.client.set_cookie("__Host-language", "en", domain="localhost", secure=True)
    english = sam.ask("POST", "/people", json=sent).json["errors"]["json"]
    assert english["starts_on"] == ["Please give a date."] and english["starts_on"] != said["starts_on"]


def test_the_district_keeps_its_schools(world: World, program_of: ProgramOf) -> None:
    root = program_of("root")
    made = root.post("/schools", kind="school", name="江滨小学")
    assert {one["name"] for one in root.get("/schools")} >= {"江滨小学", "临江中学"}
    changed = root.ask("PUT", f"/schools/{made['id']}", json={"name": "江滨学校"})
    assert changed.status_code == 200 and root.get(f"/schools/{made['id']}")["name"] == "江滨学校"
    assert root.refused("/schools", kind="school", name="江滨学校") == (409, "NameTaken")
    for nothing in ("", "  ", "\0", "a\0b", "a\nb"):
        assert root.refused("/schools", kind="school", name=nothing) == (422, "UnprocessableEntity")
    for name in ("sam", "uma"):
        assert program_of(name).refused(f"/schools/{made['id']}", method="PUT", name="x") == (404, None)


def test_a_slip_tells_its_code_once(app: Flask, world: World, program_of: ProgramOf) -> None:
    newcomer(world, "yan", PostKind.COUNSELLOR)
    sam, key = program_of("sam"), {"Idempotency-Key": str(uuid4())}
    body = {"people": [str(world.people["yan"])]}
    first, again = (sam.ask("POST", "/invitations", json=body, headers=key) for _ in range(2))
    (slip,) = first.json
    assert (first.status_code, again.status_code, again.data) == (201, 303, b"")
    yan = next(one for one in sam.get("/invitations") if one["name"] == "Yan")
    assert yan["invited_until"] and "code" not in yan
    joined(app, slip["code"])
    assert next(one for one in sam.get("/invitations") if one["name"] == "Yan")["has_account"]


def test_slips_and_keys_ask_for_a_fresh_proof(world: World, program_of: ProgramOf) -> None:
    sam, lin = program_of("sam"), program_of("lin")
    with clock.at(TUESDAY_MORNING + timedelta(minutes=11)):
        assert sam.refused("/invitations", people=[str(world.people["cruz"])]) == (403, "NeedsFreshProof")
        assert sam.refused(f"/people/{world.people['cruz']}/account/close") == (403, "NeedsFreshProof")
        for path in ("admissions", "vouching", "founding"):
            assert lin.refused(f"/keys/{path}") == (403, "NeedsFreshProof")


def test_sam_invites_nobody_of_another_school_and_not_himself(world: World, program_of: ProgramOf) -> None:
    sam = program_of("sam")
    for name in ("tan", "sam", "dee", "root"):
        both = [str(world.people["cruz"]), str(world.people[name])]
        assert sam.refused("/invitations", people=both) == (404, None), name
    assert sam.refused("/invitations", people=[]) == (422, "UnprocessableEntity")
    assert not world.events("login:reset_offered"), "all of them or none"


def test_lin_compares_words_and_admits(app: Flask, world: World, program_of: ProgramOf) -> None:
    newcomer(world, "yan", PostKind.COUNSELLOR)
    joined(app, slip_for(world, "yan", by="sam"))
    lin = program_of("lin")
    (task,) = [one for one in lin.get("/today")["tasks"] if one["about"] == "admission"]
    (waiting,) = lin.get(task["address"])["waiting"]
    assert (waiting["name"], len(waiting["words"])) == ("Yan", 6)
    yan = {"person": waiting["person_id"], "epoch": waiting["epoch"]}
    for group in waiting["groups"]:
        assert lin.post("/keys/admissions", **yan, group=group["id"]) is None
    assert lin.get("/keys")["waiting"] == []
    with world.database.transaction(writes=False):
        room = vault.find_group(world.school, "room")
        assert room is not None and groups.is_member(room.id, world.people["yan"])
    assert world.events("key:admitted")[-1].via == "api"


def test_who_does_not_hold_a_key_passes_none_on(app: Flask, world: World, program_of: ProgramOf) -> None:
    newcomer(world, "yan", PostKind.COUNSELLOR)
    joined(app, slip_for(world, "yan", by="sam"))
    with world.database.transaction(writes=False):
        found = vault.find_group(world.school, "room")
        assert found is not None
        room = str(found.id)
    asked = {"person": str(world.people["yan"]), "group": room, "epoch": 1}
    for name in ("tan", "gao", "pia", "dee", "eve", "root", "sam", "cruz", "sol"):
        assert program_of(name).refused("/keys/admissions", **asked) == (404, None), name
    lin = program_of("lin")
    assert lin.refused("/keys/admissions", person=asked["person"], group=str(uuid4()), epoch=1) == (404, None)
    assert lin.refused("/keys/admissions", person=str(world.people["cruz"]), group=room, epoch=1) == (409, "NotWaiting")
    assert lin.refused("/keys/vouching", person=asked["person"], epoch=1) == (409, "NotWaiting")
    assert set(lin.get("/keys")) == {"waiting", "refused", "vouching", "held", "missing"}
    assert program_of("cruz").refused("/keys", method="GET") == (404, None)
