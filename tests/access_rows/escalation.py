"""Who may do what with concerns: the post, the relation to the student, and the key of account or card.

Cruz raised Ana's (R2, with the grade), Rui's (R3, with the room), one of which Gao and Bo are part ("without bo"), and
one of which Gao, Lin and Bo are part, so that leadership owns it ("instead"). Lin raised Zoe's from a letter (R3).
Nora raised Ivo's, Quill raised Kai's at the other school. One of Rui's is accepted by the centre, another was called
in by Pia, a third has the centre's advice. What is possible as a concern stands is the table's to say (409).

Beside the cast stand people whose keys and posts do not belong together: who left or moved with their keys, who came
into a post whose keys they do not hold yet, and Cruz whose login was given anew. Lin heads the grade or leads the
school as well ("lin_heading", "lin_leading"): she then may what Gao or Pia may, but never agree to what she proposed.
"""

import dataclasses
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from app.access import Actor, PostHeld, PostKind
from app.core import clock
from app.directory.queries import get_placed_student
from app.escalation import hand_overs, service
from app.escalation.queries import get_concern, get_hand_over, get_opinion
from tests.escalation.telling import EVERYDAY, LOW_MOOD, PACKET, SELF_HARM, TUESDAY_MORNING, Story
from tests.world import World

ABOUT = "app.escalation.policy"
STAFF = (
    "cruz moss nora quill gao hart lin bo tan sol pia newcomer "
    "moved_gao teaching_gao new_gao moved_lin moved_pia new_pia reset_cruz"
)


def _row(
    anas: str, ruis: str, zoes: str, ivos: str, kais: str, without_bo: str, instead: str, centres: str
) -> dict[str, str]:
    """Return who may for each concern, and nobody for one that is missing."""
    return {
        "anas": anas, "ruis": ruis, "zoes": zoes, "ivos": ivos, "kais": kais, "without bo": without_bo,
        "instead": instead, "accepted by the centre": centres, "missing": "",
    }


_REVIEW = _row("gao", "gao", "gao", "hart", "", "", "pia", "gao")
_WORK = _row("lin bo", "lin bo", "lin bo", "lin bo", "tan", "lin", "", "lin bo")
_EVERYBODY = _row(
    "cruz gao lin bo", "cruz gao lin bo pia", "gao lin bo pia", "nora hart lin bo", "quill tan", "cruz lin", "cruz pia",
    "cruz gao lin bo pia dee dora",
)
_CALL = _row("gao", "gao pia", "gao pia", "hart", "", "", "pia", "gao pia")
_CENTRE = {
    "offered": "dee dora", "called by pia": "dee dora", "called by gao": "dee dora", "advised": "dee dora",
    "missing": "",
}
_TABLE = {
    "concern:raise": {"-": STAFF},
    "concern:mine": {"-": STAFF},
    "concern:review": {"-": "gao hart moved_gao new_gao"},
    "concern:room": {"-": "lin bo tan newcomer moved_lin"},
    "concern:cards": {"-": "pia moved_pia new_pia"},
    "concern:centre": {"-": "dee dora"},
    "concern:approve": {"-": "gao hart pia dee dora moved_gao new_gao moved_pia new_pia"},
    "concern:raise_about": {
        "student ana": "cruz gao lin bo sol pia newcomer reset_cruz new_gao new_pia",
        "student ivo": "nora hart lin bo sol pia newcomer moved_gao new_pia",
        "student kai": "quill tan moved_lin moved_pia", "missing": "",
    },
    "concern:read_account": _row(
        "cruz gao lin bo", "cruz gao lin bo", "lin bo", "nora hart lin bo", "quill tan", "cruz lin", "cruz pia",
        "cruz gao lin bo",
    ),
    "concern:read_card": _row(
        "gao lin bo", "gao lin bo pia", "gao lin bo pia", "hart lin bo", "tan", "lin", "pia", "gao lin bo pia dee dora"
    ),
    "concern:read": _EVERYBODY,
    "concern:raise_level": _EVERYBODY,
    "concern:acknowledge": _REVIEW,
    "concern:ask": _REVIEW,
    "concern:pass_on": _REVIEW,
    "concern:close_by_grade": _REVIEW,
    "concern:answer": _row("cruz", "cruz", "", "nora", "quill", "cruz", "cruz", "cruz"),
    "concern:accept": _WORK,
    "concern:assess": _WORK,
    "concern:follow_up": _WORK,
    "concern:close": _WORK,
    "concern:offer": _WORK,
    "concern:call_centre": _CALL,
    "concern:note_seen": _CALL,
    "concern:reopen": _row(
        "gao lin bo", "gao lin bo", "gao lin bo", "hart lin bo", "tan", "lin", "pia", "gao lin bo"
    ),
    "concern:feedback": _row(
        "gao lin bo", "gao lin bo", "lin bo", "hart lin bo", "tan", "lin", "", "gao lin bo"
    ),
    "concern:withdraw": {
        "offered": "lin bo", "called by pia": "pia lin bo", "called by gao": "gao lin bo", "advised": "lin bo",
        "missing": "",
    },
    "centre:accept": _CENTRE,
    "centre:decline": _CENTRE,
    "centre:advise": _CENTRE,
    "centre:return": _CENTRE,
    "hand_over:read": {
        "offered": "lin bo dee dora", "called by pia": "pia lin bo dee dora", "called by gao": "gao lin bo dee dora",
        "advised": "lin bo dee dora", "missing": "",
    },
    "concern:second_opinion": {
        "closing, by lin": "gao pia", "closing after advice, by lin": "gao pia dee dora", "closing, by dee": "dora",
        "missing": "",
    },
}


