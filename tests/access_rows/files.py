"""Who may do what with files: Lin and Bo are the room, Tan is the room of the other school, Dee and Dora the centre.

Ana's file is Lin's, Zoe's is Bo's and Lin gave a reason for it. Ivo's is restricted to Bo and Lin, who gave a reason
too, and whoever was in charge has left. Rui's is Lin's, restricted to her; the archived one is another of Rui, Bo's,
restricted to him and Lin. Kai's is Tan's. In Ana's file stands an entry of Bo's, whose reason is over.

Beside the cast stands Lin as counsellor of the other school, with the keys of this one, and Lin whose login was given
anew, with none of them.
"""

import dataclasses
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sqlalchemy import update

from app import vault
from app.access import Actor, PostHeld, PostKind
from app.core.database import session
from app.directory.queries import get_student
from app.files import service
from app.files.models import FileOpening, StudentFile
from tests.files import steps
from tests.world import World

ABOUT = "app.files.policy"
TABLE = {
    "file:list": {"-": "lin bo tan newcomer moved_lin reset_lin"},
    "file:open_new": {"student ana": "lin bo newcomer reset_lin", "student kai": "tan moved_lin", "missing": ""},
    "file:give_reason": {
        "anas": "lin bo", "zoes": "lin bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "lin bo",
        "missing": "",
    },
    "file:read": {
        "anas": "lin", "zoes": "lin bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "lin bo",
        "missing": "",
    },
    "file:edit": {
        "anas": "lin", "zoes": "bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "", "missing": "",
    },
    "file:restrict": {
        "anas": "lin", "zoes": "bo", "ivos": "", "ruis": "lin", "kais": "tan", "archived": "bo", "missing": "",
    },
    "file:hand_charge": {
        "anas": "lin", "zoes": "bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "bo",
        "missing": "",
    },
    "file:print": {
        "anas": "lin", "zoes": "bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "lin bo",
        "missing": "",
    },
    "file:who_viewed": {
        "anas": "lin", "zoes": "bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "lin bo",
        "missing": "",
    },
    "note:own": {
        "anas": "lin", "zoes": "lin bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "lin bo",
        "missing": "",
    },
    "attachment:add": {
        "anas": "lin", "zoes": "bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "", "missing": "",
    },
    "attachment:read": {
        "anas": "lin", "zoes": "lin bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "lin bo",
        "missing": "",
    },
    "entry:write": {
        "anas": "lin", "zoes": "lin bo", "ivos": "lin bo", "ruis": "lin", "kais": "tan", "archived": "", "missing": "",
    },
    "entry:read": {
        "lins draft in anas": "lin", "lins in anas": "lin", "lins in anas, released": "lin dee dora",
        "bos in zoes": "bo lin", "lins in zoes": "bo lin", "lins draft in zoes": "lin", "lins in ruis": "lin",
        "tans in kais": "tan",
        "bos draft in zoes": "bo", "bos draft in ivos": "bo", "bos in anas": "lin bo", "missing": "",
    },
    "entry:save": {
        "lins draft in anas": "lin", "lins draft in zoes": "lin", "lins in anas": "", "bos in zoes": "",
        "lins in ruis": "", "tans in kais": "",
        "bos draft in zoes": "bo", "bos draft in ivos": "bo", "bos in anas": "", "missing": "",
    },
    "entry:sign": {
        "lins draft in anas": "lin", "lins draft in zoes": "lin", "lins in anas": "", "bos in zoes": "",
        "lins in ruis": "", "tans in kais": "",
        "bos draft in zoes": "bo", "bos draft in ivos": "bo", "bos in anas": "", "missing": "",
    },
    "entry:discard": {
        "lins draft in anas": "lin", "lins draft in zoes": "lin", "lins in anas": "", "bos in zoes": "",
        "lins in ruis": "", "tans in kais": "",
        "bos draft in zoes": "bo", "bos draft in ivos": "bo", "bos in anas": "", "missing": "",
    },
    "entry:add": {
        "lins draft in anas": "", "lins in anas": "lin", "lins in anas, released": "lin", "bos in zoes": "bo",
        "lins in zoes": "bo lin", "lins draft in zoes": "", "lins in ruis": "lin", "tans in kais": "tan",
        "bos draft in zoes": "", "bos draft in ivos": "", "bos in anas": "lin", "missing": "",
    },
    "entry:release": {
        "lins draft in anas": "", "lins in anas": "lin", "lins in anas, released": "lin", "bos in zoes": "bo",
        "lins in zoes": "bo", "lins draft in zoes": "", "lins in ruis": "lin", "tans in kais": "tan",
        "bos draft in zoes": "", "bos draft in ivos": "", "bos in anas": "lin", "missing": "",
    },
}


def others(world: World) -> dict[str, Actor]:
    """Return Lin with keys for which she has no post, and with a post for which she has no keys."""
    lin, there = world.actor("lin"), PostHeld(uuid4(), PostKind.COUNSELLOR, world.organisations["other_school"])
    return {
        "moved_lin": dataclasses.replace(lin, posts=(there,)),
        "reset_lin": dataclasses.replace(lin, ring=world.actor("sol").ring),
    }


def records(world: World) -> dict[str, Callable[[], Any]]:
    """Make what the table speaks of, and say how each is found inside a transaction."""
    anas, ruis = steps.open_file(world, "lin", "ana"), steps.open_file(world, "lin", "rui")
    zoes, ivos = steps.open_file(world, "bo", "zoe"), steps.open_file(world, "bo", "ivo")
    kais = steps.open_file(world, "tan", "kai")
    steps.restrict(world, "lin", ruis, "lin")
    steps.restrict(world, "bo", ivos, "bo", "lin")
    archived = steps.open_file(world, "bo", "rui")
    for colleagues in (zoes, ivos, archived):
        steps.give_reason(world, "lin", colleagues)
    steps.restrict(world, "bo", archived, "bo", "lin")
    with world.database.transaction():
        session().execute(update(StudentFile).where(StudentFile.id == archived).values(state="archived"))
        session().execute(update(StudentFile).where(StudentFile.id == ivos).values(in_charge_id=world.people["sol"]))
    steps.give_reason(world, "bo", anas)
    bos_in_anas = steps.signed(world, "bo", anas)
    with world.database.transaction():
        over = FileOpening.opened_at
        session().execute(update(FileOpening).where(FileOpening.file_id == anas).values(expires_at=over))
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
        "bos draft in zoes": steps.draft(world, "bo", zoes),
        "bos draft in ivos": steps.draft(world, "bo", ivos),
        "bos in anas": bos_in_anas,
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
