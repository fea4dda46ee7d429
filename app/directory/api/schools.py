"""The schools of a district, its centre and its bureau, for the district administrator."""

from typing import Any

from flask import g, url_for

from app.access import guard
from app.directory import policy, schemas, service
from app.directory.api.resource import directory_api
from app.directory.models import Organisation
from app.directory.places import places_of_district
from app.directory.queries import get_organisation


@directory_api.get("/schools")
@guard(policy.LIST_SCHOOLS)
@directory_api.response(200, schemas.PlaceOut(many=True))
def schools() -> Any:
    """List the organisations of the district with their administrators."""
    return places_of_district(g.actor.district_id)


@directory_api.post("/schools")
@guard(policy.LIST_SCHOOLS)
@directory_api.arguments(schemas.OrganisationMade)
@directory_api.response(201, schemas.OrganisationOut)
def add_school(given: dict[str, Any]) -> Any:
    """Add a school, the centre or the bureau."""
    policy.KEEP_SCHOOLS.demand(g.actor, get_organisation(g.actor.district_id))
    made = service.make_organisation(**given, district_id=g.actor.district_id, by=g.actor)
    return made, {"Location": url_for("directory_api.school", organisation_id=made.id)}


@directory_api.get("/schools/<uuid:organisation_id>")
@guard(policy.KEEP_SCHOOLS, load=get_organisation)
@directory_api.response(200, schemas.OrganisationOut)
def school(organisation: Organisation) -> Any:
    """Open an organisation of the district."""
    return organisation


@directory_api.put("/schools/<uuid:organisation_id>")
@guard(policy.KEEP_SCHOOLS, load=get_organisation)
@directory_api.arguments(schemas.OrganisationNamed)
@directory_api.response(200, schemas.OrganisationOut)
def rename_school(organisation: Organisation, given: dict[str, Any]) -> Any:
    """Give an organisation another name."""
    service.rename_organisation(organisation, name=given["name"], by=g.actor)
    return organisation, {"Content-Location": url_for("directory_api.school", organisation_id=organisation.id)}
