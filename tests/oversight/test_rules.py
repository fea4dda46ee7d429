"""Every rule and every condition has its words, in both languages, and the page says who may what in them."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.core.catalogues import catalogue_of
from app.oversight.rules import CONDITIONS, PARTS, rules_by_part
from app.wiring import permissions

pytestmark = pytest.mark.alike

BrowserOf = Callable[[str], FlaskClient]


def test_every_rule_has_words_and_stands_once() -> None:
    listed = [code for _, rules in PARTS for code in rules]
    assert sorted(listed) == sorted(permission.name for permission in permissions())


def test_every_condition_has_words_and_is_asked_somewhere() -> None:
    asked = {
        condition.__name__ for permission in permissions() for way in permission.ways for condition in way
        if condition.__kind__ == "relation"  # type: ignore[attr-defined]
    }
    assert asked == set(CONDITIONS)


def test_all_of_them_speak_chinese() -> None:
    chinese = catalogue_of("zh_Hans_CN")
    words = [*CONDITIONS.values(), *(words for part, rules in PARTS for words in (part, *rules.values()))]
    assert [sentence for sentence in words if chinese.gettext(sentence) == sentence] == []


def test_two_rules_never_share_their_words() -> None:
    for sentence_of in (str, catalogue_of("zh_Hans_CN").gettext):
        words = [sentence_of(words) for _, rules in PARTS for words in rules.values()]
        assert len(set(words)) == len(words)


def test_the_page_groups_posts_by_what_must_hold() -> None:
    rules = {rule.code: rule for _, found in rules_by_part(permissions()) for rule in found}
    assert rules["account:own"].holders[0].is_everybody and rules["account:own"].holders[0].ways == ((),)
    (counsellor,) = rules["file:read"].holders
    assert [kind.value for kind in counsellor.posts] == ["counsellor"]
    assert len(counsellor.ways) == 3, "in charge, with a reason, or named for a restricted file"
    assert rules["file:print"].asks_again and not rules["file:read"].asks_again


def test_eve_reads_words_and_downloads_codes(browser_of: BrowserOf) -> None:
    eve = browser_of("eve")
    page = eve.get("/access").get_data(as_text=True)
    assert "阅读档案" in page and "是档案负责人" in page and "holds_key" not in page
    assert "holds_key" in eve.get("/access.csv").get_data(as_text=True)
    eve.post("/language/en", data={"next": "/access"})
    assert "Read a file" in eve.get("/access").get_data(as_text=True)
