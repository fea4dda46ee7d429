"""The main line for programs: from Cruz through Gao and Lin to Dee and back, and what each of them is shown."""

import json
from collections.abc import Callable
from uuid import uuid4

import pytest

from tests.api.programs import CALM, GRAVE, PACKET, Program
from tests.world import World

ProgramOf = Callable[[str], Program]
REPORTERS_SHARE = {
    "id", "student_id", "who", "where", "raised_at", "version", "roles", "account", "steps", "readers", "deeds",
    "state", "answer_due_at", "owners",
}


def only(page: dict[str, list[dict[str, object]]]) -> dict[str, object]:
    """Return the one line of a list."""
    (line,) = page["items"]
    return line


def test_cruz_raises_gao_asks_lin_supports_the_centre_advises_and_lin_closes(
    world: World, program_of: ProgramOf
) -> None:
    cruz, gao, lin, dee = (program_of(name) for name in ("cruz", "gao", "lin", "dee"))
    raised = cruz.post(f"/students/{world.students['ana']}/concerns", **CALM)
    assert raised["owners"] == ["Gao"] and "level" not in raised
    concern = raised["id"]
    assert gao.get(f"/concerns/{concern}")["level"] == "R2"
    assert only(gao.get("/concerns/review"))["id"] == concern
    assert gao.does(concern, "acknowledge")["state"] == "acknowledged"
    assert gao.does(concern, "ask", text="最近一周都这样吗？")["state"] == "asked"
    mine = only(cruz.get("/concerns/mine"))
    assert (mine["state"], mine["answer_due_at"] is not None) == ("asked", True)
    assert cruz.does(concern, "answer", text="是的，从上周一开始。")["state"] == "in_hand"
    assert gao.does(concern, "pass_on", text="请辅导室看看")["tier"] == "room"
    assert only(lin.get("/concerns/room"))["id"] == concern
    assert lin.does(concern, "accept")["owner"] == "Lin"
    assert lin.does(concern, "assess", level="R2", text="情绪低落三周")["state"] == "in_support"
    entry = sign_an_entry(lin, world)
    version = lin.get(f"/concerns/{concern}")["version"]
    sent = lin.post(f"/concerns/{concern}/hand-overs", version=version, entries=[entry], **PACKET)
    assert sent["state"] == "offered"
    assert only(dee.get("/concerns/centre"))["hand_over"]["id"] == sent["id"]
    packet = dee.get(f"/hand-overs/{sent['id']}")
    assert packet["packet"]["summary"] == "持续两周情绪低落"
    assert [line["id"] for line in packet["entries"]] == [entry]
    assert {"accept_by_centre", "decline"} <= set(packet["deeds"])
    assert dee.does(concern, "accept_by_centre")["state"] == "accepted_by_centre"
    assert dee.does(concern, "advise", text="建议每周两次面谈")["state"] == "advised"
    (answer,) = lin.get(f"/hand-overs/{sent['id']}")["answers"]
    assert (answer["deed"], answer["text"], answer["who"]) == ("advise", "建议每周两次面谈", "Dee")
    assert dee.does(concern, "return", text="有好转") is None, "back with the school, and no longer open to the centre"
    assert only(dee.get("/hand-overs"))["state"] == "returned"
    assert lin.does(concern, "follow_up", day="2026-10-20")["state"] == "follow_up"
    assert lin.does(concern, "close", text="目标达到")["state"] == "closed"
    assert only(lin.get("/concerns/room", part="closed"))["id"] == concern
    assert [step["deed"] for step in lin.get(f"/concerns/{concern}")["steps"]][::-1] == [
        "raise", "acknowledge", "ask", "answer", "pass_on", "accept", "assess", "offer", "accept_by_centre", "advise",
        "return", "follow_up", "close",
    ]


def sign_an_entry(lin: Program, world: World) -> str:
    """Let Lin write and sign a session entry in Ana's file."""
    file = lin.post(f"/students/{world.students['ana']}/file")["id"]
    entry = lin.post(f"/files/{file}/entries", kind="first", started_at="2026-10-13T10:00")
    where = f"/files/{file}/entries/{entry['id']}"
    saved = lin.ask("PUT", where, json={"version": entry["revision"], "observation": "愿意再来"})
    assert lin.post(f"{where}/signature", version=saved.json["revision"])["state"] == "signed"
    return str(entry["id"])


