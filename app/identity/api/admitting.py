"""Keys and admissions: who waits to be admitted, with the words to compare, and the groups one belongs to."""

from typing import Any

from flask import g
from flask_babel import get_locale
from marshmallow import fields

from app.access import guard
from app.core.forms import Shape
from app.core.openapi import blueprint
from app.directory.queries import names_of
from app.identity import arrivals, keys, policy, refusing, schemas
from app.identity.labels import label_of
from app.identity.queries import refusals_in
from app.vault import groups, people

keys_api = blueprint("keys", __name__, description="Keys and admissions")


class GroupOut(Shape):
    """A group by its id and in words."""

    id = fields.UUID()
    kind = fields.Str()
    words = fields.Function(label_of, metadata={"type": "string"})


class HeldOut(Shape):
    """A group whose key the caller holds, with everybody in it."""

    group = fields.Nested(GroupOut)
    members = fields.List(fields.Str())


class MissingGroupOut(Shape):
    """A group that the caller's posts found and that nobody has founded yet."""

    kind = fields.Str()
    words = fields.Function(label_of, metadata={"type": "string"})


class ComparedOut(Shape):
    """A colleague, and the six words that both read to each other before anything is done."""

    person_id = fields.UUID()
    name = fields.Str()
    words = fields.List(fields.Str())
    epoch = fields.Int(metadata={"description": "Which of their keys the words stand for: it is sent back."})


class WaitingOut(ComparedOut):
    """A colleague who waits for the keys of groups."""

    groups = fields.List(fields.Nested(GroupOut))


class RefusedOut(Shape):
    """Somebody who was not admitted to a group, by whom and when."""

    person_id = fields.UUID()
    name = fields.Str()
    group = fields.Nested(GroupOut)
    by = fields.Str()
    at = fields.AwareDateTime()


class KeysOut(Shape):
    """Who waits, who was refused, and what the caller holds."""

    waiting = fields.List(fields.Nested(WaitingOut))
    refused = fields.List(fields.Nested(RefusedOut))
    vouching = fields.List(fields.Nested(ComparedOut))
    held = fields.List(fields.Nested(HeldOut))
    missing = fields.List(fields.Nested(MissingGroupOut))


@keys_api.get("/keys")
@guard(policy.TASKS)
@keys_api.response(200, KeysOut)
def waiting() -> Any:
    """Say who waits to be admitted, with the words to compare, and which keys the caller holds."""
    waits = keys.waiting_for(g.actor)
    asked, vouching = keys.by_person(waits), keys.waiting_to_vouch(g.actor)
    epochs = vouching | {one.person_id: one.epoch for one in waits}
    held = keys.groups_held(g.actor)
    members = groups.members_of({group.id for group in held})
    refused, placed = refusals_in(members), {group.id: group for group in held}
    others = ({one.person_id, one.refused_by} for one in refused)
    names = names_of({*asked, *vouching}.union(*members.values(), *others))

    def compared(person_id: Any) -> dict[str, Any]:
        words = people.fingerprint(person_id, str(get_locale()))
        return {
            "person_id": person_id, "name": names.get(person_id, ""), "words": words, "epoch": epochs[person_id],
        }

    return {
        "waiting": [{**compared(one), "groups": wanted} for one, wanted in asked.items()],
        "refused": [
            {
                "person_id": one.person_id, "name": names.get(one.person_id, ""), "group": placed[one.group_id],
                "by": names.get(one.refused_by, ""), "at": one.at,
            }
            for one in refused
        ],
        "vouching": [compared(one) for one in vouching],
        "held": [
            {"group": group, "members": sorted(names.get(one, "") for one in members[group.id])} for group in held
        ],
        "missing": keys.missing_places(g.actor),
    }


@keys_api.post("/keys/admissions")
@guard(policy.ADMIT)
@keys_api.arguments(schemas.Admission)
@keys_api.response(204)
def admit(given: dict[str, Any]) -> None:
    """Admit a colleague whose words were compared in person; it asks for a fresh proof of identity."""
    arrivals.admit(given["group"], person_id=given["person"], epoch=given["epoch"], by=g.actor)


@keys_api.post("/keys/refusals")
@guard(policy.REFUSE)
@keys_api.arguments(schemas.Compared)
@keys_api.response(204)
def refuse(given: dict[str, Any]) -> None:
    """Refuse somebody whose words differ, or who is not the person; they and the administrator are told."""
    refusing.refuse(given["person"], epoch=given["epoch"], by=g.actor)


@keys_api.post("/keys/refusals/withdraw")
@guard(policy.REFUSE)
@keys_api.arguments(schemas.Person)
@keys_api.response(204)
def reconsider(given: dict[str, Any]) -> None:
    """Let somebody wait again who was refused for groups whose key the caller holds."""
    refusing.reconsider(given["person"], by=g.actor)


@keys_api.post("/keys/vouching")
@guard(policy.ADMIT)
@keys_api.arguments(schemas.Compared)
@keys_api.response(204)
def vouch(given: dict[str, Any]) -> None:
    """Let a colleague who became an administrator invite others."""
    keys.let_vouch(given["person"], epoch=given["epoch"], by=g.actor)


@keys_api.post("/keys/founding")
@guard(policy.ADMIT)
@keys_api.response(204)
def found() -> None:
    """Make the keys that the caller's posts found and that nobody made yet."""
    keys.take_up_posts(by=g.actor)
