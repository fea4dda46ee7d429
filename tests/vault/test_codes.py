"""Codes survive being typed by tired people; halves say nothing alone; six words tell two keys apart."""

import string
from collections import Counter
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.vault import codes
from app.vault.codes import (
    MistypedGroup,
    derive,
    join,
    keyed_index,
    new_card,
    new_code,
    read_card,
    read_code,
    split,
    words6,
    write_code,
)
from app.vault.errors import MistypedCode

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE = write_code(bytes(range(1, 16)))


def secrets_of(groups):
    size = -(-groups * 20 // 8)
    return st.integers(0, 2 ** (20 * groups) - 1).map(lambda value: value.to_bytes(size, "big"))


SECRETS = st.integers(1, 16).flatmap(secrets_of)


@given(SECRETS)
def test_what_is_written_is_read(secret):
    assert read_code(write_code(secret)) == secret


@pytest.mark.parametrize(
    ("bits", "groups"), [(1, 1), (20, 1), (21, 2), (128, 7), (130, 7), (256, 13), (320, 16)]
)
def test_a_code_has_groups_of_five_symbols(bits, groups):
    code = new_code(bits)
    assert [len(group) for group in code.split("-")] == [5] * groups
    assert set(code) <= set(ALPHABET + "-")
    assert write_code(read_code(code)) == code


def test_recovery_codes_and_invitations_are_random_enough():
    assert codes.RECOVERY_BITS >= 130
    assert codes.INVITATION_BITS >= 128
    assert len({new_code() for _ in range(200)}) == 200
    seen = Counter(symbol for _ in range(300) for symbol in new_code())
    assert set(seen) == set(ALPHABET + "-")


def test_every_place_of_a_code_varies():
    printed = [new_code(130).replace("-", "") for _ in range(300)]
    assert all(len({code[place] for code in printed}) > 16 for place in range(35))


@given(SECRETS, st.randoms(use_true_random=False))
def test_case_width_spaces_and_hyphens_do_not_matter(secret, chance):
    typed = "".join(
        chance.choice([symbol, symbol.lower(), chr(ord(symbol) + 0xFEE0) if symbol != "-" else "－"])
        + chance.choice(["", " ", "-", "　", "\n", "–", "—"])
        for symbol in write_code(secret)
    )
    assert read_code(typed) == secret


@given(SECRETS, st.randoms(use_true_random=False))
def test_letters_that_look_like_digits_are_digits(secret, chance):
    typed = "".join(
        chance.choice({"0": "0Oo", "1": "1IiLl"}.get(symbol, symbol)) for symbol in write_code(secret)
    )
    assert read_code(typed) == secret


@given(SECRETS, st.data())
def test_one_wrong_symbol_is_noticed_in_its_group(secret, data):
    code = write_code(secret)
    place = data.draw(st.sampled_from([at for at, symbol in enumerate(code) if symbol != "-"]))
    wrong = data.draw(st.sampled_from([symbol for symbol in ALPHABET if symbol != code[place]]))
    with pytest.raises(MistypedCode) as refusal:
        read_code(code[:place] + wrong + code[place + 1 :])
    if isinstance(refusal.value, MistypedGroup):
        assert refusal.value.params == {"group": place // 6 + 1}


@given(SECRETS, st.data())
def test_two_symbols_that_change_places_are_noticed(secret, data):
    code = write_code(secret).replace("-", "")
    group = data.draw(st.integers(0, len(code) // 5 - 1)) * 5
    one, other = data.draw(st.lists(st.integers(group, group + 4), min_size=2, max_size=2, unique=True))
    assume(code[one] != code[other])
    typed = list(code)
    typed[one], typed[other] = typed[other], typed[one]
    with pytest.raises(MistypedCode):
        read_code("".join(typed))


@given(st.integers(2, 16).flatmap(secrets_of), st.data())
def test_groups_left_out_repeated_or_exchanged_are_noticed(secret, data):
    groups = write_code(secret).split("-")
    one, other = data.draw(
        st.lists(st.integers(0, len(groups) - 1), min_size=2, max_size=2, unique=True).map(sorted)
    )
    exchanged = list(groups)
    exchanged[one], exchanged[other] = groups[other], groups[one]
    for typed in (groups[:one] + groups[one + 1 :], [*groups[:one], groups[one], *groups[one:]], exchanged):
        with pytest.raises(MistypedCode):
            read_code("-".join(typed))


def test_a_cut_or_continued_code_is_called_incomplete():
    groups = CODE.split("-")
    for typed in (groups[:-1], [*groups, groups[-1]], groups[:1], []):
        with pytest.raises(MistypedCode) as refusal:
            read_code("-".join(typed))
        assert not isinstance(refusal.value, MistypedGroup)


@pytest.mark.parametrize("missing", range(1, 6))
def test_missing_symbols_at_the_end_are_called_incomplete(missing):
    with pytest.raises(MistypedCode) as refusal:
        read_code(CODE[:-missing])
    assert not isinstance(refusal.value, MistypedGroup)


@pytest.mark.parametrize("typed", ["", " ", "-", "U" * 5, "心匣心匣心", "é" * 5, "0" * 500, "\0" * 5])
def test_what_is_no_code_is_mistyped(typed):
    with pytest.raises(MistypedCode):
        read_code(typed)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        secret = read_code(text)
    except MistypedCode:
        return
    assert read_code(write_code(secret)) == secret


def test_a_refusal_repeats_nothing_of_the_code():
    with pytest.raises(MistypedGroup) as refusal:
        read_code(CODE[:-1] + ("A" if CODE[-1] != "A" else "B"))
    assert isinstance(refusal.value, Invalid)
    assert str(refusal.value) == "MistypedGroup"
    assert refusal.value.params == {"group": 6}
    assert refusal.value.words.count("%(group)s") == 1


@pytest.mark.parametrize("secret", [b"", b"\1", bytes(2), bytes(4), b"\xff" * 3, bytes(43), bytes(64)])
def test_bytes_that_are_no_code_are_not_written(secret):
    with pytest.raises(ValueError):
        write_code(secret)


def test_the_printed_form_stays_what_it_was():
    assert write_code(bytes(range(1, 16))) == "04101-6105C-0R3GN-G28AF-1C603-T3GF5"


@given(SECRETS)
def test_two_halves_make_the_secret(secret):
    one, other = split(secret)
    assert len(one) == len(other) == len(secret)
    assert join(one, other) == join(other, one) == secret


def test_a_half_alone_says_nothing():
    """The first half is random whatever the secret is, the second one is the secret under a one-time pad."""
    halves = [split(bytes(4)) for _ in range(2000)]
    for side in (0, 1):
        for bit in range(32):
            ones = sum(int.from_bytes(half[side], "big") >> bit & 1 for half in halves)
            assert 850 < ones < 1150  # 6.7 sigma


def test_halves_of_different_length_do_not_belong_together():
    with pytest.raises(ValueError):
        join(bytes(3), bytes(4))


def test_a_card_opens_with_both_halves_in_any_order():
    one, other = new_card()
    assert read_card(one, other) == read_card(other.lower(), one) == join(read_code(one), read_code(other))
    assert len(read_card(one, other)) * 8 >= 130


def test_one_half_twice_is_no_card():
    one, _ = new_card()
    with pytest.raises(MistypedCode):
        read_card(one, one.lower())
    with pytest.raises(MistypedCode):
        read_card(one, new_code(20))


def test_one_code_gives_independent_keys_for_its_purposes():
    code = read_code(CODE)
    keys = [derive(code, "slip/1", 64), derive(code, "recovery/1", 64), derive(code + b"\0", "slip/1", 64)]
    assert len(set(keys)) == 3
    assert derive(code, "slip/1", 32) == keys[0][:32]
    assert derive(bytes(16), "slip/1", 32).hex() == (
        "25e48da89525d06e4a2779d366d58d48b2d38c9f1279322dcd39e2d9c93876a3"
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_words_are_many_plain_and_different(language):
    words = codes.word_list(language)
    assert len(words) == len(set(words)) == 1024
    if language == "zh":
        assert all(len(word) == 2 and all("\u4e00" <= sign <= "\u9fff" for sign in word) for word in words)
    else:
        assert all(3 <= len(word) <= 9 and set(word) <= set(string.ascii_lowercase) for word in words)


def test_no_two_chinese_words_sound_alike():
    from pypinyin import lazy_pinyin

    sounds = Counter(" ".join(lazy_pinyin(word)) for word in codes.word_list("zh"))
    assert [sound for sound, times in sounds.items() if times > 1] == []


def test_no_two_english_words_differ_by_one_letter():
    words = codes.word_list("en")
    gaps = Counter(
        gap for word in words for gap in {word[:at] + "_" + word[at + 1 :] for at in range(len(word))}
    )
    assert [gap for gap, times in gaps.items() if times > 1] == []
    assert not {word[:at] + word[at + 1 :] for word in words for at in range(len(word))} & set(words)


def test_two_people_compare_six_words():
    here, there = words6(b"public keys of Bo"), words6(b"public keys of Bo")
    assert here == there
    assert len(here) == 6
    assert words6(b"public keys of Bo") != words6(b"public keys of the thief")


def test_both_languages_say_the_same_number():
    chinese, english = codes.word_list("zh"), codes.word_list("en")
    for number in range(20):
        key = UUID(int=number).bytes
        assert [chinese.index(word) for word in words6(key, "zh_Hans_CN")] == [
            english.index(word) for word in words6(key, "en")
        ]


def test_the_words_of_a_key_stay_what_they_were():
    assert words6(bytes(64), "en") == ["active", "pastry", "spice", "morning", "wrist", "pumice"]


def test_all_words_are_used():
    seen = {word for number in range(4000) for word in words6(number.to_bytes(4, "big"))}
    assert len(seen) == 1024


@pytest.mark.parametrize(
    ("one", "other"),
    [("G3-012", "ｇ３－０１２"), ("20250101", " 2025 0101 "), ("Lin@School.cn", "lin@school.cn"), ("①", "1")],
)
def test_an_index_does_not_see_width_case_or_spaces(one, other):
    assert keyed_index(bytes(32), one) == keyed_index(bytes(32), other)


def test_an_index_tells_texts_and_keys_apart():
    assert keyed_index(bytes(32), "20250101") != keyed_index(bytes(32), "20250110")
    assert keyed_index(bytes(32), "20250101") != keyed_index(b"\1" * 32, "20250101")
    assert len(keyed_index(bytes(32), "")) == 32
