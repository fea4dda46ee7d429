"""`flask appointments race`: that nothing is booked twice, seen on this machine and this kind of database."""

import time

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from app.appointments.race import race
from app.core.requests import stands_alone


@stands_alone
@click.group()
def appointments() -> None:
    """Appointments in the counselling room."""


@appointments.command("race")
@click.option("--requests", type=click.IntRange(2, 1000), default=24, show_default=True)
@click.option("--processes", type=click.IntRange(1, 16), default=4, show_default=True)
@with_appcontext
def race_command(requests: int, processes: int) -> None:
    """Let many ask for one time at once, in a database made for it, and fail unless exactly one is booked."""
    began = time.monotonic()
    url = current_app.extensions["settings"].database_url
    try:
        result = race(url, requests=requests, processes=min(processes, requests))
    except DBAPIError as error:
        raise click.ClickException(
            f"no database could be made for it ({type(error.orig).__name__}): the role needs CREATEDB"
        ) from None
    for answer, count in sorted(result.answers.items()):
        click.echo(f"{count:5} {answer}")
    click.echo(
        f"{requests} requests through {processes} processes in {time.monotonic() - began:.1f} s:"
        f" {result.booked} booked, {'its claims and no others' if result.claims_fit else 'and claims that do not fit'}"
    )
    if not result.held:
        raise SystemExit(1)
