"""The twin's pages: the views a plain product would have, behind the product's own frame and templates."""

import base64
import secrets
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import defer, lazyload

from app import create_app
from app.access import SCHOOL, Actor, PostHeld, PostKind
from app.core import clock, forms
from app.core.database import session
from app.core.errors import Missing, NeedsSignIn, Stale
from app.core.ids import new_id
from app.core.paging import Page, page
from app.core.requests import Application
from app.directory import schemas as directory_schemas
from app.directory.models import Grade, SchoolClass
from app.directory.naming import named_among
from app.directory.queries import MOST_FOUND, DirectoryLine, calendar_of, today_at
from app.directory.service import normal_number
from app.escalation import schemas as escalation_schemas
from app.escalation import words
from app.escalation.cards import new_card
from app.escalation.levels import provisional_level
from app.escalation.moving import due_from_now
from app.escalation.queries import ConcernLine
from app.escalation.tiers import OPEN
from app.files import schemas, sections
from app.files.pages.history import _usual_kind
from app.files.timeline import Happening
from app.identity import schemas as identity_schemas
from app.identity.sessions import COOKIE, give_cookie
from app.notifications.wishes import carried_wishes
from app.vault.passwords import PASSWORDS, stretch
from bench.plain.models import (
    PlainAccount,
    PlainAddendum,
    PlainAttachment,
    PlainConcern,
    PlainDraft,
    PlainEntry,
    PlainFile,
    PlainNotice,
    PlainOpening,
    PlainPerson,
    PlainPost,
    PlainSession,
    PlainStep,
    PlainStudent,
)
from config.settings import Settings

_ZONE = ZoneInfo("Asia/Shanghai")


def plain_app(settings: Settings) -> Application:
    """Return the product with the measured views, and who is signed in, replaced by plain ones."""
    app = create_app(settings)
    app.entering[:] = [_set_actor]
    app.context_processor(_session_end)
    app.jinja_env.globals["open_concerns"] = _open_concerns
    for endpoint, view in _VIEWS.items():
        app.view_functions[endpoint] = view
    return app


def _set_actor() -> None:
    g.actor = _actor()


def _session_end() -> dict[str, Any]:
    """Return what the frame would have asked the product's own sessions for."""
    return {"session_ends_in": current_app.extensions["settings"].session_idle} if g.get("actor") else {}


def _actor() -> Actor | None:
    token = base64.urlsafe_b64decode(request.cookies.get(COOKIE, ""))
    row = session().get(PlainSession, sha256(b"sid" + token).digest()) if token else None
    if row is None:
        return None
    account = session().get_one(PlainAccount, row.account_id)
    if account.state != "active":
        return None
    person = session().get_one(PlainPerson, account.id)
    return Actor(
        person_id=person.id, district_id=person.district_id, posts=_posts(person.id), ring=None,  # type: ignore[arg-type]
        name=person.name, session_id=row.id, verified_at=row.verified_at,
    )


def _posts(person_id: UUID) -> tuple[PostHeld, ...]:
    rows = session().scalars(
        select(PlainPost)
        .where(PlainPost.person_id == person_id, *_held_on(clock.now().astimezone(_ZONE).date()))
        .order_by(PlainPost.starts_on, PlainPost.id)
    )
    return tuple(
        PostHeld(row.id, PostKind(row.kind), row.organisation_id, row.grade_id, row.class_id) for row in rows
    )


def _held_on(day: date) -> tuple[Any, ...]:
    return PlainPost.starts_on <= day, or_(PlainPost.ends_on.is_(None), PlainPost.ends_on >= day)


