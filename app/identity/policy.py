"""Everybody who is signed in keeps their own account and sessions; nobody else's."""

from typing import Any

from app.access import Actor, Permission, role


@role
def is_signed_in(actor: Actor, record: Any) -> bool:
    """Be signed in."""
    return True


OWN_ACCOUNT = Permission("account:own", [is_signed_in])
# The second factor and the recovery code open the account: changing them asks who it is.
SECURE_ACCOUNT = Permission("account:secure", [is_signed_in], reauth=True)

PERMISSIONS = (OWN_ACCOUNT, SECURE_ACCOUNT)
