"""The pages of files: a student's history, sessions from draft to signature, notes, documents, who viewed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app import vault
from app.access import PostKind, guard
from app.audit.queries import events_about
from app.core import clock, forms
from app.core.errors import Invalid, Stale
from app.directory.models import Student
from app.directory.queries import (
    calendar_of,
    contacts_of,
    get_line,
    get_student,
    holders_of,
    names_of,
    names_of_students,
    today_at,
)
from app.files import attachments, policy, queries, schemas, service
from app.files.models import Attachment, FileEntry, StudentFile
from app.files.timeline import timeline_of

files = Blueprint("files", __name__, template_folder="templates")
PARTS = ("entries", "additions", "documents", "openings")


@files.get("/files")
@guard(policy.LIST)
def index() -> str:
    """Show the files the counsellor is in charge of, and drafts that wait for a signature."""
    page = queries.files_in_charge(g.actor, cursor=request.args.get("after"))
    drafts = queries.unsigned_entries(g.actor)
    students = {file.student_id for file in page.items} | {entry.file.student_id for entry in drafts}
    lines = names_of_students(students, g.actor.ring)
    return render_template("files/index.html", page=page, drafts=drafts, lines=lines, kinds=schemas.KINDS)


@files.post("/students/<uuid:student_id>/file")
@guard(policy.LIST)
def open_new(student_id: UUID) -> AnyResponse:
    """Open a student's file, or go to the one there is."""
    student = _student_of_own_room(student_id)
    existing = queries.file_of_student(student.id)
    if existing is not None and not policy.READ.allows(g.actor, existing):
        policy.GIVE_REASON.demand(g.actor, existing)
        return redirect(url_for("files.reason", file_id=existing.id), code=303)
    file = service.open_file(student_id=student.id, school_id=student.school_id, by=g.actor)
    return redirect(url_for("files.history", file_id=file.id), code=303)


def _student_of_own_room(student_id: UUID) -> Student:
    student = get_student(student_id)
    policy.OPEN_NEW.demand(g.actor if student else None, student)
    assert student is not None
    return student


@files.route("/files/<uuid:file_id>/reason", methods=["GET", "POST"])
@guard(policy.GIVE_REASON, load=queries.get_file)
def reason(file: StudentFile) -> Any:
    """Ask a colleague of the room why the file is opened."""
    form = forms.blank()
    if request.method == "POST":
        form = forms.read(schemas.Reason(), request.form)
        if not form.errors:
            service.give_reason(file, reason=form.data["reason"], by=g.actor)
            return redirect(url_for("files.history", file_id=file.id), code=303)
    in_charge = names_of([file.in_charge_id]).get(file.in_charge_id, "")
    page = render_template("files/reason.html", file=file, form=form, in_charge=in_charge, readers=_readers(file.id))
    return page, 422 if form.errors else 200


@files.get("/files/<uuid:file_id>")
@guard(policy.READ, load=queries.get_file, visit="file:viewed")
def history(file: StudentFile) -> str:
    """Show what happened, newest first."""
    part = request.args.get("part")
    events = [event for event in timeline_of(file, by=g.actor) if part not in PARTS or _part(event.kind) == part]
    people = names_of({event.person_id for event in events})
    now_there = clock.now().astimezone(calendar_of(file.school_id).zone)
    return render_template(
        "files/history.html", **_frame(file), events=events, people=people, part=part, kinds=schemas.KINDS,
        form=forms.blank(started_at=now_there.strftime("%Y-%m-%dT%H:%M")),
    )


def _part(kind: str) -> str:
    return {"entry": "entries", "addendum": "additions", "document": "documents"}.get(kind, "openings")


@files.route("/files/<uuid:file_id>/overview", methods=["GET", "POST"])
@guard(policy.READ, load=queries.get_file, visit="file:overview_viewed")
def overview(file: StudentFile) -> Any:
    """Show and change the sections of the overview."""
    kept = vault.read(file, "overview", g.actor.ring.open(file.id))
    form = forms.blank(**kept, version=file.revision)
    if request.method == "POST":
        form = forms.read(schemas.Overview(), request.form)
        if not form.errors:
            sections = {name: form.data.get(name, "") for name in schemas.OVERVIEW_TEXTS}
            try:
                service.change_overview(file, sections=sections, revision=form.data["version"], by=g.actor)
            except Stale as stale:
                form = form.with_error("family", stale.words)
            else:
                flash(_("The overview is saved."), "done")
                return redirect(url_for("files.overview", file_id=file.id), code=303)
    page = render_template(
        "files/overview.html", **_frame(file), form=form, kept=kept, texts=schemas.OVERVIEW_TEXTS,
        may_edit=policy.EDIT.allows(g.actor, file),
    )
    return page, 422 if form.errors else 200


