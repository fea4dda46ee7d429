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
from app.identity.pages.inviting import closing_act, refused_keys

__all__ = [
    "account", "admitting", "cards", "closing_act", "identity", "inviting", "joining", "recovery", "refused_keys",
    "second_factor", "setting_up", "signing_in",
]
