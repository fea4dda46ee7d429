"""Pages outside any transaction answer people who are signed in as well as those who are not."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

pytestmark = pytest.mark.alike

BrowserOf = Callable[[str], FlaskClient]


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/nowhere", 404), ("PUT", "/", 405), ("DELETE", "/files", 405), ("POST", "/language/xx", 404),
    ("GET", "/static/nothing.css", 404), ("GET", "/api/v1/nowhere", 404), ("PATCH", "/api/v1/files", 405),
])
def test_an_address_that_is_none_is_refused_also_to_lin(
    browser_of: BrowserOf, method: str, path: str, status: int
) -> None:
    assert browser_of("lin").open(path, method=method).status_code == status


def test_the_switches_lead_back_to_the_page_and_never_to_where_only_a_form_goes(browser_of: BrowserOf) -> None:
    lin = browser_of("lin")
    page = lin.get("/concerns/room?part=others").get_data(as_text=True)
    assert 'name="next" value="/concerns/room?part=others"' in page
    refused = lin.post("/account", data={"old": "", "new": "", "again": ""})
    assert refused.status_code == 422 and 'name="next" value="/account"' in refused.get_data(as_text=True)
    missing = lin.post("/notices/seen/nowhere")
    assert 'name="next" value="/"' in missing.get_data(as_text=True)
