"""Sealed columns: each says in the model which facts of its row its ciphertext is bound to."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import LargeBinary
from sqlalchemy.orm import MappedColumn, mapped_column

from app.core.database import Base, session
from app.vault.encoding import lengths
from app.vault.keys import ObjectKey
from app.vault.server import ServerKey


@dataclass(frozen=True)
class SealedAs:
    """The attributes of a row that name its object, record, organisation and author; immutable ids all."""

    object: str
    record: str
    organisation: str | None
    author: str | None
    server: bool = False
    table: str | None = None


def sealed(
    *, object: str = "id", record: str = "id", organisation: str = "organisation_id", author: str | None = None,
    nullable: bool = False, moves_to: str | None = None,
) -> MappedColumn[Any]:
    """Declare a column that only the holders of an object's key can read.

    `moves_to` names the table to whose column of the same name the bytes go on as they are, unopened: they are bound
    to that one from the start.
    """
    bound = SealedAs(object, record, organisation, author, table=moves_to)
    return mapped_column(LargeBinary, info={"sealed": bound}, nullable=nullable)


def server_sealed(*, record: str = "id", nullable: bool = False) -> MappedColumn[Any]:
    """Declare a column under the server's own key: staff names, addresses, second-factor secrets."""
    bound = SealedAs(record, record, None, None, server=True)
    return mapped_column(LargeBinary, info={"sealed": bound}, nullable=nullable)


def registry() -> dict[tuple[str, str], SealedAs]:
    """Return every sealed column of the product with what it is bound to."""
    return {
        (table.name, column.name): column.info["sealed"]
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if "sealed" in column.info
    }


def write(row: Base, column: str, value: Any, key: ObjectKey) -> None:
    """Seal a value (anything JSON can hold) into a row whose ids are already set."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    setattr(row, column, key.seal(plain, _aad(row, column)))


def read(row: Any, column: str, key: ObjectKey, *, of: type[Base] | None = None) -> Any:
    """Return the value sealed in a row; raises Damaged when it is not exactly what was sealed there.

    `of` names the model of a row whose columns alone were asked for.
    """
    return json.loads(key.unseal(getattr(row, column), _aad(row, column, of)))


def write_server(row: Base, column: str, value: Any) -> None:
    """Seal a value under the server's key."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    setattr(row, column, server_key().seal(plain, _aad(row, column)))


def read_server(row: Base, column: str) -> Any:
    """Return a value sealed under the server's key; raises Damaged."""
    return json.loads(server_key().unseal(getattr(row, column), _aad(row, column)))


def server_key() -> ServerKey:
    """Return the key of this server, as it was handed in at the start."""
    key: ServerKey = session().info["server_key"]
    return key


def _aad(row: Any, column: str, of: type[Base] | None = None) -> bytes:
    model = of or type(row)
    bound: SealedAs = model.__table__.c[column].info["sealed"]
    return lengths(
        "xinxia/1/column",
        bound.table or model.__tablename__,
        column,
        getattr(row, bound.organisation) if bound.organisation else None,
        getattr(row, bound.object),
        getattr(row, bound.record),
        getattr(row, bound.author) if bound.author else None,
    )