def test_closing_from_r3_takes_a_second_person(world: World, program_of: ProgramOf) -> None:
    lin, pia = program_of("lin"), program_of("pia")
    concern = program_of("cruz").raise_concern(world.students["ana"], **GRAVE)
    lin.does(concern, "accept")
    lin.does(concern, "assess", level="R3", text="有自伤行为")
    assert lin.does(concern, "close", text="已稳定两个月")["state"] == "in_support"
    waiting = only(pia.get("/concerns/approvals"))
    assert (waiting["deed"], waiting["to_level"], waiting["proposer"]) == ("close", None, "Lin")
    proposal = pia.get(f"/concerns/{concern}")["proposal"]
    assert (proposal["id"], proposal["reason"], proposal["may_decide"]) == (waiting["id"], "已稳定两个月", True)
    where = f"/concerns/opinions/{waiting['id']}"
    for name in ("lin", "bo", "cruz", "sam", "hart", "dee", "eve", "root"):
        decision = {"outcome": "agreed", "version": waiting["version"]}
        assert program_of(name).refused(where, **decision) == (404, None)
    assert pia.post(where, outcome="agreed", version=waiting["version"]) is None
    assert lin.get(f"/concerns/{concern}")["state"] == "closed"
    assert pia.refused(where, outcome="agreed", version=waiting["version"]) == (409, "OpinionDecided")


def test_the_reporter_is_shown_what_came_back_and_nothing_of_the_work(world: World, program_of: ProgramOf) -> None:
    cruz, gao, lin = program_of("cruz"), program_of("gao"), program_of("lin")
    concern = cruz.raise_concern(world.students["ana"])
    gao.does(concern, "pass_on", text="请尽快见他")
    lin.does(concern, "accept")
    lin.does(concern, "assess", level="R3", text="需要当天面谈")
    lin.does(concern, "feedback", text="已接手，请留意午休。")
    shown = cruz.get(f"/concerns/{concern}")
    assert set(shown) == REPORTERS_SHARE
    assert (shown["state"], shown["roles"]) == ("in_hand", ["reporter"])
    assert [(step["deed"], step["text"]) for step in shown["steps"]] == [
        ("feedback", "已接手，请留意午休。"), ("accept", None), ("raise", None),
    ]
    assert set(shown["deeds"]) == {"raise_level"}
    assert set(only(cruz.get("/concerns/mine"))) == {
        "id", "student_id", "who", "where", "raised_at", "version", "state", "answer_due_at",
    }


def test_leadership_reads_the_card_and_not_the_account(world: World, program_of: ProgramOf) -> None:
    concern = program_of("cruz").raise_concern(world.students["ana"], **GRAVE)
    pia = program_of("pia")
    shown = pia.get(f"/concerns/{concern}")
    assert shown["account"] is None and shown["card"]["do"] and shown["who"] == "陈子涵"
    assert "走神" not in json.dumps(shown, ensure_ascii=False)
    assert only(pia.get("/concerns/cards"))["id"] == concern
    assert pia.refused(f"/concerns/{concern}/deeds/accept", version=shown["version"])[0] == 404


def test_what_must_not_be_told_is_in_no_answer(world: World, program_of: ProgramOf) -> None:
    excluded = [str(world.people["bo"])]
    concern = program_of("cruz").raise_concern(world.students["ana"], **GRAVE, excluded=excluded)
    for name in ("cruz", "lin", "gao", "pia"):
        shown = json.dumps(program_of(name).get(f"/concerns/{concern}"))
        assert world.people["bo"].hex not in shown.replace("-", ""), name
    assert program_of("bo").refused(f"/concerns/{concern}", method="GET") == (404, None)
    assert program_of("bo").get("/concerns/room")["items"] == []


def test_who_would_read_it_and_who_can_be_left_out(world: World, program_of: ProgramOf) -> None:
    cruz, ana = program_of("cruz"), f"/students/{world.students['ana']}/concerns"
    parties = {one["name"]: one["id"] for one in cruz.get(f"{ana}/parties")}
    assert set(parties) == {"Gao", "Lin", "Bo", "Pia"}
    assert set(cruz.post(f"{ana}/readers")["readers"]) == {"您", "Gao", "Lin", "Bo"}
    assert "Gao" not in cruz.post(f"{ana}/readers", excluded=[parties["Gao"]])["readers"]
    assert cruz.refused(f"{ana}/readers", excluded=[str(world.people["cruz"])]) == (422, "ReporterExcluded")
    assert not world.events("concern:raised")


