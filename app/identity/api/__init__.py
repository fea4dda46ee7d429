"""Accounts for programs: the session, who waits for which key, invitations, the end of posts."""

from app.identity.api.admitting import keys_api
from app.identity.api.inviting import invitations_api
from app.identity.api.session import session_api

__all__ = ["invitations_api", "keys_api", "session_api"]
