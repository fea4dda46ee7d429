"""One letter with all that followed, and what is done with it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app import vault
from app.access import guard
from app.appointments.words import STATES as BOOKING_STATES
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid, Missing, Stale
from app.directory.queries import calendar_of, names_of
from app.escalation.asking import levels_for
from app.escalation.views import named
from app.files.handing_out import download
from app.letterbox import policy, queries, schemas
from app.letterbox.models import AnswerReading, Letter, LetterAttachment
from app.letterbox.pages.blueprint import letterbox
from app.letterbox.screening import explain, recalled
from app.letterbox.service import answering, attaching, breaking, drafts, releasing, second, talks
from app.letterbox.service.readership import kept_from
from app.letterbox.words import BEGINNINGS


@letterbox.get("/letters/<uuid:letter_id>")
@guard(policy.READ, load=queries.get_letter, visit="letter:viewed")
def letter(letter: Letter) -> str:
    """Show a letter with its answers and the room's notes."""
    beginning, draft = BEGINNINGS.get(request.args.get("begin", "")), drafts.words_of(letter, by=g.actor)
    return _shown(letter, forms.blank(text="\n\n".join(filter(None, [_(beginning) if beginning else "", draft]))))


def _shown(letter: Letter, form: forms.Form) -> str:
    head, said = answering.read(letter, by=g.actor)
    without = kept_from(head)
    readings, typed_by = queries.readings_of(letter.id), [UUID(hex=head["typed_by"])] if head["typed_by"] else []
    excluded, may = without.people, {name: each.allows(g.actor, letter) for name, each in _DEEDS.items()}
    openings = queries.openings_of(letter.id)
    authors = {one.message.author_id for one in said if one.message.author_id}
    second_readers = {one.read_by for one in readings.values() if one.read_by}
    openers = {one.opened_by for one in openings}
    releases = releasing.releases_of(letter)
    told = {person_id for one in releases for person_id in (one.author_id, one.recipient_id)}
    names = names_of({*authors, *openers, *told, *second_readers, *typed_by, *excluded})
    return render_template(
        "letterbox/letter.html", lent=breaking.lent_to(letter, by=g.actor), letter=letter, head=head,
        without=without, said=said, names=names, form=form, readings=readings,
        levels=levels_for("assess", letter.suggested_level), may=may,
        excluded=sorted(names[one] for one in excluded if one in names),
        typed_by=", ".join(names.get(one, "--") for one in typed_by),
        screening=explain(said[0].words, recalled(head["screening"])),
        readers=named(vault.readers_of(letter.id), g.actor),
        talk=talks.talk_of(letter, g.actor.ring.open(letter.id)), booking_words=BOOKING_STATES,
        name=breaking.name_of(letter, by=g.actor), openings=openings, releases=releases,
        writing=sorted(set(names_of(drafts.others_writing(letter, by=g.actor)).values())),
        files=attaching.files_by_message(letter, g.actor.ring.open(letter.id)),
        may_read={one.message_id for one in readings.values() if policy.READ_SECOND.allows(g.actor, one)},
    )


_DEEDS = {
    "answer": policy.ANSWER, "note": policy.NOTE, "level": policy.SET_LEVEL, "reroute": policy.REROUTE,
    "raise": policy.RAISE, "open_name": policy.OPEN_NAME,
    "release": policy.RELEASE, "close": policy.CLOSE, "readers": policy.SET_READERS, "offer_talk": policy.OFFER_TALK,
}


@letterbox.get("/letters/<uuid:letter_id>/files/<uuid:letter_file_id>")
@guard(policy.READ, load=queries.get_attachment, visit="letter:document_opened")
def document(attachment: LetterAttachment) -> Response:
    """Hand out a file that came with a letter: as a download, never as something a browser shows."""
    return download(*attaching.read_attachment(attachment, by=g.actor))


@letterbox.post("/letters/<uuid:letter_id>/take-up")
@guard(policy.ANSWER, load=queries.get_letter)
def take_up(letter: Letter) -> AnyResponse:
    """Open a letter that waits: from now on somebody has it."""
    answering.take_up(letter, by=g.actor)
    return redirect(url_for("letterbox.letter", letter_id=letter.id), code=303)


