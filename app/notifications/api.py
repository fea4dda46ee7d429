"""A person's own notices for programs: that something waits, and what it is about; never its content."""

from typing import Any

from flask import g, url_for
from flask_babel import gettext
from marshmallow import fields

from app.access import guard
from app.core.forms import Shape
from app.core.openapi import After, blueprint, page_of
from app.core.paging import Page
from app.notifications import choosing, policy, queries, schemas, service
from app.notifications.models import Notice
from app.notifications.words import words_for

notices_api = blueprint("notices", __name__, description="The caller's own notices")


class NoticeOut(Shape):
    """A notice: the kind of thing that waits, and the id of the record it is about."""

    id = fields.UUID()
    at = fields.AwareDateTime()
    kind = fields.Str()
    words = fields.Function(
        lambda notice: gettext(words_for(notice.kind)),
        metadata={"type": "string", "description": "What this kind of notice says, in the reader's language."},
    )
    subject_kind = fields.Str()
    subject_id = fields.UUID()
    seen_at = fields.AwareDateTime(allow_none=True)


@notices_api.get("/notices")
@guard(policy.LIST)
@notices_api.arguments(After, location="query")
@notices_api.response(200, page_of(NoticeOut))
def index(query: dict[str, Any]) -> Page[Notice]:
    """List the caller's notices, newest first."""
    return queries.notices_of(g.actor, cursor=query.get("after"))


@notices_api.post("/notices/seen")
@guard(policy.LIST)
@notices_api.response(204)
def all_seen() -> None:
    """Take note that the caller has read all of them."""
    service.see_everything(by=g.actor)


@notices_api.post("/notices/<uuid:notice_id>/seen")
@guard(policy.FOLLOW, load=queries.get_notice)
@notices_api.response(204)
def seen(notice: Notice) -> None:
    """Take note that the caller followed a notice; others about the same record are seen with it."""
    service.see(notice, by=g.actor)


@notices_api.get("/notices/choice")
@guard(policy.CHOOSE)
@notices_api.response(200, schemas.ChoiceOut)
def choice() -> Any:
    """Say how the caller is told outside the pages, and which ways are open."""
    return schemas.choice_out(g.actor.person_id)


@notices_api.put("/notices/choice")
@guard(policy.CHOOSE)
@notices_api.arguments(schemas.Choice)
@notices_api.response(200, schemas.ChoiceOut)
def choose(given: dict[str, Any]) -> Any:
    """Choose how the caller is told; red alerts come at once whatever pace and hours are chosen."""
    choosing.choose(**schemas.choice_in(given), by=g.actor)
    return schemas.choice_out(g.actor.person_id), {"Content-Location": url_for("notices_api.choice")}


@notices_api.post("/notices/test")
@guard(policy.CHOOSE)
@notices_api.response(204)
def test() -> None:
    """Send the caller a test notice the way they chose; how it fares stands at /notices/choice."""
    choosing.send_test(by=g.actor)
