"""Letters stored and opened, against plain rows and against the envelopes of the same words alone."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.database import Database, session
from app.core.ids import new_id
from app.entrance.queries import letterbox_of
from app.letterbox.models import Letter
from app.letterbox.service import answering, boxes, posting
from app.letterbox.service.posting import Weighed, weigh
from app.vault import letters, suites
from app.vault.keypairs import KeyPair
from app.vault.keys import ObjectKey
from app.vault.return_codes import new_return_code, read_return_code
from bench.measure import Figure, compare
from bench.plain.models import Plain
from bench.school import open_database, settings_of
from bench.tables import table
from tests.databases import SqliteFiles, migrated
from tests.world import World, build

TEXT = "上周换座位以后，我前面的同学个子很高，看黑板要站起来。能不能帮我跟老师说一下？" * 4
_ANSWERS = {"box": "room", "text": TEXT, "mode": "named", "name": "小雨", "class": "四(1)"}


class PlainLetter(Plain):
    """A letter as one would keep it if nothing were sealed."""

    __tablename__ = "plain_letter"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    box: Mapped[str]
    state: Mapped[str]
    level: Mapped[str]
    code: Mapped[str] = mapped_column(unique=True)
    head: Mapped[str] = mapped_column(Text)


class PlainMessage(Plain):
    """A message of a letter as one would keep it if nothing were sealed."""

    __tablename__ = "plain_letter_message"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    letter_id: Mapped[UUID] = mapped_column(index=True)
    number: Mapped[int]
    words: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True)
class _Places:
    world: World
    plain: Database
    weighed: Weighed


def measure_letters(folder: Path) -> list[Figure]:
    """Measure posting a letter that screening has seen, with and without stretching its code, and opening one."""
    places = _prepare(folder)
    sealed_id, plain_id = _post(places), _write_plainly(places)
    envelope = _Envelope()
    return [
        compare(
            "post a letter", lambda: _post(places),
            {"plain rows": lambda: _write_plainly(places), "envelopes": envelope.seal}, goal=None,
        ),
        compare(
            "stretch its code and screen it", lambda: _work_ahead(places),
            {"plain rows": lambda: _write_plainly(places), "envelopes": envelope.seal}, goal=None, calls=5,
        ),
        compare(
            "open a letter", lambda: _open(places, sealed_id),
            {"plain rows": lambda: _read_plainly(places, plain_id), "envelopes": envelope.open}, goal=None,
        ),
    ]


def _prepare(folder: Path) -> _Places:
    installation = migrated(SqliteFiles(), folder)
    world = build(open_database(settings_of(installation)))
    with world.acting("lin") as lin:
        boxes.set_up(world.school, by=lin)
    plain = Database(f"sqlite:///{folder}/plain.sqlite3")
    with plain.transaction():
        for each in (PlainLetter, PlainMessage):
            each.metadata.tables[each.__tablename__].create(session().connection())
    return _Places(world, plain, weigh(_ANSWERS))


def _work_ahead(places: _Places) -> None:
    with places.world.database.transaction(writes=False):
        stretch = letters.stretching(read_return_code(new_return_code()))
    stretch()
    weigh(_ANSWERS)


def _post(places: _Places) -> UUID:
    # A code is stretched before the transaction; here a pair without one stands for it.
    writer = letters.Writer(os.urandom(16), KeyPair.new())
    with places.world.database.transaction():
        box = letterbox_of(places.world.school)
        assert box is not None
        return posting.post(box, _ANSWERS, code="", writer=writer, weighed=places.weighed).id


def _write_plainly(places: _Places) -> UUID:
    letter = PlainLetter(
        id=new_id(), box="room", state="waiting", level="R0", code=uuid4().hex,
        head=json.dumps({"name": "小雨", "class": "四(1)", "at": clock.now().isoformat()}, ensure_ascii=False),
    )
    with places.plain.transaction():
        session().add(letter)
        session().flush()
        session().add(PlainMessage(id=new_id(), letter_id=letter.id, number=1, words=TEXT))
        session().flush()
        return letter.id


def _open(places: _Places, letter_id: UUID) -> None:
    with places.world.database.transaction(writes=False):
        lin = places.world.actor("lin")
        _head, said = answering.read(session().get_one(Letter, letter_id), by=lin)
        assert said[0].words == TEXT


def _read_plainly(places: _Places, letter_id: UUID) -> None:
    with places.plain.transaction(writes=False):
        session().get_one(PlainLetter, letter_id)
        words = session().scalars(select(PlainMessage.words).where(PlainMessage.letter_id == letter_id)).all()
        assert words == [TEXT]


class _Envelope:
    """The words and the head of a letter sealed, and its key wrapped to room and writer, with nothing around it."""

    def __init__(self) -> None:
        self.key = ObjectKey(uuid4(), uuid4(), 1, os.urandom(32))
        self.reader = KeyPair.new()
        self.parts = [TEXT.encode(), json.dumps({"name": "小雨", "class": "四(1)"}, ensure_ascii=False).encode()]
        self.sealed = [self.key.seal(part, b"bench") for part in self.parts]
        self.wrapped = suites.wrap(self.reader.kem_public, self.key.secret, b"bench")

    def seal(self) -> None:
        """Seal head and words, and wrap the key twice."""
        for part in self.parts:
            self.key.seal(part, b"bench")
        for _ in range(2):
            suites.wrap(self.reader.kem_public, self.key.secret, b"bench")

    def open(self) -> None:
        """Unwrap the key, and open head and words."""
        assert self.reader.unwrap(self.wrapped, b"bench") == self.key.secret
        for sealed in self.sealed:
            self.key.unseal(sealed, b"bench")


def letters_table(found: list[Figure]) -> str:
    """Return letters per second and ratios."""
    lines = [("letters, one core", "a second", "CPU ms", "plain rows ms", "ratio", "envelopes ms", "ratio")]
    for each in found:
        bases = [(each.baselines_ms[base], each.ratios[base]) for base in ("plain rows", "envelopes")]
        lines.append(
            (
                each.name, f"{1000 / each.ours_ms:.0f}", f"{each.ours_ms:.2f}",
                *(cell for ms, ratio in bases for cell in (f"{ms:.3f}", str(ratio))),
            )
        )
    return table(lines)
