"""`flask rosters`: import lists of students and staff as one of the administrators, who gives the password."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from app.access import Actor
from app.audit.rollback import is_rolled_back
from app.core.database import Database
from app.core.errors import ReadOnly, Refusal
from app.directory.importing.models import RosterImport
from app.directory.importing.planning import StudentPlan, plan_students, student_table
from app.directory.importing.progress import Tell
from app.directory.importing.staff import StaffPlan, import_staff, plan_staff, staff_table
from app.directory.importing.students import import_students
from app.directory.models import Organisation
from app.directory.queries import organisations_of
from app.directory.rosters.fields import STAFF_FIELDS, STUDENT_FIELDS
from app.directory.rosters.remarks import RowFault
from app.identity.credentials import Typed
from app.identity.factor import WrongCode
from app.identity.signing import CodeNeeded, WrongSignIn, act_as, stretching

_FIELDS = {field.name: field.words for field in (*STAFF_FIELDS, *STUDENT_FIELDS)}
_SOURCE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def rosters() -> None:
    """Lists of students and staff."""


def _shared(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--dry-run", is_flag=True, help="Say what the list would change, and do nothing."),
        click.option("--without-bad-rows", is_flag=True, help="Import the rows that can be imported."),
        click.option("--as", "number", required=True, help="The staff number of the importing administrator."),
        click.argument("source", type=_SOURCE),
    ):
        command = option(command)
    return command


@rosters.command("import")
@_shared
@click.option("--school", required=True, help="The name of the school.")
@click.option("--add-grade", "grades", multiple=True, help="A grade that the school also has now.")
@click.option("--with-leavers", is_flag=True, help="Mark as left who is missing where the list looks complete.")
@with_appcontext
def import_command(
    source: Path, number: str, school: str, grades: tuple[str, ...], with_leavers: bool, without_bad_rows: bool,
    dry_run: bool,
) -> None:
    """Import the students in the file SOURCE into a school, all of them or none."""

    def work(actor: Actor, tell: Tell) -> None:
        table, place = student_table(source.read_bytes()), _school(school, actor)
        _say_student_plan(plan_students(table, school=place, by=actor, new_grades=grades))
        if not dry_run:
            done = import_students(
                table, school=place, by=actor, without_bad_rows=without_bad_rows, new_grades=grades, tell=tell,
                leaving=None if with_leavers else (),
            )
            _say_done(done)

    _as_somebody(number, work)


@rosters.command("import-staff")
@_shared
@click.option("--end-missing", is_flag=True, help="End today the posts that the list does not name.")
@with_appcontext
def import_staff_command(
    source: Path, number: str, end_missing: bool, without_bad_rows: bool, dry_run: bool
) -> None:
    """Import the staff in the file SOURCE with their posts, all of them or none."""

    def work(actor: Actor, tell: Tell) -> None:
        table = staff_table(source.read_bytes())
        _say_staff_plan(plan_staff(table, by=actor))
        if not dry_run:
            _say_done(
                import_staff(
                    table, by=actor, without_bad_rows=without_bad_rows, end_missing=end_missing, tell=tell
                )
            )

    _as_somebody(number, work)


def _as_somebody(number: str, work: Callable[[Actor, Tell], None]) -> None:
    """Do the work in one transaction as the person whose password is asked for, or exit with one sentence."""
    database: Database = current_app.extensions["database"]
    if is_rolled_back(database):
        raise click.ClickException(ReadOnly.words)
    password = click.prompt("Password", hide_input=True)
    try:
        with database.transaction(writes=False):
            stretch = stretching(login=number, password=password, source="cli")
        typed = stretch()
        try:
            known = database.retrying(lambda: _sign_in_and(work, number, typed))
        except CodeNeeded:
            code = click.prompt("Code of the second step")
            known = database.retrying(lambda: _sign_in_and(work, number, typed, code))
    except Refusal as refused:
        raise click.ClickException(refused.words % refused.params if refused.params else refused.words) from None
    if not known:
        raise click.ClickException(WrongSignIn.words)


def _sign_in_and(
    work: Callable[[Actor, Tell], None], number: str, typed: Typed, code: str | None = None
) -> bool:
    try:
        actor = act_as(typed, login=number, code=code, via="cli")
    except (WrongSignIn, WrongCode):
        # Returned and not raised: the failed attempt is counted, so it must be committed.
        return False
    work(actor, _tell)
    return True


def _tell(done: int, total: int) -> None:
    """Show how far it is, to somebody who watches."""
    if sys.stderr.isatty():
        click.echo(f"\r{done} of {total} rows", nl=done == total, err=True)


def _school(name: str, actor: Actor) -> Organisation:
    found = next((one for one in organisations_of(actor.district_id, "school") if one.name == name), None)
    if found is None:
        raise click.ClickException("There is no school of this name.")
    return found


def _say_student_plan(plan: StudentPlan) -> None:
    found = plan.comparison
    _say_faults(plan.roster.faults)
    click.echo(
        f"{len(plan.roster.entries)} students: {len(found.new)} new, {len(found.moved)} in another class, "
        f"{len(found.renamed)} under a new name, {len(found.returned)} back again, "
        f"{plan.contacts_changed} with other contacts, {len(found.unchanged)} as before."
    )
    for grade in plan.coverage.missing:
        proposal = "the list looks complete" if grade.suggested else "the list does not look complete"
        click.echo(f"{grade.grade_label}: {len(grade.lines)} students are not in the list; {proposal}.")
    for label, rows in plan.unknown_grades.items():
        click.echo(f"{rows} rows name a grade the school does not have: --add-grade {label}")


def _say_staff_plan(plan: StaffPlan) -> None:
    _say_faults(plan.staff.faults)
    click.echo(
        f"{len(plan.staff.entries)} posts: {len(plan.new_posts)} new, {len(plan.new_people)} new people, "
        f"{len(plan.renamed)} under a new name, {plan.kept_posts} as before; {len(plan.ending)} are not in the list."
    )


def _say_faults(faults: Iterable[RowFault]) -> None:
    for fault in faults:
        click.echo(f"Row {fault.row}, {_FIELDS.get(fault.field, fault.field)}: {_sentence(fault)}")


def _sentence(fault: RowFault) -> Any:
    return fault.words % fault.params if fault.params else fault.words


def _say_done(done: RosterImport) -> None:
    changed = ", ".join(f"{name} {count}" for name, count in done.counts.items() if count)
    click.echo(f"Imported: {changed or 'nothing new'}.")
