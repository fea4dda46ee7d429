"""Accounts and sessions: who is signed in, with which posts and which unlocked keys, at this very request."""
