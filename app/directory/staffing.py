"""Giving posts, and taking somebody on with the first one, within the organisations that the actor keeps."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from app.access import Actor, PostKind
from app.core.database import savepoint
from app.core.ids import parse_id
from app.core.paging import Page
from app.directory import policy, service
from app.directory.contacts import settle_contacts
from app.directory.importing.staff import organisations_kept_by
from app.directory.models import Organisation, Person, Post
from app.directory.people import DISTRICT_SEES, Member
from app.directory.queries import classes_in

PEOPLE_ON_A_PAGE = 50


def give(
    person_id: UUID,
    *,
    kind: str,
    organisation_id: UUID,
    grade_id: UUID | None,
    class_id: UUID | None,
    starts_on: date | None,
    ends_on: date | None,
    by: Actor,
) -> Post:
    """Put somebody in charge of something; what the actor does not keep is not there."""
    organisation = next((one for one in organisations_kept_by(by) if one.id == organisation_id), None)
    policy.KEEP_PEOPLE.demand(by if organisation else None, organisation)
    assert organisation is not None
    grade_id, class_id = _charge_within(organisation, grade_id, class_id)
    post = service.give_post(
        person_id=person_id, kind=PostKind(kind), organisation_id=organisation.id, by=by,
        grade_id=grade_id, class_id=class_id, starts_on=starts_on, ends_on=ends_on,
    )
    settle_contacts(by)
    return post


def employ(*, number: str, name: str, mail: str | None, by: Actor, **post: Any) -> Person:
    """Add somebody to the staff with their first post, or nobody."""
    with savepoint():
        person = service.find_or_add_person(
            district_id=by.district_id, number=number, name=name, mail=mail, by=by
        )
        give(person.id, by=by, **post)
    return person


def _charge_within(
    organisation: Organisation, grade_id: UUID | None, class_id: UUID | None
) -> tuple[UUID | None, UUID | None]:
    """Return grade and class; only those of the organisation count, and a class brings its own grade."""
    if grade_id is None and class_id is None:
        return None, None
    for shape, grade in classes_in([organisation.id]):
        if class_id == shape.id and grade_id in (None, grade.id):
            return grade.id, shape.id
        if class_id is None and grade_id == grade.id:
            return grade.id, None
    raise service.PostDoesNotFit()


def page_of(members: Sequence[Member], after: str | None) -> Page[Member]:
    """Return one page of a list of people, after the person whose id is named."""
    last = parse_id(after or "")
    start = next((index for index, one in enumerate(members, start=1) if one.id == last), 0)
    some = members[start : start + PEOPLE_ON_A_PAGE]
    more = start + PEOPLE_ON_A_PAGE < len(members)
    return Page(some, some[-1].id.hex if more else None)


def kinds_kept_by(actor: Actor) -> list[PostKind]:
    """Return which posts the actor can give, in their order."""
    kinds = {kind for organisation in organisations_kept_by(actor) for kind in service.POSTS_AT[organisation.kind]}
    if actor.holds(PostKind.DISTRICT_ADMIN):
        kinds &= set(DISTRICT_SEES)
    return [kind for kind in PostKind if kind in kinds]
