"""Three people with keys signed up to a root, for stories about grants without the rest of the product."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from app.core.database import Database
from app.core.ids import new_id
from app.vault import KeyRing, people
from app.vault.keypairs import KeyPair
from app.vault.people import Signer

KEK = {"lin": b"l" * 32, "bo": b"b" * 32, "mallory": b"m" * 32}


@dataclass(frozen=True)
class Keyholders:
    """Who is who, and the organisation they belong to."""

    database: Database
    root: KeyPair
    organisation: UUID
    ids: dict[str, UUID]

    @contextmanager
    def ring(self, name: str) -> Iterator[KeyRing]:
        """Open a transaction with somebody's key ring unlocked by their password."""
        with self.database.transaction():
            yield people.unlock(self.ids[name], kek=KEK[name])


def gather(database: Database) -> Keyholders:
    """Enrol Lin by the root, Bo by Lin, and Mallory by a root of her own making."""
    root, false_root = KeyPair.new(), KeyPair.new()
    database.info["root_public"] = lambda: root.sign_public
    ids = {name: new_id() for name in KEK}
    with database.transaction():
        signer = Signer("root", root, vouches=True)
        lin = people.enrol(ids["lin"], kek=KEK["lin"], recovery_code=b"r" * 20, signer=signer)
        people.enrol(
            ids["bo"], kek=KEK["bo"], recovery_code=None, signer=Signer("user", lin.pair, lin.user_id, lin.epoch)
        )
        forger = Signer("root", false_root, vouches=True)
        people.enrol(ids["mallory"], kek=KEK["mallory"], recovery_code=None, signer=forger)
    return Keyholders(database, root, new_id(), ids)
