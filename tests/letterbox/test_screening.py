"""What the screening says about letters: families in both languages, guards in their place, grounds to be shown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.escalation.levels import FAMILIES, GRAVE, LEVELS
from app.letterbox.screening import features, finding, marking, screen, screening
from app.letterbox.screening.explaining import REASONS
from app.letterbox.screening.finding import Hit, find_signs
from app.letterbox.screening.model import HEADS, model
from app.letterbox.screening.normalising import normalise
from app.letterbox.screening.rules import rules
from app.letterbox.screening.screening import NO_TIME, NOT_READABLE, READS_LIKE, TOO_LONG, suggest
from app.letterbox.screening.weighing import AIDS, level_of_signs

SPLITS = [" ", "  ", "\u3000", "🔪", "😊", "*", ".", "-", "_", "\u200b", "·"]


def signs(text: str) -> list[Hit]:
    return find_signs(normalise(text), rules())


def counting(text: str) -> set[str]:
    return {hit.code for hit in signs(text) if not hit.guarded}


@pytest.mark.parametrize(
    ("text", "family", "level"),
    [
        ("我不想活了", "self_harm", "R3"),
        ("药已经攒够了，就今晚", "self_harm", "R4"),
        ("每次难过我就割自己的手臂", "self_harm", "R3"),
        ("我要杀了他，刀在书包里", "harm_others", "R4"),
        ("爸爸昨晚又用皮带抽我", "abuse", "R4"),
        ("他把手伸进我的衣服里", "abuse", "R4"),
        ("他们把我堵在厕所里轮流扇我", "victim", "R3"),
        ("有个声音叫我跳下去", "psychotic", "R3"),
        ("我每顿饭后都催吐", "eating_sleep", "R3"),
        ("我跟他们一起吸笑气", "substances", "R3"),
        ("考完试我不敢回家", "family", "R3"),
        ("I don't want to be alive", "self_harm", "R3"),
        ("I have saved enough pills", "self_harm", "R4"),
        ("I keep cutting myself", "self_harm", "R3"),
        ("I will stab him, the knife is in my bag", "harm_others", "R4"),
        ("dad hit me with a belt again", "abuse", "R4"),
        ("he comes into my room at night and touches me", "abuse", "R4"),
        ("they held me down and filmed me", "victim", "R3"),
        ("the voices tell me to do it", "psychotic", "R3"),
        ("I make myself throw up after lunch", "eating_sleep", "R3"),
        ("I drink cough syrup every day", "substances", "R3"),
        ("I am scared to go home", "family", "R3"),
    ],
)
def test_plain_words_are_enough(text: str, family: str, level: str) -> None:
    found = screen(text)
    assert family in found.families
    assert LEVELS.index(found.level) >= LEVELS.index(level)


@pytest.mark.parametrize(
    "text", ["笑死我了，老师摔了一跤", "想死你了奶奶", "手机死机了", "I nearly died laughing", "it is killing me"]
)
def test_everyday_speech_is_no_sign(text: str) -> None:
    assert not counting(text)


@pytest.mark.parametrize(
    "text", ["小说的主角最后自杀了", "In the movie the villain wants to die", "我不想活在姐姐的阴影里"]
)
def test_a_guard_explains_a_sign_in_its_own_sentence(text: str) -> None:
    assert signs(text) and not counting(text)
    assert counting(f"{text}。我不想活了") | counting(f"{text}. I want to kill myself")


@given(
    everyday=st.sampled_from(["小说的主角自杀了", "作业多到想死", "想死你了", "the novel is about suicide"]),
    other=st.sampled_from(["爸爸用皮带打我", "我每天催吐", "有个声音叫我跳下去", "dad hit me with a belt", "kys"]),
    apart=st.sampled_from(["，", "。", " ", "\n"]),
    turned=st.booleans(),
)
def test_a_guard_never_silences_a_second_family(everyday: str, other: str, apart: str, turned: bool) -> None:
    text = apart.join([other, everyday] if turned else [everyday, other])
    assert not any(hit.guarded for hit in signs(text))
    assert screen(text).level in GRAVE


@settings(max_examples=300)
@given(
    word=st.sampled_from(["自杀", "想死", "不想活", "跳楼", "割腕", "遗书", "活不下去", "上吊"]),
    split=st.sampled_from(SPLITS),
    wide=st.booleans(),
)
def test_a_word_split_by_blanks_signs_or_pictures_is_still_that_word(word: str, split: str, wide: bool) -> None:
    text = f"老师我{split.join(word)}"
    assert counting(text)
    assert all(mark.start >= 3 for mark in screen(text).marks if mark.because in counting(text))


@given(
    word=st.sampled_from(["suicide", "kill myself", "cut myself"]),
    split=st.sampled_from([" ", ".", "-", "*", "🔪"]),
)
def test_an_english_word_spelt_out_is_still_that_word(word: str, split: str) -> None:
    assert counting(split.join(word.replace(" ", "")))
    assert counting(word.upper())
    assert counting("".join(chr(ord(letter) + 0xFEE0) if letter != " " else "\u3000" for letter in word))


@pytest.mark.parametrize(
    "text",
    ["我想似", "我想4", "紫砂的念头", "zisha", "wo bu xiang huo le", "我想si", "自sha", "不，想，活", "自。杀", "自殺"],
)
def test_sounds_initials_digits_and_marks_do_not_hide_a_word(text: str) -> None:
    assert counting(text)


@pytest.mark.parametrize("text", ["相似三角形", "我想4天后去春游", "这把紫砂壶", "好像似乎", "tests on Monday"])
def test_words_that_only_sound_alike_are_left_alone(text: str) -> None:
    assert not counting(text)


@given(st.text())
def test_any_letter_has_an_answer_whose_places_lie_in_it(text: str) -> None:
    found = screen(text)
    assert found.level in LEVELS
    assert set(found.families) <= set(FAMILIES)
    assert set(found.reasons) <= set(REASONS)
    assert all(0 <= mark.start < mark.end <= len(text) for mark in found.marks)


def test_a_time_and_a_means_make_a_wish_graver() -> None:
    assert level_of_signs(signs("我不想活了"), {"first_person"}) == "R3"
    assert level_of_signs(signs("我不想活了"), {"first_person", "time", "means"}) == "R4"


def test_a_friend_counts_as_oneself() -> None:
    hits = signs("她不想活了")
    assert level_of_signs(hits, {"first_person", "plan"}) == level_of_signs(hits, {"third_person", "plan"})


def test_a_letter_that_nobody_can_read_goes_to_a_person() -> None:
    found = screen("qwzx vbnt plkj hgfd rtyp mnbv")
    assert found.level in GRAVE and NOT_READABLE in found.reasons


@pytest.mark.parametrize("text", ["", " ", "。", "啊", "\u200b"])
def test_where_there_is_nothing_to_weigh_signs_alone_speak(text: str) -> None:
    assert screen(text).level == "R0"


@pytest.mark.parametrize(
    "text", ["我的猫请楼下阿姨收养，明天以后不用等我了", "After Friday I won't be needing my locker or anything"]
)
def test_without_any_sign_the_model_speaks_and_shows_on_what(text: str) -> None:
    found = screen(text)
    assert found.level in GRAVE and READS_LIKE in found.reasons and found.marks


@pytest.mark.parametrize(
    "text",
    [
        "我明天去",
        "老师明天还上课吗",
        "我昨天去爬山了",
        "我家的猫叫团团",
        "请帮我转交给李老师",
        "可不可以晚一点来",
        "我有两个好朋友",
        "我下周过生日",
        "could we talk",
        "I will call you later",
        "my class has a new desk",
        "could you open the window",
        "I like your new hat",
        "our play is on Thursday",
        "is there any cake left",
        "I have a new phone number",
    ],
)
def test_a_short_everyday_message_is_nobodys_alarm(text: str) -> None:
    assert screen(text).level in ("R0", "R1")


@pytest.mark.parametrize("text", ["药攒够了", "我又划了", "不想活了", "he touches me", "I took all the pills"])
def test_a_short_message_that_hints_at_danger_still_is(text: str) -> None:
    assert screen(text).level in GRAVE


def test_one_sign_alone_is_doubted_only_where_the_letter_reads_harmless() -> None:
    normal = normalise("我想死")
    hits = find_signs(normal, rules())
    scores = dict.fromkeys(HEADS, model().everyday)
    assert suggest(normal, hits, {}, scores).level in GRAVE
    assert suggest(normal, hits, {}, dict.fromkeys(HEADS, model().everyday - 1)).level == "R2"


def test_a_plan_is_never_doubted() -> None:
    normal = normalise("药已经攒够了，就今晚")
    assert suggest(normal, find_signs(normal, rules()), {}, dict.fromkeys(HEADS, -100.0)).level == "R4"


def test_every_sign_and_aid_has_its_words() -> None:
    book = rules()
    assert {sign.code for sign in book.signs} | set(AIDS) <= set(REASONS)
    assert {sign.family for sign in book.signs} | set(book.families.values()) <= set(FAMILIES)
    assert set(book.families) <= set(book.notions)


WIDE = "ﷺ"  # one sign that stands for eighteen
PLAN = "我今晚就想死，药已经准备好了"


@pytest.mark.parametrize("before", [0, 1_000, 1_500, 2_000])
def test_a_grave_word_is_seen_wherever_it_stands_in_a_text_that_grows(before: int) -> None:
    text = WIDE * before + PLAN
    found = screen(text)
    assert found.level == "R4"
    assert all(0 <= mark.start < mark.end <= len(text) for mark in found.marks)
    assert any(mark.start >= before for mark in found.marks)


def test_a_grave_word_behind_all_that_is_read_is_left_to_a_person_the_same_day() -> None:
    found = screen(WIDE * 5_000 + PLAN)
    assert found.level in GRAVE and TOO_LONG in found.reasons
    assert TOO_LONG in REASONS and TOO_LONG not in screen("食堂的汤太咸了。" * 2_400).reasons


def test_many_long_letters_at_once_keep_no_processor_busy_and_are_left_to_a_person(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening, "_PATIENCE", 0)
    everyday = "食堂的汤太咸了。" * 1_000
    with screening._turn:
        found = screen(everyday)
        assert (found.level, found.reasons) == ("R3", (NO_TIME,)) and NO_TIME in REASONS
        assert screen(PLAN).level == "R4", "what is not long waits for nobody"
    assert NO_TIME not in screen(everyday).reasons


def test_what_is_said_thousands_of_times_is_marked_in_some_places() -> None:
    assert 0 < len(screen("我想死。" * 1_000).marks) <= 50


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=12), st.integers(0, 60), st.integers(1, 9))
def test_a_sign_meets_the_guards_that_it_meets(spans: list[tuple[int, int]], at: int, size: int) -> None:
    whole = [(start, start + length) for start, length in spans]
    meets = any(start < at + size and at < end for start, end in whole)
    assert finding._meets_one((at, at + size), finding._merged(whole)) == meets


@pytest.mark.parametrize(
    "text", ["I don't want to go in, and he kept cutting it", "我，不想再这样活下去了。明天13号", "no", "dad hits"]
)
def test_whatever_of_its_words_speaks_is_shown_in_the_letter(text: str) -> None:
    normal = normalise(text)
    found = features.features(text, normal, [], rules())
    told = [name for name in found if name.split(" ")[0] in marking.PATTERNS and len(name.split(" ", 1)[1]) > 1]
    for name in told:
        (mark,) = marking.marks_of_features(normal, [name], rules())
        assert text[mark.start : mark.end].strip()


def test_a_piece_of_a_word_is_shown_as_the_whole_word() -> None:
    (mark,) = marking.marks_of_features(normalise("he is Cutting it"), ["piece tting"], rules())
    assert (mark.start, mark.end, mark.because) == (6, 13, "gram")


def test_what_is_denied_is_another_thing_than_what_is_said() -> None:
    assert list(features.denied(normalise("I want to go. I do not want it, but stay").text)) == ["want", "it"]
