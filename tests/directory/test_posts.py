"""A post fits its organisation, ends on a day, and the last administrator's does not."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.access import PostKind
from app.core.database import session
from app.directory import service
from app.directory.models import Post
from app.directory.queries import posts_held, today_at
from app.directory.service import EndsTooEarly, LastAdministrator, PostDoesNotFit, PostOver
from tests.world import World

DAY = timedelta(days=1)


def post_of(world: World, name: str) -> Post:
    return session().scalars(select(Post).where(Post.person_id == world.people[name])).one()


def test_a_post_is_held_on_its_last_day_and_not_on_the_next(world: World) -> None:
    with world.acting("sam") as sam:
        today = today_at(world.school)
        service.end_post(post_of(world, "cruz"), ends_on=today, by=sam)
        assert posts_held(world.people["cruz"], today)
        assert not posts_held(world.people["cruz"], today + DAY)


def test_the_last_administrator_of_a_school_stays(world: World) -> None:
    with world.acting("root") as root:
        today = today_at(world.school)
        with pytest.raises(LastAdministrator):
            service.end_post(post_of(world, "sam"), ends_on=today, by=root)
        service.give_post(
            person_id=world.people["sol"], kind=PostKind.SCHOOL_ADMIN, organisation_id=world.school, by=root,
            ends_on=today + 5 * DAY,
        )
        with pytest.raises(LastAdministrator):
            service.end_post(post_of(world, "sam"), ends_on=today + 5 * DAY, by=root)
        service.end_post(post_of(world, "sam"), ends_on=today, by=root)


def test_another_schools_administrator_does_not_count(world: World) -> None:
    with world.acting("root") as root:
        assert service.is_last_administrator(post_of(world, "sam"), after=today_at(world.school))
        with pytest.raises(LastAdministrator):
            service.end_post(post_of(world, "uma"), ends_on=today_at(world.school), by=root)


def test_the_last_administrator_of_the_district_stays(world: World) -> None:
    with world.acting("root") as root:
        today = today_at(world.district)
        with pytest.raises(LastAdministrator):
            service.end_post(post_of(world, "root"), ends_on=today, by=root)
        service.give_post(
            person_id=world.people["eve"], kind=PostKind.DISTRICT_ADMIN,
            organisation_id=world.organisations["bureau"], by=root,
        )
        service.end_post(post_of(world, "root"), ends_on=today, by=root)


def test_a_post_does_not_end_before_it_began_nor_twice(world: World) -> None:
    with world.acting("sam") as sam:
        post = post_of(world, "cruz")
        with pytest.raises(EndsTooEarly):
            service.end_post(post, ends_on=date(2020, 8, 31), by=sam)
        service.end_post(post, ends_on=today_at(world.school) - DAY, by=sam)
        with pytest.raises(PostOver):
            service.end_post(post, ends_on=today_at(world.school), by=sam)


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (PostKind.AUDITOR, "school"), (PostKind.CENTRE_HEAD, "school"), (PostKind.DISTRICT_ADMIN, "school"),
        (PostKind.COUNSELLOR, "centre"), (PostKind.SCHOOL_ADMIN, "bureau"), (PostKind.CLASS_TEACHER, "school"),
        (PostKind.HEAD_OF_GRADE, "school"),
    ],
)
def test_a_post_fits_its_organisation(world: World, kind: PostKind, place: str) -> None:
    with world.acting("root") as root, pytest.raises(PostDoesNotFit):
        service.give_post(
            person_id=world.people["sol"], kind=kind, organisation_id=world.organisations[place], by=root
        )
