"""Messages to a robot of DingTalk or WeCom: one POST over https to the service's own host, and nowhere else.

A robot is kept as the secret part of its address. Host and path are ours, so nobody can point the server at
another machine; redirects are not followed, and no proxy of the environment is asked.
"""

import base64
import hashlib
import hmac
import json
import re
import ssl
from collections.abc import Collection
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPSConnection
from urllib.parse import quote_plus

from app.core import clock
from app.core.errors import Invalid
from app.core.words import N_

_PATIENCE = 10
_MOST = 64 * 1024
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")
_SECRET = re.compile(r"SEC[A-Za-z0-9]{10,128}")


class NotARobot(Invalid):
    """The address is not one that the service gives to a robot."""

    words = N_("This is not the address of a robot of this service. Please copy it whole.")

    def __init__(self) -> None:
        super().__init__(errors={"robot": [self.words]})


class NotASecret(Invalid):
    """What is given for signing is not what DingTalk calls so."""

    words = N_("A secret of DingTalk begins with SEC; WeCom has none.")

    def __init__(self) -> None:
        super().__init__(errors={"secret": [self.words]})


@dataclass(frozen=True)
class Service:
    """Where a service takes messages for robots, and what it calls the secret part of the address."""

    host: str
    path: str
    parameter: str

    @property
    def begins(self) -> str:
        """What every robot's address begins with."""
        return f"https://{self.host}{self.path}?{self.parameter}="


SERVICES = {
    "dingtalk": Service("oapi.dingtalk.com", "/robot/send", "access_token"),
    "wecom": Service("qyapi.weixin.qq.com", "/cgi-bin/webhook/send", "key"),
}


@dataclass(frozen=True)
class Robot:
    """A robot that writes into a chat: whoever has its token can do so, too."""

    token: str = field(repr=False)
    secret: str = field(default="", repr=False)

    @property
    def ending(self) -> str:
        """By what its owner tells it from another one."""
        return self.token[-4:]


def robot_at(way: str, address: str, secret: str) -> Robot:
    """Return the robot of an address, compared letter by letter and never taken apart; raises NotARobot, NotASecret."""
    begins = SERVICES[way].begins
    address, secret = address.strip(), secret.strip()
    token = address.removeprefix(begins)
    if token == address or not _TOKEN.fullmatch(token):
        raise NotARobot()
    if secret and (way != "dingtalk" or not _SECRET.fullmatch(secret)):
        raise NotASecret()
    return Robot(token, secret)


@dataclass(frozen=True)
class Messenger:
    """Carries the one fixed message to robots of a service; `place` and `trust` are others in tests alone."""

    service: Service
    text: str
    place: str = ""
    trust: ssl.SSLContext | None = field(default=None, repr=False)

    def send(self, robots: Collection[Robot]) -> set[Robot]:
        """Return the robots whose message was taken; a service that does not answer is not asked again this time."""
        taken = set()
        for robot in sorted(robots, key=lambda one: one.token):
            try:
                if self._is_taken(robot):
                    taken.add(robot)
            except (OSError, HTTPException):
                break
        return taken

    def _is_taken(self, robot: Robot) -> bool:
        trust = self.trust or ssl.create_default_context()
        connection = HTTPSConnection(self.place or self.service.host, timeout=_PATIENCE, context=trust)
        try:
            connection.request(
                "POST", self._path(robot), body=_body(self.text), headers={"Content-Type": "application/json"}
            )
            answer = connection.getresponse()
            return answer.status == 200 and _says_yes(answer.read(_MOST))
        finally:
            connection.close()

    def _path(self, robot: Robot) -> str:
        return f"{self.service.path}?{self.service.parameter}={robot.token}{_signature(robot.secret)}"


def _signature(secret: str) -> str:
    """Return what DingTalk asks for beside the token: the time in milliseconds, signed with the robot's secret."""
    if not secret:
        return ""
    stamp = int(clock.now().timestamp() * 1000)
    digest = hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256)
    return f"&timestamp={stamp}&sign={quote_plus(base64.b64encode(digest))}"


def _body(text: str) -> bytes:
    return json.dumps({"msgtype": "text", "text": {"content": text}}, ensure_ascii=False).encode()


def _says_yes(content: bytes) -> bool:
    """Both services answer 200 to what they refuse, too, and say so in the body."""
    try:
        said = json.loads(content)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("errcode") == 0
