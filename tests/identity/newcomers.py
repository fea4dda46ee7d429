"""Somebody new on the staff, and the slip with which they join."""

import re
from datetime import date
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient

from app import audit
from app.access import PostKind
from app.core.database import session
from app.directory import service as directory
from app.directory.models import Post
from app.identity import invitations
from tests.identity.browsing import stranger
from tests.world import World

CHOSEN = "a quiet bench behind the library"


def newcomer(
    world: World, name: str, kind: PostKind = PostKind.CLASS_TEACHER, place: str = "school",
    grade: str | None = "四年级", class_label: str | None = "1班",
) -> UUID:
    """Put somebody on the staff who has no account yet."""
    with world.database.transaction():
        by = audit.system("test")
        person = directory.add_person(
            district_id=world.district, number=f"T-{name}", name=name.capitalize(), mail=None, by=by
        )
        directory.give_post(
            person_id=person.id, kind=kind, organisation_id=world.organisations[place], starts_on=date(2020, 9, 1),
            grade_id=world.grades[place, grade] if grade and kind in _WITH_GRADE else None,
            class_id=world.classes[place, grade, class_label] if class_label and kind in _WITH_CLASS else None, by=by,
        )
        world.people[name] = person.id
        return person.id


_WITH_CLASS = (PostKind.CLASS_TEACHER,)
_WITH_GRADE = (PostKind.CLASS_TEACHER, PostKind.HEAD_OF_GRADE)


def slip_for(world: World, name: str, *, by: str) -> str:
    """Print a slip and return its code."""
    with world.acting(by) as actor:
        return invitations.make_invitations([world.people[name]], by=actor)[0].code


def joined(app: Flask, code: str, password: str = CHOSEN) -> FlaskClient:
    """Return a browser in which somebody joined with a slip."""
    browser = stranger(app)
    answer = browser.post("/join/password", data={"code": code, "password": password, "again": password})
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return browser


def post_of(world: World, name: str) -> UUID:
    """Return the id of somebody's first post."""
    from sqlalchemy import select

    with world.database.transaction(writes=False):
        found = session().scalar(select(Post.id).where(Post.person_id == world.people[name]))
        assert found is not None
        return found
