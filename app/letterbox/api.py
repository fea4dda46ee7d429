"""Letters for programs of those who open a box: what their pages do, through the same services and permissions.

Writing a letter and coming back to one is for people with a browser: a return code belongs on paper, in no program.
"""

from typing import Any
from uuid import UUID

from flask import Response, g
from marshmallow import fields, validate

from app import vault
from app.access import guard
from app.core.errors import Missing
from app.core.forms import Shape
from app.core.openapi import After, blueprint, page_of
from app.core.paging import Page
from app.directory.queries import get_line, names_of
from app.escalation.levels import FAMILIES, LEVELS
from app.files.handing_out import download
from app.letterbox import policy, queries, schemas
from app.letterbox.models import AnswerReading, BoxOpening, Letter, LetterAttachment
from app.letterbox.raising import raise_and_note
from app.letterbox.service import answering, attaching, boxes, readership, second, talks
from app.letterbox.service.messages import Said
from app.letterbox.service.readership import kept_from
from app.letterbox.words import BOXES, MESSAGE_KINDS, MODES, STATES

letters_api = blueprint("letters", __name__, description="Letters that came into the boxes of the caller's school")


def _code(choices: Any, **more: Any) -> fields.Str:
    return fields.Str(validate=validate.OneOf(list(choices)), **more)


class LetterLine(Shape):
    """A letter in a list: how it stands and by when, never a word of it."""

    id = fields.UUID(attribute="letter.id")
    box = _code(BOXES, attribute="letter.box_code")
    state = _code(STATES, attribute="letter.state")
    received_at = fields.AwareDateTime(attribute="letter.received_at")
    level = _code(LEVELS, attribute="letter.level", allow_none=True)
    suggested_level = _code(LEVELS, attribute="letter.suggested_level")
    unsafe = fields.Bool(attribute="letter.unsafe")
    opening_due_at = fields.AwareDateTime(attribute="letter.opening_due_at", allow_none=True)
    due_at = fields.AwareDateTime(attribute="letter.due_at", allow_none=True)
    wants_talk = fields.Bool(attribute="head.talk")
    version = fields.Int(attribute="letter.revision")


class LetterFile(Shape):
    """A file that came with a message."""

    id = fields.UUID(attribute="attachment.id")
    name = fields.Str(attribute="details.name")
    kind = fields.Str(attribute="details.kind")
    size = fields.Int(attribute="details.size")


class MessageOut(Shape):
    """One message of a letter; `verified` for an answer that bears its author's signature."""

    id = fields.UUID(attribute="message.id")
    kind = _code(MESSAGE_KINDS, attribute="message.kind")
    at = fields.AwareDateTime(attribute="message.at")
    who = fields.Str(allow_none=True)
    text = fields.Str(attribute="words")
    verified = fields.Bool()
    files = fields.List(fields.Nested(LetterFile))


class LetterOut(LetterLine):
    """A letter as those who may read it see it."""

    mode = _code(MODES, attribute="head.mode")
    name = fields.Str(attribute="head.name")
    class_name = fields.Str(attribute="head.class")
    wants_answer = fields.Bool(attribute="head.reply")
    excluded = fields.List(fields.Str())
    excluded_words = fields.Str(attribute="head.excluded_words")
    families = fields.List(_code(FAMILIES), attribute="head.screening.families")
    messages = fields.List(fields.Nested(MessageOut))


class OpeningOut(Shape):
    """Somebody opened a box on a day and found so many letters."""

    box = _code(BOXES, attribute="box_code")
    day = fields.Date()
    opened_at = fields.AwareDateTime()
    found = fields.Int()


class ReadingOut(Shape):
    """An answer that a second person is to read."""

    letter_id = fields.UUID()
    message_id = fields.UUID()
    due_at = fields.AwareDateTime()


class LettersPart(After):
    """Which letters are looked at, and where the list goes on."""

    part = fields.Str(load_default="waiting", validate=validate.OneOf(tuple(queries.PARTS)))


class AnswerIn(schemas.LetterVersion):
    """An answer."""

    text = fields.Str(required=True, validate=schemas.LONG)


class NoteIn(Shape):
    """A note for colleagues."""

    text = fields.Str(required=True, validate=schemas.LONG)


