"""What stands around every page of a file: whose it is, who can read it, and the parts of the record."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, g
from flask import render_template as render

from app import vault
from app.directory.naming import named, named_among
from app.directory.queries import calendar_of, get_line_and_contacts, names_of, today_at
from app.files import policy, queries
from app.files.models import StudentFile

# The templates lie beside the feature, not beside this module.
files = Blueprint("files", "app.files", template_folder="templates")


def page_of(file: StudentFile, template: str, **values: Any) -> str:
    """Return a page of a file within the frame that all of them share."""
    return render(template, **frame_of(file), **values)


def frame_of(file: StudentFile) -> dict[str, Any]:
    """Return what the frame shows; constant in cost, whatever the file holds."""
    line, contacts = get_line_and_contacts(file.student_id, g.actor.ring)
    open_to = vault.readers_of(file.id)
    names = names_of({*open_to, file.in_charge_id})
    return {
        "file": file,
        "line": line,
        "age": _age((contacts or {}).get("born"), today_at(file.school_id)),
        "readers": named_among(open_to, names, g.actor),
        "in_charge": names.get(file.in_charge_id, "--"),
        "may_see_viewers": policy.WHO_VIEWED.allows(g.actor, file),
        "other_files": [other for other in queries.files_of_student(file.student_id, by=g.actor) if other is not file],
    }


def readers_of(object_id: UUID) -> list[str]:
    """Return the names of those who can open something, for "Who will be able to read this?"."""
    return named(vault.readers_of(object_id), g.actor)


def there(moment: datetime, file: StudentFile) -> datetime:
    """Return a moment as the clock at the file's school shows it."""
    return moment.astimezone(calendar_of(file.school_id).zone)


def moment_there(naive: datetime, file: StudentFile) -> datetime:
    """Return what somebody at the file's school typed as a date and a time, as a moment."""
    return naive.replace(tzinfo=calendar_of(file.school_id).zone)


def _age(born: str | None, today: date) -> int | None:
    if not born:
        return None
    day = date.fromisoformat(born)
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))