def _with_doubles(record: str, names: str) -> str:
    """Add Lin in her other post wherever its holder may, unless she is the one who must not be told."""
    doubles = {} if record == "instead" else {"gao": " lin_heading", "pia": " lin_leading"}
    return names + "".join(double for name, double in doubles.items() if name in names.split())


TABLE = {
    permission: cells if permission == "concern:second_opinion" else {
        record: _with_doubles(record, names) for record, names in cells.items()
    }
    for permission, cells in _TABLE.items()
}


def others(world: World) -> dict[str, Actor]:
    """Return whose keys outlived their post, and whose post is older than their keys, inside the open transaction."""

    def holding(keys: str, kind: PostKind, place: str = "school", grade: str = "四年级") -> Actor:
        post = PostHeld(uuid4(), kind, world.organisations[place], grade_id=world.grades["school", grade])
        return dataclasses.replace(world.actor(keys), posts=(post,))

    heads, counsels, leads = PostKind.HEAD_OF_GRADE, PostKind.COUNSELLOR, PostKind.LEAD
    return {
        "left_cruz": dataclasses.replace(world.actor("cruz"), posts=()),
        "left_gao": dataclasses.replace(world.actor("gao"), posts=()),
        "left_pia": dataclasses.replace(world.actor("pia"), posts=()),
        "moved_gao": holding("gao", heads, grade="五年级"),
        "teaching_gao": holding("gao", PostKind.CLASS_TEACHER),
        "moved_lin": holding("lin", counsels, "other_school"),
        "moved_pia": holding("pia", leads, "other_school"),
        "new_gao": holding("sol", heads),
        "new_pia": holding("sol", leads),
        "reset_cruz": dataclasses.replace(world.actor("cruz"), ring=world.actor("sol").ring),
        "lin_heading": dataclasses.replace(world.actor("gao"), person_id=world.people["lin"]),
        "lin_leading": dataclasses.replace(world.actor("pia"), person_id=world.people["lin"]),
    }


def records(world: World) -> dict[str, Callable[[], Any]]:
    """Make what the table speaks of, and say how each is found inside a transaction."""
    with clock.at(TUESDAY_MORNING):
        return _records(world)


def _records(world: World) -> dict[str, Callable[[], Any]]:
    def raised(name: str, answers: dict[str, Any], about: str, **more: Any) -> Story:
        return Story(world).raised(name, answers, about=about, **more)

    accepted, called = raised("cruz", SELF_HARM, "rui"), raised("cruz", SELF_HARM, "rui")
    offered = accepted.does("lin", hand_overs.offer, basis="SELF_HARM", packet=PACKET)
    accepted.does("dee", hand_overs.accept_by_centre)
    by_pia = called.does("pia", hand_overs.call_centre, basis="SELF_HARM", packet=PACKET)
    by_gao = raised("cruz", SELF_HARM, "rui").does("gao", hand_overs.call_centre, basis="SELF_HARM", packet=PACKET)
    centres = raised("cruz", SELF_HARM, "rui", excluded=("gao", "lin", "bo", "pia"))
    centres.does("dee", service.accept)
    centres.does("dee", service.assess, level="R3", reason="评估")
    closing, advised = (_in_support(raised("cruz", SELF_HARM, "rui")) for _ in range(2))
    advice = advised.does("lin", hand_overs.offer, basis="SELF_HARM", packet=PACKET)
    advised.does("dee", hand_overs.accept_by_centre)
    advised.does("dee", hand_overs.advise, advice="每周一次")
    opinions = {
        "closing, by lin": closing.does("lin", service.close, reason="稳定"),
        "closing after advice, by lin": advised.does("lin", service.close, reason="稳定"),
        "closing, by dee": centres.does("dee", service.close, reason="稳定"),
    }
    concerns = {
        "anas": raised("cruz", LOW_MOOD, "ana"), "ruis": raised("cruz", SELF_HARM, "rui"),
        "zoes": raised("lin", SELF_HARM, "zoe", source="letter"), "ivos": raised("nora", EVERYDAY, "ivo"),
        "kais": raised("quill", EVERYDAY, "kai"),
        "without bo": raised("cruz", LOW_MOOD, "ana", excluded=("gao", "bo")),
        "instead": raised("cruz", LOW_MOOD, "ana", excluded=("gao", "lin", "bo")),
        "accepted by the centre": accepted,
    }
    handed = {"offered": offered, "called by pia": by_pia, "called by gao": by_gao, "advised": advice}
    return {
        **{name: lambda one=one: get_concern(one.id) for name, one in concerns.items()},  # type: ignore[misc]
        **{name: lambda one=one: get_hand_over(one) for name, one in handed.items()},  # type: ignore[misc]
        **{name: lambda one=one: get_opinion(one) for name, one in opinions.items()},  # type: ignore[misc]
        **{f"student {name}": lambda name=name: get_placed_student(world.students[name])  # type: ignore[misc]
           for name in ("ana", "ivo", "kai")},
    }


def _in_support(story: Story) -> Story:
    story.does("lin", service.accept)
    story.does("lin", service.assess, level="R3", reason="评估")
    return story
