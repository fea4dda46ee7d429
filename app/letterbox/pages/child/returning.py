"""Coming back with a code: reading what was answered, and writing on."""

from datetime import datetime
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app import vault
from app.access import public
from app.appointments.choosing import choices, own_line, period_words
from app.appointments.schemas import When, slot_key
from app.appointments.words import STATES as BOOKING_STATES
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid, TooLarge
from app.core.requests import ahead
from app.directory.queries import names_of
from app.entrance import visits
from app.entrance.doors import VisitOver, box_at
from app.entrance.keeping import TypedCode, stretch_typed_code, stretched_code
from app.entrance.models import Letterbox
from app.entrance.naming import named, named_each
from app.entrance.visits import Visit
from app.escalation.levels import GRAVE
from app.letterbox import queries, schemas
from app.letterbox.models import Letter
from app.letterbox.pages.ahead import ahead_of, check_files, screen_words, screened
from app.letterbox.pages.child.readers import centre_among
from app.letterbox.pages.child.sending import sent_with_files
from app.letterbox.pages.child.visiting import (
    begin_anew,
    demand_visit,
    go_on,
    letters_out,
    show,
    visit_in_front,
)
from app.letterbox.service import attaching, releasing, returning, talks
from app.letterbox.service.returning import NoSuchLetter, Opened
from app.letterbox.words import OPENING_BASES_FOR_WRITERS, RELEASE_BASES_FOR_WRITERS
from app.vault.return_codes import MistypedReturnCode


@letters_out.route("/<address>/back", methods=["GET", "POST"])
@public
@ahead(stretch_typed_code)
def back(address: str) -> Any:
    """Ask for the return code."""
    box = box_at(address)
    if request.method != "POST":
        return show("back", box, form=forms.blank())
    form = forms.read(TypedCode(), request.form)
    if not form.errors:
        try:
            return _arrive(box, returning.come_back(stretched_code(), school_id=box.school_id))
        except (MistypedReturnCode, NoSuchLetter) as refused:
            form = form.with_error("code", refused.words)
    return show("back", box, form=form), 422


def _arrive(box: Letterbox, opened: Opened) -> AnyResponse:
    before = opened.letter.writer_came_at
    content = {
        "writer": returning.remembered(opened.writer), "before": before.isoformat() if before else "",
        "seen": opened.letter.read_by_writer, "care": False,
    }
    returning.take_note(opened, returning.thread(opened))
    return go_on(begin_anew(box, content), "thread", box)


def _reopened(box: Letterbox, visit: Visit) -> Opened:
    """Open the letter that this browser has come back to; what is not there any more is over."""
    try:
        return returning.come_back(returning.recalled(visit.content["writer"]), school_id=box.school_id)
    except NoSuchLetter:
        raise VisitOver() from None


@letters_out.get("/<address>/thread")
@public
def thread(address: str) -> str:
    """Show the letter with everything that was answered."""
    box = box_at(address)
    visit = demand_visit(box, "writer")
    return _thread(box, visit, forms.blank(text=visit.content.get("draft", "")))


def _thread(box: Letterbox, visit: Visit, form: forms.Form) -> str:
    opened = _reopened(box, visit)
    letter, said = opened.letter, returning.thread(opened)
    people, before = vault.readers_of(letter.id), visit.content["before"]
    return show(
        "thread", box, visit, form=form, letter=letter, said=said, has_read=returning.has_read,
        told=_told(letter, box), openings=_openings(letter, box), files=attaching.files_by_message(letter, opened.key),
        authors=names_of({one.message.author_id for one in said if one.message.author_id}),
        readers=named(people, box.school_id), care=visit.content["care"], seen=visit.content["seen"],
        left_out=visit.content.get("left_out", False),
        before=datetime.fromisoformat(before) if before else None, centre_reads=centre_among(people, box.school_id),
        in_emergency=named(vault.readers_of(letter.id, standby=True) - people, box.school_id),
        slot_key=slot_key, period_words=period_words, booking_words=BOOKING_STATES, **_talk(opened),
    )


