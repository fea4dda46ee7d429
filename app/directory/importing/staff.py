"""Importing a staff list: people, what they are in charge of, and, when the person says so, what has ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select

from app.access import Actor, PostKind
from app.core.database import savepoint, session
from app.directory import labels
from app.directory.contacts import settle_contacts
from app.directory.importing.models import RosterImport
from app.directory.importing.numbers import numbers_kept_out
from app.directory.importing.progress import Tell, silent
from app.directory.importing.students import NothingToImport, PlanChanged, RowsHaveFaults, keep_import, new_import
from app.directory.models import Grade, Organisation, Person
from app.directory.people import HeldPost, posts_held_at
from app.directory.policy import IMPORT_STAFF
from app.directory.queries import today_at
from app.directory.rosters.columns import Table, find_table
from app.directory.rosters.fields import STAFF_FIELDS
from app.directory.rosters.reading import read
from app.directory.rosters.remarks import RowFault, shown
from app.directory.rosters.staff import StaffList, StaffRow, read_staff
from app.directory.rosters.students import known_grade
from app.directory.service import (
    POSTS_AT,
    add_person,
    change_person,
    end_post,
    ensure_class,
    ensure_grade,
    give_post,
    is_last_administrator,
    normal_number,
    number_index,
)

PostKey = tuple[UUID, str, str | None, str | None]
"""Organisation, kind, grade and class of a post, the last two in words."""


@dataclass(frozen=True)
class StaffPlan:
    """What a staff list would change."""

    staff: StaffList
    new_people: tuple[StaffRow, ...]
    renamed: tuple[tuple[Person, StaffRow], ...] = field(repr=False)
    new_posts: tuple[tuple[StaffRow, PostKey], ...]
    kept_posts: int
    ending: tuple[HeldPost, ...]
    fingerprint: str
    people: Mapping[str, Person] = field(repr=False)
    organisations: Mapping[str, Organisation] = field(repr=False)


def staff_table(content: bytes) -> Table:
    """Return the list that a file holds, with the columns recognised; raises NotASpreadsheet and its kind."""
    return find_table(read(content), STAFF_FIELDS)


def organisations_kept_by(actor: Actor) -> list[Organisation]:
    """Return the organisations whose staff this person keeps: the district's, or the own schools."""
    query = select(Organisation).where(Organisation.district_id == actor.district_id)
    if not actor.holds(PostKind.DISTRICT_ADMIN):
        query = query.where(Organisation.id.in_(actor.organisations(PostKind.SCHOOL_ADMIN)))
    return list(session().scalars(query.order_by(Organisation.kind, Organisation.name)))


def plan_staff(table: Table, *, by: Actor) -> StaffPlan:
    """Return what the list would change; nothing is done. Raises ColumnsMissing."""
    kept = {organisation.name: organisation for organisation in organisations_kept_by(by)}
    own = next(iter(kept)) if len(kept) == 1 else None
    held = posts_held_at([organisation.id for organisation in kept.values()])
    read_list = _as_seen_by(by, read_staff(table, organisations=list(kept), own=own))
    people = _people_of(read_list.entries, by)
    staff = _with_faults(read_list, kept, people, {each.person.id for each in held}, by)
    first = {row.number: row for row in reversed(staff.entries)}
    there = {(each.person.id, _key_of(each)) for each in held}
    places = _Places(kept)
    asked = {(row.number, places.key_of(row)): row for row in staff.entries}
    known = {(people[number].id, key) for number, key in asked if number in people}
    new_posts = tuple(
        (row, key) for (number, key), row in asked.items()
        if number not in people or (people[number].id, key) not in there
    )
    ending = _ending(table, staff, held, known, kept, by)
    return StaffPlan(
        staff=staff,
        new_people=tuple(row for number, row in first.items() if number not in people)[::-1],
        renamed=tuple(
            (people[number], row) for number, row in first.items()
            if number in people and people[number].name != row.name
        ),
        new_posts=new_posts,
        kept_posts=len(asked) - len(new_posts),
        ending=ending,
        fingerprint=_fingerprint(first, people, new_posts, ending, staff),
        people=people,
        organisations=kept,
    )


