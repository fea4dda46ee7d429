"""From a chosen file to its import, step by step: what pages and programs have in common."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from app.access import Actor, PostKind
from app.core.errors import Missing
from app.core.paging import Page
from app.directory.importing import queries, uploads
from app.directory.importing.models import RosterImport, RosterUpload
from app.directory.importing.planning import StudentPlan, plan_students
from app.directory.importing.staff import StaffPlan, import_staff, plan_staff
from app.directory.importing.students import import_students
from app.directory.models import Organisation
from app.directory.policy import IMPORT_ROSTER
from app.directory.queries import get_organisation
from app.directory.rosters.columns import Table
from app.directory.rosters.remarks import RowFault

FAULTS_ON_A_PAGE = 50


@dataclass(frozen=True)
class Target:
    """A list that somebody may import: of which people, and for which organisation."""

    kind: str
    organisation: Organisation

    @property
    def value(self) -> str:
        """The target as a form names it."""
        return f"{self.kind}:{self.organisation.id}"


def targets_of(actor: Actor) -> list[Target]:
    """Return the lists that somebody may import."""
    found = []
    for organisation_id in sorted(actor.organisations(PostKind.SCHOOL_ADMIN)):
        school = get_organisation(organisation_id)
        if school is not None and IMPORT_ROSTER.allows(actor, school):
            found += [Target("students", school), Target("staff", school)]
    district = get_organisation(actor.district_id)
    if actor.holds(PostKind.DISTRICT_ADMIN) and district is not None:
        found.append(Target("staff", district))
    return found


def take_in(content: bytes, *, what: str, by: Actor) -> RosterUpload:
    """Keep the list of a file for the next steps; `what` is the value of a target.

    Raises Missing for a target that is not the actor's, and NotASpreadsheet and its kind.
    """
    target = next((one for one in targets_of(by) if one.value == what), None)
    if target is None:
        raise Missing()
    return uploads.keep_upload(content, kind=target.kind, organisation=target.organisation, by=by)


def find_upload_or_import(upload_id: UUID) -> RosterUpload | RosterImport | None:
    """Return an upload, or what it led to: a form sent again from an old page leads to the result.

    Both are always asked for, so that another's upload costs what none costs.
    """
    done = queries.import_of_upload(upload_id)
    return uploads.find_upload(upload_id) or done


def correct_columns(upload: RosterUpload, columns: Mapping[str, int | None], *, by: Actor) -> Table:
    """Keep which column holds which fact; raises ColumnUnclear, and ColumnsMissing once that is kept."""
    before = uploads.choices_of(upload, by=by)
    uploads.choose(upload, uploads.Choices({**before.columns, **columns}, before.new_grades), by=by)
    table = uploads.table_of(upload, by=by)
    table.demand_columns()
    return table


def add_grades(upload: RosterUpload, grades: Collection[str], *, by: Actor) -> None:
    """Keep that the school also has grades that the list names; they are made with the import."""
    before = uploads.choices_of(upload, by=by)
    all_of_them = tuple(dict.fromkeys((*before.new_grades, *grades)))
    uploads.choose(upload, uploads.Choices(before.columns, all_of_them), by=by)


def plan_of(upload: RosterUpload, *, by: Actor) -> StudentPlan | StaffPlan:
    """Return what a list would change; nothing is done. Raises ColumnsMissing and what planning raises."""
    table = uploads.table_of(upload, by=by)
    if upload.kind == "staff":
        return plan_staff(table, by=by)
    grades = uploads.choices_of(upload, by=by).new_grades
    return plan_students(table, school=_organisation_of(upload), by=by, new_grades=grades)


def faults_of(plan: StudentPlan | StaffPlan) -> tuple[RowFault, ...]:
    """Return why rows of a list cannot be imported."""
    return plan.staff.faults if isinstance(plan, StaffPlan) else plan.roster.faults


def page_of_faults(plan: StudentPlan | StaffPlan, after: str | None) -> Page[RowFault]:
    """Return why rows cannot be imported, some at a time; what is no cursor starts the list."""
    faults, given = faults_of(plan), after or ""
    start = int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 0
    end = start + FAULTS_ON_A_PAGE
    return Page(faults[start:end], str(end) if end < len(faults) else None)


def import_upload(
    upload: RosterUpload, *, seen: str, without_bad_rows: bool, leave: Collection[UUID], end_missing: bool, by: Actor
) -> RosterImport:
    """Import a list as it was shown, all of it or nothing, and forget the upload.

    `seen` is the fingerprint of the plan that was shown; `leave` names grades whose missing students leave, and
    `end_missing` ends posts that a staff list does not name. Raises what importing raises, and then nothing was done.
    """
    table = uploads.table_of(upload, by=by)
    if upload.kind == "staff":
        done = import_staff(
            table, by=by, without_bad_rows=without_bad_rows, upload_id=upload.id, end_missing=end_missing,
            expecting=seen,
        )
    else:
        done = import_students(
            table, school=_organisation_of(upload), by=by, without_bad_rows=without_bad_rows, leaving=leave,
            new_grades=uploads.choices_of(upload, by=by).new_grades, expecting=seen, upload_id=upload.id,
        )
    uploads.forget_upload(upload)
    return done


def _organisation_of(upload: RosterUpload) -> Organisation:
    organisation = get_organisation(upload.organisation_id)
    if organisation is None:
        raise Missing()
    return organisation
