"""`flask demo`: the sample district, in demo mode only."""

import click
from flask import current_app
from flask.cli import with_appcontext

from app.audit.rollback import begin_anew
from app.core.address import address
from app.core.database import Database
from app.demo import cast
from app.demo.activity import happen
from app.demo.loading import load
from app.identity.setup import is_set_up


@click.group()
@with_appcontext
def demo() -> None:
    """The sample district, for looking around."""
    if not current_app.extensions["settings"].demo:
        raise click.ClickException("the sample district exists in demo mode only: set XINXIA_DEMO=1")


@demo.command("load")
@with_appcontext
def load_command() -> None:
    """Load the sample district into an empty database, whole or not at all; a second time nothing happens."""
    database: Database = current_app.extensions["database"]
    with database.transaction(writes=False):
        if is_set_up():
            return
    # Left by a load that was broken off: it pins a district that was never committed.
    current_app.extensions["settings"].root_public_file.unlink(missing_ok=True)
    begin_anew(database)
    with database.transaction():
        happen(load(_tell), _tell)
    _tell("the sample district is ready")


@demo.command("sign-ins")
@with_appcontext
def sign_ins() -> None:
    """Print the address and one sign-in per role."""
    click.echo(f"\nXinxia 心匣: {address(current_app.extensions['settings'])}")
    click.echo(f"Everybody in the sample district is invented; the password of each is {cast.PASSWORD}\n")
    for one in cast.TOUR:
        click.echo(f"  {one.number}   {one.name} ({one.words})")
    click.echo()


def _tell(words: str) -> None:
    click.echo(f"xinxia: {words}", err=True)
