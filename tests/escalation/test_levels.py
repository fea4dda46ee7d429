"""A teacher sets no level: the answers give one, worse answers never a lower one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.escalation.cards import DO, DONT, advice, at_level, new_card
from app.escalation.levels import (
    FAMILIES,
    INJURY,
    KNOWN,
    LEVELS,
    REASONS,
    RULES,
    SAFE_NOW,
    SINCE,
    URGENCY,
    provisional_level,
    rank,
)

# The choices of each question, the least worrying first; "I do not know" lies between no and yes.
QUESTIONS = {
    "safe_now": list(SAFE_NOW), "plan": list(KNOWN), "means": list(KNOWN), "commanded": list(KNOWN),
    "injury": list(INJURY), "since": list(SINCE), "urgency": list(URGENCY),
}
ANSWERS = st.fixed_dictionaries(
    {"families": st.lists(st.sampled_from(list(FAMILIES)), unique=True)},
    optional={name: st.sampled_from(choices) for name, choices in QUESTIONS.items()},
)


@pytest.mark.parametrize(("answers", "level", "reason"), [
    ({"safe_now": "no"}, "R4", "not_safe_now"),
    ({"urgency": "now"}, "R4", "danger_now"),
    ({"plan": "yes", "means": "yes"}, "R4", "plan_with_means"),
    ({"plan": "yes", "means": "unknown"}, "R4", "plan_with_means"),
    ({"families": ["abuse"], "injury": "light"}, "R4", "ongoing_violence"),
    ({"families": ["self_harm"], "injury": "serious"}, "R4", "serious_injury"),
    ({"families": ["psychotic"], "commanded": "yes"}, "R4", "commanding_voices"),
    ({"plan": "yes", "means": "no"}, "R3", "plan"),
    ({"families": ["self_harm"], "safe_now": "yes"}, "R3", "self_harm"),
    ({"families": ["abuse"], "safe_now": "yes"}, "R3", "abuse"),
    ({"safe_now": "unsure"}, "R3", "unsure_safe"),
    ({"families": ["victim"], "injury": "light"}, "R3", "hurt_by_others"),
    ({"families": ["mood"], "since": "longer"}, "R2", "persistent"),
    ({"families": ["learning"], "safe_now": "yes", "since": "days", "urgency": "this_week"}, "R1", "everyday"),
    ({}, "R1", "everyday"),
])
def test_what_the_answers_give(answers, level, reason) -> None:
    found = provisional_level(answers)
    assert (found.level, found.reason) == (level, reason)


@given(answers=ANSWERS, name=st.sampled_from(list(QUESTIONS)), more=st.sampled_from(list(FAMILIES)))
def test_a_worse_answer_never_lowers_the_level(answers, name, more) -> None:
    before = rank(provisional_level(answers).level)
    choices = QUESTIONS[name]
    place = choices.index(answers[name]) if name in answers else -1
    for worse in choices[max(place, 0):]:
        assert rank(provisional_level({**answers, name: worse}).level) >= before
    assert rank(provisional_level({**answers, "families": [*answers["families"], more]}).level) >= before


def test_rules_stand_gravest_first_and_every_reason_has_words() -> None:
    ranks = [rank(rule.level) for rule in RULES]
    assert ranks == sorted(ranks, reverse=True)
    assert {rule.reason for rule in RULES} | {"everyday", "assessed", "raised"} == set(REASONS)


@given(level=st.sampled_from(LEVELS), families=st.lists(st.sampled_from(list(FAMILIES)), unique=True))
def test_a_card_says_something_to_do_from_r1_on_and_only_what_has_words(level, families) -> None:
    do, dont = advice(level, families)
    assert set(do) <= set(DO) and set(dont) <= set(DONT)
    assert len(set(do)) == len(do) and len(set(dont)) == len(dont)
    if level != "R0":
        assert do and dont
    if level == "R4":
        assert do[0] == "stay_with" and dont[0] == "leave_alone" and "let_go_to_room" not in do


def test_suspected_violence_never_reaches_the_family_or_the_feared_person_first() -> None:
    for level in LEVELS:
        do, dont = advice(level, ["abuse"])
        assert {"tell_family", "confront", "question"} <= set(dont) and "keep_apart" in do


def test_a_card_keeps_its_student_and_callback_when_the_level_changes() -> None:
    card = new_card(
        who="陈子涵", where="四年级1班", level="R2", reason="persistent", families=["mood"], callback="林老师 8012"
    )
    raised = at_level(card, "R4", "raised")
    assert (raised["who"], raised["callback"], raised["level_reason"]) == ("陈子涵", "林老师 8012", "raised")
    assert "stay_with" in raised["do"] and "stay_with" not in card["do"]
