"""What is shown once comes back with its form only as it was, for whom it was, and within the hour."""

import base64
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core import clock
from app.identity import offers
from tests.identity.browsing import MORNING
from tests.world import World

pytestmark = pytest.mark.alike

# The same world for every example: nothing is written to it.
READS_ONLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@READS_ONLY
@given(secret=st.binary(min_size=1, max_size=64))
def test_a_secret_comes_back_as_it_was(world: World, secret: bytes) -> None:
    with world.acting("lin") as lin:
        assert offers.opened("card", offers.sealed("card", secret, by=lin), by=lin) == secret


@READS_ONLY
@given(secret=st.binary(min_size=20, max_size=20), place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_token_with_any_bit_changed_opens_nothing(world: World, secret: bytes, place: int, bit: int) -> None:
    with world.acting("lin") as lin:
        token = bytearray(base64.urlsafe_b64decode(offers.sealed("factor", secret, by=lin)))
        token[place % len(token)] ^= 1 << bit
        with pytest.raises(offers.TooOld):
            offers.opened("factor", base64.urlsafe_b64encode(token).decode(), by=lin)


@READS_ONLY
@given(text=st.text(max_size=200))
def test_what_is_no_token_opens_nothing(world: World, text: str) -> None:
    with world.acting("lin") as lin, pytest.raises(offers.TooOld):
        offers.opened("factor", text, by=lin)


def test_a_secret_is_for_one_person_one_purpose_and_one_hour(world: World) -> None:
    with clock.at(MORNING):
        with world.acting("lin") as lin:
            token = offers.sealed("factor", b"secret", by=lin)
            with pytest.raises(offers.TooOld):
                offers.opened("recovery", token, by=lin)
        with world.acting("bo") as bo, pytest.raises(offers.TooOld):
            offers.opened("factor", token, by=bo)
    with clock.at(MORNING + offers.LASTS), world.acting("lin") as lin:
        assert offers.opened("factor", token, by=lin) == b"secret"
    with clock.at(MORNING + offers.LASTS + timedelta(seconds=1)), world.acting("lin") as lin:
        assert offers.shown_before("factor", token, by=lin) is None


@pytest.mark.parametrize("typed", ["Z9K1A", "z9k1a", " Z9KIA ", "Z9-KlA", "Ｚ９Ｋ１Ａ", "AAAAA-Z9K1A", "AAAAA-Z9K1A\n"])
def test_the_last_group_is_read_as_people_type_it(typed: str) -> None:
    offers.demand_last_group("AAAAA-BBBBB-Z9K1A", typed)


@pytest.mark.parametrize("typed", ["", "Z9K1", "Z9K1B", "BBBBB", "A", "é9K1A", "Z9K1AZ9K1"])
def test_another_end_is_not_confirmed(typed: str) -> None:
    with pytest.raises(offers.NotConfirmed):
        offers.demand_last_group("AAAAA-BBBBB-Z9K1A", typed)
