"""A concern travels teacher -> head of grade -> room -> centre -> back in real browsers, and the trail proves it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import PHONE, Person
from tests.browser.conftest import Site
from tests.serving import flask

pytestmark = pytest.mark.browser
People = Callable[..., Person]

SEEN = "课间一个人坐在操场边，午饭也没有吃。"
QUESTION = "家里知道吗？"
ANSWER = "还没有告诉家里。"
SESSION = "他说最近睡不着。"
ADVICE = "每周一次，关注睡眠。"


@dataclass
class Line:
    """One concern on its way: who tells it, in which language, and where it lies."""

    person: People
    language: str
    given: dict[str, Any]
    path: str = ""

    def begins(self, name: str, **given: Any) -> Person:
        """Let one of the cast sit down at their own browser."""
        return self.person(name, language=self.language, **self.given, **given)

    def finds(self, who: Person, entry: str) -> None:
        """Find the concern in the list where this person looks for it."""
        who.goes_by(entry)
        who.page.locator(f"main a[href='{self.path}']").first.click()
        who.reads_heading()


@pytest.mark.parametrize(("language", "teacher", "student"), [
    ("zh_Hans_CN", "cruz", "陈子涵"), ("en", "moss", "周芷若"),
], ids=["in Chinese", "in English"])
def test_the_main_line(site: Site, person: People, language: str, teacher: str, student: str) -> None:
    the_main_line(site, Line(person, language, {}), teacher, student)


@pytest.mark.alike
def test_the_main_line_without_script(site: Site, person: People) -> None:
    the_main_line(site, Line(person, "zh_Hans_CN", {"java_script_enabled": False}), "cruz", "王瑞")


def the_main_line(site: Site, line: Line, teacher: str, student: str) -> None:
    """Go with one concern all the way, and prove it by the trail."""
    reporter = line.begins(teacher, viewport=PHONE)
    raises(line, reporter, student)
    gao = line.begins("gao")
    reviews(line, gao, reporter)
    lin = line.begins("lin")
    takes_on(line, lin)
    keeps_a_session(line, lin)
    hands_over(line, lin)
    dee = line.begins("dee")
    the_centre_answers(line, dee, student)
    closes(line, lin)
    reporter.goes_by("My concerns")
    row = reporter.page.locator("tr", has=reporter.page.locator(f"a[href='{line.path}']"))
    expect(row).to_contain_text(reporter.says("Closed"))
    proved = flask(site.installation, "trail", "verify")
    assert proved.returncode == 0, proved.stdout + proved.stderr


def raises(line: Line, reporter: Person, student: str) -> None:
    """Say on the phone what was seen, and be told who has it now."""
    reporter.goes_by("Raise a concern")
    reporter.follows(student)
    reporter.chooses("Is the student safe right now?", "Yes")
    reporter.writes("What did you see or hear?", SEEN)
    reporter.chooses("What is it about?", "Mood", "Eating or sleeping")
    reporter.chooses("For how long?", "More than two weeks")
    reporter.chooses("How soon is help needed?", "This week is early enough")
    reporter.reads("Who will be able to read this?", "Gao", "Lin")
    reporter.presses("Send this concern")
    reporter.reads("Your concern is on its way", "Gao")
    line.path = reporter.path.removesuffix("/sent")


def reviews(line: Line, gao: Person, reporter: Person) -> None:
    """Confirm, ask, hear the answer, and pass it on to the room."""
    line.finds(gao, "Alert review")
    gao.reads(SEEN)
    gao.presses("Confirm that I have it")
    gao.reads("Confirmed. The reporter is told.")
    asks = gao.opens("Ask the reporter")
    gao.writes("Your question", QUESTION, within=asks)
    asks.get_by_role("button").click()
    line.finds(reporter, "My concerns")
    reporter.reads(QUESTION)
    answers = reporter.opens("Answer")
    reporter.writes("Your answer", ANSWER, within=answers)
    answers.get_by_role("button").click()
    line.finds(gao, "Alert review")
    gao.reads(ANSWER)
    gao.opens("Pass on to the counselling room").get_by_role("button").click()
    gao.reads("Passed on. The counselling room is told.")


def takes_on(line: Line, lin: Person) -> None:
    """Accept, assess, and say a line to the reporter."""
    line.finds(lin, "Concerns of the room")
    lin.presses("Accept and open the file")
    lin.reads("You have accepted this concern; the file is open.")
    assesses = lin.opens("Assess the level")
    lin.chooses("Level", "Yellow: needs support", within=assesses)
    lin.writes("Why this level?", "情绪低落三周，无自伤意念", within=assesses)
    assesses.get_by_role("button").click()
    lin.reads("The level is set.", "In support")


def keeps_a_session(line: Line, lin: Person) -> None:
    """Write down a session in the student's file and sign it."""
    lin.presses("Psychological file")
    lin.presses("Begin the record")
    lin.writes("Presenting concern, in the student's own words", SESSION)
    lin.presses("Sign this entry")
    lin.reads("The entry is signed. From now on it stays as it is.", SESSION)


def hands_over(line: Line, lin: Person) -> None:
    """Offer the case to the centre with the one entry ticked."""
    line.finds(lin, "Concerns of the room")
    lin.follows("Hand over to the centre", within="body")
    lin.chooses("On what basis?", "The guardian has consented")
    lin.writes("The guardian's consent: who, when, how", "母亲电话同意")
    lin.writes("Why this is handed over", "需要更专业的支持")
    lin.writes("The least that the centre must know", "两周来情绪低落")
    lin.chooses("Was the student told?", "Yes")
    lin.page.locator("[name=entries]").first.check()
    lin.reads("Dee", "Dora")
    lin.presses("Offer this case to the centre")
    lin.reads("The case is offered to the centre. Until it answers, it stays with you.")


def the_centre_answers(line: Line, dee: Person, student: str) -> None:
    """Read what was released and nothing else; accept, advise, return."""
    dee.goes_by("Queue")
    dee.page.locator("tr", has_text="青禾小学").get_by_role("link", name=student).last.click()
    dee.reads("两周来情绪低落")
    dee.misses(SEEN)
    packet = dee.path
    dee.page.locator("main table a").click()
    dee.reads(SESSION)
    dee.goes_to(packet)
    dee.presses("Accept this case")
    dee.reads("The centre has accepted. The school is told.")
    advises = dee.opens("Give advice")
    dee.writes("Your advice", ADVICE, within=advises)
    advises.get_by_role("button").click()
    dee.reads("The advice is sent to the school.")
    returns = dee.opens("Return the case to the school")
    dee.writes("What was done, and what should go on?", "有好转。", within=returns)
    returns.get_by_role("button").click()
    dee.reads("The case is back with the school.")


def closes(line: Line, lin: Person) -> None:
    """Read the advice, set a day for the next look, and close."""
    line.finds(lin, "Concerns of the room")
    lin.reads(ADVICE)
    follows = lin.opens("Go on to follow-up")
    lin.writes("Next review", (date.today() + timedelta(days=5)).isoformat(), within=follows)
    follows.get_by_role("button").click()
    lin.reads("The next review is set.")
    ends = lin.opens("Close this concern")
    lin.writes("Why can it be closed?", "目标达到，家校知情", within=ends)
    ends.get_by_role("button").click()
    lin.reads("Closed.")
