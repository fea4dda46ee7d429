"""Contacts of a class: birth dates, guardians and family flags as one object, wrapped to few."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from app import audit, vault
from app.access import SCHOOL, Actor, PostKind
from app.core.database import session
from app.core.ids import new_id
from app.directory.models import ClassContacts, SchoolClass
from app.directory.queries import posts_at, today_at
from app.vault import Grant, Group, Holder
from app.vault.holders import current_user_keys
from app.vault.models import GroupKey

FACTS = ("born", "gender", "boarding", "left_behind", "guardian", "relation", "phones", "address")

Epochs = Mapping[Holder, int]


def holders_of_classes(shapes: Sequence[SchoolClass]) -> dict[UUID, Epochs]:
    """Return who is to hold the contacts of each class, with the epoch of their present key.

    3-vault.md: the class teacher, the grade team, the counselling room and the school's administrators, as far
    as they have keys yet.
    """
    schools = {shape.school_id for shape in shapes}
    people = _people_in_charge(schools)
    keys = current_user_keys({person_id for _, _, person_id in people})
    groups = _groups_of(schools)
    found: dict[UUID, Epochs] = {}
    for shape in shapes:
        holders = {
            vault.user(person_id): keys[person_id].epoch
            for school_id, class_id, person_id in people
            if person_id in keys and school_id == shape.school_id and class_id in (None, shape.id)
        }
        for (school_id, subject_id), (group_id, epoch) in groups.items():
            if school_id == shape.school_id and subject_id in (None, shape.grade_id):
                holders[vault.group(group_id)] = epoch
        found[shape.id] = holders
    return found


def _people_in_charge(schools: set[UUID]) -> list[tuple[UUID, UUID | None, UUID]]:
    """Return school, class and person of every class teacher; administrators stand without a class."""
    found: list[tuple[UUID, UUID | None, UUID]] = []
    for school_id in schools:
        held = posts_at([school_id], PostKind.CLASS_TEACHER, PostKind.SCHOOL_ADMIN, on=today_at(school_id))
        found += [
            (school_id, post.class_id if post.kind == PostKind.CLASS_TEACHER else None, person_id)
            for person_id, post in held
            if post.class_id is not None or post.kind == PostKind.SCHOOL_ADMIN
        ]
    return found


def _groups_of(schools: set[UUID]) -> dict[tuple[UUID, UUID | None], tuple[UUID, int]]:
    """Return the room and the grade teams by school and grade, each with the epoch of its key."""
    rows = session().execute(
        select(Group.organisation_id, Group.subject_id, Group.id, func.max(GroupKey.epoch))
        .join(GroupKey, GroupKey.group_id == Group.id)
        .where(
            Group.organisation_id.in_(schools),
            or_(Group.kind == "grade", and_(Group.kind == "room", Group.subject_id.is_(None))),
        )
        .group_by(Group.organisation_id, Group.subject_id, Group.id)
    )
    return {(school_id, subject_id): (group_id, epoch) for school_id, subject_id, group_id, epoch in rows}


def make_contacts(shape: SchoolClass, *, holders: Iterable[Holder], by: Actor) -> ClassContacts:
    """Make the object in which the contacts of a class are kept; whoever makes it can open it."""
    row = ClassContacts(id=new_id(), school_id=shape.school_id, class_id=shape.id)
    to = list(dict.fromkeys([*holders, vault.user(by.person_id)]))
    key = vault.create_object(row.id, organisation_id=shape.school_id, to=to, by=by.ring, basis="directory:contacts")
    vault.write(row, "contacts", {}, key)
    session().add(row)
    return row


def destroy_contacts(row: ClassContacts) -> None:
    """Destroy the key of a class's contacts and then what was sealed under it."""
    vault.destroy(row.id)
    session().delete(row)


def settle_contacts(by: Actor) -> int:
    """Share class contacts with those who should hold them and do not, take them from those who should not.

    Somebody founded a group, was admitted, or took over a class: whoever can open the contacts passes them
    on. Taking away needs no key. Returns how many grants were given or taken.
    """
    settled = 0
    for school_id in by.organisations(*SCHOOL):
        shapes = session().scalars(select(SchoolClass).where(SchoolClass.school_id == school_id)).all()
        settled += settle_classes(shapes, by=by)
    return settled


def settle_classes(shapes: Sequence[SchoolClass], *, by: Actor) -> int:
    """Settle who holds the contacts of these classes of one school; return how many grants changed."""
    rows = session().scalars(
        select(ClassContacts).where(ClassContacts.class_id.in_({shape.id for shape in shapes}))
    ).all()
    if not rows:
        return 0
    expected = holders_of_classes(shapes)
    held = _held([row.id for row in rows])
    given = taken = 0
    for row in rows:
        wanted = expected[row.class_id]
        missing = [holder for holder, epoch in wanted.items() if held[row.id].get(holder) != epoch]
        if missing and by.ring.reaches([row.id]):
            for holder in missing:
                vault.share(row.id, to=holder, by=by.ring, basis="directory:contacts")
            given += len(missing)
        # Contacts that nobody could open would be lost.
        if any(held[row.id].get(holder) == epoch for holder, epoch in wanted.items()):
            taken += sum(vault.withdraw(row.id, holder=holder) for holder in held[row.id].keys() - wanted.keys())
    if given or taken:
        audit.record(by, "contacts:settled", organisation=rows[0].school_id, given=given, taken=taken)
    return given + taken


def _held(object_ids: Collection[UUID]) -> dict[UUID, dict[Holder, int]]:
    found: dict[UUID, dict[Holder, int]] = {object_id: {} for object_id in object_ids}
    rows = session().execute(
        select(Grant.object_id, Grant.holder_kind, Grant.holder_id, Grant.holder_epoch)
        .where(Grant.object_id.in_(object_ids))
        .order_by(Grant.holder_epoch)
    )
    for object_id, kind, holder_id, epoch in rows:
        found[object_id][Holder(kind, holder_id)] = epoch  # type: ignore[arg-type]
    return found
