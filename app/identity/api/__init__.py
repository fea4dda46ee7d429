"""Accounts for programs: the session, one's own account, who waits for which key, invitations, the end of posts."""

from app.identity.api.account import account_api
from app.identity.api.admitting import keys_api
from app.identity.api.inviting import invitations_api
from app.identity.api.session import session_api

__all__ = ["account_api", "invitations_api", "keys_api", "session_api"]
