"""The pages of groups that meet several times: theme, members, sessions, who came, and what was done."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.access import guard
from app.appointments import group_views, policy, schemas, views
from app.appointments.models import GroupProgramme
from app.appointments.pages.blueprint import appointments
from app.appointments.pages.series import choosing, rule_of, wish_of, with_refusal
from app.appointments.queries import deeds_now
from app.appointments.queries.series import GroupSession, get_group_session, get_programme, programmes_of
from app.appointments.service import groups as service
from app.core import forms
from app.core.database import savepoint
from app.core.errors import Conflict, Invalid, Missing, Refusal, Stale
from app.directory.queries import DirectoryLine, calendar_of, find_students, names_of
from app.schooltime import wall_at
from app.vault import readers_of


@appointments.get("/appointments/groups")
@guard(policy.CALENDAR)
def groups() -> str:
    """List the groups of the room."""
    page = programmes_of(g.actor, cursor=request.args.get("after"))
    return render_template("appointments/groups.html", page=page, lines=group_views.group_lines(page.items, g.actor))


@appointments.route("/appointments/groups/new", methods=["GET", "POST"])
@guard(policy.CALENDAR)
def new_group() -> Any:
    """Begin a group: what it is about, and when it meets."""
    school_id = views.school_of(g.actor)
    if school_id is None:
        raise Missing()
    if request.method != "POST":
        return _beginning(school_id, forms.blank(every_weeks=1, times=6, seats=8))
    form = forms.read(schemas.GroupForm(), request.form)
    if form.errors:
        return _beginning(school_id, form), 422
    wish = wish_of(form.data, school_id, kind="group", seats=form.data["seats"])
    try:
        with savepoint():
            programme = service.begin_group(wish, theme=form.data["theme"], **rule_of(form.data), by=g.actor)
    except (Conflict, Invalid) as refused:
        return _beginning(school_id, with_refusal(form, refused), refused), refused.status
    flash(_("The group is set up. Now take its members in."), "done")
    return _to_group(programme)


def _beginning(school_id: UUID, form: forms.Form, refused: Refusal | None = None) -> str:
    return render_template("appointments/new_group.html", form=form, **choosing(school_id, refused))


@appointments.route("/appointments/groups/<uuid:programme_id>", methods=["GET", "POST"])
@guard(policy.GROUP, load=get_programme, visit="group:viewed")
def group(programme: GroupProgramme) -> Any:
    """Show a group; a name that is sent finds students to take in, and stands in no address."""
    if request.method != "POST":
        return _group(programme, forms.blank())
    form = forms.read(schemas.MemberSearch(), request.form)
    if form.errors:
        return _group(programme, form), 422
    found = find_students(form.data["q"], g.actor)
    return _group(programme, form, found=[line for line in found if line.school_id == programme.school_id])


def _group(
    programme: GroupProgramme, form: forms.Form, *, found: Sequence[DirectoryLine] | None = None
) -> str:
    shown = group_views.group_of(programme, g.actor)
    return render_template(
        "appointments/group.html", group=shown, form=form, found=found,
        members={member.student_id for member in shown.members}, readers=_readers(programme),
    )


def _readers(programme: GroupProgramme) -> list[str]:
    return sorted(names_of(readers_of(programme.id)).values())


@appointments.post("/appointments/groups/<uuid:programme_id>/members")
@guard(policy.KEEP_GROUP, load=get_programme)
def join_group(programme: GroupProgramme) -> Any:
    """Take a student in."""
    form = forms.read(schemas.MemberIn(), request.form)
    if form.errors:
        raise Invalid()
    try:
        with savepoint():
            service.join_group(programme, form.data["student_id"], by=g.actor)
    except Conflict as refused:
        flash(_(refused.words), "warn")
    else:
        flash(_("The student is in the group and has a seat in every session in which there is time."), "done")
    return _to_group(programme)


@appointments.post("/appointments/groups/<uuid:programme_id>/leave")
@guard(policy.KEEP_GROUP, load=get_programme)
def leave_group(programme: GroupProgramme) -> Any:
    """Take a student out."""
    form = forms.read(schemas.MemberIn(), request.form)
    if form.errors:
        raise Invalid()
    service.leave_group(programme, form.data["student_id"], by=g.actor)
    flash(_("The student has left the group. The seats still to come are free again."), "done")
    return _to_group(programme)


def _to_group(programme: GroupProgramme) -> Any:
    return redirect(url_for("appointments.group", programme_id=programme.id), code=303)


@appointments.get("/appointments/groups/<uuid:programme_id>/sessions/<uuid:appointment_id>")
@guard(policy.GROUP, load=get_group_session, visit="group:viewed")
def group_session(held: GroupSession) -> str:
    """Show a session: who has a seat and who came, and what was written about it."""
    return _session(held)


@appointments.post("/appointments/groups/<uuid:programme_id>/sessions/<uuid:appointment_id>/attendance")
@guard(policy.KEEP_GROUP, load=get_group_session)
def group_attendance(held: GroupSession) -> Any:
    """Note who came; all the others did not."""
    form = forms.read(schemas.Attendance(), request.form)
    if form.errors:
        raise Invalid()
    try:
        with savepoint():
            service.note_attendance(held, came=set(form.data["came"]), revision=form.data["version"], by=g.actor)
    except Conflict as refused:
        return _session(held, refused=refused), refused.status
    flash(_("It is noted who came."), "done")
    return _to_session(held)


@appointments.post("/appointments/groups/<uuid:programme_id>/sessions/<uuid:appointment_id>/entry")
@guard(policy.KEEP_GROUP, load=get_group_session)
def group_entry(held: GroupSession) -> Any:
    """Save what was done, and sign it when the button says so."""
    form = forms.read(schemas.GroupWords(), request.form)
    if form.errors:
        return _session(held, form), 422
    try:
        with savepoint():
            entry = service.write_group_entry(
                held, body=form.data["body"], revision=form.data["version"], by=g.actor
            )
            if form.data["then"] == "sign":
                service.sign_group_entry(held, revision=entry.revision, by=g.actor)
    except Stale as stale:
        kept = service.entry_for(held)
        assert kept is not None
        differing = forms.differing(form, {"body": service.text_of(kept, by=g.actor)}, ("body",))
        shown = form.with_values(version=kept.revision).with_error("body", _(stale.words))
        return _session(held, shown, elsewhere=differing), 422
    except (Conflict, Invalid) as refused:
        return _session(held, form.with_error("body", _(refused.words))), refused.status
    signed = form.data["then"] == "sign"
    flash(_("The entry is signed. From now on it stays as it is.") if signed else _("The draft is saved."), "done")
    return _to_session(held)


@appointments.post("/appointments/groups/<uuid:programme_id>/sessions/<uuid:appointment_id>/draft")
@guard(policy.KEEP_GROUP, load=get_group_session)
def group_draft(held: GroupSession) -> Any:
    """Save a draft on the way; the answer says when, and the version the next save builds on."""
    form = forms.read(schemas.GroupWords(), request.form)
    if form.errors:
        return jsonify(errors=form.errors), 422
    entry = service.write_group_entry(held, body=form.data["body"], revision=form.data["version"], by=g.actor)
    saved_at = wall_at(calendar_of(entry.school_id).zone, entry.saved_at)
    return jsonify(saved_at=f"{saved_at:%H:%M}", version=entry.revision)


def _session(
    held: GroupSession, form: forms.Form | None = None, *, refused: Refusal | None = None,
    elsewhere: dict[str, str] | None = None,
) -> str:
    entry, seats = service.entry_for(held), group_views.seats_of(held, g.actor)
    written = service.text_of(entry, by=g.actor) if entry else ""
    return render_template(
        "appointments/group_session.html", held=held, theme=service.theme_of(held.programme, by=g.actor),
        line=views.line_of(held.booking, g.actor), seats=seats, entry=entry, written=written,
        came=forms.blank(came=[str(one.booking.id) for one in seats if one.booking.state == "attended"]),
        form=form or forms.blank(body=written, version=entry.revision if entry else 0), refused=refused,
        version=service.revision_of(held), verified=entry is not None and service.is_verified(entry),
        people=names_of([entry.signed_by] if entry and entry.signed_by else []), elsewhere=elsewhere or {},
        readers=_readers(held.programme), open="attend" in deeds_now(held.booking) or held.booking.state == "attended",
    )


def _to_session(held: GroupSession) -> Response | Any:
    return redirect(
        url_for("appointments.group_session", programme_id=held.id, appointment_id=held.booking.id), code=303
    )
