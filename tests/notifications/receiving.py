"""Where messages really arrive: an SMTP server and an https server of the test's own, and what the cast is told."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from aiosmtpd.controller import Controller
from sqlalchemy import select

from app import vault
from app.core.database import Database, session
from app.core.ids import new_id
from app.directory.models import Person
from app.notifications import service
from app.notifications.carriers import carriers_of
from app.notifications.models import Notice
from app.notifications.robots import SERVICES, Messenger
from app.vault.certificates import make_certificate
from tests.world import World

AFTERNOON = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
"""Four o'clock on a Wednesday in Shanghai, in term."""
TOKEN = "0123456789abcdef0123456789abcdef"


@dataclass
class Postbox:
    """What arrived by mail, and whether the server takes anything at present."""

    arrived: list[tuple[list[str], bytes]] = field(default_factory=list)
    refuses: bool = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.refuses:
            return "451 not now"
        self.arrived.append((envelope.rcpt_tos, envelope.content))
        return "250 taken"


@dataclass
class Chats:
    """What arrived at robots, and what the services answer at present."""

    arrived: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    answer: tuple[int, bytes] = (200, b'{"errcode": 0}')
    elsewhere: str = ""
    slowly: threading.Event | None = None

    def take(self, path: str, body: bytes) -> None:
        if self.slowly:
            self.slowly.wait(60)
        parts = urlsplit(path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.arrived.append((parts.path, asked, json.loads(body)))


def settings(**changes: Any) -> Any:
    """Return what the carriers need of the settings."""
    given = {"smtp_url": "", "mail_from": "xinxia@school.example", "chat_notices": False, "address": ""}
    return type("Given", (), given | {"address": "https://xinxia.school.example"} | changes)()


@contextmanager
def mail_server(database: Database) -> Iterator[Postbox]:
    """Let mails of this database arrive in a postbox."""
    box = Postbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    carriers = carriers_of(settings(smtp_url=f"smtp://127.0.0.1:{port}"))
    database.info["carriers"] = {**database.info.get("carriers", {}), **carriers}
    yield box
    controller.stop()


@contextmanager
def chat_server(database: Database, folder: Path) -> Iterator[Chats]:
    """Let messages to robots arrive here, over https, as if this were the two services."""
    chats = Chats()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            chats.take(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            status, content = chats.answer
            self.send_response(status)
            if chats.elsewhere:
                self.send_header("Location", chats.elsewhere)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    certificate, key = folder / "chat.pem", folder / "chat.key"
    make_certificate("localhost", certificate, key)
    receiving = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    receiving.socket = context.wrap_socket(receiving.socket, server_side=True)
    threading.Thread(target=receiving.serve_forever, daemon=True).start()
    place, trust = f"localhost:{receiving.server_port}", ssl.create_default_context(cafile=certificate)
    usual = carriers_of(settings(chat_notices=True))
    here = {way: Messenger(service, usual[way].text, place, trust) for way, service in SERVICES.items()}  # type: ignore[attr-defined]
    database.info["carriers"] = {**database.info.get("carriers", {}), **here}
    yield chats
    receiving.shutdown()
    receiving.server_close()


def give_address(world: World, name: str, address: str | None) -> None:
    """Enter somebody's mail address."""
    with world.database.transaction():
        vault.write_server(session().get_one(Person, world.people[name]), "mail_sealed", address)


def tell(world: World, *names: str, urgent: bool = False) -> UUID:
    """Let Cruz do something of which these people are told; return the record that it is about."""
    about = new_id()
    with world.acting("cruz") as cruz:
        service.queue(
            "concern:raised", to=[world.people[name] for name in names], organisation=world.school,
            subject=("concern", about), by=cruz, urgent=urgent,
        )
    return about


def states(world: World) -> list[str]:
    """Return what became of each message, oldest first."""
    with world.database.transaction(writes=False):
        return list(session().scalars(select(Notice.mail_state).order_by(Notice.id)))
