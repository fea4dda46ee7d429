"""What may differ between two answers that must look the same: number, clock and form tokens of the request."""

import re

from werkzeug.test import TestResponse

_FORM_TOKENS = re.compile(
    rb'(name="(?:csrf-token|csrf_token|_once)" (?:content|value)=")[^"]*'
)
_CLOCK = re.compile(rb'data-now="[0-9]*"')
_OWN_PATH = re.compile(rb'(name="next" value=")[^"]*')


def masked(answer: TestResponse) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """Return status, headers and body without the request's number, its own address, the clock and the form tokens."""
    number = answer.headers["X-Request-Id"]
    body = answer.get_data().replace(number.encode(), b"#")
    body = _CLOCK.sub(b"", _OWN_PATH.sub(rb"\1", _FORM_TOKENS.sub(rb"\1", body)))
    # The length is the body's, and differs with the address that the page leads back to.
    left_out = ("X-Request-Id", "Set-Cookie", "Content-Length")
    headers = sorted((name, value) for name, value in answer.headers if name not in left_out)
    return answer.status_code, tuple(headers), body


def difference(first: TestResponse, second: TestResponse) -> str:
    """Say where two answers that must look the same do not, without repeating more of them than that."""
    for one, other in zip(masked(first), masked(second), strict=True):
        if one != other:
            break
    else:
        return ""
    if not isinstance(one, bytes) or not isinstance(other, bytes):
        return f"{one} is not {other}"
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{one[max(0, at - 80):at + 40]!r} is not {other[max(0, at - 80):at + 40]!r}"
