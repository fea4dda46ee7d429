"""`flask set-up code`: what the first page asks for, where another web server than ours prints nothing."""

import click
from flask import current_app
from flask.cli import with_appcontext

from app.core.database import Database
from app.identity import setup


@click.group("set-up")
def set_up() -> None:
    """The first minutes of an installation."""


@set_up.command("code")
@with_appcontext
def code() -> None:
    """Print the code that the set-up page asks for; once it was used there is none."""
    database: Database = current_app.extensions["database"]
    with database.transaction(writes=False):
        if not setup.may_be_set_up():
            raise click.ClickException("this installation is set up already, or runs in demo mode")
        click.echo(setup.set_up_code())
