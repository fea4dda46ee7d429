"""The author's own process note about a file."""

from app import vault
from app.access import Actor
from app.core import clock
from app.core.database import session
from app.core.ids import new_id
from app.files.models import ProcessNote, StudentFile
from app.files.policy import NOTE
from app.files.queries import note_of


def save_note(file: StudentFile, *, text: str, by: Actor) -> ProcessNote:
    """Save the author's own process note; its key is wrapped to nobody else."""
    NOTE.demand(by, file)
    note = note_of(file, by)
    if note is None:
        note = ProcessNote(id=new_id(), school_id=file.school_id, file_id=file.id, author_id=by.person_id)
        vault.create_object(
            note.id, organisation_id=file.school_id, to=[vault.user(by.person_id)], by=by.ring, basis="note:own"
        )
        session().add(note)
    vault.write(note, "text", text, by.ring.open(note.id))
    note.saved_at = clock.now()
    session().flush()
    return note