def import_staff(
    table: Table,
    *,
    by: Actor,
    without_bad_rows: bool = False,
    end_missing: bool = False,
    expecting: str | None = None,
    upload_id: UUID | None = None,
    tell: Tell = silent,
) -> RosterImport:
    """Import a staff list, making the grades and classes it names; `end_missing` ends posts it does not name.

    Raises RowsHaveFaults, NothingToImport and PlanChanged, and then nothing was done.
    """
    IMPORT_STAFF.demand(by)
    plan = plan_staff(table, by=by)
    if expecting is not None and expecting != plan.fingerprint:
        raise PlanChanged()
    if plan.staff.bad_rows and not without_bad_rows:
        raise RowsHaveFaults(count=len(plan.staff.bad_rows))
    if not plan.staff.entries:
        raise NothingToImport()
    with savepoint():
        return _carry_out(plan, end_missing, by=by, upload_id=upload_id, tell=tell)


def _carry_out(
    plan: StaffPlan, end_missing: bool, *, by: Actor, upload_id: UUID | None, tell: Tell
) -> RosterImport:
    people = dict(plan.people)
    for done, row in enumerate(plan.staff.entries, start=1):
        _keep_person(row, people, by)
        tell(done, len(plan.staff.entries))
    for row, key in plan.new_posts:
        _give(people[row.number], key, by)
    ending = plan.ending if end_missing else ()
    for held in ending:
        end_post(held.post, ends_on=today_at(held.post.organisation_id), by=by)
    settle_contacts(by)
    counts = {
        "rows": len(plan.staff.entries), "without": len(plan.staff.bad_rows), "new": len(plan.new_people),
        "renamed": len(plan.renamed), "posts": len(plan.new_posts), "ended": len(ending),
    }
    imported = new_import(_where_kept(plan, by), kind="staff", upload_id=upload_id, counts=counts, by=by)
    keep_import(imported, by=by)
    return imported


def _where_kept(plan: StaffPlan, by: Actor) -> Organisation:
    """Return the organisation whose import this is: the district's for its administrator, else the own school's."""
    if by.holds(PostKind.DISTRICT_ADMIN):
        return session().get_one(Organisation, by.district_id)
    return next(iter(plan.organisations.values()))


def _as_seen_by(by: Actor, staff: StaffList) -> StaffList:
    """Return the list with the faults as a school meets them: an organisation that is not its own may well exist."""
    if by.holds(PostKind.DISTRICT_ADMIN):
        return staff
    faults = (
        replace(fault, code="foreign_organisation") if fault.code == "unknown_organisation" else fault
        for fault in staff.faults
    )
    return replace(staff, faults=tuple(faults))


def _key_of(held: HeldPost) -> PostKey:
    return held.post.organisation_id, held.post.kind, held.grade_label, held.class_label


def _people_of(rows: Sequence[StaffRow], by: Actor) -> dict[str, Person]:
    """Return those of the list who are known already, by the number as the list writes it."""
    indexes = {number_index(row.number): row.number for row in rows}
    found = session().scalars(
        select(Person).where(Person.district_id == by.district_id, Person.number_index.in_(indexes))
    )
    return {indexes[person.number_index]: person for person in found}


def _with_faults(
    staff: StaffList, kept: Mapping[str, Organisation], people: Mapping[str, Person], own: set[UUID], by: Actor
) -> StaffList:
    """Keep out posts that an organisation cannot have, grades that are none, and numbers of other people."""
    faults: list[RowFault] = []
    entries: list[StaffRow] = []
    for row in staff.entries:
        found = _fault_of(row, kept, people.get(row.number), own, by)
        if found is None:
            entries.append(row)
        else:
            faults.append(found)
    return staff.with_remarks(tuple(entries), faults, [])


