"""`flask trail`: verify the trail, carry checkpoints out of the database, seal."""

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app.audit.broken import TrailBroken
from app.audit.checkpoint import from_file, to_file
from app.audit.heads import hand_out_notes
from app.audit.locks import foreign_triggers, missing_locks
from app.audit.note import BadNote
from app.audit.rollback import NothingMissing, Reason, acknowledge, in_words, outside_notes
from app.audit.sealer import seal_now, seal_once
from app.audit.verify import verify
from app.core.database import Database


@click.group()
def trail() -> None:
    """The record of every deed and every look."""


@trail.command("verify")
@click.option(
    "--checkpoint",
    "files",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A file written by `trail checkpoint` and kept outside; may be given more than once.",
)
@with_appcontext
def verify_command(files: tuple[Path, ...]) -> None:
    """Check every event, every tree and every checkpoint, those in XINXIA_CHECKPOINTS too; name the first broken place.
    """
    try:
        outside = [note for file in files for note in from_file(file.read_text("utf-8"))]
        outside += outside_notes(_database())
        with _database().snapshot():
            found = verify(outside)
            removed, added = missing_locks(), foreign_triggers()
    except (BadNote, UnicodeDecodeError):
        sys.exit("BROKEN: a file of checkpoints is not one that this server wrote.")
    except TrailBroken as error:
        sys.exit(f"BROKEN: {error.what} ({error.place() or 'whole trail'})")
    for name in removed:
        click.echo(f"Warning: the append-only trigger {name} is missing.", err=True)
    for name in added:
        click.echo(f"Warning: somebody added the trigger {name}, which may swallow events.", err=True)
    if found.waits_too_long:
        click.echo("Warning: events wait to be sealed for more than a minute: is a long transaction open?", err=True)
    waiting = f", {found.unsealed} of them not yet sealed" if found.unsealed else ""
    compared = f" They agree with {len(outside)} checkpoints from outside." if outside else ""
    click.echo(f"{found.events} events in {found.trees} trees are whole{waiting}.{compared}")


@trail.command("checkpoint")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@with_appcontext
def checkpoint_command(output: Path) -> None:
    """Write one signed checkpoint per organisation to a file; keep it where the database is not."""
    database = _database()
    if not seal_now(database):
        click.echo("Warning: a long transaction is open; its events are not in the checkpoint.", err=True)
    with database.transaction():
        notes = hand_out_notes()
    output.write_text(to_file(notes), "utf-8")
    click.echo(f"{len(notes)} checkpoints written.")


@trail.command("acknowledge")
@click.option("--reason", type=click.Choice([one.value for one in Reason]), required=True, help="Why events are gone.")
@with_appcontext
def acknowledge_command(reason: str) -> None:
    """Put on record that events are missing, and let people write again."""
    try:
        known = acknowledge(_database(), Reason(reason))
    except NothingMissing:
        sys.exit("Nothing is missing: the database is what the checkpoints outside say.")
    click.echo(in_words(known).splitlines()[0])
    click.echo(f"Acknowledged as {reason} and put on record. People can write again; the old checkpoints are kept.")


@trail.command("seal")
@with_appcontext
def seal_command() -> None:
    """Seal what waits, once."""
    click.echo(f"{seal_once(_database())} events sealed.")


def _database() -> Database:
    database: Database = current_app.extensions["database"]
    return database
