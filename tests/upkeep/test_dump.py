"""What a backup's lines say is what stood in the database, whatever kind of value a column keeps."""

import json

from app.core.database import Base
from app.upkeep import dump
from tests.world import World


def test_every_kind_of_column_is_one_that_a_backup_can_carry() -> None:
    kept = {column.type.python_type for table in Base.metadata.sorted_tables for column in table.columns}
    # JSON says of itself that it is any object.
    assert {kind.__name__ for kind in kept} <= {
        "bool", "bytes", "date", "datetime", "dict", "float", "int", "list", "object", "str", "time", "UUID",
    }


def test_what_is_written_is_read_again(world: World) -> None:
    with world.database.transaction(writes=False):
        for table in dump.tables():
            for line in dump.lines_of(table):
                row = {name: dump._back(value) for name, value in json.loads(line).items()}
                assert json.dumps({name: dump._plain(value) for name, value in row.items()}, ensure_ascii=False) == line
