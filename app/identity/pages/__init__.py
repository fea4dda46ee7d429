"""The pages of accounts: signing in, one's own account, joining, inviting, and the keys of groups."""

from app.identity.pages import (
    account,
    admitting,
    cards,
    inviting,
    joining,
    recovery,
    second_factor,
    setting_up,
    signing_in,
)
from app.identity.pages.blueprint import identity

__all__ = [
    "account", "admitting", "cards", "identity", "inviting", "joining", "recovery", "second_factor", "setting_up",
    "signing_in",
]
