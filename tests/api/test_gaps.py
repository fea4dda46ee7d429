"""Every page has a door for programs under the same permission, or a reason why it is for a browser only.

A new page fails here until it stands in one of the two tables; docs/api.md tells programmers the same in words.
"""

from typing import Any

import pytest
from flask import Flask

from tests.attacking import PUBLIC
from tests.test_routes import app, inner

pytestmark = pytest.mark.alike
__all__ = ["app"]

BROWSER_ONLY = {
    "a form that is filled in, or a page that says what comes next": {
        "escalation.new", "escalation.sent", "letterbox.about", "appointments.new",
    },
    "drafts that save themselves": {
        "escalation.discard", "escalation.autosave", "files.autosave", "letterbox.autosave",
    },
    "secrets that have to stand somewhere else than the session": {
        "identity.second_factor", "identity.backup_codes", "identity.recovery_code", "identity.card",
        "identity.use_card", "feeds.own", "feeds.make", "feeds.end",
    },
    "a file for a calendar program": {"feeds.one"},
    "codes that are printed and shown this once; who a typed name is, a person decides in front of the page": {
        "appointments.cards", "appointments.class_cards", "appointments.print_cards", "appointments.withdraw_lost",
        "appointments.who", "appointments.nobody",
    },
    "that somebody is well: a person says so in front of the page": {"look_ins.one"},
    "a session is held by a person; its record and its booking have doors of their own": {
        "appointments.begin", "appointments.sitting", "appointments.save_sitting", "appointments.end_sitting",
    },
    "every request of a program extends the session": {"identity.extend"},
    "printed, and counted": {"files.on_paper", "appointments.on_paper"},
    "the same as JSON elsewhere": {"directory.upload_faults", "oversight.access_csv", "oversight.verification"},
    "a name that is sealed, words that leave the room, a letter on paper: a person decides in front of the page": {
        "letterbox.open_name", "letterbox.open_letter", "letterbox.opening", "letterbox.review", "letterbox.release",
        "letterbox.released", "letterbox.type_in",
    },
    "what the letterbox's pages say, and how it fares": {
        "letterbox.box", "letterbox.set_up", "letterbox.figures", "letterbox.poster", "letterbox.late",
    },
}
# Pages whose door for programs has another name.
ALIKE = {
    "home.start": ["home_api.today"],
    "directory.add_person": ["directory_api.add_person"],
    "directory.people": ["directory_api.people", "directory_api.search_people"],
    "directory.person": ["directory_api.person", "directory_api.change_person"],
    "directory.school_class": ["directory_api.students"],
    "directory.schools": ["directory_api.schools", "directory_api.add_school"],
    "directory.school": ["directory_api.school", "directory_api.rename_school"],
    "directory.calendar_terms": ["directory_api.calendar", "directory_api.change_calendar"],
    "directory.calendar_days": ["directory_api.calendar", "directory_api.change_calendar"],
    "directory.calendar_bells": ["directory_api.calendar", "directory_api.change_calendar"],
    "directory.calendar_national": ["directory_api.add_national_days"],
    "directory.rosters": [
        "directory_api.rosters", "directory_api.targets", "directory_api.waiting", "directory_api.choose",
    ],
    "directory.roster_undo": ["directory_api.undo"],
    "directory.upload_columns": ["directory_api.upload", "directory_api.correct_columns"],
    "directory.upload_review": ["directory_api.plan", "directory_api.faults"],
    "directory.upload_grades": ["directory_api.add_grades"],
    "directory.upload_import": ["directory_api.import_list"],
    "directory.upload_forget": ["directory_api.forget"],
    "appointments.book": ["appointments_api.book", "appointments_api.free"],
    "rooms.show": ["rooms_api.show"],
    "asking.wait": ["appointments_api.ask_to_wait"],
    "waiting.index": ["appointments_api.waiting"],
    "waiting.add": ["appointments_api.add_waiting"],
    "waiting.one": ["appointments_api.waiting_entry", "appointments_api.change_waiting"],
    "waiting.end": ["appointments_api.end_waiting"],
    "waiting.offer": ["appointments_api.offer_waiting"],
    "waiting.offer_next": ["appointments_api.offer_next"],
    "waiting.answer": ["appointments_api.answer_waiting"],
    "appointments.group_draft": ["appointments_api.group_entry"],
    "escalation.centre": ["concerns_api.centre", "concerns_api.past"],
    "escalation.concern": ["concerns_api.show"],
    "escalation.write": ["concerns_api.raise_one", "concerns_api.parties"],
    "files.entry": ["files_api.entry", "files_api.addenda"],
    "files.history": ["files_api.history", "files_api.entries"],
    "files.note": ["files_api.note", "files_api.save_note"],
    "files.overview": ["files_api.show", "files_api.change"],
    "files.save": ["files_api.save", "files_api.sign"],
    "identity.account": ["account_api.account", "account_api.change_password", "account_api.sessions"],
    "identity.end_one_session": ["account_api.end_one"],
    "identity.sign_out": ["session_api.end"],
    "identity.sign_out_everywhere": ["account_api.end_all"],
    "identity.remove_second_factor": ["account_api.remove_second_step"],
    "identity.confirm": ["session_api.prove"],
    "identity.tasks": ["keys_api.waiting"],
    "identity.admit": ["keys_api.admit"],
    "identity.found": ["keys_api.found"],
    "identity.reconsider": ["keys_api.reconsider"],
    "identity.refuse": ["keys_api.refuse"],
    "identity.vouch": ["keys_api.vouch"],
    "identity.invite": ["invitations_api.invitees"],
    "identity.make_invitations": ["invitations_api.make"],
    "identity.withdraw_invitation": ["invitations_api.withdraw"],
    "identity.end_post": ["invitations_api.end_post"],
    "identity.close_account": ["invitations_api.close_account"],
    "letterbox.letter": ["letters_api.show"],
    "letterbox.letters": ["letters_api.index", "letters_api.second_readings"],
    "notifications.follow": ["notices_api.seen"],
    "notifications.choice": ["notices_api.choice", "notices_api.choose"],
    "notifications.test": ["notices_api.test"],
    "notifications.index": ["notices_api.index"],
    "notifications.all_seen": ["notices_api.all_seen"],
    "oversight.access_table": ["oversight_api.access"],
    "oversight.verify_now": ["oversight_api.verify"],
}
# The page finds the school of whoever looks, and a program names it; a program that would discard what is signed is
# told so by the service; who may add a document is asked inside the page.
ASKED_OTHERWISE = {
    "files.discard": ["files_api.discard"],
    "directory.calendar": ["directory_api.calendar"],
    "files.documents": ["files_api.documents", "files_api.add_document"],
}
NAMES = {
    "directory": "directory_api", "files": "files_api", "escalation": "concerns_api", "letterbox": "letters_api",
    "oversight": "oversight_api", "appointments": "appointments_api", "asking": "appointments_api",
    "rooms": "rooms_api",
}


