"""Who is told that somebody waits for a key: upper packages say it, because identity must not know of them."""

from collections.abc import Callable, Collection
from uuid import UUID

from app.access import Actor
from app.core.database import session
from app.core.errors import Missing
from app.directory.contacts import settle_contacts
from app.identity import keys
from app.vault import Group, groups

Teller = Callable[[Collection[UUID], UUID, Actor], object]
"""Takes whom to tell, at which organisation, and who waits."""
Settler = Callable[[UUID, Actor], object]
"""Takes who was admitted, and by whom."""

_tellers: list[Teller] = []
_settlers: list[Settler] = []


def on_waiting(*tellers: Teller) -> None:
    """Let these tell that somebody waits; wiring calls this once for the whole product."""
    _tellers.extend(teller for teller in tellers if teller not in _tellers)


def on_admitted(*settlers: Settler) -> None:
    """Let these take note that somebody was admitted; wiring calls this once for the whole product."""
    _settlers.extend(settler for settler in settlers if settler not in _settlers)


def admit(group_id: UUID, person_id: UUID, *, by: Actor) -> None:
    """Admit a colleague whose words were compared to the group with this id, and pass contacts on to them."""
    group = session().get(Group, group_id)
    if group is None:
        raise Missing()
    keys.admit(person_id, group, by=by)
    settle(person_id, by=by)
    settle_contacts(by)


def settle(person_id: UUID, *, by: Actor) -> None:
    """Say that the actor has admitted somebody: what told them of it has done its work."""
    for settler in _settlers:
        settler(person_id, by)


def tell_of(newcomer: Actor) -> None:
    """Tell those who hold a key that the newcomer's posts ask for, and whose own post it is to pass it on."""
    waited_for = [group for group in map(keys.Place.group, keys.places_of(newcomer.posts)) if group is not None]
    missing = [group for group in waited_for if not newcomer.ring.belongs_to(group.id)]
    holding = groups.holding({group.id for group in missing}) if missing else {}
    for organisation_id in dict.fromkeys(group.organisation_id for group in missing):
        here = [holding[group.id].now for group in missing if group.organisation_id == organisation_id]
        told = set().union(*here) & keys.keepers_at(organisation_id)
        for teller in _tellers:
            teller(told, organisation_id, newcomer)
