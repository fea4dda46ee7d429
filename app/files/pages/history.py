"""A student's history, its overview, and the chronology on paper."""

from collections.abc import Sequence
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.access import guard
from app.audit.queries import count_about
from app.core import clock, forms
from app.core.errors import Stale
from app.directory.queries import get_organisation, names_of
from app.files import policy, queries, reading, schemas, sections, service
from app.files.models import StudentFile
from app.files.pages.frame import files, frame_of, page_of, there
from app.files.timeline import PARTS, Happening, timeline_of


@files.get("/files/<uuid:file_id>")
@guard(policy.READ, load=queries.get_file, visit="file:viewed")
def history(file: StudentFile) -> str:
    """Show what happened, newest first."""
    part = _part()
    events = timeline_of(file, by=g.actor, part=part)
    now_there = there(clock.now(), file).strftime("%Y-%m-%dT%H:%M")
    return page_of(
        file, "files/history.html", events=events, people=names_of({event.person_id for event in events}), part=part,
        kinds=sections.KINDS, templates=sections.TEMPLATES,
        form=forms.blank(started_at=now_there, template="free", kind=_usual_kind(events, part)),
        may_write=policy.WRITE_ENTRY.allows(g.actor, file), may_share=policy.RESTRICT.allows(g.actor, file),
        may_hand=policy.HAND_CHARGE.allows(g.actor, file), may_print=policy.PRINT.allows(g.actor, file),
    )


def _usual_kind(events: Sequence[Happening], part: str | None) -> str | None:
    """Return what the next session most likely is; a filtered history does not tell."""
    if part is not None:
        return None
    return "follow_up" if any(event.kind == "entry" for event in events) else "first"


@files.get("/files/<uuid:file_id>/print")
@guard(policy.PRINT, load=queries.get_file, visit="file:printed")
def on_paper(file: StudentFile) -> str:
    """Show the chronology with everything signed, oldest first, made for paper; each copy has its number."""
    part = _part()
    entries = [entry for entry in queries.entries_of(file) if entry.state == "signed"]
    events = timeline_of(file, by=g.actor, part=part, entries=entries)[::-1]
    school = get_organisation(file.school_id)
    return render_template(
        "files/print.html", **frame_of(file), part=part, kinds=sections.KINDS, sources=sections.SOURCES,
        headings_of=sections.headings_of, organisation_name=school.name if school else "",
        events=events, people=names_of({event.person_id for event in events}),
        bodies=reading.bodies_of([e.entry for e in events if e.entry and e.kind == "entry"], by=g.actor),
        additions=reading.texts_of([e.addendum for e in events if e.addendum], by=g.actor),
        printed_by=g.actor.name, copy_number=count_about(file.id, "file:printed") + 1,
    )


def _part() -> str | None:
    """Return which filter the address asks for; an unknown one filters nothing."""
    part = request.args.get("part")
    return part if part in PARTS.values() else None


@files.route("/files/<uuid:file_id>/overview", methods=["GET", "POST"])
@guard(policy.READ, load=queries.get_file, visit="file:overview_viewed")
def overview(file: StudentFile) -> Any:
    """Show and change the sections of the overview."""
    kept = reading.overview_of(file, by=g.actor)
    form, elsewhere = forms.blank(**(kept or {}), version=file.revision), {}
    if request.method == "POST":
        form = forms.read(schemas.Overview(), request.form)
        if not form.errors:
            written = {name: form.data.get(name, "") for name in sections.OVERVIEW}
            try:
                service.change_overview(file, sections=written, revision=form.data["version"], by=g.actor)
            except Stale as stale:
                elsewhere = forms.differing(form, kept or {}, sections.OVERVIEW)
                form = form.with_values(version=file.revision).with_error("elsewhere", stale.words)
            else:
                flash(_("The overview is saved."), "done")
                return redirect(url_for("files.overview", file_id=file.id), code=303)
    page = page_of(
        file, "files/overview.html", form=form, kept=kept, texts=sections.OVERVIEW, elsewhere=elsewhere,
        may_edit=kept is not None and policy.EDIT.allows(g.actor, file),
    )
    return page, 422 if form.errors else 200
