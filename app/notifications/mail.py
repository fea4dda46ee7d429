"""Sends waiting mails: that something waits, never what; a gateway that is down costs time and nothing else."""

import smtplib
import ssl
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from sqlalchemy import select

from app.core import clock
from app.core.database import Database, session
from app.directory.models import Person
from app.notifications.models import Notice
from app.notifications.queries import was_looked_at

_AT_ONCE = 200
_PATIENCE = 20
_TRIES = (1, 5, 15, 60, 240, 720)
"""Minutes between tries; after the last one a mail is given up, the notice itself stays."""

# Both languages in every mail: the reader's choice is kept in a browser, which is not here.
SUBJECT = "心匣：有事项待您查看 / Xinxia: something waits for you"
BODY = (
    "您好，心匣中有新的事项等待您查看，请登录后处理。为保护学生，邮件中不含任何内容。\n\n"
    "Something new waits for you in Xinxia. Please sign in to see it. To protect students, this mail says no more.\n"
)


@dataclass(frozen=True)
class Gateway:
    """Where mails are handed in: smtp://user:password@host:port, smtps:// for TLS from the start."""

    url: str
    sender: str

    def send(self, addresses: Sequence[str]) -> set[str]:
        """Hand one mail in for each address and return those that were taken; raises OSError, SMTPException."""
        taken = set()
        with self._connect() as server:
            for address in addresses:
                try:
                    server.send_message(_message(self.sender, address))
                except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, ValueError):
                    continue
                taken.add(address)
        return taken

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, context = parts.hostname or "localhost", ssl.create_default_context()
        if parts.scheme == "smtps":
            return self._signed_in(smtplib.SMTP_SSL(host, parts.port or 465, timeout=_PATIENCE, context=context))
        server = smtplib.SMTP(host, parts.port or 25, timeout=_PATIENCE)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
        return self._signed_in(server)

    def _signed_in(self, server: smtplib.SMTP) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server


def gateway_of(settings: Any) -> Gateway | None:
    """Return where this installation hands in its mails; None: notices stand on pages only."""
    return Gateway(settings.smtp_url, settings.mail_from) if settings.smtp_url else None


def send_waiting(database: Database) -> int:
    """Send one mail to each person with waiting notices; return how many. A mail may come twice, never not at all."""
    gateway: Gateway | None = database.info.get("gateway")
    waiting = database.retrying(_waiting, writes=False) if gateway else {}
    if gateway is None or not waiting:
        return 0
    try:
        taken = gateway.send(sorted({address for address, _ in waiting.values()}))
    except (OSError, smtplib.SMTPException):
        taken = set()
    database.retrying(lambda: _keep(waiting, taken))
    return len(taken)


def _waiting() -> dict[UUID, tuple[str, list[UUID]]]:
    """Return address and due notices of each person with any."""
    rows = session().execute(
        select(Notice.id, Person)
        .join(Person, Person.id == Notice.person_id)
        .where(Notice.mail_due_at <= clock.now(), ~was_looked_at())
        .order_by(Notice.mail_due_at)
        .limit(_AT_ONCE)
    )
    found: dict[UUID, list[UUID]] = defaultdict(list)
    addresses: dict[UUID, str] = {}
    for notice_id, person in rows:
        found[person.id].append(notice_id)
        addresses.setdefault(person.id, person.mail or "")
    return {person_id: (addresses[person_id], ids) for person_id, ids in found.items()}


def _keep(waiting: dict[UUID, tuple[str, list[UUID]]], taken: set[str]) -> None:
    for address, ids in waiting.values():
        for notice in session().scalars(select(Notice).where(Notice.id.in_(ids), Notice.mail_state == "waiting")):
            if address in taken:
                notice.mail_state, notice.mail_due_at = "sent", None
            else:
                _put_off(notice)


def _put_off(notice: Notice) -> None:
    if notice.mail_tries >= len(_TRIES):
        notice.mail_state, notice.mail_due_at = "given_up", None
        return
    notice.mail_due_at = clock.now() + timedelta(minutes=_TRIES[notice.mail_tries])
    notice.mail_tries += 1


def _message(sender: str, address: str) -> EmailMessage:
    # EmailMessage refuses line breaks in headers, so an address can add none (ASVS V1.3.11).
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, address, SUBJECT
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(BODY)
    return message
