"""Every sentence of every feature has its Chinese translation; a missing one fails the build."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.core.catalogues import catalogue_of

APP = Path(__file__).resolve().parent.parent / "app"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2), "lazy_gettext": None}
SHARED = ("core", "access", "vault", "audit", "schooltime", "templates")


def sentences_of(folder: Path) -> Iterator[tuple[str, str]]:
    options = {"**/templates/**.html": {"silent": "false"}, "templates/**.html": {"silent": "false"}}
    for file, line, message, _comments, _context in extract_from_dir(
        str(folder), method_map=METHODS, options_map=options, keywords=KEYWORDS
    ):
        for sentence in message if isinstance(message, tuple) else (message,):
            if sentence:
                yield sentence, f"{folder.name}/{file}:{line}"


def translated() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in sorted(APP.glob("**/translations/zh_Hans_CN/LC_MESSAGES/messages.po")):
        with path.open("rb") as source:
            catalogue = read_po(source, locale="zh_Hans_CN")
        for message in catalogue:
            if not message.id or message.fuzzy:
                continue
            text = message.string[0] if isinstance(message.string, tuple) else message.string
            for sentence in message.id if isinstance(message.id, tuple) else (message.id,):
                if text:
                    found.setdefault(sentence, {})[str(path.relative_to(APP))] = text
    return found


def features() -> list[Path]:
    return sorted(p for p in APP.iterdir() if p.is_dir() and not p.name.startswith("_") and p.name != "static")


@pytest.mark.parametrize("feature", features(), ids=lambda path: path.name)
def test_every_sentence_speaks_chinese(feature: Path) -> None:
    known = translated()
    missing = sorted({f"{sentence!r} ({place})" for sentence, place in sentences_of(feature) if sentence not in known})
    assert not missing, "without Chinese:\n" + "\n".join(missing)


def test_one_sentence_is_translated_one_way() -> None:
    differing = {sentence: texts for sentence, texts in translated().items() if len(set(texts.values())) > 1}
    assert not differing


def test_places_in_a_sentence_stay_in_its_translation() -> None:
    import re

    place = re.compile(r"%\(\w+\)s")
    wrong = [
        sentence
        for sentence, texts in translated().items()
        for text in texts.values()
        # "One row" has no number in it, and its Chinese, which is also that of "5 rows", has.
        if not set(place.findall(sentence)) <= set(place.findall(text)) <= {*place.findall(sentence), "%(num)s"}
    ]
    assert not wrong


def test_a_number_chooses_its_sentence_by_the_rule_of_the_language() -> None:
    sentences = "One row cannot be imported", "%(num)s rows cannot be imported"
    found = {catalogue_of("zh_Hans_CN").ungettext(*sentences, number) for number in (0, 1, 5)}
    assert found == {"%(num)s 行无法导入"}