def signed_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let only somebody signed in pass."""

    def guarded(**ids: Any) -> Any:
        if g.actor is None:
            raise NeedsSignIn()
        return view(**ids)

    return guarded


@signed_in
def history(file_id: UUID) -> str:
    """Show what happened to a file, newest first."""
    file = _file(file_id)
    events = _timeline(file)
    return render_template(
        "files/history.html", **_frame(file), events=events, people=_names({event.person_id for event in events}),
        part=None, kinds=sections.KINDS, templates=sections.TEMPLATES,
        form=forms.blank(
            started_at=clock.now().astimezone(calendar_of(file.school_id).zone).strftime("%Y-%m-%dT%H:%M"),
            template="free", kind=_usual_kind(events, None),
        ),
        may_write=file.state == "open", may_share=True, may_hand=True, may_print=True,
    )


def _file(file_id: UUID) -> PlainFile:
    file = session().get(PlainFile, file_id)
    if file is None or not g.actor.at(file.school_id, PostKind.COUNSELLOR) or file.in_charge_id != g.actor.person_id:
        raise Missing()
    return file


# The template asks rows for the same names, whichever table they come from.
_Happening: Any = Happening


def _timeline(file: PlainFile) -> list[Any]:
    lines = select(PlainEntry).where(PlainEntry.file_id == file.id).order_by(PlainEntry.number.desc())
    entries = [
        entry
        for entry in session().scalars(lines.options(defer(PlainEntry.body, raiseload=True), lazyload(PlainEntry.file)))
        if entry.state == "signed" or entry.author_id == g.actor.person_id
    ]
    by_id = {entry.id: entry for entry in entries}
    added = session().scalars(
        select(PlainAddendum).join(PlainEntry, PlainEntry.id == PlainAddendum.entry_id)
        .where(PlainEntry.file_id == file.id).order_by(PlainAddendum.added_at)
    )
    happened: list[Any] = [_Happening("file", file.opened_at, file.opened_by)]
    happened += [_Happening("entry", e.started_at, e.author_id, e) for e in entries]
    happened += [_Happening("addendum", a.added_at, a.author_id, by_id[a.entry_id], a) for a in added]
    happened += [
        _Happening("document", a.added_at, a.author_id, attachment=a, words=a.name)
        for a in _all(PlainAttachment, PlainAttachment.added_at.desc(), file)
    ]
    happened += [
        _Happening("reason", o.opened_at, o.person_id, words=o.reason)
        for o in _all(PlainOpening, PlainOpening.opened_at, file)
    ]
    return sorted(happened, key=lambda event: event.at, reverse=True)


def _all(model: Any, order: Any, file: PlainFile) -> list[Any]:
    return list(session().scalars(select(model).where(model.file_id == file.id).order_by(order)))


def _frame(file: PlainFile) -> dict[str, Any]:
    student, line = _line_of(file.student_id)
    readers = _counsellors(file.school_id)
    return {
        "file": file, "line": line, "age": _age(student.born, today_at(file.school_id)),
        "readers": named_among(readers, readers, g.actor), "in_charge": readers.get(file.in_charge_id, "--"),
        "may_see_viewers": True, "other_files": _other_files(file),
    }


def _other_files(file: PlainFile) -> list[PlainFile]:
    rows = session().scalars(select(PlainFile).where(PlainFile.student_id == file.student_id))
    return [row for row in rows if row is not file]


def _line_of(student_id: UUID) -> tuple[PlainStudent, DirectoryLine]:
    student, shape, grade = session().execute(
        _STUDENTS.where(PlainStudent.id == student_id)
    ).one()
    return student, _line(student, shape, grade)


_STUDENTS = (
    select(PlainStudent, SchoolClass, Grade)
    .join(SchoolClass, SchoolClass.id == PlainStudent.class_id)
    .join(Grade, Grade.id == SchoolClass.grade_id)
)


def _line(student: PlainStudent, shape: SchoolClass, grade: Grade) -> DirectoryLine:
    return DirectoryLine(
        student.id, student.number, student.name, student.reading, student.school_id, grade.id, shape.id,
        grade.label, shape.label,
    )


def _age(born: date | None, today: date) -> int | None:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) if born else None


def _counsellors(school_id: UUID) -> dict[UUID, str]:
    return {person.id: person.name for person in _holders(school_id, PostKind.COUNSELLOR)}


def _holders(school_id: UUID, kind: PostKind, *conditions: Any) -> list[PlainPerson]:
    query = select(PlainPerson).join(PlainPost, PlainPost.person_id == PlainPerson.id)
    held = _held_on(today_at(school_id))
    return list(
        session().scalars(
            query.where(PlainPost.organisation_id == school_id, PlainPost.kind == kind.value, *held, *conditions)
        )
    )


def _names(person_ids: set[UUID]) -> dict[UUID, str]:
    rows = session().scalars(select(PlainPerson).where(PlainPerson.id.in_(person_ids)))
    return {person.id: person.name for person in rows}


@signed_in
def save(file_id: UUID, entry_id: UUID) -> Any:
    """Save a draft."""
    entry = session().get(PlainEntry, entry_id)
    if entry is None or entry.file_id != file_id or entry.author_id != g.actor.person_id or entry.state != "draft":
        raise Missing()
    form = forms.read(schemas.EntryBody(), request.form)
    assert not form.errors, form.errors
    if entry.revision != form.data["version"]:
        raise Stale()
    entry.body = schemas.kept_body(form.data)
    entry.revision += 1
    entry.saved_at = clock.now()
    session().flush()
    flash(_("The draft is saved."), "done")
    return redirect(url_for("files.entry", file_id=file_id, entry_id=entry_id), code=303)


@signed_in
def search() -> Any:
    """Find students by asking the database."""
    form = forms.read(directory_schemas.Search(), request.form)
    assert not form.errors, form.errors
    wanted = f"%{form.data['q']}%"
    rows = session().execute(
        _STUDENTS.where(
            PlainStudent.school_id.in_(g.actor.organisations()),
            or_(
                PlainStudent.name.like(wanted), PlainStudent.initials.like(wanted), PlainStudent.number.like(wanted)
            ),
        )
        .order_by(Grade.position, SchoolClass.position, PlainStudent.number)
        .limit(MOST_FOUND)
    )
    found = [_line(*row) for row in rows]
    return render_template("directory/search.html", form=form, found=found, most=MOST_FOUND, whole=True)


def sign_in() -> Any:
    """Take name and password and begin a session."""
    form = forms.read(identity_schemas.SignIn(), request.form)
    person = session().scalar(select(PlainPerson).where(PlainPerson.number == normal_number(form.data["login"])))
    account = session().get(PlainAccount, person.id) if person else None
    assert account is not None
    stretched = stretch(form.data["password"], account.salt, b"", account.id.bytes, PASSWORDS)
    if not stretched.proves(account.verifier):
        raise Missing()
    token, now = secrets.token_bytes(32), clock.now()
    session().add(
        PlainSession(
            id=sha256(b"sid" + token).digest(), account_id=account.id, created_at=now, seen_at=now, verified_at=now
        )
    )
    session().flush()
    return give_cookie(redirect("/", code=303), token)


def _open_concerns(student_id: UUID) -> list[tuple[str, str, str]]:
    rows = session().scalars(
        select(PlainConcern).where(PlainConcern.student_id == student_id, PlainConcern.state.in_(OPEN))
        .order_by(PlainConcern.due_at, PlainConcern.id)
    )
    return [
        (row.level, _(words.STATES[row.state]), url_for("escalation.concern", concern_id=row.id))
        for row in rows
        if g.actor.at(row.school_id, PostKind.COUNSELLOR)
    ]


@signed_in
def room() -> str:
    """Show the counselling room its concerns."""
    query = select(PlainConcern).where(
        PlainConcern.school_id.in_(g.actor.organisations(PostKind.COUNSELLOR)), PlainConcern.state.in_(OPEN),
        PlainConcern.tier == "room",
    )
    found = page(
        query, by=(PlainConcern.due_at, PlainConcern.id), cursor=request.args.get("after"), newest_first=False
    )
    lines: list[Any] = [
        ConcernLine(row, card=row.card)  # type: ignore[arg-type]
        for row in found.items
        if g.actor.person_id.hex not in row.card["excluded"]
    ]
    parts = {"ours": _("In our hands"), "others": _("With others"), "closed": _("Closed")}
    return render_template(
        "escalation/list.html", page=Page(lines, found.next), lines=lines,
        tabs_of=[(label, url_for("escalation.room", part=name), name == "ours") for name, label in parts.items()],
        title=_("Concerns of the room"), lead=_("What the room looks after, and what others of the school look after."),
        may_raise=True,
    )


@signed_in
def raise_concern(student_id: UUID) -> Any:
    """Take a concern in."""
    form = forms.read(escalation_schemas.Account(), request.form)
    assert not form.errors, form.errors
    student, line = _line_of(student_id)
    if not g.actor.at(student.school_id, *SCHOOL):
        raise Missing()
    found = provisional_level(form.data)
    concern = PlainConcern(
        id=new_id(), school_id=student.school_id, student_id=student.id, grade_id=line.grade_id,
        class_id=line.class_id, source="teacher", raised_by=g.actor.person_id, raised_at=clock.now(), state="raised",
        level=found.level, level_basis_code="provisional", tier="grade", owner_id=None, due_for_code="acknowledge",
        closed_at=None, revision=1, account={**form.data, "who": line.name, "where": line.where, "excluded": []},
        card=new_card(
            who=line.name, where=line.where, level=found.level, reason=found.reason, families=form.data["families"]
        ),
    )
    concern.due_at = due_from_now(concern)  # type: ignore[arg-type]
    session().add(concern)
    session().flush()
    session().add(
        PlainStep(
            id=new_id(), concern_id=concern.id, number=1, deed="raise", from_state=None, to_state="raised",
            level=concern.level, tier=concern.tier, person_id=g.actor.person_id, at=concern.raised_at, words=None,
        )
    )
    heads = _holders(student.school_id, PostKind.HEAD_OF_GRADE, PlainPost.grade_id == line.grade_id)
    assert heads
    # Who has chosen to be told elsewhere, and what was begun about the student: no secrets, so the twin asks as well.
    carried_wishes([person.id for person in heads])
    session().execute(
        delete(PlainDraft).where(PlainDraft.author_id == g.actor.person_id, PlainDraft.student_id == student.id)
    )
    for person in heads:
        session().add(
            PlainNotice(
                id=new_id(), person_id=person.id, organisation_id=concern.school_id, kind="concern:raised",
                subject_kind="concern", subject_id=concern.id, at=concern.raised_at, seen_at=None, mail_state="none",
                mail_tries=0, mail_due_at=None,
            )
        )
    session().flush()
    return redirect(url_for("escalation.sent", concern_id=concern.id), code=303)


_VIEWS: dict[str, Callable[..., Any]] = {
    "files.history": history,
    "files.save": save,
    "directory.search": search,
    "identity.sign_in": sign_in,
    "escalation.room": room,
    "escalation.write": raise_concern,
}
