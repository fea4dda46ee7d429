"""A permission reads like a sentence: a name and the ways in, each way a list of conditions that all hold."""

from collections.abc import Callable, Iterable
from typing import Any

from app.access.actor import Actor
from app.core.errors import Missing

Predicate = Callable[[Actor, Any], bool]


def role(predicate: Predicate) -> Predicate:
    """Mark a condition that depends on the person's posts alone."""
    predicate.__kind__ = "role"  # type: ignore[attr-defined]
    return predicate


def relation(predicate: Predicate) -> Predicate:
    """Mark a condition between the person and the record."""
    predicate.__kind__ = "relation"  # type: ignore[attr-defined]
    return predicate


@role
def is_signed_in(actor: Actor, record: Any) -> bool:
    """Be signed in."""
    return True


class Permission:
    """Any one way grants; a way needs all its conditions; no way at all denies everybody.

    There is no administrator bypass. `reauth` asks for a fresh proof of identity before the act.
    """

    def __init__(self, name: str, *ways: Iterable[Predicate], reauth: bool = False) -> None:
        self.name = name
        self.ways = tuple(tuple(way) for way in ways)
        self.reauth = reauth
        if any(not way for way in self.ways):
            raise ValueError(f"{name}: an empty way would let everybody in")
        for condition in (condition for way in self.ways for condition in way):
            if getattr(condition, "__kind__", None) not in ("role", "relation"):
                raise ValueError(f"{name}: a condition is neither a role nor a relation")

    def __repr__(self) -> str:
        return f"Permission({self.name!r})"

    def allows(self, actor: Actor | None, record: Any = None) -> bool:
        """Say whether this person may; nobody may nothing."""
        if actor is None:
            return False
        return any(all(condition(actor, record) for condition in way) for way in self.ways)

    def demand(self, actor: Actor | None, record: Any = None) -> None:
        """Raise Missing unless this person may: refused looks like not there."""
        if not self.allows(actor, record):
            raise Missing()

    def open_to(self, actor: Actor) -> list[str] | None:
        """Return what stands between a person and this permission, for the access table.

        None: never. An empty list: always. Otherwise the relations of each way whose roles are held.
        """
        ways = self.ways_open_to(actor)
        return None if ways is None else [" and ".join(way) for way in ways if way]

    def ways_open_to(self, actor: Actor) -> list[tuple[str, ...]] | None:
        """Return the relations of each way whose roles are held; one empty way: always. None: never."""
        found: list[tuple[str, ...]] = []
        for way in self.ways:
            if not all(c(actor, None) for c in way if c.__kind__ == "role"):  # type: ignore[attr-defined]
                continue
            relations = tuple(c.__name__ for c in way if c.__kind__ == "relation")  # type: ignore[attr-defined]
            if not relations:
                return [()]
            found.append(relations)
        return found or None
