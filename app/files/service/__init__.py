"""Doing things with files: opening, entering, signing, adding, keeping documents and notes, sharing."""

from app.files.service.documents import NoRoomLeft, add_attachment, read_attachment
from app.files.service.entries import (
    EntryEmpty,
    EntrySigned,
    add_addendum,
    begin_entry,
    discard_entry,
    is_addendum_verified,
    is_verified,
    save_entry,
    sign_entry,
)
from app.files.service.notes import save_note
from app.files.service.opening import (
    REASON_COUNTS_FOR,
    RoomNotFounded,
    change_overview,
    give_reason,
    open_file,
)
from app.files.service.sharing import (
    NobodyNamed,
    NotAColleague,
    colleagues_of,
    hand_charge,
    release,
    restrict,
    withdraw_release,
)

__all__ = [
    "REASON_COUNTS_FOR",
    "EntryEmpty",
    "EntrySigned",
    "NoRoomLeft",
    "NobodyNamed",
    "NotAColleague",
    "RoomNotFounded",
    "add_addendum",
    "add_attachment",
    "begin_entry",
    "change_overview",
    "colleagues_of",
    "discard_entry",
    "give_reason",
    "hand_charge",
    "is_addendum_verified",
    "is_verified",
    "open_file",
    "read_attachment",
    "release",
    "restrict",
    "save_entry",
    "save_note",
    "sign_entry",
    "withdraw_release",
]
