"""The commands of the ground: the database's schema, the server, the jobs."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click
from flask import current_app
from flask.cli import with_appcontext

from app.core import jobs, migrating
from app.core.address import ServingRefused
from app.core.database import Database


@click.group()
def database() -> None:
    """The database's schema."""


@database.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Make an empty database, or bring an older one up to this program."""
    with _one_sentence():
        migrating.upgrade(_database())
    click.echo(f"The database is at {migrating.current(_database())}.")


@database.command("downgrade")
@click.argument("revision")
@with_appcontext
def downgrade(revision: str) -> None:
    """Take the database back to an earlier REVISION; what later ones added is lost."""
    with _one_sentence():
        migrating.downgrade(_database(), revision)
    click.echo(f"The database is at {migrating.current(_database()) or 'nothing'}.")


@database.command("current")
@with_appcontext
def current() -> None:
    """Say where the database is, and fail unless this program knows it and is as new."""
    click.echo(migrating.current(_database()) or "nothing")
    with _one_sentence():
        migrating.demand_newest(_database())


@click.command()
@with_appcontext
def serve() -> None:
    """Answer browsers: http on this machine only, https everywhere else."""
    from app.core import serving

    # The worker threads stand outside this context: they need the application itself, not its proxy.
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with _one_sentence():
        serving.serve(app, announce=click.echo)


@click.group("jobs")
def jobs_() -> None:
    """What is done again and again without a person; the server does it by itself."""


@jobs_.command("run")
@with_appcontext
def run() -> None:
    """Do the jobs here until stopped, for installations whose web server is another one."""
    loop = jobs.JobLoop(_database(), jobs.registered_jobs(current_app))

    def stop(_number: int, _frame: FrameType | None) -> None:
        loop.stop(patience=0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    loop.run()


@jobs_.command("once")
@with_appcontext
def once() -> None:
    """Do each job that is due, once, and name it."""
    for name in jobs.JobLoop(_database(), jobs.registered_jobs(current_app)).do_due():
        click.echo(name)


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Turn a refused start into its one sentence, without a traceback."""
    try:
        yield
    except (ServingRefused, migrating.SchemaRefused) as refused:
        raise click.ClickException(str(refused)) from None


def _database() -> Database:
    found: Database = current_app.extensions["database"]
    return found


COMMANDS = (database, serve, jobs_)
