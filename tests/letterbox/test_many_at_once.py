"""Sixty write at once behind the school's one address, while workers die: every letter arrives once, with its photo."""

import http.client
import re
import threading
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from io import BytesIO
from uuid import UUID

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.core.database import session
from app.entrance.models import Letterbox
from app.letterbox.models import Letter, LetterAttachment, LetterMessage
from app.letterbox.service import returning
from tests.databases import Installation
from tests.files import samples
from tests.serving import Served, serving, wait_until
from tests.test_killed import kill_a_worker
from tests.world import World

CHILDREN, KILLS = 60, 3
STEPS = ({"box": "room"}, {}, {"skip": "yes"}, {"wish": "answer"}, {"skip": "yes"}, {"safe": "yes"})


@dataclass(eq=False)
class Child(threading.Thread):
    """A child with a phone: sends every page again until it is answered, and reads the code at the end."""

    served: Served
    address: str
    words: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self.code = ""
        self.wrong: list[str] = []
        self._form: dict[str, str] = {}
        self._cookies: dict[str, str] = {}

    def run(self) -> None:
        page = self._until_answered("GET", "")
        token = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert token is not None
        self._form = {"csrf_token": token[1]}
        self._until_answered("POST", "/begin")
        for number, answers in enumerate(STEPS, 1):
            self._until_answered("POST", f"/{number}", **({"text": self.words} if number == 2 else answers))
        self._until_answered("POST", "/send")
        shown = re.search(r'x-keep-digits x-code">(.*?)</p>', self._until_answered("GET", "/code"), re.DOTALL)
        self.code = "".join(re.findall(r"\d{4}", shown[1])) if shown else ""

    def _until_answered(self, method: str, page: str, **answers: str) -> str:
        """Ask again and again until somebody answers; what is busy is asked again, too."""
        while True:
            with suppress(OSError, http.client.HTTPException):
                status, text = self._ask(method, page, answers)
                if status in (200, 303):
                    return text
                if status not in (502, 503):
                    self.wrong.append(f"{method} {page} answered {status}")
                    return text
            time.sleep(0.05)

    def _ask(self, method: str, page: str, answers: dict[str, str]) -> tuple[int, str]:
        connection = self.served.connect()
        try:
            cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            files = {"files": FileStorage(BytesIO(samples.JPEG), "photo.jpg")} if page == "/send" else {}
            boundary, body = encode_multipart({**self._form, **answers, **files})
            headers = {"Cookie": cookies, "Content-Type": f'multipart/form-data; boundary="{boundary}"'}
            connection.request(method, f"/w/{self.address}{page}", body if method == "POST" else None, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            for given in answer.headers.get_all("Set-Cookie") or []:
                self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(given).items()}
            return answer.status, text
        finally:
            connection.close()


@pytest.mark.parametrize("kills", [pytest.param(0, marks=pytest.mark.alike), KILLS])
def test_sixty_letters_at_once_arrive_once_each(
    world: World, world_installation: Installation, letterbox: UUID, kills: int
) -> None:
    with world.database.transaction(writes=False):
        address = session().get_one(Letterbox, letterbox).address_code
    with serving(world_installation, WORKERS="2", LOG_LEVEL="WARNING") as served:
        children = [Child(served, address) for _ in range(CHILDREN)]
        for child in children:
            child.start()
        for number in range(kills):
            arrived = (number + 1) * CHILDREN // (kills + 1)
            wait_until(lambda: sum(1 for child in children if child.code) >= arrived, seconds=120)  # noqa: B023
            kill_a_worker(served)
        wait_until(lambda: not any(child.is_alive() for child in children), seconds=180)
    assert not [wrong for child in children for wrong in child.wrong]
    with world.database.transaction(writes=False):
        assert session().scalar(select(func.count()).select_from(Letter)) == CHILDREN
        assert session().scalar(select(func.count()).select_from(LetterMessage)) == CHILDREN
        assert session().scalar(select(func.count()).select_from(LetterAttachment)) == CHILDREN
        assert {letter.state for letter in session().scalars(select(Letter))} == {"waiting"}
        for child in children:
            opened = returning.come_back(returning.writer_of(child.code), school_id=world.school)
            assert [said.words for said in returning.thread(opened)] == [child.words]
