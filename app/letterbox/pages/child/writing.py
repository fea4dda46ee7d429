"""Writing a letter: one question a page, answers kept in the visit, a last look, and sent once."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import reduce
from typing import Any
from uuid import UUID

from flask import g, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from app import vault
from app.access import public
from app.core import forms
from app.core.errors import Invalid, Missing, TooLarge
from app.core.requests import ahead, repeatable
from app.entrance import visits
from app.entrance.doors import VisitOver, box_at
from app.entrance.models import Letterbox
from app.entrance.naming import named
from app.entrance.visits import Visit
from app.identity.sessions import source_of_request
from app.letterbox import schemas
from app.letterbox.pages.ahead import ahead_of, check_files, screen_words, screened
from app.letterbox.pages.child.readers import NamedReaders, named_readers, published
from app.letterbox.pages.child.sending import sent_with_files
from app.letterbox.pages.child.start import readers_by_box
from app.letterbox.pages.child.visiting import (
    demand_visit,
    go_on,
    letters_out,
    show,
    visit_in_front,
    visit_to,
)
from app.letterbox.screening import joined, recalled
from app.letterbox.service import posting, returning
from app.letterbox.service.posting import Weighed
from app.letterbox.service.readership import NobodyReads
from app.letterbox.words import BOXES, MODES, SAFE, WISHES

Answers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Question:
    """A page that asks one thing; `unanswered` is what counts for those who do not want to say."""

    name: str
    shape: type[forms.Shape]
    unanswered: Mapping[str, Any] | None = None


QUESTIONS = (
    Question("to", schemas.To),
    Question("letter", schemas.Written),
    Question("who", schemas.Who, {"mode": "anonymous", "name": "", "class_name": ""}),
    Question("wish", schemas.Wish, {"wish": ""}),
    Question("without", schemas.Without, {"people": [], "words": ""}),
    Question("safe", schemas.Safe, {"safe": ""}),
)


@letters_out.get("/<address>/next")
@public
def onward(address: str) -> AnyResponse:
    """Lead to the first question that is open, or to the last look."""
    box = box_at(address)
    return _next(demand_visit(box, "answers"), box)


def _next(visit: Visit, box: Letterbox) -> AnyResponse:
    step = _first_open(visit.content["answers"])
    return go_on(visit, "check", box) if step is None else go_on(visit, "question", box, step=step)


def _first_open(answers: Answers) -> int | None:
    return next((step for step, asked in enumerate(QUESTIONS, 1) if asked.name not in answers), None)


# What is answered in so many words that screening looks at them, and in which field.
_IN_WORDS = {"letter": "text", "without": "words"}


def _answers_in_words() -> bool:
    step, visit = (request.view_args or {})["step"], visit_in_front()
    return 1 <= step <= len(QUESTIONS) and QUESTIONS[step - 1].name in _IN_WORDS and (
        visit is not None and "answers" in visit.content
    )


@letters_out.route("/<address>/<int:step>", methods=["GET", "POST"])
@public
@repeatable
@ahead(ahead_of(_answers_in_words, screen_words))
def question(address: str, step: int) -> Any:
    """Ask one thing; steps are taken in their order, and each can be changed later (ASVS V2.3.1)."""
    box = box_at(address)
    visit = demand_visit(box, "answers")
    if not 1 <= step <= len(QUESTIONS):
        raise Missing()
    asked, answers = QUESTIONS[step - 1], visit.content["answers"]
    if step > (_first_open(answers) or len(QUESTIONS)):
        return _next(visit, box)
    if request.method != "POST":
        return _asking(step, box, visit, _as_kept(asked, visit))
    if "skip" in request.form and asked.unanswered is not None:
        return _keep(visit, box, asked, asked.unanswered)
    form = forms.read(asked.shape(), request.form)
    if not form.errors:
        given = _storable(form.data)
        if asked.name != "without" or _somebody_reads(box, {**answers, "without": given}):
            return _keep(visit, box, asked, given)
        form = form.with_error("people", _("Then nobody would be left who could read your letter. Please leave one."))
    return _asking(step, box, visit, form), 422


def _as_kept(asked: Question, visit: Visit) -> forms.Form:
    kept = dict(visit.content["answers"].get(asked.name, {}))
    if asked.name == "letter" and "draft" in visit.content:
        kept["text"] = visit.content["draft"]
    return forms.blank(**kept)


def _keep(visit: Visit, box: Letterbox, asked: Question, given: Mapping[str, Any]) -> AnyResponse:
    content = {**visit.content, "answers": {**visit.content["answers"], asked.name: given}}
    if asked.name in _IN_WORDS:
        # Asked once, when the words come: every page that follows only looks it up.
        found = asdict(screened(given[_IN_WORDS[asked.name]]))
        content["found"] = {**visit.content.get("found", {}), asked.name: found}
    if asked.name == "letter":
        content.pop("draft", None)
    return _next(visits.keep(visit, content), box)


def _storable(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: [one.hex for one in value] if isinstance(value, list) else value for name, value in data.items()}


def _asking(step: int, box: Letterbox, visit: Visit, form: forms.Form) -> str:
    name, answers = QUESTIONS[step - 1].name, visit.content["answers"]
    more: dict[str, Any] = {}
    if name == "to":
        more["readers"] = readers_by_box(box)
    elif name == "without":
        more["published"] = published(box.school_id)
    if name in ("letter", "safe"):
        more["reading"] = _reading(box, answers, grave=_weighed(visit).grave)
    return show(
        f"ask_{name}", box, visit, form=form, step=step, steps=len(QUESTIONS), back=step - 1 if step > 1 else None,
        **more,
    )


def _weighed(visit: Visit) -> Weighed:
    """Return how urgent a letter may be as far as it is written."""
    kept = visit.content.get("found", {})
    found = [recalled(kept[name]) for name in _IN_WORDS if name in kept]
    return posting.weigh(meant(visit.content["answers"]), reduce(joined, found) if found else None)


def meant(answers: Answers) -> dict[str, Any]:
    """Return what the answers say to the post; what was not asked yet says nothing."""
    def of(name: str) -> Mapping[str, Any]:
        return answers.get(name, {})

    return {
        "box": of("to").get("box", "room"), "text": of("letter").get("text", ""),
        "mode": of("who").get("mode", "anonymous"), "name": of("who").get("name", ""),
        "class": of("who").get("class_name", ""), "reply": of("wish").get("wish") != "nothing",
        "talk": of("wish").get("wish") == "talk",
        "excluded": [UUID(hex=person_id) for person_id in of("without").get("people", ())],
        "excluded_words": of("without").get("words", ""), "unsafe": of("safe").get("safe") == "no",
        "unsure": of("safe").get("safe") == "unsure",
    }


def _somebody_reads(box: Letterbox, answers: Answers) -> bool:
    return _reading(box, answers, grave=False) is not None


def _reading(box: Letterbox, answers: Answers, *, grave: bool) -> NamedReaders | None:
    try:
        return named_readers(posting.who_reads(box, meant(answers), grave=grave), box.school_id)
    except NobodyReads:
        return None


@letters_out.get("/<address>/check")
@public
def check(address: str) -> Any:
    """Show everything once more before it is sent, who will read it, and help where it may be urgent."""
    box = box_at(address)
    visit = demand_visit(box, "answers")
    if _first_open(visit.content["answers"]) is not None:
        return _next(visit, box)
    return _checking(box, visit, forms.blank())


def _checking(box: Letterbox, visit: Visit, form: forms.Form) -> str:
    answers = visit.content["answers"]
    said = meant(answers)
    grave = _weighed(visit).grave
    return show(
        "check", box, visit, rows=_rows(answers, box), reading=_reading(box, answers, grave=grave),
        box_code=said["box"], care=grave, form=form,
    )


def _rows(answers: Answers, box: Letterbox) -> list[tuple[str, str, int]]:
    """Return question, answer and step of everything that was asked."""
    box_code, mode, who = answers["to"]["box"], answers["who"]["mode"], answers["who"]
    wish, safe, without = answers["wish"]["wish"], answers["safe"]["safe"], answers["without"]
    names = [words for held in published(box.school_id) for value, words in held.people if value in without["people"]]
    known = "\n".join(filter(None, [_(MODES[mode]), who["name"] if mode != "anonymous" else "", who["class_name"]]))
    return [
        (_("To"), _(BOXES[box_code]), 1),
        (_("Your letter"), answers["letter"]["text"], 2),
        (_("Who you are"), known, 3),
        (_("What would help you"), _(WISHES[wish]) if wish else "", 4),
        (_("Who should not learn of it"), "\n".join(filter(None, [*dict.fromkeys(names), without["words"]])), 5),
        (_("Are you safe now?"), _(SAFE[safe]) if safe else "", 6),
    ]


def _is_complete() -> bool:
    """Say whether a letter is about to be sent, and remember the slow work of its code: it needs no transaction."""
    visit = visit_in_front()
    if visit is None or "answers" not in visit.content or _first_open(visit.content["answers"]) is not None:
        return False
    g.stretching = returning.stretching(visit.content["code"])
    return True


def _stretch_code() -> None:
    g.writer = g.stretching()


@letters_out.post("/<address>/send")
@public
@repeatable
@ahead(ahead_of(_is_complete, _stretch_code, check_files))
def send(address: str) -> Any:
    """Post the letter and, in the same transaction, keep its code in the visit until the child has kept it.

    Whoever sends again, after a double click or a lost connection, finds the letter sent and sees the code.
    """
    box = box_at(address)
    visit = visit_to(box)
    if visit is None or "code" not in visit.content:
        raise VisitOver()
    if "sent" in visit.content:
        return go_on(visit, "code", box)
    answers = visit.content["answers"]
    if _first_open(answers) is not None:
        return _next(visit, box)
    code, said, weighed = visit.content["code"], meant(answers), _weighed(visit)
    try:
        letter, left_out = sent_with_files(
            lambda files: posting.post(
                box, said, code=code, source=source_of_request(), writer=g.get("writer"), weighed=weighed, files=files
            ),
            in_any_case=weighed.grave,
        )
    except (Invalid, TooLarge) as refused:
        return _checking(box, visit, forms.blank().with_error("files", _(refused.words))), 422
    people = vault.readers_of(letter.id)
    sent = {
        "box": letter.box_code, "due": letter.due_at.isoformat() if letter.due_at else "", "reply": said["reply"],
        "care": letter.opening_due_at is not None, "left_out": left_out, "readers": named(people, box.school_id),
        "in_emergency": named(vault.readers_of(letter.id, standby=True) - people, box.school_id),
    }
    return go_on(visits.keep(visit, {"code": code, "sent": sent}), "code", box)
