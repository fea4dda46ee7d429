"""The action card: who, how grave, which kind, what to do and what not to do; never a quotation."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from app.core.words import N_
from app.escalation.levels import rank

DO = {
    "stay_with": N_("Stay with the student; somebody is with them at every moment."),
    "call_room": N_("Call the counselling room now. If life is in danger, call 120 or 110 first."),
    "keep_means_away": N_("Keep away whatever the student could hurt themselves or others with."),
    "keep_apart": N_("Keep the student apart from those who hurt them, also on the way home."),
    "bring_to_room": N_("Walk with the student to the counselling room today."),
    "let_go_to_room": N_("Let the student come to the counselling room whenever they ask."),
    "listen": N_("Listen calmly, take it seriously, and say that you will get help."),
    "write_down": N_("Write down what you see and hear, with date and time, in the words that were said."),
    "tell_room": N_("Tell the counselling room at once when something changes."),
    "keep_usual": N_("Treat the student in class as usual."),
    "keep_private": N_("Speak of it only with those named here."),
    "ask_doctor": N_("Leave it to the counselling room to suggest a doctor."),
}
DONT = {
    "leave_alone": N_("Do not leave the student alone, not for a moment."),
    "promise_secrecy": N_("Do not promise to keep it to yourself."),
    "question": N_("Do not question the student about details."),
    "confront": N_("Do not speak to the person the student is afraid of."),
    "tell_family": N_("Do not tell the family before the counselling room has agreed it with you."),
    "in_public": N_("Do not bring it up in front of the class or in a group chat."),
    "argue": N_("Do not argue about what the student hears or sees."),
    "judge": N_("Do not lecture, compare or blame."),
    "evaluate": N_("Do not let it count in marks, honours or admission."),
}

# What each level and each kind adds; the order is the order on the card.
_DO_FROM = (
    ("R4", ("stay_with", "call_room", "keep_means_away")), ("R3", ("bring_to_room", "listen")),
    ("R1", ("let_go_to_room", "keep_usual")), ("R2", ("tell_room",)), ("R1", ("keep_private",)),
)
_DONT_FROM = (("R4", ("leave_alone",)), ("R3", ("promise_secrecy",)), ("R1", ("in_public", "judge", "evaluate")))
_DO_FOR = {
    "abuse": ("keep_apart", "write_down"), "victim": ("keep_apart", "write_down"), "harm_others": ("keep_means_away",),
    "self_harm": ("keep_means_away", "listen"), "psychotic": ("ask_doctor",), "eating_sleep": ("ask_doctor",),
    "substances": ("ask_doctor",),
}
_DONT_FOR = {
    "abuse": ("question", "confront", "tell_family"), "self_harm": ("promise_secrecy", "question"),
    "psychotic": ("argue",), "family": ("tell_family",), "harm_others": ("confront",),
}


def advice(level: str, families: Collection[str]) -> tuple[list[str], list[str]]:
    """Return the codes of what to do and what not to do at a level, for these kinds of concern."""
    do = _codes(DO, _DO_FROM, _DO_FOR, level, families)
    dont = _codes(DONT, _DONT_FROM, _DONT_FOR, level, families)
    # By day the doors stand open; at R4 nobody walks or comes by themselves.
    return [code for code in do if level != "R4" or code not in ("bring_to_room", "let_go_to_room", "keep_usual")], dont


def _codes(
    words: dict[str, str],
    graded: Sequence[tuple[str, tuple[str, ...]]],
    by_kind: dict[str, tuple[str, ...]],
    level: str,
    families: Collection[str],
) -> list[str]:
    wanted = {code for lowest, codes in graded if rank(level) >= rank(lowest) for code in codes}
    wanted |= {code for kind in families for code in by_kind.get(kind, ())}
    return [code for code in words if code in wanted]


def new_card(
    *,
    who: str,
    where: str,
    level: str,
    reason: str,
    families: Sequence[str],
    callback: str = "",
    excluded: Collection[UUID] = (),
) -> dict[str, Any]:
    """Return the content of an action card, as JSON holds it.

    It also keeps who must not be told: those who act on the card must know, and those who hand it on must
    leave them out again.
    """
    do, dont = advice(level, families)
    return {
        "who": who, "where": where, "families": list(families), "level_reason": reason, "do": do, "dont": dont,
        "callback": callback, "excluded": sorted(person_id.hex for person_id in excluded),
    }


def at_level(card: dict[str, Any], level: str, reason: str) -> dict[str, Any]:
    """Return the same card as it reads at another level."""
    do, dont = advice(level, card["families"])
    return {**card, "level_reason": reason, "do": do, "dont": dont}
