"""Mails that something waits, never what: handed to the school's own mail server."""

import smtplib
import ssl
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

_PATIENCE = 20


@dataclass(frozen=True)
class Gateway:
    """Where mails are handed in: smtp://user:password@host:port, smtps:// for TLS from the start."""

    url: str = field(repr=False)
    sender: str
    subject: str
    text: str

    def send(self, addresses: Collection[str]) -> set[str]:
        """Hand one mail in for each address and return those that were taken before the server said no more."""
        taken = set()
        with suppress(OSError, smtplib.SMTPException), self._connect() as server:
            for address in sorted(addresses):
                # What is no address, or refused, holds nobody else up.
                with suppress(smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, ValueError):
                    server.send_message(self._message(address))
                    taken.add(address)
        return taken

    def _message(self, address: str) -> EmailMessage:
        # EmailMessage refuses line breaks in headers, so an address can add none (ASVS V1.3.11).
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, address, self.subject
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.text)
        return message

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
