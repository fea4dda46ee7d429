"""Who may see and keep which part of the directory.

Ana is in Cruz's class of Gao's grade; Zoe in Moss's class of the same grade; Ivo in Nora's of Hart's grade; Kai at
the other school. Sam administers the school, Uma the other, Root the district.
"""

import dataclasses
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from app.access import Actor, PostHeld, PostKind
from app.directory.people import get_member
from app.directory.queries import get_class, get_organisation, get_placed_student
from tests.world import World

ABOUT = "app.directory.policy"
SCHOOL = "lin bo pia sam sol newcomer"
EVERYBODY_AT_A_SCHOOL = "sam lin bo pia gao hart cruz moss nora sol uma tan quill newcomer moved_cruz"
TABLE = {
    "student:search": {"-": EVERYBODY_AT_A_SCHOOL},
    "student:read": {
        "ana": f"{SCHOOL} gao cruz", "zoe": f"{SCHOOL} gao moss", "ivo": f"{SCHOOL} hart nora",
        "kai": "uma tan quill moved_cruz",
        "class of ana": f"{SCHOOL} gao cruz", "class of zoe": f"{SCHOOL} gao moss",
        "class of kai": "uma tan quill moved_cruz",
        "missing": "",
    },
    # A post alone opens no contacts: the newcomer has not been admitted to the key yet. Nor does a key alone: Cruz who
    # moved has another class now.
    "student:contacts": {
        "ana": "sam lin bo gao cruz", "zoe": "sam lin bo gao moss", "ivo": "sam lin bo hart nora",
        "kai": "uma tan quill", "missing": "",
    },
    "roster:import": {"school": "sam", "other school": "uma", "district": "", "missing": ""},
    "staff:import": {"-": "sam uma root"},
    "roster:list": {"-": "sam uma root"},
    # What Uma chose before she came here, what Sam chose before he left, and what the district chose for a school.
    "roster:upload": {
        "sams upload": "sam", "umas upload": "uma", "roots upload": "root", "umas, of this school": "",
        "roots, of this school": "", "dees, of the district": "", "missing": "",
    },
    "roster:read": {"sams upload": "sam", "umas upload": "uma", "roots upload": "root", "missing": ""},
    "roster:undo": {"sams upload": "sam", "umas upload": "uma", "roots upload": "", "missing": ""},
    "person:list": {"-": "sam uma root"},
    "person:read": {
        "lin": "sam root", "tan": "uma root", "dee": "root", "eve": "root", "root": "root", "of another district": "",
    },
    "person:change": {
        "lin": "sam root", "tan": "uma root", "dee": "root", "eve": "root", "root": "root", "of another district": "",
    },
    "person:keep": {"school": "sam root", "other school": "uma root", "centre": "root", "missing": ""},
    "calendar:list": {"-": "sam uma"},
    "calendar:keep": {"school": "sam", "other school": "uma", "centre": "", "missing": ""},
    "class:keep": {
        "school": "sam", "other school": "uma", "centre": "", "class of ana": "sam", "class of zoe": "sam",
        "class of kai": "uma", "missing": "",
    },
    "school:list": {"-": "root"},
    "school:keep": {"school": "root", "other school": "root", "centre": "root", "missing": ""},
}


def others(world: World) -> dict[str, Actor]:
    """Return Cruz with the keys she has, in charge of a class at the other school."""
    post = PostHeld(
        uuid4(), PostKind.CLASS_TEACHER, world.organisations["other_school"],
        class_id=world.classes["other_school", "四年级", "1班"],
    )
    return {"moved_cruz": dataclasses.replace(world.actor("cruz"), posts=(post,))}


def records(world: World) -> dict[str, Callable[[], Any]]:
    """Say how each record of the table is found inside a transaction."""
    places = {
        "school": world.school, "other school": world.organisations["other_school"],
        "centre": world.organisations["centre"], "district": world.district,
    }
    classes = {
        "class of ana": ("school", "四年级", "1班"), "class of zoe": ("school", "四年级", "2班"),
        "class of kai": ("other_school", "四年级", "1班"),
    }
    uploads = {
        "sams upload": ("sam", "school"), "umas upload": ("uma", "other school"), "roots upload": ("root", "district"),
        "umas, of this school": ("uma", "school"), "roots, of this school": ("root", "school"),
        "dees, of the district": ("dee", "district"),
    }
    stranger = SimpleNamespace(district_id=uuid4(), organisation_ids=frozenset(), present_organisation_ids=frozenset())
    return {
        **{name: lambda one=one: get_placed_student(one) for name, one in world.students.items()},  # type: ignore[misc]
        **{name: lambda one=one: get_class(world.classes[one]) for name, one in classes.items()},  # type: ignore[misc]
        **{name: lambda one=one: get_organisation(one) for name, one in places.items()},  # type: ignore[misc]
        **{
            name: lambda one=one: get_member(world.people[one])  # type: ignore[misc]
            for name, one in {each: each for each in ("lin", "tan", "dee", "eve", "root")}.items()
        },
        **{
            name: lambda who=who, place=place: SimpleNamespace(  # type: ignore[misc]
                id=world.people[who], person_id=world.people[who], organisation_id=places[place]
            )
            for name, (who, place) in uploads.items()
        },
        "of another district": lambda: stranger,
    }
