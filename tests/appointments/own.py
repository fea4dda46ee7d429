"""What the stories about students without an account share: a phone, cards of a class, and their codes."""

import re
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.appointments.service.cards import getting_ready, print_sheet
from app.directory.queries import get_class
from app.entrance.queries import letterbox_of
from app.letterbox.service import boxes
from tests.appointments.test_pages import slots_in
from tests.world import World

HTTPS = "https://localhost"


def address_of(world: World, place: str = "school", by: str = "lin") -> str:
    """Return the public address of a school, which gets one if it has none."""
    with world.acting(by) as actor:
        school = world.organisations[place]
        return (letterbox_of(school) or boxes.set_up(school, by=actor)).address_code


def printed(world: World, where: tuple[str, str, str] = ("school", "四年级", "1班"), by: str = "lin") -> dict[str, str]:
    """Print the cards of a class, and return the code of each student by name."""
    names = {student: name for name, student in world.students.items()}
    with world.acting(by) as actor:
        shape = get_class(world.classes[where])
        assert shape is not None
        slips = print_sheet(shape, getting_ready(40)(), by=actor)
        return {names.get(slip.line.id, slip.line.name): slip.code for slip in slips}


class Phone:
    """A browser of somebody who has no account, at a school's address."""

    def __init__(self, app: Flask, address: str) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        self.phone: FlaskClient = app.test_client()
        self.address = address

    def path(self, step: str = "") -> str:
        """Return the address of a page."""
        return f"/w/{self.address}/time" + (f"/{step}" if step else "")

    def get(self, step: str = "", status: int = 200) -> str:
        """Open a page, and return what it says."""
        answer = self.phone.get(self.path(step), base_url=HTTPS)
        assert answer.status_code == status, (step, answer.status_code, answer.headers.get("Location"))
        return answer.get_data(as_text=True)

    def send(self, step: str, **data: Any) -> TestResponse:
        """Send a form."""
        return self.phone.post(self.path(step), data=data, base_url=HTTPS)

    def goes(self, step: str, to: str, **data: Any) -> str:
        """Send a form that is taken, and return the page where it leads."""
        answer = self.send(step, **data)
        assert answer.status_code == 303, (step, answer.status_code, answer.get_data(as_text=True))
        assert answer.location.endswith(f"/{to}"), (step, answer.location)
        return self.get(to)

    def comes_with(self, code: str, to: str = "when") -> str:
        """Type a code."""
        return self.goes("in", to, code=code)

    def books(self, code: str, which: int = 0, about: str = "friends") -> str:
        """Book one of the free times with a card, and return the last page."""
        page = self.comes_with(code)
        self.goes("when", "about", slot=slots_in(page)[which])
        self.goes("about", "check", about=about)
        return self.goes("send", "done")

    def asks(self, name: str, class_name: str = "四(1)班", which: int = 0) -> str:
        """Ask for a time by name, and return the code that leads back."""
        page = self.goes("begin", "name")
        page = self.goes("name", "when", name=name, class_name=class_name)
        self.goes("when", "about", slot=slots_in(page)[which])
        self.goes("about", "check", skip="yes")
        page = self.goes("send", "code")
        code = "".join(re.findall(r"<span>(\d{4})</span>", page))
        assert len(code) == 20
        self.goes("code", "done", last=code[-4:])
        return code


def booking_ids(page: str) -> list[UUID]:
    """Return the bookings that a student's page names."""
    return [UUID(one) for one in re.findall(r"/own/([0-9a-f-]{36})/off", page)]
