"""The pages of concerns: raising one in a minute, each tier's list, the concern itself, and what is done to it."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app.access import PostKind, guard
from app.core import forms
from app.core.errors import Conflict, Invalid, Refusal, Stale
from app.core.paging import Page
from app.directory.queries import (
    DirectoryLine,
    find_students,
    get_line,
    get_placed_student,
    holders_of,
    lines_of_class,
    names_of,
    names_of_organisations,
    today_at,
)
from app.escalation import asking, deeds, hand_overs, opinions, policy, queries, saying, schemas, service, words
from app.escalation.models import Concern, HandOver, SecondOpinion
from app.escalation.queries import ConcernLine
from app.escalation.views import ConcernView, OpinionView, named, packet_view, readers_of_packet
from app.files import policy as files_policy
from app.files.queries import entries_of, file_of_student
from app.files.schemas import KINDS
from app.notifications.service import see_all_about

escalation = Blueprint("escalation", __name__, template_folder="templates")


@escalation.context_processor
def _words() -> dict[str, Any]:
    return {"words": words, "asks": asking, "said": saying}


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
    form = forms.blank()
    if request.method == "POST":
        form = forms.read(schemas.Account(), request.form)
        if not form.errors:
            try:
                concern = service.raise_concern(student_id=student.id, account=form.data, by=g.actor)
            except (Invalid, Conflict) as refused:
                form = form.with_error("excluded", refused.words)
            else:
                return redirect(url_for("escalation.sent", concern_id=concern.id), code=303)
    return _writing(student, form), 422 if form.errors else 200


def _writing(student: Any, form: forms.Form) -> str:
    mine = queries.recent_of_student(student.id, g.actor).lines
    return render_template(
        "escalation/write.html", form=form, line=get_line(student.id, g.actor.ring),
        readers=_readers_with(student.id, form), parties=_parties(student),
        recent=any(line.concern.raised_by == g.actor.person_id for line in mine),
    )


@escalation.post("/concerns/new/<uuid:student_id>/readers")
@guard(policy.RAISE_ABOUT, load=get_placed_student)
def readers(student: Any) -> str:
    """Say who would read the concern as it is filled in at this moment; nothing is kept."""
    form = forms.read(schemas.Account(), request.form)
    return render_template("escalation/readers.html", readers=_readers_with(student.id, form))


def _readers_with(student_id: UUID, form: forms.Form) -> list[str]:
    try:
        account, _card = service.who_would_read(student_id=student_id, answers=form.data, by=g.actor)
    except Refusal:
        return []
    return named(account, g.actor)


def _parties(student: Any) -> list[tuple[str, str]]:
    """Return who could be part of it among those who would read or hear of it, the reporter left out."""
    kinds = (PostKind.HEAD_OF_GRADE, PostKind.COUNSELLOR, PostKind.LEAD)
    on = today_at(student.school_id)
    people = [*holders_of(*kinds[1:], organisation_id=student.school_id, on=on)]
    if student.grade_id:
        people += holders_of(kinds[0], organisation_id=student.school_id, on=on, grade_id=student.grade_id)
    found = names_of(people)
    return [(str(one), found[one]) for one in dict.fromkeys(people) if one in found and one != g.actor.person_id]


@escalation.get("/concerns/<uuid:concern_id>/sent")
@guard(policy.READ, load=queries.get_concern)
def sent(concern: Concern) -> str:
    """Say what happens next, by whom and by when."""
    return render_template(
        "escalation/sent.html", concern=concern, owners=ConcernView(concern, g.actor).owners,
    )


@escalation.get("/concerns/mine")
@guard(policy.MINE)
def mine() -> str:
    """Show what the person raised, and what came back."""
    page = queries.concerns_raised_by(g.actor, cursor=request.args.get("after"))
    return render_template("escalation/mine.html", page=page, lines=page.items)


@escalation.get("/concerns/review")
@guard(policy.REVIEW)
def review() -> str:
    """Show the head of grade what waits, and what others look after."""
    ours = queries.concerns_for_grade(g.actor, cursor=request.args.get("after"))
    others = queries.concerns_for_grade(g.actor, part="others", size=20)
    waiting = [(line, queries.deeds_open_to(line.concern, g.actor)) for line in ours.items]
    return render_template("escalation/review.html", page=ours, waiting=waiting, others=others.items, may_raise=True)


@escalation.get("/concerns/room")
@guard(policy.ROOM)
def room() -> str:
    """Show the counselling room its concerns."""
    return _list(
        {"ours": _("In our hands"), "others": _("With others"), "closed": _("Closed")}, queries.concerns_for_room,
        title=_("Concerns"), lead=_("What the room looks after, and what others of the school look after."),
        may_raise=True,
    )


@escalation.get("/concerns/cards")
@guard(policy.CARDS)
def cards() -> str:
    """Show leadership the action cards from R3 on."""
    return _list(
        {"open": _("Open"), "closed": _("Closed")}, queries.cards_for_leadership, title=_("Action cards"),
        lead=_("From orange on you see who, how grave, and what to do. What was said stays with the counselling room."),
    )


def _list(parts: dict[str, str], find: Any, **more: Any) -> str:
    part = request.args.get("part")
    part = part if part in parts else next(iter(parts))
    kept = None if part == "open" else part
    page: Page[ConcernLine] = find(g.actor, part=kept, cursor=request.args.get("after"))
    tabs = [(label, url_for(request.endpoint or "", part=name), name == part) for name, label in parts.items()]
    return render_template("escalation/list.html", page=page, lines=page.items, tabs_of=tabs, **more)


@escalation.get("/concerns/centre")
@guard(policy.CENTRE_QUEUE)
def centre() -> str:
    """Show the centre its queue by clock, and what it has answered."""
    page = queries.centre_queue(g.actor, cursor=request.args.get("after"))
    past = queries.past_hand_overs(g.actor, size=20)
    schools = {line.concern.school_id for line in page.items} | {one.hand_over.school_id for one in past.items}
    return render_template(
        "escalation/centre.html", page=page, lines=page.items, past=past.items, schools=names_of_organisations(schools)
    )


@escalation.get("/concerns/approvals")
@guard(policy.APPROVE)
def approvals() -> str:
    """Show what waits for a second person."""
    found = [OpinionView.of(one) for one in queries.opinions_open_to(g.actor)]
    return render_template("escalation/approvals.html", opinions=found)


@escalation.get("/concerns/<uuid:concern_id>")
@guard(policy.READ, load=queries.get_concern, visit="concern:viewed")
def concern(concern: Concern) -> str:
    """Show a concern as far as the person's keys open it, with what they can do now."""
    see_all_about(concern.id, by=g.actor)
    return _shown(concern, None)


