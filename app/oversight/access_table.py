"""Who may do what, computed from the permissions themselves: a row per permission, a column per persona."""

import csv
import io
from collections.abc import Iterable
from uuid import UUID

from app.access import Actor, Permission, PostHeld, PostKind
from app.vault import KeyRing
from app.vault.keypairs import KeyPair

_NOBODY = UUID(int=0)


def table(permissions: Iterable[Permission]) -> list[list[str]]:
    """Return the table with its head: "yes", "no", or the relations under which a persona may."""
    personas = [(kind.value, persona(kind)) for kind in PostKind]
    rows = [["permission", "anonymous", *(name for name, _ in personas)]]
    for permission in sorted(permissions, key=lambda one: one.name):
        rows.append([permission.name, "no", *(_cell(permission, actor) for _, actor in personas)])
    return rows


def as_csv(rows: list[list[str]]) -> str:
    """Return the table as comma-separated text."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _cell(permission: Permission, actor: Actor) -> str:
    relations = permission.open_to(actor)
    if relations is None:
        return "no"
    proof = " (asks again who it is)" if permission.reauth else ""
    return ("if " + "; or if ".join(relations) if relations else "yes") + proof


def persona(kind: PostKind) -> Actor:
    """Return somebody who holds just this post, nowhere in particular, and no key to anything."""
    ring = KeyRing(_NOBODY, 1, KeyPair.new())
    return Actor(_NOBODY, _NOBODY, (PostHeld(_NOBODY, kind, _NOBODY),), ring)
