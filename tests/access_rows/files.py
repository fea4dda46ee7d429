"""Who may do what with files: Lin and Bo are the room, Tan is the room of the other school, Dee and Dora the centre.

Ana's file is Lin's, Zoe's is Bo's and Lin gave a reason for it. Ivo's is Bo's, restricted to him and Lin; Rui's
is Lin's, restricted to her. Kai's is Tan's. The archived one is Bo's, the ordinary file of Rui.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from app import vault
from app.core.database import session
from app.directory.queries import get_student
from app.files import service
from tests.files import steps
from tests.world import World

ABOUT = "app.files.policy"
TABLE = {
    "file:list": {"-": "lin bo tan newcomer"},
    "file:open_new": {"student ana": "lin bo newcomer", "student kai": "tan", "missing": ""},
    "file:give_reason": {
        "anas": "lin bo", "zoes": "lin bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "lin bo",
        "missing": "",
    },
    "file:read": {
        "anas": "lin", "zoes": "lin bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "bo",
        "missing": "",
    },
    "file:edit": {
        "anas": "lin", "zoes": "bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "", "missing": "",
    },
    "file:restrict": {
        "anas": "lin", "zoes": "bo", "ivos": "bo", "ruis": "lin", "kais": "tan", "archived": "bo", "missing": "",
    },
    "file:hand_charge": {
        "anas": "lin", "zoes": "bo", "ivos": "bo", "ruis": "lin", "kais": "tan", "archived": "bo", "missing": "",
    },
    "file:print": {
        "anas": "lin", "zoes": "bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "bo", "missing": "",
    },
    "file:who_viewed": {
        "anas": "lin", "zoes": "bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "bo", "missing": "",
    },
    "note:own": {
        "anas": "lin", "zoes": "lin bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "bo",
        "missing": "",
    },
    "attachment:add": {
        "anas": "lin", "zoes": "bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "", "missing": "",
    },
    "attachment:read": {
        "anas": "lin", "zoes": "lin bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "bo",
        "missing": "",
    },
    "entry:write": {
        "anas": "lin", "zoes": "lin bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "", "missing": "",
    },
    "entry:read": {
        "lins draft in anas": "lin", "lins in anas": "lin", "lins in anas, released": "lin dee dora",
        "bos in zoes": "bo lin", "lins in zoes": "bo lin", "lins draft in zoes": "lin", "lins in ruis": "lin",
        "tans in kais": "tan", "missing": "",
    },
    "entry:save": {
        "lins draft in anas": "lin", "lins draft in zoes": "lin", "lins in anas": "", "bos in zoes": "",
        "lins in ruis": "", "tans in kais": "", "missing": "",
    },
    "entry:sign": {
        "lins draft in anas": "lin", "lins draft in zoes": "lin", "lins in anas": "", "bos in zoes": "",
        "lins in ruis": "", "tans in kais": "", "missing": "",
    },
    "entry:discard": {
        "lins draft in anas": "lin", "lins draft in zoes": "lin", "lins in anas": "", "bos in zoes": "",
        "lins in ruis": "", "tans in kais": "", "missing": "",
    },
    "entry:add": {
        "lins draft in anas": "", "lins in anas": "lin", "lins in anas, released": "lin", "bos in zoes": "bo",
        "lins in zoes": "bo lin", "lins draft in zoes": "", "lins in ruis": "lin", "tans in kais": "tan", "missing": "",
    },
    "entry:release": {
        "lins draft in anas": "", "lins in anas": "lin", "lins in anas, released": "lin", "bos in zoes": "bo",
        "lins in zoes": "bo", "lins draft in zoes": "", "lins in ruis": "lin", "tans in kais": "tan", "missing": "",
    },
}


def records(world: World) -> dict[str, Callable[[], Any]]:
    """Make what the table speaks of, and say how each is found inside a transaction."""
    anas, ruis = steps.open_file(world, "lin", "ana"), steps.open_file(world, "lin", "rui")
    zoes, ivos = steps.open_file(world, "bo", "zoe"), steps.open_file(world, "bo", "ivo")
    kais = steps.open_file(world, "tan", "kai")
    steps.restrict(world, "lin", ruis, "lin")
    steps.restrict(world, "bo", ivos, "bo", "lin")
    archived = steps.open_file(world, "bo", "rui")
    with world.database.transaction():
        plain = archived.hex if world.database.is_sqlite else archived
        session().execute(text("UPDATE student_file SET state = 'archived' WHERE id = :id"), {"id": plain})
    steps.give_reason(world, "lin", zoes)
    files = {"anas": anas, "zoes": zoes, "ivos": ivos, "ruis": ruis, "kais": kais, "archived": archived}
    entries = {
        "lins draft in anas": steps.draft(world, "lin", anas),
        "lins in anas": steps.signed(world, "lin", anas),
        "lins in anas, released": steps.signed(world, "lin", anas),
        "bos in zoes": steps.signed(world, "bo", zoes),
        "lins in zoes": steps.signed(world, "lin", zoes),
        "lins draft in zoes": steps.draft(world, "lin", zoes),
        "lins in ruis": steps.signed(world, "lin", ruis),
        "tans in kais": steps.signed(world, "tan", kais),
    }
    with world.acting("lin") as lin:
        centre = vault.find_group(world.organisations["centre"], "centre")
        assert centre is not None
        released = steps.entry(entries["lins in anas, released"])
        service.release(released, to=vault.group(centre.id), by=lin, basis="handed:over")
    return {
        **{name: lambda one=one: steps.file(one) for name, one in files.items()},  # type: ignore[misc]
        **{name: lambda one=one: steps.entry(one) for name, one in entries.items()},  # type: ignore[misc]
        "student ana": lambda: get_student(world.students["ana"]),
        "student kai": lambda: get_student(world.students["kai"]),
    }