@files.post("/files/<uuid:file_id>/entries")
@guard(policy.WRITE_ENTRY, load=queries.get_file)
def begin(file: StudentFile) -> Any:
    """Begin the record of a session."""
    form = forms.read(schemas.EntryBegin(), request.form)
    if form.errors:
        return render_template("files/begin.html", **_frame(file), form=form, kinds=schemas.KINDS), 422
    entry = service.begin_entry(
        file, kind=form.data["kind"], started_at=_moment(form.data["started_at"], file), by=g.actor
    )
    return redirect(url_for("files.entry", file_id=file.id, entry_id=entry.id), code=303)


@files.get("/files/<uuid:file_id>/entries/<uuid:entry_id>")
@guard(policy.READ_ENTRY, load=queries.get_entry, visit="entry:viewed")
def entry(entry: FileEntry) -> str:
    """Show a signed entry with its addenda, or the author's draft to write on."""
    body = vault.read(entry, "body", g.actor.ring.open(entry.id))
    if entry.state == "draft":
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
    there = entry.saved_at.astimezone(calendar_of(entry.school_id).zone)
    return jsonify(saved_at=there.strftime("%H:%M"), version=entry.revision)


@files.post("/files/<uuid:file_id>/entries/<uuid:entry_id>")
@guard(policy.READ_ENTRY, load=queries.get_entry)
def save(entry: FileEntry) -> Any:
    """Save a draft, and sign it when the button says so."""
    form = forms.read(schemas.EntryBody(), request.form)
    if not form.errors:
        try:
            service.save_entry(entry, body=schemas.kept_body(form.data), revision=form.data["version"], by=g.actor)
            if form.data.get("then") == "sign":
                service.sign_entry(entry, revision=entry.revision, by=g.actor)
                flash(_("The entry is signed. From now on it stays as it is."), "done")
            else:
                flash(_("The draft is saved."), "done")
        except (Stale, Invalid) as refused:
            form = form.with_error("concern", refused.words)
    if form.errors:
        return _editor(entry, form), 422
    return redirect(url_for("files.entry", file_id=entry.file_id, entry_id=entry.id), code=303)


@files.post("/files/<uuid:file_id>/entries/<uuid:entry_id>/addenda")
@guard(policy.READ_ENTRY, load=queries.get_entry)
def add(entry: FileEntry) -> Any:
    """Add to a signed entry."""
    form = forms.read(schemas.Words(), request.form)
    if form.errors:
        body = vault.read(entry, "body", g.actor.ring.open(entry.id))
        return _signed(entry, body, form), 422
    service.add_addendum(entry, text=form.data["text"], by=g.actor)
    flash(_("Your addendum is signed and kept with the entry."), "done")
    return redirect(url_for("files.entry", file_id=entry.file_id, entry_id=entry.id), code=303)


@files.route("/files/<uuid:file_id>/note", methods=["GET", "POST"])
@guard(policy.NOTE, load=queries.get_file, visit="note:viewed")
def note(file: StudentFile) -> Any:
    """Show and keep the author's own note, sealed to nobody else."""
    own = queries.note_of(file, g.actor)
    text = vault.read(own, "text", g.actor.ring.open(own.id)) if own else ""
    form = forms.blank(text=text)
    if request.method == "POST":
        form = forms.read(schemas.Note(), request.form)
        if not form.errors:
            service.save_note(file, text=form.data.get("text", ""), by=g.actor)
            flash(_("Your note is saved. Only you can read it."), "done")
            return redirect(url_for("files.note", file_id=file.id), code=303)
    page = render_template("files/note.html", **_frame(file), form=form, own=own)
    return page, 422 if form.errors else 200


@files.route("/files/<uuid:file_id>/documents", methods=["GET", "POST"])
@guard(policy.READ_ATTACHMENT, load=queries.get_file, visit="file:documents_viewed")
def documents(file: StudentFile) -> Any:
    """List the documents of a file and take in another."""
    form = forms.blank()
    if request.method == "POST":
        upload = request.files.get("document")
        if upload is None or not upload.filename:
            form = form.with_error("document", _("Choose a document first."))
        else:
            try:
                attachments.add_attachment(file, source=upload.stream, name=upload.filename, by=g.actor)
            except (Invalid, attachments.DocumentTooLarge, attachments.NoRoomLeft) as refused:
                form = form.with_error("document", refused.words)
            else:
                flash(_("The document is sealed and kept with the file."), "done")
                return redirect(url_for("files.documents", file_id=file.id), code=303)
    kept = attachments.details_of(list(queries.attachments_of(file)), by=g.actor)
    page = render_template(
        "files/documents.html", **_frame(file), form=form, documents=kept,
        people=names_of({a.author_id for a, _details in kept}), may_add=policy.ATTACH.allows(g.actor, file),
    )
    return page, 422 if form.errors else 200


