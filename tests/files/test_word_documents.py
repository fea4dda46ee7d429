"""A Word document says what was written in it, and not by whom, when, on which machine and where."""

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files.content import DOCX, kind_of
from app.files.metadata import without_makers, without_metadata
from app.files.word_documents import NotADocument
from tests.files import samples
from tests.files.test_pictures import PLACE, exif, photo

NAME = "小雨的爸爸".encode()
SAID = "其实我想说的是".encode()
PROPERTIES = {
    "docProps/core.xml": b'<?xml version="1.0"?><cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006'
    b'/metadata/core-properties"><dc:creator>%s</dc:creator></cp:coreProperties>' % NAME,
    "docProps/app.xml": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    b"<Company>%s</Company></Properties>" % NAME,
    "docProps/custom.xml": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties">'
    b"%s</Properties>" % NAME,
}
COMMENTS = b'<w:comment w:id="1" w:author="%s" w:initials="%s"><w:t>%s</w:t></w:comment>' % (NAME, NAME, SAID)
PEOPLE = b"<w15:person w15:author='%s'><w15:presenceInfo w15:userId=\"%s\"/></w15:person>" % (NAME, NAME)
TEMPLATE = b'<Relationships><Relationship Id="rId1" Target="file:///C:\\Users\\%s\\a.dotx"/></Relationships>' % NAME


def told() -> bytes:
    return samples.docx(PROPERTIES | {
        "word/comments.xml": COMMENTS, "word/people.xml": PEOPLE, "word/_rels/settings.xml.rels": TEMPLATE,
        "word/media/image1.jpeg": photo(exif(6)) + PLACE, "word/media/image2.png": samples.png() + PLACE,
        "word/media/image3.emf": b"drawn",
    })


def clean(data: bytes) -> bytes:
    return without_makers(DOCX, io.BytesIO(data)).read()


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {part.filename: archive.read(part) for part in archive.infolist()}


def test_who_made_it_and_where_its_pictures_were_taken_goes_and_what_it_says_stays() -> None:
    kept = clean(told())
    assert kind_of(io.BytesIO(kept)) == DOCX and clean(kept) == kept
    found, before = parts(kept), parts(told())
    assert list(found) == list(before), "every part that another names is still there"
    everything = b"".join(found.values())
    assert NAME not in everything and PLACE not in everything and SAID in found["word/comments.xml"]
    assert found["word/media/image1.jpeg"].startswith(samples.JPEG[:2]) and found["word/media/image3.emf"] == b"drawn"
    assert found["word/document.xml"] == before["word/document.xml"]
    assert found["[Content_Types].xml"] == before["[Content_Types].xml"]
    with zipfile.ZipFile(io.BytesIO(kept)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_document_of_the_school_stays_as_it_is() -> None:
    assert without_metadata(DOCX, io.BytesIO(told())).read() == told()


@pytest.mark.parametrize("broken", [
    samples.docx({"word/media/image1.jpeg": b"\xff\xd8\xff\xe1\xff"}),
    samples.docx().replace(b"PK\1\2", b"PK\1\3"), samples.docx()[:200], b"",
])
def test_what_cannot_be_read_is_refused(broken: bytes) -> None:
    with pytest.raises(NotADocument):
        clean(broken)


@given(st.integers(0, len(samples.docx()) - 1), st.binary(min_size=1, max_size=4))
def test_damage_is_refused_and_never_crashes(at: int, damage: bytes) -> None:
    whole = samples.docx()
    with suppress(NotADocument):
        clean(whole[:at] + damage + whole[at + len(damage):])
