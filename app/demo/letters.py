"""The sample school's letterbox: what children wrote in the last weeks, and how they were answered."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.database import session
from app.demo import cast, texts
from app.demo.story import Story
from app.entrance.hotlines import HOTLINES
from app.entrance.models import Letterbox
from app.entrance.queries import letterbox_of
from app.letterbox.models import Letter
from app.letterbox.service import answering, boxes, posting, returning
from app.vault.return_codes import new_return_code

ROOM, PRINCIPAL = "T00031", "T00032"


def letters(story: Story) -> None:
    """A box that is opened every school day: a talk that goes on, a suggestion, an answer that is due, an alarm."""
    school_id = story.district.organisation(cast.PRIMARY).id

    def set_up() -> None:
        box = boxes.set_up(school_id, by=story.district.actor(ROOM))
        boxes.configure(
            box, open=True, hotlines=HOTLINES, hours=texts.BOX_HOURS, by=story.district.actor(ROOM)
        )

    story.add(story.back(30, "08:00"), set_up)
    for days in range(12, 0, -1):
        story.add(
            story.back(days, "12:02"), lambda: boxes.sign_off(school_id, "room", by=story.district.actor(ROOM))
        )
    alone = Written(story, school_id)
    alone.posted(story.back(6, "17:40"), texts.LETTER_ALONE, talk=True, **{"class": "四(3)"})
    alone.answered(story.back(5, "12:20"), texts.ANSWER_ALONE, ROOM)
    alone.continued(story.back(4, "16:55"), texts.LETTER_ALONE_MORE)
    alone.answered(story.back(3, "12:15"), texts.ANSWER_ALONE_MORE, ROOM)
    canteen = Written(story, school_id)
    canteen.posted(story.back(4, "11:50"), texts.LETTER_CANTEEN, box="leadership", mode="named", name="四(1) 班委会")
    canteen.answered(story.back(3, "09:10"), texts.ANSWER_CANTEEN, PRINCIPAL)
    Written(story, school_id).posted(story.back(0, "07:48"), texts.LETTER_SEAT)
    Written(story, school_id).posted(
        story.now - timedelta(minutes=8), texts.LETTER_FRIEND, mode="sealed", name=texts.SEALED_NAME
    )
    Written(story, school_id).posted(story.back(1, "16:30"), texts.LETTER_FIELD, box="leadership")


class Written:
    """One letter of somebody who has no account."""

    def __init__(self, story: Story, school_id: UUID) -> None:
        self.story, self.school_id, self.code = story, school_id, new_return_code()
        self.letter_id: UUID | None = None

    def posted(self, at: datetime, text: str, *, box: str = "room", **answers: Any) -> None:
        """Let it be put into a box."""

        def happens() -> None:
            found = letterbox_of(self.school_id)
            assert isinstance(found, Letterbox)
            self.letter_id = posting.post(found, {"box": box, "text": text, **answers}, code=self.code).id

        self.story.add(at, happens)

    def answered(self, at: datetime, words: str, number: str) -> None:
        """Let somebody open and answer it."""

        def happens() -> None:
            letter, by = session().get_one(Letter, self.letter_id), self.story.district.actor(number)
            answering.take_up(letter, by=by)
            answering.answer(letter, words=words, revision=letter.revision, by=by)

        self.story.add(at, happens)

    def continued(self, at: datetime, words: str) -> None:
        """Let its writer come back, read, and write on."""

        def happens() -> None:
            opened = returning.come_back(returning.writer_of(self.code), school_id=self.school_id)
            returning.take_note(opened, returning.thread(opened))
            returning.go_on(opened, words)

        self.story.add(at, happens)