def _fault_of(
    row: StaffRow, kept: Mapping[str, Organisation], person: Person | None, own: set[UUID], by: Actor
) -> RowFault | None:
    if PostKind(row.post) not in POSTS_AT[kept[row.organisation].kind]:
        return RowFault(row.row, "post", "post_elsewhere", {})
    if row.grade_label and labels.grade_label(row.grade_label) is None:
        return RowFault(row.row, "grade", "unknown_grade", {}, found=shown(row.grade_label))
    stranger = person is not None and person.name != row.name and person.id not in own
    if stranger and not by.holds(PostKind.DISTRICT_ADMIN):
        return RowFault(row.row, "number", "other_person", {}, found=shown(row.number))
    return None


class _Places:
    """Says what a row is in charge of, in the words of the organisation it names."""

    def __init__(self, kept: Mapping[str, Organisation]) -> None:
        self.organisations = kept
        self._grades: dict[UUID, list[str]] = {organisation.id: [] for organisation in kept.values()}
        rows = session().execute(
            select(Grade.school_id, Grade.label).where(Grade.school_id.in_(self._grades)).order_by(Grade.position)
        )
        for school_id, label in rows:
            self._grades[school_id].append(label)

    def key_of(self, row: StaffRow) -> PostKey:
        """Return organisation, kind, grade and class of a row's post."""
        organisation = self.organisations[row.organisation]
        return organisation.id, row.post, self._grade(organisation.id, row.grade_label), row.class_label

    def _grade(self, organisation_id: UUID, label: str | None) -> str | None:
        """Return a grade in the school's own words, or as schools commonly write one that it does not have yet."""
        if label is None:
            return None
        grades = self._grades[organisation_id]
        return (known_grade(label, grades) if grades else None) or labels.grade_label(label)


def _ending(
    table: Table,
    staff: StaffList,
    held: Sequence[HeldPost],
    asked: set[tuple[UUID, PostKey]],
    kept: Mapping[str, Organisation],
    by: Actor,
) -> tuple[HeldPost, ...]:
    """Return the posts that the list's organisations have and the list does not name.

    Never those of people in rows with faults, of the importer, or of a last administrator.
    """
    spoken_for = {kept[row.organisation].id for row in staff.entries}
    out, _ = numbers_kept_out(table, staff.bad_rows)
    untouchable = {normal_number(number) for number in out}
    return tuple(
        each
        for each in held
        if each.post.organisation_id in spoken_for
        and (each.person.id, _key_of(each)) not in asked
        and each.person.id != by.person_id
        and each.person.number not in untouchable
        and not is_last_administrator(each.post, after=today_at(each.post.organisation_id))
    )


def _keep_person(row: StaffRow, people: dict[str, Person], by: Actor) -> None:
    person = people.get(row.number)
    if person is None:
        people[row.number] = add_person(
            district_id=by.district_id, number=row.number, name=row.name, mail=row.mail, by=by
        )
    else:
        change_person(person, name=row.name, mail=row.mail or person.mail, by=by)


def _give(person: Person, key: PostKey, by: Actor) -> None:
    organisation_id, kind, grade_label, class_label = key
    grade = ensure_grade(school_id=organisation_id, label=grade_label) if grade_label else None
    shape = ensure_class(grade=grade, label=class_label) if grade and class_label else None
    give_post(
        person_id=person.id, kind=PostKind(kind), organisation_id=organisation_id, by=by,
        grade_id=grade.id if grade else None, class_id=shape.id if shape else None,
    )


def _fingerprint(
    first: Mapping[str, StaffRow],
    people: Mapping[str, Person],
    new_posts: Sequence[tuple[StaffRow, PostKey]],
    ending: Sequence[HeldPost],
    staff: StaffList,
) -> str:
    told = (
        [(number, row.name, number in people and people[number].name) for number, row in first.items()],
        [(row.number, key) for row, key in new_posts],
        sorted(each.post.id.hex for each in ending),
        staff.bad_rows,
    )
    return sha256(repr(told).encode()).hexdigest()
