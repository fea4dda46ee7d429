"""Whatever the guard may have to put on record is something the trail takes."""

from app import create_app
from app.audit.body import _code
from tests.databases import Installation


def test_every_permission_endpoint_and_event_is_a_code(installation: Installation) -> None:
    app = create_app(installation.settings())
    names = [permission.name for permission in app.extensions["permissions"]]
    names += [rule.endpoint for rule in app.url_map.iter_rules()]
    names += list(app.extensions["event_words"])
    assert names and all(_code(name) == name for name in names)
    app.database.dispose()