@files.get("/files/<uuid:file_id>/documents/<uuid:attachment_id>")
@guard(policy.READ_ATTACHMENT, load=queries.get_attachment, visit="attachment:opened")
def document(attachment: Attachment) -> Response:
    """Hand out a document: always as a download, never shown as something active."""
    details, content = attachments.read_attachment(attachment, by=g.actor)
    response = Response(content, mimetype="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=details["name"])
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Content-Length"] = str(details["size"])
    return response


@files.get("/files/<uuid:file_id>/viewers")
@guard(policy.WHO_VIEWED, load=queries.get_file, visit="file:viewers_viewed")
def viewers(file: StudentFile) -> str:
    """Show who opened what of this file, and when."""
    page = events_about(file.id, cursor=request.args.get("after"))
    people = names_of({event.person_id for event in page.items if event.person_id})
    return render_template("files/viewers.html", **_frame(file), page=page, people=people)


@files.route("/files/<uuid:file_id>/restrict", methods=["GET", "POST"])
@guard(policy.RESTRICT, load=queries.get_file)
def restrict(file: StudentFile) -> Any:
    """Close a file to the room but for named colleagues."""
    colleagues = _colleagues(file)
    form = forms.blank(people=[str(file.in_charge_id)])
    if request.method == "POST":
        form = forms.read(schemas.Named(), request.form)
        if not form.errors:
            named = [person for person in form.data["people"] if person in colleagues]
            service.restrict(file, to=named, by=g.actor)
            flash(_("For everybody who is not named, this file no longer exists."), "done")
            return redirect(url_for("files.history", file_id=file.id), code=303)
    page = render_template("files/restrict.html", **_frame(file), form=form, colleagues=colleagues)
    return page, 422 if form.errors else 200


@files.post("/files/<uuid:file_id>/charge")
@guard(policy.HAND_CHARGE, load=queries.get_file)
def charge(file: StudentFile) -> AnyResponse:
    """Put a colleague in charge."""
    form = forms.read(schemas.Charge(), request.form)
    if form.errors or form.data["person"] not in _colleagues(file):
        raise Invalid()
    service.hand_charge(file, to=form.data["person"], by=g.actor)
    flash(_("The file is handed over to your colleague."), "done")
    return redirect(url_for("files.index"), code=303)


def _editor(entry: FileEntry, form: forms.Form) -> str:
    return render_template(
        "files/editor.html", **_frame(entry.file), entry=entry, form=form, texts=schemas.ENTRY_TEXTS,
        kinds=schemas.KINDS, entry_readers=_readers(entry.id),
    )


def _signed(entry: FileEntry, body: dict[str, Any], form: forms.Form) -> str:
    addenda = queries.addenda_of([entry])[entry.id]
    key = g.actor.ring.open(entry.id)
    people = names_of({entry.author_id, *(addendum.author_id for addendum in addenda)})
    may_read_file = policy.READ.allows(g.actor, entry.file)
    return render_template(
        "files/entry.html", **(_frame(entry.file) if may_read_file else {"file": entry.file, "line": None}),
        entry=entry, body=body, texts=schemas.ENTRY_TEXTS, kinds=schemas.KINDS, people=people, form=form,
        verified=service.is_verified(entry), may_add=policy.ADD_TO_ENTRY.allows(g.actor, entry),
        addenda=[(addendum, vault.read(addendum, "text", key)) for addendum in addenda],
    )


def _frame(file: StudentFile) -> dict[str, Any]:
    """Return what stands around every page of a file: whose it is, and who can read it."""
    student = get_student(file.student_id)
    contacts = contacts_of(student, g.actor.ring) if student else None
    return {
        "file": file,
        "line": get_line(file.student_id, g.actor.ring),
        "age": _age(contacts.get("born"), today_at(file.school_id)) if contacts else None,
        "readers": _readers(file.id),
        "may_write": policy.WRITE_ENTRY.allows(g.actor, file),
        "may_restrict": policy.RESTRICT.allows(g.actor, file),
        "colleagues": _colleagues(file),
    }


def _age(born: str | None, today: date) -> int | None:
    if not born:
        return None
    day = date.fromisoformat(born)
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))


def _colleagues(file: StudentFile) -> dict[UUID, str]:
    """Return the counsellors of the file's school by name."""
    return names_of(holders_of(PostKind.COUNSELLOR, organisation_id=file.school_id, on=today_at(file.school_id)))


def _readers(object_id: UUID) -> list[str]:
    return sorted(names_of(vault.readers_of(object_id)).values())


def _moment(naive: datetime, file: StudentFile) -> datetime:
    return naive.replace(tzinfo=calendar_of(file.school_id).zone)
