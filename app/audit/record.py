"""Writing the trail: one event in the transaction of the deed it tells of, or neither."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy import insert

from app import vault
from app.audit.body import Code, Saying
from app.audit.models import TrailEvent
from app.audit.sealer import seal_at_once
from app.audit.trees import add_leaves, event_leaf, event_mac, find_tree, keep_tree
from app.core import clock
from app.core.database import after_commit, before_commit, session
from app.core.ids import new_id

_INSERT_EVENT = insert(TrailEvent).inline().execution_options(preserve_rowcount=True)


class EventSwallowed(RuntimeError):
    """Something in the database kept an event from being written; then nothing is done either."""


class Doer(Protocol):
    """Whoever does something: a person, or a part of the system for nobody."""

    @property
    def person_id(self) -> UUID | None: ...

    @property
    def via(self) -> str: ...


@dataclass(frozen=True)
class System:
    """A part of the system that acts for no person."""

    via: str
    person_id: None = None


@dataclass(frozen=True)
class Somebody:
    """A person before anything is opened to them: who just proved who they are."""

    person_id: UUID
    via: str


def system(name: str) -> System:
    """Return the doer for a job or another deed without a person."""
    return System(via=f"system:{name}")


def record(
    by: Doer, action: str, *, organisation: UUID, subject: tuple[str, UUID] | None = None, **codes: Code
) -> None:
    """Keep in this transaction that somebody did something; raises NotACode for anything but ids and codes.

    On SQLite, which has one writer, the event goes into its tree at once. On PostgreSQL no row is shared:
    the event waits for the sealer, so that deeds never wait for each other. What wiring
    names `at_once` is sealed before whoever did it gets an answer. Which keys were taken away is said by itself.
    """
    kind, subject_id = subject or (None, None)
    if taken := vault.taken_away():
        codes["taken_away"] = _named(taken)
    session().info["last_word"] = by, organisation
    before_commit(_say_what_was_taken_last)
    saying = Saying(new_id(), organisation, clock.now(), by.person_id, by.via, action, kind, subject_id)
    body = saying.body(codes)
    mac = event_mac(body)
    connection = session().connection()
    written = connection.execute(_INSERT_EVENT, {**vars(saying), "body": body, "mac": mac})
    if written.rowcount != 1:
        raise EventSwallowed("the database did not keep an event")
    if connection.dialect.name == "sqlite":
        tree = find_tree(organisation)
        event_id = written.lastrowid
        add_leaves(tree, [(event_id, event_leaf(event_id, None, mac, body))])
        keep_tree(tree)
    if action in session().info.get("at_once", ()):
        after_commit(seal_at_once)


def _say_what_was_taken_last() -> None:
    """Keep in an event of its own what a deed took away after it had been spoken of."""
    if taken := vault.taken_away():
        by, organisation = session().info["last_word"]
        record(by, "key:taken_away", organisation=organisation, taken_away=_named(taken))


def _named(taken: Iterable[vault.Taken]) -> list[Code]:
    return [list(wrap) for wrap in taken]
