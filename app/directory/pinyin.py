"""Finding a name by how it is spelt: chenzihan, chenzh, czh; surnames are often misread, so all readings count."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import NewType, Protocol

from app.directory.labels import class_label, grade_label, same_class, same_grade, split

# The syllables of a name, as in "chan,dan,shan xiao yu": blanks between syllables, commas between readings.
PinyinKeys = NewType("PinyinKeys", str)

# Readings as a surname or in given names that words do not show: 仇 is chou in every word and Qiu in a name.
_IN_NAMES = {
    "单": "shan", "解": "xie", "仇": "qiu", "盖": "ge", "查": "zha", "区": "ou", "翟": "zhai", "覃": "qin",
    "万": "mo", "缪": "miao", "员": "yun", "黑": "he", "费": "bi", "谌": "shen", "召": "shao", "种": "chong",
    "秘": "bi", "宓": "fu", "洗": "xian", "繁": "po", "祭": "zhai", "佴": "nai", "能": "nai", "句": "gou",
    "晟": "sheng", "阚": "kan",
}
# Old readings (方 as pang, 王 as yu) would find the wrong people; one that a tenth of the words have is alive.
_ALIVE = 0.1
_DOTS = str.maketrans("", "", "·•‧∙・ ")


class Line(Protocol):
    """What search looks at in a line of the directory."""

    @property
    def name(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def reading(self) -> str: ...
    @property
    def grade_label(self) -> str: ...
    @property
    def class_label(self) -> str: ...


def reading(name: str) -> PinyinKeys:
    """Return the living readings of a name's characters, to be kept beside it; Latin words stand for themselves."""
    syllables: list[str] = []
    word = ""
    for character in unicodedata.normalize("NFKD", name).lower():
        if unicodedata.combining(character):
            continue
        if character.isascii() and character.isalnum():
            word += character
            continue
        syllables += [found for found in (word, _readings(character)) if found]
        word = ""
    return PinyinKeys(" ".join([*syllables, word] if word else syllables))


@lru_cache(maxsize=8192)
def _readings(character: str) -> str:
    if not character.isalpha():
        return ""
    # Its dictionaries take a third of a second to load, and only imports need them.
    from pypinyin import Style, pinyin

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    known = found[0] if found else []
    words = _words()[character]
    alive = {one for one in known if words[one] >= _ALIVE * words.total() > 0} | set(known[:1])
    alive.add(_IN_NAMES.get(character, ""))
    return ",".join(sorted(one for one in alive if one.isascii() and one.isalpha()))


@cache
def _words() -> dict[str, Counter[str]]:
    """Return how many words have a character in which reading."""
    from pypinyin.contrib.tone_convert import to_normal
    from pypinyin.phrases_dict import phrases_dict

    plain = cache(to_normal)
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for word, readings in phrases_dict.items():
        for character, found in zip(word, readings, strict=False):
            counted[character][plain(found[0])] += 1
    return counted


def search(query: str) -> Callable[[Line], bool]:
    """Return the test that tells the lines a query finds; asked for once, cheap for thousands of lines."""
    text = unicodedata.normalize("NFKC", query).strip().lower()
    whole = _finds("".join(text.split()))
    terms = [_finds(term) for term in text.split()]
    if len(terms) < 2:
        return whole
    return lambda line: whole(line) or all(finds(line) for finds in terms)


def matches(query: str, line: Line) -> bool:
    """Say whether a line is found by name, pinyin, initials, student number or class."""
    return search(query)(line)


def _finds(term: str) -> Callable[[Line], bool]:
    if not term:
        return lambda line: False
    able = [test for test in (_by_class(term), _by_name(term), _by_number(term), _by_sound(term)) if test]
    return lambda line: any(test(line) for test in able)


def _by_name(term: str) -> Callable[[Line], bool] | None:
    if term.isascii():
        return lambda line: term in line.name.lower()
    bare = term.translate(_DOTS)
    return (lambda line: bare in line.name.lower().translate(_DOTS)) if bare else None


def _by_class(term: str) -> Callable[[Line], bool] | None:
    if both := split(term):
        return lambda line: same_class(both, (line.grade_label, line.class_label))
    if (grade := grade_label(term)) and not term.isdecimal() and len(term) > 1:
        return lambda line: same_grade(grade, line.grade_label)
    group = class_label(term)
    return (lambda line: class_label(line.class_label) == group) if term.endswith("班") else None


def _by_number(term: str) -> Callable[[Line], bool] | None:
    number = term.upper()
    if len(number) < 3 or not number.isascii() or not any(map(str.isdigit, number)):
        return None
    return lambda line: line.number.startswith(number) or line.number.endswith(number)


def _by_sound(term: str) -> Callable[[Line], bool] | None:
    spelt = term.replace("ü", "v").replace("lyu", "lv").replace("nyu", "nv").replace("'", "")
    if not (spelt.isascii() and spelt.isalnum()) or spelt.isdigit():
        return None
    first = (spelt[0], f" {spelt[0]}", f",{spelt[0]}")

    def finds(line: Line) -> bool:
        # Cheap first: most names have no syllable that begins with the query's first letter.
        kept = line.reading
        return (kept.startswith(first[0]) or first[1] in kept or first[2] in kept) and spells(spelt, kept)

    return finds


def spells(term: str, keys: str) -> bool:
    """Say whether a term spells part of a name: syllables whole or as initials, the last one perhaps unfinished."""
    offsets: set[int] = set()
    for syllable in keys.split(" "):
        offsets.add(0)
        reached: set[int] = set()
        for offset in offsets:
            for spelt in syllable.split(","):
                if spelt.startswith(term[offset:]):
                    return True
                reached.update(offset + len(part) for part in _parts(spelt) if term.startswith(part, offset))
        offsets = reached
    return False


def _parts(spelt: str) -> Iterable[str]:
    return (spelt, spelt[0], spelt[:2]) if spelt[:2] in ("zh", "ch", "sh") else (spelt, spelt[0])