def _shown(concern: Concern, form: forms.Form | None) -> str:
    return render_template("escalation/concern.html", view=ConcernView(concern, g.actor), concern=concern, form=form)


@escalation.post("/concerns/<uuid:concern_id>/<deed>")
@guard(policy.READ, load=deeds.find)
def do(wanted: deeds.Wanted) -> Any:
    """Do a deed; what was typed is kept when something needs another look."""
    concern, spec = wanted.concern, asking.ASKS[wanted.deed]
    answered = queries.live_hand_over(concern.id) if wanted.deed in asking.OF_CENTRE else None
    form = _filled_in(spec)
    if not form.errors:
        try:
            deeds.do(wanted, form.data, by=g.actor)
        except (Stale, Invalid, Conflict) as refused:
            form = form.with_error("text", refused.words)
        else:
            flash(_(spec.done), "done")
            return redirect(_where_next(concern, answered), code=303)
    kept = forms.Form({**form.values, "deed": wanted.deed}, form.data, form.errors)
    return _shown(concern, kept), 422


def _filled_in(spec: asking.DeedWords) -> forms.Form:
    form = forms.read(schemas.Deed(), request.form)
    for name, asked in (("text", spec.required), ("level", spec.level), ("day", bool(spec.day))):
        if asked and not form.data.get(name):
            form = form.with_error(name, schemas.ASKED[name])
    return form


