"""The pages of accounts: signing in, one's own account, joining, and the keys of groups."""

from app.identity.pages import account, recovery, second_factor, signing_in
from app.identity.pages.blueprint import identity

__all__ = ["account", "identity", "recovery", "second_factor", "signing_in"]
