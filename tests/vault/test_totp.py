"""One-time codes agree with the RFC and with an independent implementation, one step around now."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vault import totp

moments = st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
secrets = st.binary(min_size=20, max_size=20)


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")]
)
def test_the_vectors_of_rfc_6238(seconds: int, code: str) -> None:
    secret = b"12345678901234567890"
    assert totp.code_at(secret, datetime.fromtimestamp(seconds, UTC)) == code


@given(secrets, moments)
def test_any_device_shows_the_same_code(secret: bytes, at: datetime) -> None:
    device = pyotp.TOTP(totp.typed_secret(secret).replace(" ", ""))
    assert device.at(at) == totp.code_at(secret, at)


@given(secrets, moments, st.integers(-5, 5))
def test_a_code_fits_one_step_around_now_and_names_its_step(secret: bytes, at: datetime, late: int) -> None:
    shown = totp.code_at(secret, at + timedelta(seconds=late * totp.STEP_SECONDS))
    step = totp.matching_step(secret, shown, at)
    present = int(at.timestamp()) // totp.STEP_SECONDS
    if abs(late) <= totp.DRIFT_STEPS:
        assert step is not None and abs(step - present) <= totp.DRIFT_STEPS
    elif step is not None:
        # Six digits may repeat by chance; then it is a neighbour's code that fits.
        assert totp.code_at(secret, datetime.fromtimestamp(step * totp.STEP_SECONDS, UTC)) == shown


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "12 34 5x", "\x00" * 6])
def test_what_is_no_code_fits_nothing(typed: str) -> None:
    assert totp.matching_step(b"12345678901234567890", typed, datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_the_address_is_read_by_an_independent_parser() -> None:
    secret = totp.new_secret()
    parsed = pyotp.parse_uri(totp.address_of(secret, account="T-lin 1", issuer="Xinxia"))
    assert (parsed.name, parsed.issuer) == ("T-lin 1", "Xinxia")
    assert parsed.secret == totp.typed_secret(secret).replace(" ", "")
