"""The clock tells UTC and can be held."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.core import clock
from app.core.ids import new_id, parse_id

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)


def test_now_is_aware_and_in_utc():
    assert clock.now().tzinfo is UTC
    assert abs(datetime.now(UTC) - clock.now()) < timedelta(seconds=5)


def test_a_held_clock_stands_until_the_block_ends():
    with clock.at(NOON):
        assert clock.now() == clock.now() == NOON
        with clock.at(NOON + timedelta(hours=1)):
            assert clock.now() == NOON + timedelta(hours=1)
        assert clock.now() == NOON
    assert clock.now() != NOON


def test_a_clock_is_let_go_after_a_failure():
    with pytest.raises(ZeroDivisionError), clock.at(NOON):
        raise ZeroDivisionError
    assert clock.now() != NOON


def test_a_moment_in_another_zone_is_the_same_moment():
    with clock.at(NOON.astimezone(ZoneInfo("Asia/Shanghai"))):
        assert clock.now() == NOON
        assert clock.now().hour == 12


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"), clock.at(datetime(2026, 3, 12)):
        pass


def test_ids_are_of_version_7_all_different_and_sort_by_time(monkeypatch):
    assert len({new_id() for _ in range(10_000)}) == 10_000
    assert new_id().version == 7
    assert new_id().variant == "specified in RFC 4122"
    seconds = iter(range(1_700_000_000, 1_700_000_050))
    monkeypatch.setattr("time.time_ns", lambda: next(seconds) * 1_000_000_000)
    made = [new_id() for _ in range(50)]
    assert made == sorted(made)


@pytest.mark.parametrize("text", ["", "1", "not-an-id", "../../etc", None, 7])
def test_what_is_no_id_is_none(text):
    assert parse_id(text) is None


def test_an_id_survives_being_written():
    made = new_id()
    assert parse_id(str(made)) == parse_id(made.hex) == made
