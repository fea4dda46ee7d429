"""Days at the ends of the calendar, where a zone leads out of it: refused, never a failure."""

from collections.abc import Callable

from tests.api.programs import GRAVE, Program
from tests.files import steps
from tests.world import World

ProgramOf = Callable[[str], Program]
ENDS = ("0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31")


def test_a_review_at_the_end_of_days(world: World, program_of: ProgramOf) -> None:
    lin = program_of("lin")
    concern = program_of("cruz").raise_concern(world.students["ana"], **GRAVE)
    lin.does(concern, "accept")
    version = lin.get(f"/concerns/{concern}")["version"]
    for days, code in ((ENDS, "UnprocessableEntity"), (("1900-01-01", "2199-12-31"), "ReviewOutOfReach")):
        for day in days:
            refused = lin.refused(f"/concerns/{concern}/deeds/follow_up", version=version, day=day)
            assert refused == (422, code), day


def test_a_session_at_the_end_of_days(world: World, program_of: ProgramOf) -> None:
    lin, file = program_of("lin"), steps.open_file(world, "lin", "ana")
    for day in ENDS:
        answer = lin.ask("POST", f"/files/{file}/entries", json={"kind": "first", "started_at": f"{day}T00:00"})
        assert answer.status_code == 422, day
        page = lin.client.post(
            f"/files/{file}/entries", data={"kind": "first", "started_at": f"{day}T00:00"}, base_url="https://localhost"
        )
        assert page.status_code == 422, day


def test_the_trail_at_the_end_of_days(program_of: ProgramOf) -> None:
    eve = program_of("eve")
    for day in ENDS:
        for name in ("since", "until"):
            answer = eve.ask("GET", "/trail", query_string={name: day})
            assert (answer.status_code, set(answer.json["errors"]["query"])) == (422, {name}), (name, day)
            assert eve.client.get("/trail", query_string={name: day}, base_url="https://localhost").status_code == 200
