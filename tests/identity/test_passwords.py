"""A password is long, and not what everybody tries first."""

import pytest

from app.identity.passwords import MOST, PasswordTooCommon, PasswordTooShort, demand_good


@pytest.mark.parametrize(
    "password",
    [
        "seven paper boats for lin", "correct horse battery staple", "Zug um Zug nach Wladiwostok",
        "清晨的操场上有三只白鹭飞过去了", "qpzmwoxneicbruvty", "月亮 River 下午四点半 竹椅", "x" * 3 + "Kd8!vPq2#mZr7",
    ],
)
def test_long_and_unlike_others_is_good(password: str) -> None:
    demand_good(password, about=("林老师", "T001", "linlaoshi"))


@pytest.mark.parametrize("password", ["", "short", "fourteen chars", "a" * (MOST + 1)])
def test_too_short_or_endless_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooShort):
        demand_good(password)


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword", "Password1234567", "123456789012345", "aaaaaaaaaaaaaaaaaaaa", "abcdefghijklmnop",
        "zyxwvutsrqponmlkj", "qwertyuiopasdfgh", "1qaz2wsx1qaz2wsx", "woaini5201314woaini", "mima123456mima123",
        "xinxia2026xinxia", "abcabcabcabcabcabc", "Xk9!Xk9!Xk9!Xk9!", "laoshi laoshi laoshi", "111222333444555666",
        "ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ", "   password1    ", "beijing2008beijing",
        "13912345678 20080808",
    ],
)
def test_what_everybody_tries_first_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooCommon):
        demand_good(password)


@pytest.mark.parametrize(
    "password", ["T2024017T2024017", "chenzihan2024017", "陈子涵陈子涵T2024017陈子涵12", "t2024017!!!!!!!!!"]
)
def test_what_others_know_of_a_person_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooCommon):
        demand_good(password, about=("陈子涵", "T2024017", "chenzihan", "chen", "zi", "han"))


def test_two_letters_of_a_name_do_not_spoil_a_good_one() -> None:
    demand_good("there was a hill behind the hut", about=("he", "hi"))


def test_64_characters_are_taken() -> None:
    demand_good("three herons over the playground " + "and a bamboo chair in the afternoon")
