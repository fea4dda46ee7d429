"""Walking through everything that a person can reach: each kind of page once, followed by its links."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from tests.browser.browsing import Person

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# What a browser saves instead of showing.
_DOWNLOADS = re.compile(r"\.csv$|\.ics$|\.txt$|/documents/<id>$|/template")

# A concern's page is another one in each of its states.
_SEVERAL = {"/concerns/<id>": 4}
_ADDRESSES = "links => links.map(link => link.getAttribute('href').split('#')[0])"


def kind_of(address: str) -> str:
    """Return which kind of page an address is: ids and values left out, names of parameters kept."""
    parts = urlsplit(address)
    return "?".join([_ID.sub("<id>", parts.path), *sorted(parse_qs(parts.query))])


def walk(person: Person, *begin: str) -> Iterator[str]:
    """Go to every kind of page that links lead to, from these paths on; the page is open when its kind is given."""
    waiting, known = deque(begin), set(begin)
    seen = Counter(kind_of(path) for path in begin)
    while waiting:
        path = waiting.popleft()
        person.goes_to(path)
        yield kind_of(path)
        for found in person.page.locator("a[href^='/']").evaluate_all(_ADDRESSES):
            kind = kind_of(found)
            if found not in known and seen[kind] < _SEVERAL.get(kind, 1) and not _DOWNLOADS.search(kind):
                seen[kind] += 1
                known.add(found)
                waiting.append(found)
