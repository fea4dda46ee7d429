"""A post written into the database by SQL counts for nothing: no role, no key, no place in anybody's list."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from app.access import PostKind
from app.core.database import session
from app.core.ids import new_id
from app.directory.contacts import settle_contacts
from app.directory.models import Post, Student
from app.directory.queries import contacts_of, holders_of
from app.identity import keys
from tests.world import World

CLASS = ("school", "四年级", "1班")


def forged(world: World, name: str, kind: str, **changes: Any) -> dict[str, Any]:
    """Copy the mark of a post that somebody really holds onto another one."""
    mark = session().scalars(select(Post.mark)).first()
    return {
        "id": new_id(), "person_id": world.people[name], "kind": kind, "organisation_id": world.school,
        "grade_id": None, "class_id": None, "starts_on": date(2020, 9, 1), "ends_on": None, "mark": mark,
    } | changes


def test_sol_with_posts_by_sql_is_still_a_subject_teacher(world: World) -> None:
    with world.database.transaction() as db:
        for row in (
            forged(world, "sol", "class_teacher", class_id=world.classes[CLASS]),
            forged(world, "sol", "counsellor"),
            forged(world, "sol", "district_admin", organisation_id=world.district),
        ):
            db.execute(insert(Post.__table__).values(row))
    with world.acting("lin") as lin:
        settle_contacts(lin)
        assert keys.waiting_for(lin) == []
        assert world.people["sol"] not in holders_of(
            PostKind.COUNSELLOR, organisation_id=world.school, on=date(2026, 11, 2)
        )
    with world.acting("sol") as sol:
        assert [post.kind for post in sol.posts] == [PostKind.SUBJECT_TEACHER]
        assert contacts_of(session().get_one(Student, world.students["ana"]), sol.ring) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "counsellor"}, {"starts_on": date(2020, 8, 31)}, {"ends_on": date(2030, 1, 1)}, {"mark": b""},
        {"mark": bytes(32)},
    ],
    ids=str,
)
def test_a_post_changed_by_sql_is_none(world: World, changes: dict[str, Any]) -> None:
    with world.acting("sol") as sol:
        assert sol.posts, "and that its mark was right before is remembered"
    with world.database.transaction() as db:
        db.execute(update(Post).where(Post.person_id == world.people["sol"]).values(changes))
    with world.acting("sol") as sol:
        assert sol.posts == ()


def test_a_post_given_to_somebody_else_by_sql_is_none(world: World) -> None:
    with world.database.transaction() as db:
        db.execute(update(Post).where(Post.person_id == world.people["lin"]).values(person_id=world.people["sol"]))
    with world.acting("sol") as sol:
        assert [post.kind for post in sol.posts] == [PostKind.SUBJECT_TEACHER]
