"""What people write is found nowhere: not in the database, a backup, the logs, the home folder or an address.

Every field gets a canary of its own through the pages; then everything that is kept or said is searched for each, in
UTF-8, UTF-16, JSON escapes, hexadecimal, and base64 at each of its three alignments.
"""

import base64
import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.appointments import service as appointments
from app.appointments.queries import free_between
from app.appointments.queries.series import GroupSession, sessions_of
from app.appointments.service import Wish, groups
from app.core import clock
from app.core.database import Base, Database, session
from app.directory.importing.register import Place, Register
from app.directory.models import Organisation
from app.directory.pinyin import reading
from app.directory.queries import today_at
from app.entrance.queries import letterbox_of
from app.escalation.models import Concern
from app.letterbox.models import Letter
from app.letterbox.service import attaching, posting, returning, talks
from app.letterbox.service.attaching import Upload
from app.notifications.robots import SERVICES
from app.upkeep import backup
from app.vault import registry
from app.vault.return_codes import in_words, new_return_code
from config.logging import JsonLines
from tests.appointments.own import Phone, address_of, printed
from tests.databases import Installation
from tests.directory.rosters.lists import workbook
from tests.directory.test_roster_pages import confirm, send
from tests.files import samples
from tests.files.samples import PDF
from tests.identity.browsing import device_for
from tests.identity.test_cards import alone, card_of, use
from tests.upkeep.test_backup import PASSPHRASE, places_of
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]


class Aviary:
    """Hands out canaries, each of its own, half Chinese and half Latin."""

    def __init__(self) -> None:
        self.birds: dict[str, tuple[str, ...]] = {}

    def bird(self, field: str) -> str:
        """Return the canary of a field."""
        number = len(self.birds)
        chinese, latin = f"雀鸟{chr(0x9F00 + number)}匣中", f"quaffle{number:03}xyzzy"
        return self.birds.setdefault(field, (chinese + latin, chinese, latin))[0]

    def latin(self, field: str) -> str:
        """Return the canary of a field that takes no Chinese."""
        self.bird(field)
        return self.birds[field][2]

    def found_in(self, name: str, content: bytes) -> list[str]:
        """Name the fields whose canary is found in some bytes, in any encoding."""
        return [
            f"{field} in {name} as {how}"
            for field, parts in self.birds.items()
            for part in parts
            for how, needle in encodings(part)
            if needle in content
        ]


def encodings(text: str) -> Iterator[tuple[str, bytes]]:
    """Return every form in which a text could lie somewhere."""
    plain = text.encode()
    yield "UTF-8", plain
    yield "UTF-16 LE", text.encode("utf-16-le")
    yield "UTF-16 BE", text.encode("utf-16-be")
    yield "GB18030", text.encode("gb18030")
    yield "JSON escapes", json.dumps(text)[1:-1].encode()
    yield "hexadecimal", plain.hex().encode()
    for shift in range(3):
        for code in (base64.b64encode, base64.urlsafe_b64encode):
            coded = code(b"\0" * shift + plain)
            # What depends on the neighbours is cut off at both ends.
            yield f"base64 at {shift}", coded[4 if shift else 0 : -4].rstrip(b"=")


