"""An installation is opened before its first request, and before every command that needs it: once, or refused."""

import click
import pytest

from app.core.requests import Application, stands_alone


@click.command()
def needs() -> None:
    """Need the installation."""


@stands_alone
@click.command()
def alone() -> None:
    """Need nothing."""


def application(opened: list[str], fails: int = 0) -> Application:
    app = Application(__name__)

    def opening() -> None:
        opened.append("asked")
        if len(opened) <= fails:
            raise RuntimeError("the key is lost")

    app.open_with(opening)
    for command in (needs, alone):
        app.cli.add_command(command)
    return app


def test_a_command_that_stands_alone_opens_nothing_and_another_opens_once() -> None:
    opened: list[str] = []
    runner = application(opened).test_cli_runner()
    assert runner.invoke(args=["alone"]).exit_code == 0 and opened == []
    for _ in range(2):
        assert runner.invoke(args=["needs"]).exit_code == 0
    assert opened == ["asked"]


def test_what_was_refused_is_asked_for_again_and_never_taken_as_open() -> None:
    opened: list[str] = []
    app = application(opened, fails=1)
    with pytest.raises(RuntimeError):
        app.open()
    app.open()
    app.open()
    assert len(opened) == 2


def test_an_application_without_an_installation_opens_as_it_is() -> None:
    Application(__name__).open()