def _talk(opened: Opened) -> dict[str, Any]:
    """Return what the page says of a talk that was offered: the time that was chosen, or those to choose from."""
    talk = talks.talk_of(opened.letter, opened.key)
    if talk is None:
        return {"talk": None, "own": None, "times": []}
    times = [] if talk.is_booked else choices(opened.letter.school_id, talks.free_times(opened.letter))
    return {"talk": talk, "own": own_line(talk.booking) if talk.booking else None, "times": times}


def _told(letter: Letter, box: Letterbox) -> list[tuple[str, str]]:
    """Return to whom words of a letter were told, and on which ground: its writer sees it."""
    releases = releasing.releases_of(letter)
    names = named_each({one.recipient_id for one in releases}, box.school_id)
    return [
        (names.get(one.recipient_id, "--"), _(RELEASE_BASES_FOR_WRITERS[one.basis_code])) for one in releases
    ]


def _openings(letter: Letter, box: Letterbox) -> list[dict[str, Any]]:
    """Return when and by whom the letter or its sealed name was opened in an emergency, and why: its writer sees it."""
    openings = queries.openings_of(letter.id)
    names = named_each({one.opened_by for one in openings}, box.school_id)
    return [
        {
            "what": one.subject_code, "at": one.opened_at, "until": one.expires_at,
            "who": names.get(one.opened_by, "--"),
            "why": _(OPENING_BASES_FOR_WRITERS[one.basis_code]) if one.basis_code else "",
        }
        for one in reversed(openings)
    ]


def _has_come_back() -> bool:
    visit = visit_in_front()
    return visit is not None and "writer" in visit.content


@letters_out.post("/<address>/more")
@public
@ahead(ahead_of(_has_come_back, screen_words, check_files))
def more(address: str) -> Any:
    """Write more into the same letter."""
    box = box_at(address)
    visit = demand_visit(box, "writer")
    form = forms.read(schemas.Written(), request.form)
    if form.errors:
        return _thread(box, visit, form), 422
    opened, words = _reopened(box, visit), form.data["text"]
    found = screened(words)
    grave = found.level in GRAVE
    try:
        left_out = sent_with_files(
            lambda files: returning.go_on(opened, words, found=found, files=files), in_any_case=grave
        )[1]
    except (Invalid, TooLarge) as refused:
        return _thread(box, visit, form.with_error("files", _(refused.words))), 422
    content = {**visit.content, "care": grave, "left_out": left_out, "seen": opened.letter.read_by_writer}
    content.pop("draft", None)
    return go_on(visits.keep(visit, content), "thread", box)


@letters_out.post("/<address>/thread/time")
@public
def choose_time(address: str) -> Any:
    """Choose a time for a talk that was offered."""
    box = box_at(address)
    visit = demand_visit(box, "writer")
    form = forms.read(When(), request.form)
    if form.errors:
        return _thread(box, visit, form), 422
    opened, (room_id, starts_at) = _reopened(box, visit), form.data["slot"]
    try:
        with savepoint():
            talks.choose(opened, room_id=room_id, starts_at=starts_at)
    except (Conflict, Invalid) as refused:
        return _thread(box, visit, form.with_error("slot", _(refused.words))), refused.status
    return go_on(visit, "thread", box)


@letters_out.post("/<address>/thread/time/off")
@public
def call_off(address: str) -> Any:
    """Call the talk off."""
    box = box_at(address)
    visit = demand_visit(box, "writer")
    form = forms.read(schemas.LetterVersion(), request.form)
    if form.errors:
        return _thread(box, visit, form), 422
    try:
        with savepoint():
            talks.call_off(_reopened(box, visit), revision=form.data["version"])
    except (Conflict, Invalid) as refused:
        return _thread(box, visit, form.with_error("slot", _(refused.words))), refused.status
    return go_on(visit, "thread", box)
