"""Where and how a trail is not what was written: the first place, in words."""

from uuid import UUID

from app.core.words import N_

UNREADABLE = N_("The tables of the trail cannot be read.")
NO_ORGANISATION = N_("A tree belongs to no organisation.")
GAP = N_("A place in the tree is empty.")
EVENT_MISSING = N_("An event of the tree is gone.")
EVENT_CHANGED = N_("An event is not what was sealed.")
COLUMNS_CHANGED = N_("The columns of an event do not say what its sealed text says.")
NOT_OURS = N_("An event was not written by this server.")
NOT_IN_A_TREE = N_("An event stands in no tree.")
INDEX_CHANGED = N_("An index of the trail does not show every event.")
WRITTEN_TWICE = N_("Nothing keeps an event from being written twice: a constraint is missing.")
HEAD_CHANGED = N_("The head of the tree does not belong to its events.")
HEAD_NOT_OURS = N_("The head of the tree was not written by this server.")
NOTE_CHANGED = N_("A stored checkpoint is not one that was signed here.")
NOTE_DISAGREES = N_("The tree does not agree with a stored checkpoint.")
ROW_PUT_BACK = N_("A row does not hold what the newest event about it says: something else was put in its place.")
ROW_MISSING = N_("A row that an event speaks of is gone, and no event says that it was deleted.")
KEY_PUT_BACK = N_("A key that was taken away, as an event says, lies in the database again.")
OUTSIDE_UNREADABLE = N_("A checkpoint from outside is not one that was signed here.")
OUTSIDE_DISAGREES = N_("The tree does not agree with a checkpoint from outside: it was rewritten.")
CUT = N_("The tree is shorter than a checkpoint says: its end was cut off.")


class TrailBroken(Exception):
    """The first broken place: what is wrong, in whose tree, at which index of it, with which event."""

    def __init__(
        self,
        what: str,
        *,
        organisation_id: UUID | None = None,
        position: int | None = None,
        event_id: object = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.organisation_id = organisation_id
        self.position = position
        self.event_id = event_id if isinstance(event_id, int) else None

    def place(self) -> str:
        """Return where it is, as far as that is known."""
        known = {"tree": self.organisation_id, "index": self.position, "event": self.event_id}
        return ", ".join(f"{name} {value}" for name, value in known.items() if value is not None)
