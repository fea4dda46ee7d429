"""Who a file is open to: handing over the charge, restricting it, releasing an entry to the next tier."""

from collections.abc import Collection
from uuid import UUID

from app import vault
from app.access import Actor, PostKind
from app.core.database import session
from app.core.errors import Invalid
from app.core.words import N_
from app.directory.queries import holders_of, today_at
from app.files.models import FileEntry, StudentFile
from app.files.policy import HAND_CHARGE, RELEASE, RESTRICT
from app.files.service.record import record
from app.vault import Holder


class NobodyNamed(Invalid):
    """A restricted file needs at least its counsellor."""

    words = N_("Name at least one colleague of the room.")


class NotAColleague(Invalid):
    """Only counsellors of the same school can be in charge of a file or named for it."""

    words = N_("Only counsellors of this school can be named here.")


def colleagues_of(file: StudentFile) -> list[UUID]:
    """Return the counsellors of the file's school as of today."""
    return holders_of(PostKind.COUNSELLOR, organisation_id=file.school_id, on=today_at(file.school_id))


def hand_charge(file: StudentFile, *, to: UUID, by: Actor) -> None:
    """Put a colleague of the room in charge of a file; a restricted one is opened to them first."""
    HAND_CHARGE.demand(by, file)
    _expect_colleagues(file, {to})
    if file.restricted:
        vault.share(file.id, to=vault.user(to), by=by.ring, basis="file:charge_handed")
    file.in_charge_id = to
    session().flush()
    record(by, "file:charge_handed", file, to_person=to)


def restrict(file: StudentFile, *, to: Collection[UUID], by: Actor) -> None:
    """Close a file to all but the named and the recovery card; for the rest it does not exist.

    Done again with other names it is open to just these. Who could open it before may have read it.
    """
    RESTRICT.demand(by, file)
    if not to:
        raise NobodyNamed()
    named = {file.in_charge_id, *to}
    _expect_colleagues(file, named)
    for holder in (*map(vault.user, sorted(named)), *vault.cards_of(file.school_id)):
        vault.share(file.id, to=holder, by=by.ring, basis="file:restricted")
    for grant in vault.grants_of(file.id):
        if grant.holder_kind == "group" or (grant.holder_kind == "user" and grant.holder_id not in named):
            vault.withdraw(file.id, holder=vault.holder_of(grant))
    file.restricted = True
    session().flush()
    record(by, "file:restricted", file, people=len(named))


def release(entry: FileEntry, *, to: Holder, by: Actor, basis: str) -> None:
    """Give one signed entry to the next tier: its own key is wrapped to them, the file's is not."""
    RELEASE.demand(by, entry)
    vault.share(entry.id, to=to, by=by.ring, basis=basis)
    record(by, "entry:released", entry.file, entry=entry.id, holder=to.id)


def withdraw_release(entry: FileEntry, *, holder: Holder, by: Actor) -> None:
    """Take a released entry back; what was read was read."""
    if vault.withdraw(entry.id, holder=holder):
        record(by, "entry:release_withdrawn", entry.file, entry=entry.id, holder=holder.id)


def _expect_colleagues(file: StudentFile, people: Collection[UUID]) -> None:
    if not set(people) <= set(colleagues_of(file)):
        raise NotAColleague()
