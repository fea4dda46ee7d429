"""Everybody reads their own notices and says how they want to be told; nobody else's."""

from typing import Any

from app.access import Actor, Permission, is_signed_in, relation


@relation
def is_addressee(actor: Actor, notice: Any) -> bool:
    """The notice is addressed to the person."""
    return bool(notice.person_id == actor.person_id)


LIST = Permission("notice:list", [is_signed_in])
FOLLOW = Permission("notice:follow", [is_signed_in, is_addressee])
CHOOSE = Permission("notice:choose", [is_signed_in])

PERMISSIONS = (LIST, FOLLOW, CHOOSE)
