"""Finding what was imported."""

from uuid import UUID

from sqlalchemy import select

from app.access import Actor, PostKind
from app.core.database import session
from app.core.paging import Page, page
from app.directory.importing.models import RosterImport


def get_import(import_id: UUID) -> RosterImport | None:
    """Return an import by its id."""
    return session().get(RosterImport, import_id)


def import_of_upload(upload_id: UUID) -> RosterImport | None:
    """Return the import that an upload led to."""
    return session().scalar(select(RosterImport).where(RosterImport.upload_id == upload_id))


def imports_seen_by(actor: Actor, *, cursor: str | None = None, size: int = 20) -> Page[RosterImport]:
    """Return the imports at the organisations the actor administers, the newest first."""
    places = set(actor.organisations(PostKind.SCHOOL_ADMIN, PostKind.DISTRICT_ADMIN))
    if actor.holds(PostKind.DISTRICT_ADMIN):
        places.add(actor.district_id)
    query = select(RosterImport).where(RosterImport.organisation_id.in_(places))
    return page(query, by=(RosterImport.made_at, RosterImport.id), cursor=cursor, size=size)
