"""Who may do what with letters: the post that opens a box, and the key of the letter.

A child wrote to the room ("to the room"), to the principal ("to the principal"), something grave into the principal's
mailbox ("grave"), something of which Lin must not learn ("without lin"), and of which the whole room must not learn
("without the room"), and something grave that Dee opened in an emergency ("opened by dee").
"""

from collections.abc import Callable
from typing import Any

from app.entrance.queries import letterbox_of
from app.letterbox.queries import get_letter, get_opening, get_reading, get_release
from app.letterbox.service import answering, boxes, breaking, posting, releasing
from app.vault.return_codes import new_return_code
from tests.world import World

ABOUT = "app.letterbox.policy"


def _row(room: str, principal: str, grave: str, without_lin: str, without_room: str) -> dict[str, str]:
    """Return who may for each letter, and nobody for one that is missing."""
    return {
        "to the room": room, "to the principal": principal, "grave": grave, "without lin": without_lin,
        "without the room": without_room, "missing": "",
    }


_READ = _row("lin bo", "pia", "lin bo", "bo", "dee dora")
_WORK = _row("lin bo", "", "lin bo", "bo", "dee dora")
_BOXES = "lin bo tan pia newcomer"
TABLE = {
    "letter:list": {"-": "lin bo tan pia dee dora newcomer"},
    "letter:read": {**_READ, "opened by dee": "lin bo dee"},
    "letter:answer": {**_READ, "opened by dee": "lin bo"},
    "letter:read_second": {"lin's answer": "bo", "missing": ""},
    "letter:open_name": {"with a sealed name": "lin bo", "to the room": "", "missing": ""},
    "letter:open_letter": {**_row("", "", "dee dora", "", ""), "opened by dee": "dora"},
    "letter:see_name_opening": {"lin's opening": "lin bo pia dee dora", "missing": ""},
    "letter:review_name_opening": {"lin's opening": "bo pia dee dora", "missing": ""},
    "letter:release": _WORK,
    "letter:read_release": {"told to gao": "lin bo gao", "missing": ""},
    "letter:set_readers": _READ,
    "letter:note": _WORK,
    "letter:set_level": _WORK,
    "letter:reroute": _row("", "pia", "", "", ""),
    "letter:offer_talk": _row("lin bo", "", "lin bo", "bo", ""),
    "letter:raise_concern": _row("lin bo", "", "lin bo", "bo", ""),
    "letter:close": _READ,
    "letter:see_late": {"-": "lin bo tan pia dee dora sam uma newcomer"},
    "letter:figures": {"-": _BOXES},
    "letterbox:open": {"-": _BOXES},
    "letterbox:manage": {"-": _BOXES},
    "letterbox:manage_this": {"the school's": "lin bo pia newcomer", "missing": ""},
}


def records(world: World) -> dict[str, Callable[[], Any]]:
    """Make the letters, and return how each is found in a transaction."""
    people = world.people
    with world.acting("lin") as lin:
        box = boxes.set_up(world.school, by=lin)
        wanted = {
            "to the room": {}, "to the principal": {"box": "leadership"},
            "grave": {"box": "leadership", "unsafe": True}, "without lin": {"excluded": [people["lin"]]},
            "without the room": {"excluded": [people["lin"], people["bo"]]},
            "opened by dee": {"unsafe": True},
            "with a sealed name": {"mode": "sealed", "name": "陈子涵"},
        }
        made = {
            name: posting.post(box, {"box": "room", "text": "食堂的汤太咸了", **answers}, code=new_return_code()).id
            for name, answers in wanted.items()
        }
        grave = get_letter(made["grave"])
        answer = answering.answer(grave, words="请今天来找我。", revision=grave.revision, by=lin).id
        opening = breaking.open_name(
            get_letter(made["with a sealed name"]), basis="SELF_HARM", reason="今天没有到校", by=lin
        ).id
        told = releasing.release(
            get_letter(made["grave"]), to=people["gao"], basis="CONSENT", words="请陪他到心灵屋", by=lin
        ).id
    with world.acting("dee") as dee:
        breaking.open_letter(get_letter(made["opened by dee"]), basis="SELF_HARM", reason="电话没人接", by=dee)
    found: dict[str, Callable[[], Any]] = {
        name: (lambda letter_id=letter_id: get_letter(letter_id)) for name, letter_id in made.items()
    }
    found["told to gao"] = lambda: get_release(told)
    found["lin's opening"] = lambda: get_opening(opening)
    found["lin's answer"] = lambda: get_reading(made["grave"], answer)
    return {**found, "the school's": lambda: letterbox_of(world.school)}
