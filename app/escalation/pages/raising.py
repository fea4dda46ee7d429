"""Raising a concern in a minute: whom it is about, what was seen, who will read it, and what happens next."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from flask import flash, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.access import PostKind, guard
from app.core import forms
from app.core.errors import Conflict, Invalid, Refusal
from app.directory.naming import named
from app.directory.queries import (
    DirectoryLine,
    calendar_of,
    find_students,
    get_line,
    get_placed_student,
    lines_of_class,
)
from app.escalation import drafts, policy, queries, schemas, service
from app.escalation.models import Concern, ConcernDraft
from app.escalation.pages.blueprint import escalation
from app.escalation.views import ConcernView, parties_around


@escalation.route("/concerns/new", methods=["GET", "POST"])
@guard(policy.RAISE)
def new() -> Any:
    """Ask whom the concern is about: a class teacher's own class stands there already."""
    form, found = forms.blank(), None
    if request.method == "POST":
        form = forms.read(schemas.Search(), request.form)
        found = find_students(form.data.get("q", ""), g.actor)
    else:
        classes = g.actor.classes(PostKind.CLASS_TEACHER)
        found = [line for class_id in classes for line in lines_of_class(class_id, g.actor.ring)] or None
    page = render_template("escalation/new.html", form=form, found=found, groups=_by_class(found or []))
    return page, 422 if form.errors else 200


def _by_class(lines: list[DirectoryLine]) -> list[tuple[str, list[DirectoryLine]]]:
    groups: dict[str, list[DirectoryLine]] = defaultdict(list)
    for line in lines:
        groups[line.where].append(line)
    return list(groups.items())


@escalation.route("/concerns/new/<uuid:student_id>", methods=["GET", "POST"])
@guard(policy.RAISE_ABOUT, load=get_placed_student)
def write(student: Any) -> Any:
    """Take a concern in; what was typed is kept whatever happens."""
    if request.method != "POST":
        return _writing(student)
    form = forms.read(schemas.AccountForm(), request.form)
    if not form.errors:
        try:
            concern = service.raise_concern(student, account=schemas.account_in(form.data), by=g.actor)
        except (Invalid, Conflict) as refused:
            form = form.with_error("excluded", _(refused.words, **refused.params))
        else:
            drafts.end_draft(student.id, by=g.actor)
            return redirect(url_for("escalation.sent", concern_id=concern.id), code=303)
    return _writing(student, form), 422


def _begun(draft: ConcernDraft | None) -> forms.Form:
    """Return the form as it was left, or an empty one."""
    if draft is None:
        return forms.blank(version=0)
    answers = drafts.answers_of(draft, by=g.actor)
    named = {"excluded": [UUID(person_id) for person_id in answers["excluded"]]}
    return forms.Form(values={**answers, "version": draft.revision}, data={**answers, **named})


def _writing(student: Any, form: forms.Form | None = None) -> str:
    """Return the page with what was sent, or with what was kept on the way."""
    draft = drafts.draft_about(student.id, g.actor)
    form = form or _begun(draft)
    mine = queries.recent_of_student(student.id, g.actor).lines
    return render_template(
        "escalation/write.html", form=form, draft=draft, line=get_line(student.id, g.actor.ring),
        readers=_readers_with(student, form), parties=parties_around(student, g.actor),
        recent=any(line.concern.raised_by == g.actor.person_id for line in mine),
    )


@escalation.post("/concerns/new/<uuid:student_id>/draft")
@guard(policy.RAISE_ABOUT, load=get_placed_student)
def autosave(student: Any) -> Any:
    """Keep what was typed so far for its author alone; the answer says when, and what the next save builds on."""
    form = forms.read(schemas.AccountDraft(partial=True), request.form)
    if form.errors:
        return jsonify(errors=form.errors), 422
    draft = drafts.save_draft(
        student_id=student.id, answers=schemas.kept_answers(form.data), revision=form.data.get("version", 0), by=g.actor
    )
    saved_at = draft.saved_at.astimezone(calendar_of(draft.school_id).zone)
    return jsonify(saved_at=saved_at.strftime("%H:%M"), version=draft.revision)


@escalation.post("/concerns/new/<uuid:student_id>/discard")
@guard(policy.RAISE_ABOUT, load=get_placed_student)
def discard(student: Any) -> Response:
    """Take away what was typed so far, and begin with an empty page."""
    draft = drafts.draft_about(student.id, g.actor)
    if draft is not None:
        drafts.discard_draft(draft, by=g.actor)
        flash(_("The draft is gone. Nothing of it was kept."), "done")
    return redirect(url_for("escalation.write", student_id=student.id), code=303)


@escalation.post("/concerns/new/<uuid:student_id>/readers")
@guard(policy.RAISE_ABOUT, load=get_placed_student)
def readers(student: Any) -> str:
    """Say who would read the concern as it is filled in at this moment; nothing is kept."""
    form = forms.read(schemas.Account(), request.form)
    return render_template("escalation/readers.html", readers=_readers_with(student, form), form=form)


def _readers_with(student: Any, form: forms.Form) -> list[str]:
    try:
        account, _card = service.who_would_read(student, answers=form.data, by=g.actor)
    except Refusal:
        return []
    return named(account, g.actor)


@escalation.get("/concerns/<uuid:concern_id>/sent")
@guard(policy.READ, load=queries.get_concern)
def sent(concern: Concern) -> str:
    """Say what happens next, by whom and by when."""
    return render_template(
        "escalation/sent.html", concern=concern, owners=ConcernView(concern, g.actor).owners,
    )
