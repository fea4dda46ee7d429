"""Who keeps which account, invites whom, and admits to which keys."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from app.core.database import session
from app.core.ids import new_id
from app.directory.models import Person, Post
from app.directory.people import get_member
from app.directory.queries import posts_held, today_at
from app.identity.models import Invitation
from app.identity.queries import HandedOut, get_held_post
from tests.world import World

ABOUT = "app.identity.policy"
EVERYBODY = (
    "root sam lin bo pia gao hart cruz moss nora sol uma tan quill dee dora eve newcomer former"
)
KEYHOLDERS = "root sam lin bo pia gao hart uma tan dee dora eve newcomer"
TABLE = {
    "account:own": {"-": EVERYBODY},
    "account:secure": {"-": EVERYBODY},
    "invitation:list": {"-": "sam uma root"},
    "invitation:make": {"-": "sam uma root"},
    # Administrators, the centre and the auditors answer to the district; nobody resets their own login.
    "person:invite": {
        "lin": "sam", "cruz": "sam", "sam": "root", "tan": "uma", "dee": "root", "eve": "root", "root": "",
    },
    # Whoever may print somebody's slip may take it back, and nobody else.
    "invitation:withdraw": {
        "slip for lin": "sam", "slip for cruz": "sam", "slip for sam": "root", "slip for tan": "uma",
        "slip for dee": "root", "slip for root": "", "missing": "",
    },
    # Whoever works at one school alone is that school's to close; the district may close anybody's but one's own.
    "account:close": {
        "member lin": "sam root", "member cruz": "sam root", "member sam": "root", "member tan": "uma root",
        "member dee": "root", "member eve": "root", "member root": "", "missing": "",
    },
    "post:end": {"post of lin": "sam root", "post of tan": "uma root", "post of dee": "root", "missing": ""},
    "key:tasks": {"-": KEYHOLDERS},
    "key:admit": {"-": KEYHOLDERS},
    "key:refuse": {"-": KEYHOLDERS},
    "card:keep": {"-": "lin bo tan newcomer"},
    "card:use": {"-": "lin bo tan newcomer"},
}


def records(world: World) -> dict[str, Callable[[], Any]]:
    """Say how each record of the table is found inside a transaction."""

    def invitee(name: str) -> SimpleNamespace:
        person = world.people[name]
        return SimpleNamespace(
            person_id=person, district_id=world.district, posts=posts_held(person, today_at(world.district))
        )

    def post(name: str) -> Any:
        person = world.people[name]
        return get_held_post(person, session().scalars(select(Post.id).where(Post.person_id == person)).one())

    def slip(name: str) -> Any:
        row = Invitation(id=new_id(), person_id=world.people[name], organisation_id=world.school, state="open")
        return HandedOut(row, session().get_one(Person, world.people[name]), invitee(name).posts)

    return {
        **{
            f"slip for {name}": lambda one=name: slip(one)  # type: ignore[misc]
            for name in ("lin", "cruz", "sam", "tan", "dee", "root")
        },
        **{name: lambda one=name: invitee(one) for name in ("lin", "cruz", "sam", "tan", "dee", "eve", "root")},  # type: ignore[misc]
        **{
            f"member {name}": lambda one=name: get_member(world.people[one])  # type: ignore[misc]
            for name in ("lin", "cruz", "sam", "tan", "dee", "eve", "root")
        },
        **{f"post of {name}": lambda one=name: post(one) for name in ("lin", "tan", "dee")},  # type: ignore[misc]
    }