def test_looking_is_on_record_as_in_the_pages(world: World, program_of: ProgramOf) -> None:
    cruz, lin = program_of("cruz"), program_of("lin")
    concern = cruz.raise_concern(world.students["ana"], **GRAVE)
    assert not world.events("concern:viewed"), "what a person has just written is not a look"
    lin.get(f"/concerns/{concern}")
    (look,) = world.events("concern:viewed")
    assert (look.person_id, look.via, str(look.subject_id)) == (world.people["lin"], "api", concern)
    lin.get("/concerns/room")
    assert len(world.events("concern:viewed")) == 1


def test_a_deed_that_closes_it_to_oneself_shows_nothing_and_records_no_look(
    world: World, program_of: ProgramOf
) -> None:
    lin, dee = program_of("lin"), program_of("dee")
    concern = program_of("cruz").raise_concern(world.students["ana"], **GRAVE)
    lin.does(concern, "accept")
    version = lin.get(f"/concerns/{concern}")["version"]
    lin.post(f"/concerns/{concern}/hand-overs", version=version, **PACKET)
    assert dee.does(concern, "decline", text="请先由学校跟进") is None
    looks = [event for event in world.events("concern:viewed") if event.person_id == world.people["dee"]]
    assert len(looks) == 1, "the look before the deed"


@pytest.mark.parametrize("name", ["moss", "hart", "tan", "quill", "pia", "dee", "dora", "sam", "uma", "eve", "root"])
def test_nobody_else_opens_it_acts_on_it_or_can_tell_it_from_nothing(
    world: World, program_of: ProgramOf, name: str
) -> None:
    concern = program_of("cruz").raise_concern(world.students["ana"])
    other = program_of(name)
    for there in (concern, str(uuid4())):
        assert other.refused(f"/concerns/{there}", method="GET") == (404, None)
        for deed in ("acknowledge", "pass_on", "accept", "raise_level", "close", "nothing"):
            assert other.refused(f"/concerns/{there}/deeds/{deed}", version=1, text="x", level="R4") == (404, None)
        assert other.refused(f"/concerns/{there}/hand-overs", version=1, **PACKET) == (404, None)
    if name not in ("pia",):
        assert other.refused(f"/students/{world.students['ana']}/concerns", **CALM) == (404, None)
        assert other.refused(f"/students/{world.students['ana']}/concerns/parties", method="GET") == (404, None)
    refusals = world.events("access:refused")
    assert refusals and not any(event.subject_id for event in refusals)


def test_a_hand_over_is_read_by_both_sides_and_nobody_else(world: World, program_of: ProgramOf) -> None:
    concern = program_of("cruz").raise_concern(world.students["ana"], **GRAVE)
    sent = {**PACKET, "version": program_of("lin").get(f"/concerns/{concern}")["version"]}
    assert program_of("cruz").refused(f"/concerns/{concern}/hand-overs", **sent) == (404, None)
    where = f"/hand-overs/{program_of('lin').post(f'/concerns/{concern}/hand-overs', **sent)['id']}"
    for name in ("lin", "bo", "dee", "dora"):
        assert program_of(name).get(where)["packet"]["reason"] == PACKET["reason"], name
    for name in ("cruz", "moss", "gao", "hart", "pia", "sam", "tan", "uma", "quill", "eve", "root"):
        assert program_of(name).refused(where, method="GET") == (404, None), name
    assert {event.person_id for event in world.events("hand_over:viewed")} == {
        world.people[name] for name in ("lin", "bo", "dee", "dora")
    }


def test_without_a_session_nothing_is_answered(app, world: World) -> None:
    nobody = Program(app.test_client())
    for path in ("/concerns/mine", f"/concerns/{uuid4()}", f"/hand-overs/{uuid4()}", "/notices", "/trail"):
        assert nobody.refused(path, method="GET") == (401, "NeedsSignIn")


