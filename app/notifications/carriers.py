"""The ways on which an installation sends messages, and the one thing that every message says."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from app.core.database import session
from app.notifications.mail import Gateway
from app.notifications.robots import SERVICES, Messenger

# Both languages in every message: the reader's choice is kept in a browser, which is not here.
SUBJECT = "心匣：有事项待您查看 / Xinxia: something waits for you"
_BODY = (
    "您好，心匣中有新的事项等待您查看，请登录后处理。为保护学生，消息中不含任何内容。\n\n"
    "Something new waits for you in Xinxia. Please sign in to see it. To protect students, this message says no more.\n"
)


class Carrier(Protocol):
    """Takes the message to each target once, and returns the targets at which it was taken; it raises nothing."""

    def send(self, targets: Collection[Any], /) -> Collection[Any]: ...


def carriers_of(settings: Any) -> dict[str, Carrier]:
    """Return the ways that the settings open: mail with a mail server, chats unless they are closed."""
    end = f"\n{settings.address}\n" if settings.address else ""
    found: dict[str, Carrier] = {}
    if settings.smtp_url:
        found["mail"] = Gateway(settings.smtp_url, settings.mail_from, SUBJECT, _BODY + end)
    if settings.chat_notices:
        found |= {way: Messenger(service, SUBJECT + end.rstrip()) for way, service in SERVICES.items()}
    return found


def carriers() -> Mapping[str, Carrier]:
    """Return the ways on which this installation sends messages."""
    found: Mapping[str, Carrier] = session().info.get("carriers", {})
    return found
