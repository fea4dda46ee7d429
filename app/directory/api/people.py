"""The staff and their posts, for those who administer a school or the district."""

from typing import Any

from flask import g, url_for
from marshmallow import fields, validate

from app.access import PostKind, guard
from app.core.openapi import After, page_of
from app.core.paging import Page
from app.directory import policy, schemas, service, staffing
from app.directory.api.resource import directory_api
from app.directory.importing.staff import organisations_kept_by
from app.directory.people import Member, find_members, get_member, members_kept_by
from app.directory.queries import classes_in


class WhichPeople(After):
    """People with one kind of post now, or (ended) those without any."""

    posts = fields.Str(load_default="", validate=validate.OneOf(["", "ended", *PostKind]))


@directory_api.get("/people")
@guard(policy.LIST_PEOPLE)
@directory_api.arguments(WhichPeople, location="query")
@directory_api.response(200, page_of(schemas.MemberOut))
def people(query: dict[str, Any]) -> Any:
    """List who is in charge of what, by staff number."""
    chosen = query["posts"]
    kind = PostKind(chosen) if chosen in set(PostKind) else None
    page = staffing.page_of(members_kept_by(g.actor, kind=kind, ended=chosen == "ended"), query.get("after"))
    return Page([_told(member) for member in page.items], page.next)


@directory_api.post("/people/search")
@guard(policy.LIST_PEOPLE)
@directory_api.arguments(schemas.Found)
@directory_api.response(200, schemas.MemberOut(many=True))
def search_people(given: dict[str, Any]) -> Any:
    """Find people by a part of name, number or mail address; what is looked for travels in the body."""
    return [_told(member) for member in find_members(given["q"], g.actor)]


@directory_api.post("/people")
@guard(policy.LIST_PEOPLE)
@directory_api.arguments(schemas.PersonAddedIn)
@directory_api.response(201, schemas.PersonOut)
def add_person(given: dict[str, Any]) -> Any:
    """Add somebody to the staff with their first post; the same number and name are the same person."""
    person = staffing.employ(**given, by=g.actor)
    return person, {"Location": url_for("directory_api.person", person_id=person.id)}


@directory_api.get("/people/<uuid:person_id>")
@guard(policy.SEE_PERSON, load=get_member)
@directory_api.response(200, schemas.MemberOut)
def person(member: Member) -> Any:
    """Open somebody with those of their posts that the caller keeps."""
    return _told(member)


@directory_api.put("/people/<uuid:person_id>")
@guard(policy.SEE_PERSON, load=get_member)
@directory_api.arguments(schemas.PersonChange)
@directory_api.response(200, schemas.MemberOut)
def change_person(member: Member, given: dict[str, Any]) -> Any:
    """Correct the name or the mail address of somebody."""
    policy.CHANGE_PERSON.demand(g.actor, member)
    service.change_person(member.person, name=given["name"], mail=given["mail"], by=g.actor)
    return _told(member), {"Content-Location": url_for("directory_api.person", person_id=member.id)}


@directory_api.post("/people/<uuid:person_id>/posts")
@guard(policy.SEE_PERSON, load=get_member)
@directory_api.arguments(schemas.PostGivenIn)
@directory_api.response(201, schemas.StaffPostOut)
def give_post(member: Member, given: dict[str, Any]) -> Any:
    """Put somebody in charge of something; the same post twice is one post."""
    post = staffing.give(member.id, **given, by=g.actor)
    return post, {"Location": url_for("directory_api.person", person_id=member.id)}


@directory_api.get("/organisations")
@guard(policy.LIST_PEOPLE)
@directory_api.response(200, schemas.KeptOut(many=True))
def organisations() -> Any:
    """List where the caller can give posts, which posts there are, and what they can be in charge of."""
    kinds = staffing.kinds_kept_by(g.actor)
    kept = organisations_kept_by(g.actor)
    placed = classes_in([one.id for one in kept])
    return [
        {
            "id": one.id, "kind": one.kind, "name": one.name,
            "posts": [kind for kind in kinds if kind in service.POSTS_AT[one.kind]],
            "classes": [
                {"id": shape.id, "name": shape.label, "grade_id": grade.id, "grade": grade.label}
                for shape, grade in placed if grade.school_id == one.id
            ],
        }
        for one in kept
    ]


def _told(member: Member) -> dict[str, Any]:
    shown = member.at({organisation.id for organisation in organisations_kept_by(g.actor)})
    own = {name: getattr(member.person, name) for name in ("id", "number", "name", "mail")}
    return {**own, "posts": [held.post for held in shown.posts]}
