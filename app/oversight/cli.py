"""`flask access table`: who may do what, from the permissions themselves."""

import click
from flask import current_app
from flask.cli import with_appcontext

from app.oversight.access_table import as_csv, table


@click.group()
def access() -> None:
    """Permissions and personas."""


@access.command("table")
@click.option("--format", "shape", type=click.Choice(["csv", "text"]), default="text", show_default=True)
@with_appcontext
def table_command(shape: str) -> None:
    """Print a row per permission and a column per persona."""
    rows = table(current_app.extensions["permissions"])
    if shape == "csv":
        click.echo(as_csv(rows), nl=False)
        return
    head = rows[0][1:]
    for name, *cells in rows[1:]:
        click.echo(name)
        for persona, cell in zip(head, cells, strict=True):
            if cell != "no":
                click.echo(f"    {persona:<18} {cell}")