def _where_next(concern: Concern, hand_over: HandOver | None) -> str:
    """Return to where the deed was done, or to one's first page when the deed closed it to oneself."""
    if hand_over is not None and policy.READ_HAND_OVER.allows(g.actor, hand_over):
        return url_for("escalation.hand_over", hand_over_id=hand_over.id)
    if policy.READ.allows(g.actor, concern):
        return url_for("escalation.concern", concern_id=concern.id)
    return url_for("home.start")


@escalation.post("/concerns/opinions/<uuid:opinion_id>")
@guard(policy.DECIDE, load=queries.get_opinion)
def decide(opinion: SecondOpinion) -> AnyResponse:
    """Agree to a proposal of the room, or not."""
    form = forms.read(schemas.Decision(), request.form)
    if form.errors:
        raise Invalid()
    given = form.data
    opinions.decide(
        opinion, agrees=given["outcome"] == "agreed", revision=given["version"], by=g.actor, words=given.get("text", "")
    )
    flash(_("Your decision is kept. The counselling room is told."), "done")
    return redirect(url_for("escalation.approvals"), code=303)


@escalation.route("/concerns/<uuid:concern_id>/centre", methods=["GET", "POST"])
@guard(policy.READ_CARD, load=queries.get_concern)
def offer(concern: Concern) -> Any:
    """Hand a case over to the centre: an interruption of its own, which shows what the centre will see."""
    by_room = policy.OFFER.allows(g.actor, concern)
    (policy.OFFER if by_room else policy.CALL_CENTRE).demand(g.actor, concern)
    entries = _entries_to_tick(concern) if by_room else []
    form = forms.blank()
    if request.method == "POST":
        form = forms.read(schemas.Offer(), request.form)
        if not form.errors:
            try:
                _offer(concern, dict(form.data), by_room=by_room)
            except (Stale, Invalid, Conflict) as refused:
                form = form.with_error("basis", refused.words)
            else:
                flash(_("The case is offered to the centre. Until it answers, it stays with you."), "done")
                return redirect(url_for("escalation.concern", concern_id=concern.id), code=303)
    page = render_template(
        "escalation/offer.html", concern=concern, view=ConcernView(concern, g.actor), form=form, entries=entries,
        receivers=named(readers_of_packet(concern, g.actor), g.actor),
    )
    return page, 422 if form.errors else 200


def _offer(concern: Concern, given: dict[str, Any], *, by_room: bool) -> None:
    basis, revision, entries = given.pop("basis"), given.pop("version"), given.pop("entries")
    if by_room:
        hand_overs.offer(concern, basis=basis, packet=given, revision=revision, entry_ids=entries, by=g.actor)
    else:
        hand_overs.call_centre(concern, basis=basis, packet=given, revision=revision, by=g.actor)


def _entries_to_tick(concern: Concern) -> list[tuple[str, str]]:
    """Return the signed entries of the student's file that this counsellor may release."""
    file = file_of_student(concern.student_id, by=g.actor)
    if file is None or not files_policy.READ.allows(g.actor, file):
        return []
    return [
        (str(entry.id), _("No. %(number)s", number=entry.number) + " · " + _(KINDS[entry.kind]))
        for entry in entries_of(file)
        if files_policy.RELEASE.allows(g.actor, entry)
    ]


@escalation.get("/hand-overs/<uuid:hand_over_id>")
@guard(policy.READ_HAND_OVER, load=queries.get_hand_over, visit="hand_over:viewed")
def hand_over(hand_over: HandOver) -> str:
    """Show what was handed over, as both sides see it, and what the centre can do with it."""
    see_all_about(hand_over.id, by=g.actor)
    return render_template("escalation/hand_over.html", **packet_view(hand_over, g.actor))