def test_the_search_itself_finds_a_canary_in_every_encoding() -> None:
    aviary = Aviary()
    bird = aviary.bird("somewhere")
    for shift in range(3):
        assert aviary.found_in("x", base64.b64encode(b"a" * shift + bird.encode() + b"zz"))
    assert aviary.found_in("x", bird.encode("utf-16-be"))
    assert aviary.found_in("x", json.dumps({"a": bird}).encode())
    assert not aviary.found_in("x", b"nothing of the kind" * 50)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything the process says, as it would be written."""
    said = io.StringIO()
    handler = logging.StreamHandler(said)
    handler.setFormatter(JsonLines())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield said
    root.removeHandler(handler)
    root.setLevel(level)


def next_noon(world: World) -> datetime:
    """Return the next time at which the counselling room is open."""
    with world.database.transaction(writes=False):
        today = today_at(world.school)
        return free_between(world.school, today, today + timedelta(days=120))[0].start


class Nest:
    """Puts canaries into every field that a person fills in, as people do, and keeps the addresses they passed."""

    def __init__(self, world: World, browser_of: BrowserOf, aviary: Aviary) -> None:
        self.world, self.aviary, self.bird = world, aviary, aviary.bird
        self.browsers = {name: browser_of(name) for name in ("cruz", "gao", "lin", "bo", "dee", "sam")}
        self.addresses: list[str] = []

    def post(self, who: str, path: str, **data: object) -> str:
        """Send a form, demand that it was taken, and return where it leads."""
        answer = self.browsers[who].post(path, data=data)
        assert answer.status_code == 303, (path, answer.get_data(as_text=True))
        self.addresses += [path, answer.headers["Location"]]
        return str(answer.headers["Location"])

    def fill(self) -> None:
        """Write everywhere."""
        self._directory()
        self._staff()
        self._rosters()
        concern_id = self._concern()
        self._file(concern_id)
        self._hand_over(concern_id)
        self._letters()
        self._deed("lin", concern_id, "assess", level="R1", text=self.bird("why lower"))
        self._appointment()
        self._device()
        self._robot()

    def _appointment(self) -> None:
        """Ask for an appointment with a reason."""
        noon = next_noon(self.world)
        with self.world.acting("cruz") as cruz:
            wish = Wish(self.world.school, noon, room_id=self.world.school, student_id=self.world.students["ana"])
            appointments.ask_for(wish, reason={"about": "other", "words": self.bird("why somebody comes")}, by=cruz)
            said = {"words": self.bird("why somebody waits")}
            appointments.ask_to_wait(self.world.students["rui"], reason=said, by=cruz)
        self._student_bookings()

    def _student_bookings(self) -> None:
        """Book with a card, and ask for a time by name: what is typed, and the codes of both, lie nowhere."""
        phone = Phone(self.browsers["lin"].application, address_of(self.world))
        card = printed(self.world)["ana"]
        phone.books(card)
        code = phone.asks(self.bird("typed name"), self.bird("typed class")[:40])
        self.aviary.birds |= {"code of a card": (card,), "code of a typed name": (code,)}
        self.addresses.append(phone.path("own"))

        free = Wish(self.world.school, next_noon(self.world), "group", self.world.school, seats=4)
        with self.world.acting("lin") as lin:
            group = groups.begin_group(
                free, theme=self.bird("theme"), every_weeks=1, times=2, choices={2: None}, by=lin
            )
            groups.join_group(group, self.world.students["rui"], by=lin)
            (first,) = sessions_of([group.series_id])
            groups.write_group_entry(GroupSession(group, first), body=self.bird("group entry"), revision=0, by=lin)

    def _directory(self) -> None:
        with self.world.acting("sam") as sam:
            school = session().get_one(Organisation, self.world.school)
            register = Register(school, by=sam)
            before = register.places[self.world.students["ana"]]
            facts = {"guardian": self.bird("guardian"), "address": self.bird("address"), "phones": [self.bird("phone")]}
            name = self.bird("student name")
            register.put(
                self.world.students["ana"],
                Place(before.class_id, self.bird("number"), name, reading(name), before.joined_on, None, facts),
            )
            register.seal()

    def _staff(self) -> None:
        self.post(
            "sam", "/people/new", number=self.aviary.latin("staff number"), name=self.bird("staff name"),
            mail=f"{self.aviary.latin('mail')}@example.org", kind="subject_teacher", organisation=self.world.school,
        )

    def _rosters(self) -> None:
        """Import one list, and leave another waiting with its columns chosen."""
        sam, headings = self.browsers["sam"], ("学号", "姓名", "年级", "班级", "监护人")
        done, waiting = (
            send(sam, self.world, workbook(headings, (
                f"G77{number}", self.bird(f"name in list {number}"), "四年级", "1班", self.bird(f"in list {number}")
            )))
            for number in range(2)
        )
        assert confirm(sam, done).status_code == 303
        columns = ("number", "name", "grade", "class", "guardian")
        self.post("sam", f"{waiting}/columns", **{f"column_{name}": place for place, name in enumerate(columns)})

    def _device(self) -> None:
        """Set up a second step, whose secret nobody types and everybody could use."""
        secret = device_for(self.browsers["lin"], clock.now())
        self.aviary.birds["secret of the second step"] = (base64.b32encode(secret).decode().rstrip("="),)

    def _robot(self) -> None:
        """Name the robot that is written to, and be refused with one that is none."""
        latin = self.aviary.latin
        chosen = {"way": "dingtalk", "pace": "hourly", "quiet_from": "21:00", "quiet_until": "07:00"}
        address = f"{SERVICES['dingtalk'].begins}{latin('robot')}0000"
        self.post("lin", "/notices/choice", **chosen, robot=address, secret=f"SEC{latin('secret of the robot')}")
        for robot in (f"{address}?{latin('robot refused')}", self.bird("no robot")):
            assert self.browsers["lin"].post("/notices/choice", data={**chosen, "robot": robot}).status_code == 422

    def use_card(self, app: Flask) -> None:
        """Let everybody of the room leave, and a newcomer take over with the printed card."""
        halves = card_of(self.browsers["lin"], self.world)
        assert use(alone(app, self.world), self.world, *halves, self.bird("reason of the card")).status_code == 303

    def _concern(self) -> str:
        student = self.world.students["ana"]
        about_rui = f"/concerns/new/{self.world.students['rui']}/draft"
        kept = self.browsers["cruz"].post(about_rui, data={"seen": self.bird("concern half-written")})
        assert kept.status_code == 200
        sent = self.post(
            "cruz", f"/concerns/new/{student}", safe_now="yes", seen=self.bird("seen"), families=["mood"],
            since="longer", urgency="this_week", with_whom=self.bird("with whom"), when_where=self.bird("when"),
            done=self.bird("done"),
        )
        concern_id = re.findall(r"[0-9a-f-]{36}", sent)[0]
        self._deed("gao", concern_id, "acknowledge")
        self._deed("gao", concern_id, "ask", text=self.bird("question"))
        self._deed("cruz", concern_id, "answer", text=self.bird("answer"))
        self._deed("gao", concern_id, "pass_on", text=self.bird("note to the room"))
        self._deed("lin", concern_id, "accept")
        self._deed("lin", concern_id, "assess", level="R3", text=self.bird("why this level"))
        self._deed("lin", concern_id, "feedback", text=self.bird("feedback"))
        return concern_id

    def _letters(self) -> None:
        """Let a child write with a name for an emergency, and the room answer and note."""
        self.post("lin", "/letters/box/set-up")
        answers = {
            "box": "room", "mode": "sealed", "name": self.bird("writer's name"), "class": self.bird("writer's class"),
            "text": self.bird("letter"), "excluded_words": self.bird("who must not learn of it"),
        }
        with self.world.database.transaction():
            box = letterbox_of(self.world.school)
            assert box is not None
            code = new_return_code()
            drawn = samples.docx({"word/note.xml": self.bird("file with the letter").encode()})
            file = Upload(f"{self.bird('name of a file')}.docx", io.BytesIO(drawn))
            letter = posting.post(box, answers, code=code, files=attaching.checked([file])).id
            returning.go_on(
                returning.come_back(returning.writer_of(code), school_id=box.school_id), self.bird("more in the letter")
            )
        self.aviary.birds["return code"] = (code, "".join(in_words(code, "zh")))
        self.post("lin", f"/letters/{letter}/answer", text=self.bird("answer to the letter"), version=2)
        half_written = {"text": self.bird("answer half-written")}
        assert self.browsers["lin"].post(f"/letters/{letter}/draft", data=half_written).status_code == 200
        self.post("lin", f"/letters/{letter}/name", basis="SELF_HARM", reason=self.bird("why a name was opened"))
        self.post("lin", f"/letters/{letter}/who-is-meant", people=self.world.people["cruz"].hex)
        told = {"to": self.world.people["gao"].hex, "basis": "CONSENT", "words": self.bird("told from the letter")}
        self.post("lin", f"/letters/{letter}/release", **told)
        with self.world.acting("lin") as lin:
            row = session().get_one(Letter, letter)
            talks.offer_talk(row, revision=row.revision, by=lin)
        self.post("lin", f"/letters/{letter}/note", note=self.bird("note to the letter"))
        about = f"/letters/{letter}/concern/{self.world.students['zoe']}"
        self.post("lin", about, level="R2", safe_now="yes", families=["mood"], words=self.bird("made of the letter"))

    def _deed(self, name: str, concern_id: str, deed: str, **data: object) -> None:
        with self.world.database.transaction(writes=False):
            revision = session().scalar(select(Concern.revision).where(Concern.id == UUID(concern_id)))
        self.post(name, f"/concerns/{concern_id}/{deed}", version=revision, **data)

    def _file(self, concern_id: str) -> None:
        file_path = self.post("lin", f"/students/{self.world.students['ana']}/file")
        overview = {name: self.bird(f"overview {name}") for name in ("family", "strengths", "plan")}
        self.post("lin", f"{file_path}/overview", version=1, **overview)
        entry = self.post("lin", f"{file_path}/entries", kind="first", started_at="2026-11-02T12:10")
        body = {name: self.bird(f"entry {name}") for name in ("concern", "observation", "process", "place")}
        self.post("lin", entry, version=1, then="sign", **body)
        self.post("lin", f"{entry}/addenda", text=self.bird("addendum"))
        draft = self.post("lin", f"{file_path}/entries", kind="follow_up", started_at="2026-11-09T12:10")
        kept = self.browsers["lin"].post(f"{draft}/draft", data={"version": 1, "concern": self.bird("draft")})
        assert kept.status_code == 200
        self.post("lin", f"{file_path}/note", text=self.bird("process note"))
        document = (io.BytesIO(PDF + self.bird("inside a document").encode()), f"{self.bird('document name')}.pdf")
        answer = self.browsers["lin"].post(f"{file_path}/documents", data={"document": document})
        assert answer.status_code == 303
        self.post("bo", f"{file_path}/reason", reason=self.bird("reason"))

    def _hand_over(self, concern_id: str) -> None:
        with self.world.database.transaction(writes=False):
            revision = session().scalar(select(Concern.revision).where(Concern.id == UUID(concern_id)))
        self.post(
            "lin", f"/concerns/{concern_id}/centre", version=revision, basis="CONSENT", consent=self.bird("consent"),
            reason=self.bird("why handed over"), summary=self.bird("summary"), tried=self.bird("tried"),
            questions=self.bird("questions"), resources=self.bird("resources"), student_told="yes",
        )
        self._deed("dee", concern_id, "decline", text=self.bird("why declined"))

    def ask_in_vain(self) -> None:
        """Send what is refused, and what makes no sense: errors and refusals quote nobody."""
        cruz = self.browsers["cruz"]
        cruz.post(f"/concerns/new/{self.world.students['ana']}", data={"seen": self.bird("half a form"), "x": "y"})
        cruz.post("/students/search", data={"q": self.bird("search")})
        cruz.get(f"/nowhere/{self.bird('address typed').encode().hex()}")
        cruz.post("/api/v1/concerns", json={"seen": self.bird("refused by the API")})
        cruz.post("/sign-in", data={"login": self.bird("login"), "password": self.bird("password")})


def kept_bytes(installation: Installation, database: Database) -> Iterator[tuple[str, bytes]]:
    """Return everything that is kept: each file of the home, and on PostgreSQL every row of every table as text."""
    for path in sorted(installation.home.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
    if database.is_sqlite:
        return
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            for shape in ("text", "binary"):
                query = psycopg.sql.SQL("COPY {} TO STDOUT (FORMAT {})").format(
                    psycopg.sql.Identifier(table), psycopg.sql.Identifier(shape)
                )
                with connection.cursor().copy(query) as copied:
                    content = b"".join(bytes(part) for part in copied)
                yield f"{table} ({shape})", content
                # COPY writes bytes as hexadecimal: what they say must be read as bytes, too.
                hexadecimal = re.findall(rb"\\\\x([0-9a-f]+)", content) if shape == "text" else []
                yield f"{table} (bytes)", b"\n".join(bytes.fromhex(one.decode()) for one in hexadecimal)


def sealed_values(database: Database) -> dict[tuple[str, str], set[bytes]]:
    """Return what is kept in each sealed column."""
    with database.transaction(writes=False):
        return {
            (table, column): set(session().scalars(select(Base.metadata.tables[table].c[column])))
            for table, column in registry()
        }


def test_what_was_written_is_found_nowhere(
    world: World, world_installation: Installation, app: Flask, browser_of: BrowserOf, tmp_path: Path,
    logged: io.StringIO,
) -> None:
    aviary = Aviary()
    nest, before = Nest(world, browser_of, aviary), sealed_values(world.database)
    nest.fill()
    nest.ask_in_vain()
    nest.use_card(app)
    assert len(aviary.birds) > 40
    after = sealed_values(world.database)
    unwritten = [column for column in registry() if not after[column] - before[column] - {None}]
    assert unwritten == [], "sealed columns into which no canary was put"
    sealed = tmp_path / "all.backup"
    backup.create(world.database, places_of(world_installation), output=sealed, passphrase=PASSPHRASE)
    found = aviary.found_in("the logs", logged.getvalue().encode())
    assert logged.getvalue().count("\n") > 20, "the logs were listened to"
    found += aviary.found_in("addresses", "\n".join(nest.addresses).encode())
    found += aviary.found_in("a backup", sealed.read_bytes())
    kept = list(kept_bytes(world_installation, world.database))
    assert any("青禾小学".encode() in content for _, content in kept), "school names are readable: the search works"
    for name, content in kept:
        found += aviary.found_in(name, content)
    assert not found
