"""The upload between its steps: kept as plain cells, sealed to the person who chose the file, for a day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app import vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.ids import new_id
from app.directory.importing.models import RosterImport, RosterUpload
from app.directory.importing.undoing import forget_ways_back
from app.directory.models import Organisation
from app.directory.rosters.columns import Table, find_table
from app.directory.rosters.fields import STAFF_FIELDS, STUDENT_FIELDS
from app.directory.rosters.reading import read
from app.directory.rosters.sheets import Cell, Formula, Row, Sheet

KEPT_FOR = timedelta(hours=24)
"""How long an upload waits for its import."""
FIELDS = {"students": STUDENT_FIELDS, "staff": STAFF_FIELDS}


@dataclass(frozen=True)
class Choices:
    """What the importer decided so far: columns by field (None: in no column), and grades the school also has."""

    columns: Mapping[str, int | None] = field(default_factory=dict)
    new_grades: tuple[str, ...] = ()


def keep_upload(content: bytes, *, kind: str, organisation: Organisation, by: Actor) -> RosterUpload:
    """Read a file and keep its list for the next steps; raises NotASpreadsheet and its kind, and keeps nothing."""
    table = find_table(read(content), FIELDS[kind])
    now = clock.now()
    upload = RosterUpload(
        id=new_id(), organisation_id=organisation.id, person_id=by.person_id, kind=kind, made_at=now,
        expires_at=now + KEPT_FOR,
    )
    key = vault.create_object(
        upload.id, organisation_id=organisation.id, to=[vault.user(by.person_id)], by=by.ring, basis="roster:upload"
    )
    vault.write(upload, "content", _dumped(table), key)
    vault.write(upload, "choices", {}, key)
    session().add(upload)
    session().flush()
    return upload


def find_upload(upload_id: UUID) -> RosterUpload | None:
    """Return an upload that still waits; one that expired is gone."""
    found = session().get(RosterUpload, upload_id)
    return found if found is not None and clock.now() < found.expires_at else None


def table_of(upload: RosterUpload, *, by: Actor) -> Table:
    """Return the list of an upload, read by the columns that were chosen."""
    return _recognised(upload, by=by).corrected(choices_of(upload, by=by).columns)


def _recognised(upload: RosterUpload, *, by: Actor) -> Table:
    content = vault.read(upload, "content", by.ring.open(upload.id))
    sheet = Sheet(
        content["title"],
        tuple(Row(number, tuple(map(_cell, cells))) for number, cells in content["rows"]),
        date.fromisoformat(content["counted_from"]),
    )
    table = find_table([sheet], FIELDS[upload.kind])
    return Table(table.columns, table.rows, sheet, content["other_sheets"])


def choices_of(upload: RosterUpload, *, by: Actor) -> Choices:
    """Return what the importer decided."""
    kept = vault.read(upload, "choices", by.ring.open(upload.id))
    return Choices(kept.get("columns", {}), tuple(kept.get("new_grades", ())))


def choose(upload: RosterUpload, choices: Choices, *, by: Actor) -> None:
    """Keep what the importer decided; raises ColumnUnclear for columns that do not fit the list, and keeps nothing."""
    _recognised(upload, by=by).corrected(choices.columns)
    key = by.ring.open(upload.id)
    vault.write(upload, "choices", {"columns": dict(choices.columns), "new_grades": list(choices.new_grades)}, key)
    session().flush()


def forget_upload(upload: RosterUpload) -> None:
    """Destroy the key of an upload, then the list itself."""
    vault.destroy(upload.id, quietly=True)
    session().delete(upload)
    session().flush()


def uploads_waiting(by: Actor) -> list[RosterUpload]:
    """Return the person's own uploads that were not imported yet, the newest first."""
    return list(
        session().scalars(
            select(RosterUpload)
            .where(RosterUpload.person_id == by.person_id, RosterUpload.expires_at > clock.now())
            .order_by(RosterUpload.made_at.desc())
        )
    )


def forget_old() -> int:
    """Forget uploads that nobody imported within a day, and the ways back of imports older than that."""
    now = clock.now()
    uploads = session().scalars(select(RosterUpload).where(RosterUpload.expires_at <= now)).all()
    for upload in uploads:
        forget_upload(upload)
    old = session().scalars(
        select(RosterImport).where(RosterImport.way_back.is_not(None), RosterImport.undo_until <= now)
    ).all()
    return len(uploads) + forget_ways_back(old)


def _dumped(table: Table) -> dict[str, Any]:
    """Return the sheet as JSON holds it: plain cells, so that a hostile file is taken apart only once."""
    sheet = table.sheet
    return {
        "title": sheet.title,
        "counted_from": sheet.counted_from.isoformat(),
        "other_sheets": table.other_sheets,
        "rows": [[row.number, [_plain(cell) for cell in row.cells]] for row in sheet.rows],
    }


def _plain(cell: Cell) -> Any:
    if isinstance(cell, Formula):
        return {"formula": str(cell)}
    return {"date": cell.isoformat()} if isinstance(cell, date) else cell


def _cell(plain: Any) -> Cell:
    if isinstance(plain, dict):
        return Formula(plain["formula"]) if "formula" in plain else date.fromisoformat(plain["date"])
    cell: Cell = plain
    return cell
