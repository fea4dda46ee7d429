"""Making the secret address of one's own calendar, making it anew, and switching it off."""

import secrets

from app import audit
from app.access import Actor, PostKind
from app.appointments.models import CalendarFeed
from app.appointments.policy import KEEP_FEED, MAKE_FEED
from app.appointments.queries.feeds import address_index, feed_of
from app.core import clock
from app.core.database import session


def make_feed(*, by: Actor) -> str:
    """Return the secret of a new address, which is shown once; an address from before leads nowhere from now on."""
    MAKE_FEED.demand(by, None)
    secret = secrets.token_hex(32)
    feed = feed_of(by.person_id) or CalendarFeed(person_id=by.person_id)
    feed.address_index, feed.made_at = address_index(secret), clock.now()
    session().add(feed)
    _record(by, "feed:made")
    return secret


def end_feed(*, by: Actor) -> None:
    """Switch the address off; there is nothing to switch off twice."""
    KEEP_FEED.demand(by, None)
    feed = feed_of(by.person_id)
    if feed is not None:
        session().delete(feed)
        _record(by, "feed:ended")


def _record(by: Actor, action: str) -> None:
    school_id = min(by.organisations(PostKind.COUNSELLOR))
    audit.record(by, action, organisation=school_id, subject=("person", by.person_id))
