"""The counsellor's own list: drafts to sign, files in charge, files open for today."""

from flask import g, render_template, request

from app.access import guard
from app.directory.queries import names_of_students
from app.files import policy, queries
from app.files.pages.frame import files
from app.files.sections import KINDS


@files.get("/files")
@guard(policy.LIST)
def index() -> str:
    """Show drafts that wait for a signature, and every file the counsellor may read at this moment."""
    page = queries.files_open_to(g.actor, cursor=request.args.get("after"))
    drafts = queries.unsigned_entries(g.actor)
    students = {file.student_id for file in page.items} | {entry.file.student_id for entry in drafts}
    return render_template(
        "files/index.html", page=page, drafts=drafts, kinds=KINDS,
        lines=names_of_students(students, g.actor.ring),
        reasons=queries.reasons_that_count(g.actor, {file.id for file in page.items}),
    )