class ReadersOut(Shape):
    """Who reads a letter, and what there is to decide about it."""

    readers = fields.List(fields.UUID())
    could_be_let_in = fields.List(fields.UUID(), metadata={"description": "Colleagues who joined later."})
    unclear = fields.Bool(metadata={"description": "Nobody has said yet whom the writer's words mean."})


class RaisedFrom(schemas.RaisedFromLetter):
    """Whom a letter is about, and what the counsellor makes of it, in their own words."""

    student_id = fields.UUID(required=True)


class RaisedConcernOut(Shape):
    """The concern that was raised; it names no letter."""

    id = fields.UUID()
    level = _code(LEVELS)


@letters_api.get("/letters")
@guard(policy.LIST)
@letters_api.arguments(LettersPart, location="query")
@letters_api.response(200, page_of(LetterLine))
def index(query: dict[str, Any]) -> Page[Any]:
    """List the letters of the caller's boxes: what waits (the soonest due first), is overdue, is held, or is done."""
    return queries.PARTS[query["part"]](g.actor, cursor=query.get("after"))


@letters_api.get("/letters/<uuid:letter_id>")
@guard(policy.READ, load=queries.get_letter, visit="letter:viewed")
@letters_api.response(200, LetterOut)
def show(letter: Letter) -> Any:
    """Open a letter with its answers and, for the room and the centre, its notes."""
    head, said = answering.read(letter, by=g.actor)
    excluded = kept_from(head).people
    names = names_of({*excluded, *(one.message.author_id for one in said if one.message.author_id)})
    files = attaching.files_by_message(letter, g.actor.ring.open(letter.id))
    messages = [
        {
            "message": one.message, "words": one.words, "verified": one.verified, "who": _who(one, names),
            "files": files.get(one.message.id, []),
        }
        for one in said
    ]
    return {
        "letter": letter, "head": head, "messages": messages,
        "excluded": sorted(names[person_id] for person_id in excluded if person_id in names),
    }


def _who(said: Said, names: dict[UUID, str]) -> str | None:
    author = said.message.author_id
    return names.get(author) if author else None


@letters_api.get("/letters/<uuid:letter_id>/files/<uuid:letter_file_id>")
@guard(policy.READ, load=queries.get_attachment, visit="letter:document_opened")
@letters_api.response(200, description="The file, as a download.", content_type="application/octet-stream")
def document(attachment: LetterAttachment) -> Response:
    """Hand out a file that came with a letter."""
    return download(*attaching.read_attachment(attachment, by=g.actor))


@letters_api.post("/letters/<uuid:letter_id>/opening")
@guard(policy.ANSWER, load=queries.get_letter)
@letters_api.response(204)
def take_up(letter: Letter) -> None:
    """Take a letter up: its opening clock stops, and colleagues see who has it."""
    answering.take_up(letter, by=g.actor)


@letters_api.post("/letters/<uuid:letter_id>/answers")
@guard(policy.ANSWER, load=queries.get_letter)
@letters_api.arguments(AnswerIn)
@letters_api.response(204)
def answer(letter: Letter, given: dict[str, Any]) -> None:
    """Send an answer, signed; a version that somebody else has overtaken is refused with 409."""
    answering.answer(letter, words=given["text"], revision=given["version"], by=g.actor)


@letters_api.get("/letters/second-readings")
@guard(policy.LIST)
@letters_api.response(200, ReadingOut(many=True))
def second_readings() -> Any:
    """List the colleagues' answers that the caller is to read as the second person, the soonest due first."""
    return queries.to_read_second(g.actor)


@letters_api.post("/letters/<uuid:letter_id>/answers/<uuid:message_id>/reading")
@guard(policy.READ_SECOND, load=queries.get_reading)
@letters_api.response(204)
def read_second(reading: AnswerReading) -> None:
    """Keep that a second person has read an answer."""
    second.mark_read(reading, by=g.actor)


@letters_api.get("/letters/<uuid:letter_id>/readers")
@guard(policy.SET_READERS, load=queries.get_letter)
@letters_api.response(200, ReadersOut)
def readers(letter: Letter) -> Any:
    """Say who reads a letter that is kept from somebody, and which colleagues could be let in."""
    return {
        "readers": sorted(vault.readers_of(letter.id)),
        "could_be_let_in": sorted(readership.could_be_let_in(letter, by=g.actor)),
        "unclear": kept_from(readership.head_of(letter, by=g.actor)).unclear,
    }


