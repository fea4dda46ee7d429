"""Session entries: a draft that saves itself, its signature, what is added later."""

from collections.abc import Mapping
from typing import Any

from flask import flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.access import guard
from app.core import forms
from app.core.errors import Stale
from app.directory.queries import names_of
from app.files import policy, queries, reading, schemas, sections, service
from app.files.models import FileEntry, StudentFile
from app.files.pages.frame import files, moment_there, page_of, readers_of, there


@files.post("/files/<uuid:file_id>/entries")
@guard(policy.WRITE_ENTRY, load=queries.get_file)
def begin(file: StudentFile) -> Any:
    """Begin the record of a session."""
    form = forms.read(schemas.EntryBegin(), request.form)
    if form.errors:
        page = page_of(file, "files/begin.html", form=form, kinds=sections.KINDS, templates=sections.TEMPLATES)
        return page, 422
    entry = service.begin_entry(
        file, kind=form.data["kind"], started_at=moment_there(form.data["started_at"], file),
        body={"template": form.data["template"]}, by=g.actor,
    )
    return _back_to(entry)


@files.get("/files/<uuid:file_id>/entries/<uuid:entry_id>")
@guard(policy.READ_ENTRY, load=queries.get_entry, visit="entry:viewed")
def entry(entry: FileEntry) -> str:
    """Show a signed entry with its addenda, or the author's draft to write on."""
    body = reading.body_of(entry, by=g.actor)
    if entry.state == "draft" and body is not None:
        return _editor(entry, forms.blank(**body, version=entry.revision))
    return _signed(entry, body, forms.blank())


@files.post("/files/<uuid:file_id>/entries/<uuid:entry_id>/draft")
@guard(policy.READ_ENTRY, load=queries.get_entry)
def autosave(entry: FileEntry) -> Any:
    """Save a draft on the way; the answer says when, and the version the next save builds on."""
    form = forms.read(schemas.EntryBody(), request.form)
    if form.errors:
        return jsonify(errors=form.errors), 422
    service.save_entry(entry, body=schemas.kept_body(form.data), revision=form.data["version"], by=g.actor)
    return jsonify(saved_at=there(entry.saved_at, entry.file).strftime("%H:%M"), version=entry.revision)


@files.post("/files/<uuid:file_id>/entries/<uuid:entry_id>")
@guard(policy.READ_ENTRY, load=queries.get_entry)
def save(entry: FileEntry) -> Any:
    """Save a draft, and sign it when the button says so."""
    form = forms.read(schemas.EntryBody(), request.form)
    if form.errors:
        return _editor(entry, form), 422
    try:
        service.save_entry(entry, body=schemas.kept_body(form.data), revision=form.data["version"], by=g.actor)
    except Stale as stale:
        return _compare(entry, form.with_error("elsewhere", stale.words)), 422
    if form.data.get("then") != "sign":
        flash(_("The draft is saved."), "done")
        return _back_to(entry)
    try:
        service.sign_entry(entry, revision=entry.revision, by=g.actor)
    except service.EntryEmpty as empty:
        first = next(iter(sections.headings_of(form.data)))
        return _editor(entry, form.with_values(version=entry.revision).with_error(first, empty.words)), 422
    flash(_("The entry is signed. From now on it stays as it is."), "done")
    return _back_to(entry)


@files.post("/files/<uuid:file_id>/entries/<uuid:entry_id>/discard")
@guard(policy.DISCARD, load=queries.get_entry)
def discard(entry: FileEntry) -> Response:
    """Take a draft away for good."""
    file_id = entry.file_id
    service.discard_entry(entry, by=g.actor)
    flash(_("The draft is gone. Nothing of it was kept."), "done")
    return redirect(url_for("files.history", file_id=file_id), code=303)


@files.post("/files/<uuid:file_id>/entries/<uuid:entry_id>/addenda")
@guard(policy.READ_ENTRY, load=queries.get_entry, visit="entry:viewed")
def add(entry: FileEntry) -> Any:
    """Add to a signed entry."""
    form = forms.read(schemas.Words(), request.form)
    if form.errors:
        return _signed(entry, reading.body_of(entry, by=g.actor), form), 422
    service.add_addendum(entry, text=form.data["text"], by=g.actor)
    flash(_("Your addendum is signed and kept with the entry."), "done")
    return _back_to(entry)


def _back_to(entry: FileEntry) -> Response:
    return redirect(url_for("files.entry", file_id=entry.file_id, entry_id=entry.id), code=303)


def _compare(entry: FileEntry, form: forms.Form) -> str:
    """Show the draft as typed beside what was saved elsewhere; saving again is then a decision."""
    kept = reading.body_of(entry, by=g.actor) or {}
    return _editor(
        entry, form.with_values(version=entry.revision), elsewhere=forms.differing(form, kept, sections.TEXTS)
    )


def _editor(entry: FileEntry, form: forms.Form, *, elsewhere: Mapping[str, Any] | None = None) -> str:
    return page_of(
        entry.file, "files/editor.html", entry=entry, form=form, headings=sections.headings_of(form.values),
        texts=sections.TEXTS, kinds=sections.KINDS, sources=sections.SOURCES, levels=sections.LEVELS,
        elsewhere=elsewhere or {}, saved_at=there(entry.saved_at, entry.file), entry_readers=readers_of(entry.file_id),
    )


def _signed(entry: FileEntry, body: dict[str, Any] | None, form: forms.Form) -> str:
    addenda = queries.addenda_of(entry)
    known = {
        "entry": entry, "body": body, "form": form, "kinds": sections.KINDS, "sources": sections.SOURCES,
        "headings": sections.headings_of(body or {}),
        "people": names_of({entry.author_id, *(addendum.author_id for addendum in addenda)}),
        "verified": service.is_verified(entry), "may_add": policy.ADD_TO_ENTRY.allows(g.actor, entry),
        "addenda": [
            (one, reading.text_of(one, by=g.actor), service.is_addendum_verified(one)) for one in addenda
        ],
    }
    return _within_file(entry.file, known)


def _within_file(file: StudentFile, known: dict[str, Any]) -> str:
    """Show an entry within its file, or alone to somebody at the centre to whom just this entry was released."""
    if policy.READ.allows(g.actor, file) or known["entry"].author_id == g.actor.person_id:
        return page_of(file, "files/entry.html", **known)
    return render_template("files/entry.html", file=file, line=None, alone=True, **known)