def doors_of(page: str) -> list[str]:
    """Return the doors for programs that do what a page does, by name where none is written down."""
    part, _, name = page.partition(".")
    return ALIKE.get(page) or ASKED_OTHERWISE.get(page) or [f"{NAMES.get(part, part)}.{name}"]


def pages(app: Flask) -> list[str]:
    return sorted(name for name in app.view_functions if name not in PUBLIC and "_api." not in name)


def test_every_page_has_a_door_for_programs_or_a_reason(app: Flask) -> None:
    reasons: set[str] = set().union(*BROWSER_ONLY.values())
    without = [
        page for page in pages(app)
        if page not in reasons and not all(door in app.view_functions for door in doors_of(page))
    ]
    assert not without
    assert not reasons - set(pages(app)), "reasons for pages that there are not"


def test_a_door_asks_whom_the_page_asks(app: Flask) -> None:
    """So that persona by persona a program opens what its person opens, and nothing else."""

    def asked(name: str) -> Any:
        return inner(app.view_functions[name]).__permission__.name

    wrong = {
        page: (asked(page), door, asked(door))
        for page in pages(app) if page not in set().union(*BROWSER_ONLY.values()) and page not in ASKED_OTHERWISE
        for door in doors_of(page) if asked(door) != asked(page)
    }
    assert not wrong


def test_every_door_for_programs_is_named_by_a_page(app: Flask) -> None:
    named = {door for page in pages(app) for door in doors_of(page)}
    assert {door for door in app.view_functions if "_api." in door} - named == ONLY_FOR_PROGRAMS


ONLY_FOR_PROGRAMS = {"session_api.show", "directory_api.organisations"}