@letters_api.post("/letters/<uuid:letter_id>/readers")
@guard(policy.SET_READERS, load=queries.get_letter)
@letters_api.arguments(schemas.LetIn)
@letters_api.response(204)
def let_in(letter: Letter, given: dict[str, Any]) -> None:
    """Let one more colleague read the letter with all its parts."""
    readership.let_in(letter, person_id=given["person"], by=g.actor)


@letters_api.post("/letters/<uuid:letter_id>/who-is-meant")
@guard(policy.SET_READERS, load=queries.get_letter)
@letters_api.arguments(schemas.WhoIsMeant)
@letters_api.response(204)
def say_who(letter: Letter, given: dict[str, Any]) -> None:
    """Say whom the writer's words mean who must not learn of it; these people cannot open the letter any more."""
    readership.say_who_is_meant(letter, people=given["people"], by=g.actor)


@letters_api.post("/letters/<uuid:letter_id>/notes")
@guard(policy.NOTE, load=queries.get_letter)
@letters_api.arguments(NoteIn)
@letters_api.response(204)
def note(letter: Letter, given: dict[str, Any]) -> None:
    """Keep a note for colleagues, which whoever wrote the letter never sees."""
    answering.note(letter, words=given["text"], by=g.actor)


@letters_api.post("/letters/<uuid:letter_id>/level")
@guard(policy.SET_LEVEL, load=queries.get_letter)
@letters_api.arguments(schemas.SetLevel)
@letters_api.response(204)
def level(letter: Letter, given: dict[str, Any]) -> None:
    """Set the level that a person sees in the letter."""
    answering.set_level(letter, level=given["level"], revision=given["version"], by=g.actor)


@letters_api.post("/letters/<uuid:letter_id>/rerouting")
@guard(policy.REROUTE, load=queries.get_letter)
@letters_api.arguments(schemas.LetterVersion)
@letters_api.response(204)
def reroute(letter: Letter, given: dict[str, Any]) -> None:
    """Give a letter from the principal's mailbox to the counselling room; the caller cannot open it any more."""
    answering.reroute(letter, revision=given["version"], by=g.actor)


@letters_api.post("/letters/<uuid:letter_id>/talk")
@guard(policy.OFFER_TALK, load=queries.get_letter)
@letters_api.arguments(schemas.LetterVersion)
@letters_api.response(204)
def offer_talk(letter: Letter, given: dict[str, Any]) -> None:
    """Let whoever wrote the letter choose a time for a talk on their own page."""
    talks.offer_talk(letter, revision=given["version"], by=g.actor)


@letters_api.post("/letters/<uuid:letter_id>/closing")
@guard(policy.CLOSE, load=queries.get_letter)
@letters_api.arguments(schemas.LetterVersion)
@letters_api.response(204)
def close(letter: Letter, given: dict[str, Any]) -> None:
    """Close a letter that needs nothing more; its writer opens it again by writing."""
    answering.close(letter, revision=given["version"], by=g.actor)


@letters_api.post("/letters/<uuid:letter_id>/concern")
@guard(policy.RAISE, load=queries.get_letter)
@letters_api.arguments(RaisedFrom)
@letters_api.response(201, RaisedConcernOut)
def raise_concern(letter: Letter, given: dict[str, Any]) -> Any:
    """Raise a concern about the student whom a letter is about; nothing of the letter goes along."""
    line = get_line(given.pop("student_id"), g.actor.ring)
    if line is None:
        raise Missing()
    return raise_and_note(letter, line, given, by=g.actor)


@letters_api.post("/letters/box-openings")
@guard(policy.OPEN_BOX)
@letters_api.arguments(schemas.OpenBox)
@letters_api.response(201, OpeningOut)
def open_box(given: dict[str, Any]) -> BoxOpening:
    """Sign off that a box was opened today; that it was empty is kept too."""
    school_id = boxes.school_of(g.actor)
    if school_id is None or given["box"] not in boxes.boxes_of(g.actor, school_id):
        raise Missing()
    return boxes.sign_off(school_id, given["box"], by=g.actor)
