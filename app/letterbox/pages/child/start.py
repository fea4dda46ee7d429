"""Where a child arrives: who reads, what to do when it is urgent, and the way out."""

from flask import Response, current_app, jsonify, redirect, render_template, request, url_for
from flask_babel import format_time
from werkzeug.wrappers import Response as AnyResponse

from app.access import public
from app.core import clock, forms
from app.core.errors import Invalid
from app.core.requests import outside_transaction, repeatable
from app.directory.queries import get_organisation
from app.entrance import visits
from app.entrance.doors import DOORS, VisitOver, box_at
from app.entrance.models import Letterbox
from app.letterbox import schemas
from app.letterbox.pages.child.readers import NamedReaders, named_readers
from app.letterbox.pages.child.visiting import (
    begin_anew,
    give_cookie,
    go_on,
    letters_out,
    open_box_at,
    show,
    visit_to,
)
from app.letterbox.service.readership import KeptFrom, NobodyReads, readers_of
from app.letterbox.words import BOXES
from app.vault.return_codes import new_return_code

# What a browser can be busy with: a code to keep, a letter half-written, a letter come back to.
_PARTS = ("sent", "answers", "writer")
# Whoever is not safe is asked three things: these answers stand already, and can be changed before sending.
_URGENT = {"to": {"box": "room"}, "wish": {"wish": "talk"}, "safe": {"safe": "no"}}


@letters_out.get("/<address>")
@public
def start(address: str) -> str:
    """Say who reads what is written here and when, and lead on."""
    box = open_box_at(address)
    visit = visit_to(box)
    school = get_organisation(box.school_id)
    return show(
        "start", box, visit, hours=box.hours_note, readers=readers_by_box(box), school=school.name if school else "",
        busy_with=next((part for part in _PARTS if visit is not None and part in visit.content), None),
    )


def readers_by_box(box: Letterbox) -> dict[str, NamedReaders]:
    """Return who reads what is put into each box, those left out that nobody opens."""
    found = {}
    for code in BOXES:
        try:
            who = readers_of(code, school_id=box.school_id, without=KeptFrom(), grave=False)
        except NobodyReads:
            continue
        found[code] = named_readers(who, box.school_id)
    return found


@letters_out.post("/<address>/begin")
@public
@repeatable
def begin(address: str) -> AnyResponse:
    """Begin a letter, or go on with the one that was begun; its return code is made now, before anything is sent."""
    box = open_box_at(address)
    form, visit = forms.read(schemas.Begin(), request.form), visit_to(box)
    if visit is not None and "sent" in visit.content:
        return go_on(visit, "code", box)
    urgent = _URGENT if form.data.get("unsafe") else {}
    if visit is not None and "answers" in visit.content:
        visit = visits.keep(visit, {**visit.content, "answers": {**visit.content["answers"], **urgent}})
    else:
        # What was typed when a visit was over already comes along.
        draft = {"draft": form.data["text"]} if form.data.get("text") else {}
        visit = begin_anew(box, {"code": new_return_code(), "answers": dict(urgent), **draft})
    return go_on(visit, "onward", box)


@letters_out.post("/<address>/keep")
@public
@repeatable
def keep(address: str) -> Response:
    """Keep a visit for another half hour, with what is half-written."""
    visit = visit_to(box_at(address))
    if visit is None:
        raise VisitOver()
    form = forms.read(schemas.Draft(), request.form)
    if form.errors:
        raise Invalid()
    draft = {"draft": form.data["text"]} if form.data.get("text") else {}
    visit = visits.keep(visit, {**visit.content, **draft})
    left = visit.expires_at - clock.now()
    answer = jsonify(ends_in=int(left.total_seconds()), saved_at=format_time(format="HH:mm"))
    give_cookie(answer, visit)
    return answer


@letters_out.post("/<address>/leave")
@public
@repeatable
def leave(address: str) -> AnyResponse:
    """Forget what this browser was busy with, and lead away from here."""
    for door in DOORS:
        door.forget()
    stays = forms.read(schemas.Leave(), request.form).data.get("stay")
    answer = redirect(url_for("letters_out.start", address=address) if stays else url_for("letters_out.away"), code=303)
    for door in DOORS:
        door.take(answer)
    return answer


@letters_out.get("/")
@public
@outside_transaction
def away() -> str:
    """Show a page that says nothing."""
    return render_template("letterbox/child/away.html")


@letters_out.get("/<address>/safe")
@public
def safe(address: str) -> str:
    """Say what to do in the next minutes; the browser keeps this page for when there is no network."""
    return show("safe", box_at(address))


@letters_out.get("/page.js")
@public
@outside_transaction
def worker() -> Response:
    """Return the script that shows the safety page without network; it has to lie where the pages lie."""
    found: Response = current_app.send_static_file("offline.js")
    return found


