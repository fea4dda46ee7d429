"""`flask backup`: make a sealed backup while the server runs, restore it, prove it."""

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app.audit.broken import TrailBroken
from app.audit.rollback import carry, in_words, rollback_of
from app.core.database import Database
from app.upkeep.backup import BackupRefused, Places, create, prove, restore
from app.vault import Damaged, opening_info


@click.group()
def backup() -> None:
    """Sealed backups."""


@backup.command("create")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def create_command(output: Path, passphrase_file: Path | None) -> None:
    """Write everything that is kept into one sealed file; the server may go on running."""
    try:
        rows = create(
            current_app.extensions["database"], _places(), output=output,
            passphrase=_passphrase(passphrase_file, new=True),
        )
    except BackupRefused as refused:
        sys.exit(f"No backup was made: {refused}.")
    click.echo(f"{output}: {rows} rows and every document, sealed. Keep the passphrase elsewhere.")


@backup.command("restore")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--passphrase-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def restore_command(source: Path, passphrase_file: Path | None) -> None:
    """Put a backup into an empty installation and prove it by verifying the whole trail."""
    settings = current_app.extensions["settings"]
    places = _places()
    try:
        restore(current_app.extensions["database"], places, source=source,
                passphrase=_passphrase(passphrase_file, new=False))
    except BackupRefused as refused:
        sys.exit(f"Nothing was restored: {refused}.")
    except Damaged:
        sys.exit("Nothing was restored: the passphrase does not fit, or the file is damaged.")
    # The keys came with the backup: what was opened at the start of this process is an empty home's.
    database = Database(
        settings.database_url,
        info=opening_info(
            server_key_file=places.server_key, root_public_file=places.root_public,
            password_memory_kib=settings.password_memory_kib,
        ) | {"checkpoints": settings.checkpoints},
    )
    try:
        _prove(database, places)
    finally:
        database.dispose()


def _prove(database: Database, places: Places) -> None:
    """Verify what was restored, and say what is known outside that it misses."""
    try:
        found = prove(database, places)
    except TrailBroken as error:
        sys.exit(f"Restored, but the trail is BROKEN: {error.what} ({error.place() or 'whole trail'})")
    click.echo(f"Restored. {found.events} events in {found.trees} trees are whole and agree with the checkpoints.")
    carry(database)
    if (known := rollback_of(database)) is not None:
        click.echo(in_words(known))


def _places() -> Places:
    settings = current_app.extensions["settings"]
    return Places(settings.home, settings.server_key_file, settings.root_public_file, settings.attachments)


def _passphrase(file: Path | None, *, new: bool) -> str:
    if file is not None:
        return file.read_text("utf-8").strip()
    return str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=new))
