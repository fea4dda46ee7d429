"""A code on a slip of paper survives a frightened child's hands: what is mistyped is noticed, and costs nothing."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vault import passwords
from app.vault.errors import MistypedCode
from app.vault.return_codes import in_groups, in_words, new_return_code, read_return_code

numbers = st.integers(0, 10**18 - 1)
languages = st.sampled_from(["zh_Hans_CN", "en"])


def code_of(number: int) -> str:
    """Return a code by what ISO 7064 says of it: taken as one number it leaves 1 when divided by 97."""
    return next(code for check in range(2, 99) if int(code := f"{number:018}{check:02}") % 97 == 1)


def test_a_code_is_twenty_digits_in_groups_of_four():
    code = new_return_code()
    assert len(code) == 20 and code.isdigit()
    assert [len(group) for group in in_groups(code).split()] == [4, 4, 4, 4, 4]
    assert read_return_code(in_groups(code)) == code


def test_no_two_codes_are_alike():
    assert len({new_return_code() for _ in range(1000)}) == 1000


@given(numbers)
def test_a_code_is_read_however_it_is_typed(number):
    code = code_of(number)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    for typed in (code, in_groups(code), in_groups(code).replace(" ", "-"), f"  {wide}。", "\n".join(code)):
        assert read_return_code(typed) == code


@given(numbers, languages)
def test_six_words_are_the_same_code(number, language):
    code = code_of(number)
    words = in_words(code, language)
    assert len(words) == 6
    for typed in (" ".join(words), "，".join(words).upper(), " - ".join(words)):
        assert read_return_code(typed) == code


@given(numbers)
def test_chinese_words_need_no_blanks(number):
    code = code_of(number)
    assert read_return_code("".join(in_words(code, "zh"))) == code


@given(numbers, st.integers(0, 19), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(number, at, by):
    code = code_of(number)
    wrong = str((int(code[at]) + by) % 10)
    with pytest.raises(MistypedCode):
        read_return_code(code[:at] + wrong + code[at + 1 :])


@given(numbers, st.integers(0, 18))
def test_two_swapped_digits_are_always_noticed(number, at):
    code = code_of(number)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    if swapped != code:
        with pytest.raises(MistypedCode):
            read_return_code(swapped)


@given(numbers, st.integers(0, 19))
def test_a_missing_or_doubled_digit_is_noticed(number, at):
    code = code_of(number)
    for typed in (code[:at] + code[at + 1 :], code[:at] + code[at] + code[at:]):
        with pytest.raises(MistypedCode):
            read_return_code(typed)


@given(st.text())
def test_whatever_is_typed_is_a_code_or_mistyped(text):
    with contextlib.suppress(MistypedCode):
        assert len(read_return_code(text)) == 20


@pytest.mark.parametrize("typed", ["", "12", "apple", "苹果 苹果", "四 四 四 四 四 四", "²" * 20, "٣" * 20])
def test_what_is_no_code_costs_nothing(typed):
    before = passwords.runs()
    with pytest.raises(MistypedCode):
        read_return_code(typed)
    assert passwords.runs() == before
