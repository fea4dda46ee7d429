"""Visits of people without an account: half an hour, sealed under a secret that only their browser holds."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from app.core import clock
from app.core.database import session
from app.entrance.models import LetterVisit
from app.vault import Damaged
from app.vault.letters import lock_visit, unlock_visit

LASTS = timedelta(minutes=30)
"""How long a browser without an account is remembered after its last step (3-vault.md, Letters without an account)."""
MOST_UNSENT = 2_000
"""How many letters of one school may be begun and not sent: fifty classes at once (Xinxia's own default)."""


@dataclass(frozen=True)
class Visit:
    """What a browser is busy with; `token` is the secret of its cookie and kept nowhere else."""

    token: bytes = field(repr=False)
    school_id: UUID
    expires_at: datetime
    content: dict[str, Any] = field(repr=False)


def begin(school_id: UUID, content: Mapping[str, Any]) -> Visit:
    """Begin a visit at a school's letterbox."""
    token = secrets.token_bytes(32)
    row = LetterVisit(id=_id_of(token), school_id=school_id, server_half=secrets.token_bytes(32))
    _write(row, token, content)
    session().add(row)
    session().flush()
    return Visit(token, school_id, row.expires_at, dict(content))


def find(token: bytes | None) -> Visit | None:
    """Return the visit of a browser, None when it is over or never was."""
    row = session().get(LetterVisit, _id_of(token)) if token else None
    if token is None or row is None or row.expires_at <= clock.now():
        return None
    try:
        content = unlock_visit(row.locked, visit=row.id, token=token, server_half=row.server_half)
    except Damaged:
        return None
    return Visit(token, row.school_id, row.expires_at, json.loads(content))


def keep(visit: Visit, content: Mapping[str, Any]) -> Visit:
    """Keep what a browser is busy with now; the half hour begins again."""
    row = session().get_one(LetterVisit, _id_of(visit.token))
    _write(row, visit.token, content)
    session().flush()
    return Visit(visit.token, visit.school_id, row.expires_at, dict(content))


def end(token: bytes) -> None:
    """Forget a visit with everything that was not sent."""
    session().execute(delete(LetterVisit).where(LetterVisit.id == _id_of(token)))


def forget_old() -> int:
    """Delete visits that are over, and what is too much of those where nothing was sent; return how many.

    Nobody is kept from beginning. Who loses a visit in a flood finds the words of the page at hand there again, and
    begins anew; whoever has not kept a code yet loses nothing.
    """
    done = session().execute(delete(LetterVisit).where(LetterVisit.expires_at <= clock.now()))
    return int(done.rowcount) + sum(map(_thin_out, _crowded_schools()))  # type: ignore[attr-defined]


_UNSENT = LetterVisit.stage_code != "kept"


def _crowded_schools() -> Sequence[tuple[UUID, int]]:
    counts = select(LetterVisit.school_id, func.count()).where(_UNSENT).group_by(LetterVisit.school_id)
    return [(school_id, count) for school_id, count in session().execute(counts) if count > MOST_UNSENT]


def _thin_out(crowd: tuple[UUID, int]) -> int:
    """Forget the visits beyond the limit: first those without a word, the oldest first."""
    school_id, count = crowd
    beyond = (
        select(LetterVisit.id)
        .where(LetterVisit.school_id == school_id, _UNSENT)
        .order_by(LetterVisit.stage_code == "written", LetterVisit.expires_at, LetterVisit.id)
        .limit(count - MOST_UNSENT)
    )
    done = session().execute(delete(LetterVisit).where(LetterVisit.id.in_(beyond)))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _write(row: LetterVisit, token: bytes, content: Mapping[str, Any]) -> None:
    plain = json.dumps(content, ensure_ascii=False).encode()
    row.locked = lock_visit(plain, visit=row.id, token=token, server_half=row.server_half)
    row.expires_at = clock.now() + LASTS
    row.stage_code = _stage_of(content)


def _stage_of(content: Mapping[str, Any]) -> str:
    if "answers" not in content:
        return "kept"
    return "written" if "draft" in content or "letter" in content["answers"] else "begun"


def _id_of(token: bytes) -> UUID:
    return UUID(bytes=hashlib.sha256(b"visit" + token).digest()[:16])