@letterbox.post("/letters/<uuid:letter_id>/draft")
@guard(policy.ANSWER, load=queries.get_letter)
def autosave(letter: Letter) -> Any:
    """Keep an answer on the way for its author alone; the page says when it was kept."""
    form = forms.read(schemas.AnswerDraft(), request.form)
    if form.errors:
        return jsonify(errors=form.errors), 422
    saved_at = drafts.save(letter, form.data["text"], by=g.actor).astimezone(calendar_of(letter.school_id).zone)
    return jsonify(saved_at=saved_at.strftime("%H:%M"))


@letterbox.post("/letters/<uuid:letter_id>/answer")
@guard(policy.ANSWER, load=queries.get_letter)
def answer(letter: Letter) -> Any:
    """Send an answer."""
    return _do(
        letter, schemas.Words(), "text", _("Your answer is sent. Whoever wrote reads it when they come back."),
        lambda given: answering.answer(letter, words=given["text"], revision=given["version"], by=g.actor),
    )


@letterbox.post("/letters/<uuid:letter_id>/answers/<uuid:message_id>/read")
@guard(policy.READ_SECOND, load=queries.get_reading)
def read_second(reading: AnswerReading) -> AnyResponse:
    """Keep that a second person has read an answer."""
    try:
        second.mark_read(reading, by=g.actor)
    except second.ReadAlready as refused:
        flash(_(refused.words), "plain")
    else:
        flash(_("Thank you. It is kept that you have read this answer."), "done")
    return redirect(url_for("letterbox.letter", letter_id=reading.letter_id), code=303)


@letterbox.post("/letters/<uuid:letter_id>/note")
@guard(policy.NOTE, load=queries.get_letter)
def note(letter: Letter) -> Any:
    """Keep a note for colleagues."""
    return _do(
        letter, schemas.Note(), "note", _("The note is kept. Whoever wrote the letter does not see it."),
        lambda given: answering.note(letter, words=given["note"], by=g.actor),
    )


@letterbox.post("/letters/<uuid:letter_id>/level")
@guard(policy.SET_LEVEL, load=queries.get_letter)
def level(letter: Letter) -> Any:
    """Set the level that a person sees in the letter."""
    return _do(
        letter, schemas.SetLevel(), "level", _("The level is set."),
        lambda given: answering.set_level(letter, level=given["level"], revision=given["version"], by=g.actor),
    )


@letterbox.post("/letters/<uuid:letter_id>/reroute")
@guard(policy.REROUTE, load=queries.get_letter)
def reroute(letter: Letter) -> AnyResponse:
    """Give a letter from the principal's mailbox to the counselling room."""
    answering.reroute(letter, revision=_version(), by=g.actor)
    flash(_("The letter is with the counselling room now. You cannot open it any more."), "done")
    return redirect(url_for("letterbox.letters"), code=303)


@letterbox.post("/letters/<uuid:letter_id>/talk")
@guard(policy.OFFER_TALK, load=queries.get_letter)
def offer_talk(letter: Letter) -> Any:
    """Let whoever wrote the letter choose a time for a talk."""
    try:
        with savepoint():
            talks.offer_talk(letter, revision=_version(), by=g.actor)
    except Conflict as refused:
        flash(_(refused.words), "warn")
    else:
        flash(_("Whoever wrote can choose a time now when they come back. Say so in your answer."), "done")
    return redirect(url_for("letterbox.letter", letter_id=letter.id), code=303)


@letterbox.post("/letters/<uuid:letter_id>/close")
@guard(policy.CLOSE, load=queries.get_letter)
def close(letter: Letter) -> AnyResponse:
    """Close a letter that needs nothing more."""
    answering.close(letter, revision=_version(), by=g.actor)
    flash(_("The letter is closed. Its writer can still read it and write again."), "done")
    return redirect(url_for("letterbox.letters"), code=303)


def _version() -> int:
    form = forms.read(schemas.LetterVersion(), request.form)
    if form.errors:
        raise Missing()
    version: int = form.data["version"]
    return version


def _do(
    letter: Letter, shape: forms.Shape, field: str, done: str, deed: Callable[[Any], Any]
) -> Any:
    """Do a deed with a form; what was typed is kept when something needs another look."""
    form = forms.read(shape, request.form)
    if not form.errors:
        try:
            with savepoint():
                deed(form.data)
        except (Stale, Invalid, Conflict) as refused:
            form = form.with_error(field, _(refused.words, **refused.params))
        else:
            flash(done, "done")
            return redirect(url_for("letterbox.letter", letter_id=letter.id), code=303)
    return _shown(letter, form), 422
