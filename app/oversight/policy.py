"""Who may look into the trail: the auditor at everything of the district, an administrator at accounts."""

from typing import Any

from app.access import Actor, Permission, PostKind, role


@role
def is_auditor(actor: Actor, record: Any) -> bool:
    """Hold the post of an auditor."""
    return actor.holds(PostKind.AUDITOR)


READ_TRAIL = Permission("trail:read", [is_auditor])
VERIFY_TRAIL = Permission("trail:verify", [is_auditor])
EXPORT_TRAIL = Permission("trail:export", [is_auditor], reauth=True)
READ_ACCESS_TABLE = Permission("access:table", [is_auditor])

PERMISSIONS = (READ_TRAIL, VERIFY_TRAIL, EXPORT_TRAIL, READ_ACCESS_TABLE)
