"""`flask letters screen`: what the screening says about letters in a file, offline and without a database."""

import json
from collections.abc import Iterator
from typing import IO, Any

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from app.core.catalogues import DEFAULT_LANGUAGE, LANGUAGES
from app.core.requests import stands_alone
from app.letterbox.screening import explain, family_names, screen


@stands_alone
@click.group()
def letters() -> None:
    """Letters to the counselling room."""


@letters.command("screen")
@click.argument("source", type=click.File("r", encoding="utf-8-sig", errors="replace"))
@click.option("--language", type=click.Choice(list(LANGUAGES)), default=DEFAULT_LANGUAGE, show_default=True)
@click.option("--marks", is_flag=True, help="Also say where in the text the grounds stand, and by which rules.")
@with_appcontext
def screen_command(source: IO[str], language: str, marks: bool) -> None:
    """Read one JSON object with a text per line from SOURCE; write it with level, families and reason added."""
    bad = 0
    with force_locale(language):
        for number, line in enumerate(source, start=1):
            if not line.strip():
                continue
            try:
                letter = _letter(line)
            except ValueError as error:
                bad += 1
                click.echo(f"Line {number} was left out: {error}.", err=True)
                continue
            answer = json.dumps(letter | dict(_screened(letter["text"], marks)), ensure_ascii=False)
            # Half of a character pair cannot be written as it is; as an escape it is JSON again.
            click.echo(answer.encode("utf-8", "backslashreplace"))
    if bad:
        raise SystemExit(1)


def _letter(line: str) -> dict[str, Any]:
    """Return the object in a line; raises ValueError with half a sentence about what is wrong, quoting nothing."""
    try:
        letter = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(letter, dict):
        raise ValueError("it is not a JSON object")
    if not isinstance(letter.get("text"), str):
        raise ValueError("it has no text")
    return letter


def _screened(text: str, marks: bool) -> Iterator[tuple[str, Any]]:
    found = screen(text)
    yield "level", found.level
    yield "families", list(found.families)
    yield "reason", explain(text, found)
    if marks:
        yield "family_names", family_names(found)
        yield "marks", [vars(mark) for mark in found.marks]
        yield "rules", found.version
