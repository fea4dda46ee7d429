"""Who may do what with files: role is not relation, and a permission without a key opens nothing."""

from typing import Any

from sqlalchemy import exists, select

from app.access import CENTRE, Actor, Permission, PostKind, relation, role
from app.core import clock
from app.core.database import session
from app.directory.queries import holders_of, today_at
from app.files.models import FileEntry, FileOpening


@role
def is_counsellor(actor: Actor, record: Any) -> bool:
    """Hold the post of a school counsellor."""
    return actor.holds(PostKind.COUNSELLOR)


@role
def is_at_centre(actor: Actor, record: Any) -> bool:
    """Work at the district guidance centre."""
    return actor.holds(*CENTRE)


@relation
def in_room_of(actor: Actor, record: Any) -> bool:
    """Belong to the counselling room of the file's school."""
    return actor.at(record.school_id, PostKind.COUNSELLOR)


@relation
def holds_key(actor: Actor, record: Any) -> bool:
    """Hold a grant that opens the file."""
    # Asked together with the record's own key, which is opened next: one question instead of two.
    file_id = file_id_of(record)
    return file_id in actor.ring.reaches({file_id, record.id})


@relation
def holds_entry_key(actor: Actor, entry: FileEntry) -> bool:
    """Hold a grant that opens this very entry."""
    return bool(actor.ring.reaches([entry.id]))


@relation
def in_charge(actor: Actor, record: Any) -> bool:
    """Be in charge of the file."""
    return file_of(record).in_charge_id == actor.person_id


@relation
def is_vacant(actor: Actor, record: Any) -> bool:
    """Whoever was in charge is no longer a counsellor of the school."""
    file = file_of(record)
    here = holders_of(PostKind.COUNSELLOR, organisation_id=file.school_id, on=today_at(file.school_id))
    return file.in_charge_id not in here


@relation
def named_for(actor: Actor, record: Any) -> bool:
    """Be named for a restricted file."""
    return file_of(record).restricted


@relation
def gave_reason(actor: Actor, record: Any) -> bool:
    """Have given a reason for opening the file that still counts."""
    return bool(
        session().scalar(
            select(
                exists().where(
                    FileOpening.file_id == file_id_of(record),
                    FileOpening.person_id == actor.person_id,
                    FileOpening.expires_at > clock.now(),
                )
            )
        )
    )


@relation
def is_author(actor: Actor, record: Any) -> bool:
    """Be the author."""
    return bool(record.author_id == actor.person_id)


@relation
def is_draft(actor: Actor, entry: FileEntry) -> bool:
    """The entry is not signed yet."""
    return entry.state == "draft"


@relation
def is_signed(actor: Actor, entry: FileEntry) -> bool:
    """The entry is signed."""
    return entry.state == "signed"


@relation
def is_open(actor: Actor, record: Any) -> bool:
    """The file is not archived."""
    return file_of(record).state == "open"


def file_of(record: Any) -> Any:
    """Return the file a record belongs to."""
    return getattr(record, "file", None) or record


def file_id_of(record: Any) -> Any:
    """Return the id of the file a record belongs to; it stands in the address, so it is known before any look."""
    return getattr(record, "file_id", None) or record.id


# What asks the database stands first and asks by ids of the address alone: so a file that does not exist for
# somebody costs exactly what one that does not exist at all costs.
_IN_CHARGE = (is_counsellor, holds_key, in_room_of, in_charge)
_COLLEAGUE = (is_counsellor, holds_key, gave_reason, in_room_of)
_NAMED = (is_counsellor, holds_key, in_room_of, named_for)

LIST = Permission("file:list", [is_counsellor])
OPEN_NEW = Permission("file:open_new", [is_counsellor, in_room_of])
GIVE_REASON = Permission("file:give_reason", [is_counsellor, holds_key, in_room_of])
READ = Permission("file:read", _IN_CHARGE, _COLLEAGUE, _NAMED)
EDIT = Permission("file:edit", (*_IN_CHARGE, is_open), (*_NAMED, is_open))
RESTRICT = Permission("file:restrict", _IN_CHARGE, reauth=True)
HAND_CHARGE = Permission("file:hand_charge", _IN_CHARGE, (*_COLLEAGUE, is_vacant), (*_NAMED, is_vacant))
PRINT = Permission("file:print", _IN_CHARGE, _NAMED, reauth=True)
WRITE_ENTRY = Permission(
    "entry:write", (*_IN_CHARGE, is_open), (*_COLLEAGUE, is_open), (*_NAMED, is_open)
)
READ_ENTRY = Permission(
    "entry:read",
    (is_counsellor, holds_key, in_room_of, is_author),
    (*_IN_CHARGE, is_signed),
    (*_COLLEAGUE, is_signed),
    (*_NAMED, is_signed),
    (is_at_centre, holds_entry_key, is_signed),
)
SAVE_ENTRY = Permission("entry:save", [is_counsellor, holds_key, in_room_of, is_author, is_draft])
SIGN = Permission("entry:sign", [is_counsellor, holds_key, in_room_of, is_author, is_draft])
DISCARD = Permission("entry:discard", [is_counsellor, holds_key, in_room_of, is_author, is_draft])
ADD_TO_ENTRY = Permission(
    "entry:add", (*_IN_CHARGE, is_signed), (*_NAMED, is_signed), (*_COLLEAGUE, is_author, is_signed)
)
RELEASE = Permission("entry:release", (*_IN_CHARGE, is_signed))
NOTE = Permission("note:own", _IN_CHARGE, _COLLEAGUE, _NAMED)
ATTACH = Permission("attachment:add", (*_IN_CHARGE, is_open), (*_NAMED, is_open))
READ_ATTACHMENT = Permission("attachment:read", _IN_CHARGE, _COLLEAGUE, _NAMED)
WHO_VIEWED = Permission("file:who_viewed", _IN_CHARGE, _NAMED)

PERMISSIONS = (
    LIST, OPEN_NEW, GIVE_REASON, READ, EDIT, RESTRICT, HAND_CHARGE, PRINT, WRITE_ENTRY, READ_ENTRY, SAVE_ENTRY, SIGN,
    DISCARD, ADD_TO_ENTRY, RELEASE, NOTE, ATTACH, READ_ATTACHMENT, WHO_VIEWED,
)