def test_what_the_product_decides_cannot_be_sent_along(world: World, program_of: ProgramOf) -> None:
    cruz, gao = program_of("cruz"), program_of("gao")
    decided = ("level", "tier", "state", "school_id", "source", "raised_by", "who", "owner_id", "id")
    for field in decided:
        answer = cruz.ask("POST", f"/students/{world.students['ana']}/concerns", json={**CALM, field: "R0"})
        assert answer.status_code == 422
        assert answer.json["errors"] == {"json": {field: ["没有这个字段。"]}}
    assert not world.events("concern:raised")
    concern = cruz.raise_concern(world.students["ana"])
    for field in decided[1:]:
        given = {"version": 1, field: "R0"}
        assert gao.refused(f"/concerns/{concern}/deeds/acknowledge", **given) == (422, "UnprocessableEntity")
    assert only(gao.get("/concerns/review"))["state"] == "raised"


def test_the_centre_cannot_be_called_around_the_room_with_entries(world: World, program_of: ProgramOf) -> None:
    lin, gao = program_of("lin"), program_of("gao")
    concern = program_of("cruz").raise_concern(world.students["ana"], **GRAVE)
    entry = sign_an_entry(lin, world)
    version = gao.get(f"/concerns/{concern}")["version"]
    sent = {**PACKET, "version": version, "entries": [entry]}
    assert gao.refused(f"/concerns/{concern}/hand-overs", **sent) == (422, "EntryNotForHandOver")
    assert gao.post(f"/concerns/{concern}/hand-overs", **{**sent, "entries": []})["state"] == "offered"


def test_another_students_entry_does_not_go_along(world: World, program_of: ProgramOf) -> None:
    lin = program_of("lin")
    anas = sign_an_entry(lin, world)
    concern = program_of("cruz").raise_concern(world.students["rui"], **GRAVE)
    version = lin.get(f"/concerns/{concern}")["version"]
    sent = {**PACKET, "version": version}
    for entries in ([anas], [str(uuid4())]):
        refused = lin.refused(f"/concerns/{concern}/hand-overs", **sent, entries=entries)
        assert refused == (422, "EntryNotForHandOver")


def test_two_who_act_on_what_they_saw_do_not_overwrite_each_other(world: World, program_of: ProgramOf) -> None:
    gao = program_of("gao")
    concern = program_of("cruz").raise_concern(world.students["ana"])
    seen = gao.get(f"/concerns/{concern}")["version"]
    gao.post(f"/concerns/{concern}/deeds/acknowledge", version=seen)
    refused = gao.refused(f"/concerns/{concern}/deeds/pass_on", version=seen)
    assert refused == (409, "Stale")
    assert gao.refused(f"/concerns/{concern}/deeds/acknowledge", version=seen + 1) == (409, "NotNow")


def test_what_is_missing_or_makes_no_sense_is_named_by_field_and_not_repeated(
    world: World, program_of: ProgramOf
) -> None:
    gao = program_of("gao")
    concern = program_of("cruz").raise_concern(world.students["ana"])
    for deed, given, field in (
        ("ask", {}, "text"), ("ask", {"text": ""}, "text"), ("raise_level", {"text": "x"}, "level"),
        ("raise_level", {"level": "R5", "text": "x"}, "level"), ("ask", {"text": "x" * 4001}, "text"),
        ("ask", {"text": ["x"]}, "text"), ("ask", {"text": None}, "text"),
    ):
        answer = gao.ask("POST", f"/concerns/{concern}/deeds/{deed}", json={"version": 1, **given})
        assert (answer.status_code, set(answer.json["errors"]["json"])) == (422, {field})
        assert "xxxx" not in answer.get_data(as_text=True)
    assert gao.get(f"/concerns/{concern}")["version"] == 1


def test_blank_words_are_no_words(world: World, program_of: ProgramOf) -> None:
    cruz, gao = program_of("cruz"), program_of("gao")
    answer = cruz.ask("POST", f"/students/{world.students['ana']}/concerns", json={**CALM, "seen": " \n"})
    assert (answer.status_code, set(answer.json["errors"]["json"])) == (422, {"seen"})
    concern = cruz.raise_concern(world.students["ana"])
    assert gao.refused(f"/concerns/{concern}/deeds/ask", version=1, text=" \n") == (422, "WordsMissing")
