"""The one list of what the application is made of: pages, API, permissions, event words, commands, jobs."""

from datetime import timedelta
from functools import partial

from flask_babel import gettext

from app.access import Permission
from app.appointments import events as appointments_events
from app.appointments import policy as appointments_policy
from app.appointments import service as bookings
from app.appointments.api import appointments_api, rooms_api
from app.appointments.cli import appointments as races
from app.appointments.pages import appointments as appointments_pages
from app.appointments.pages import ask_act, asking, book_act, feeds, look_ins, may_have_feed, times_out, waiting
from app.appointments.pages import rooms as rooms_pages
from app.appointments.service.displacing import tell_of_displaced
from app.appointments.service.look_ins import tell_of_overdue
from app.appointments.service.reminders import remind
from app.audit import events as audit_events
from app.audit import rollback
from app.audit.cli import trail
from app.audit.rollback import unless_rolled_back
from app.audit.sealer import seal_once
from app.core import commands as core_commands
from app.core import once
from app.core.jobs import Job, in_transaction, register_jobs
from app.core.openapi import register_api
from app.core.pages import core
from app.core.requests import Application
from app.demo import cast
from app.demo.cli import demo
from app.directory import events as directory_events
from app.directory import policy as directory_policy
from app.directory.api import directory_api
from app.directory.importing import records, uploads
from app.directory.pages import directory
from app.entrance import visits
from app.entrance.doors import told_hotlines
from app.escalation import drafts as concern_drafts
from app.escalation import events as escalation_events
from app.escalation import policy as escalation_policy
from app.escalation import queries as escalation_queries
from app.escalation.api import concerns_api
from app.escalation.pages import escalation
from app.escalation.views import open_concerns, raise_act
from app.files import events as files_events
from app.files import policy as files_policy
from app.files import queries as files_queries
from app.files import store
from app.files.api import files_api
from app.files.models import Attachment
from app.files.pages import file_act, files
from app.home.api import home_api
from app.home.frame import frame_of_page, rollback_of_page
from app.home.pages import home
from app.identity import arrivals, invitations, keys, sessions, throttle
from app.identity import events as identity_events
from app.identity import policy as identity_policy
from app.identity import service as identity_service
from app.identity.api import account_api, invitations_api, keys_api, session_api
from app.identity.cli import set_up
from app.identity.pages import closing_act, identity, refused_keys
from app.identity.setup import before_serving
from app.letterbox import events as letterbox_events
from app.letterbox import policy as letterbox_policy
from app.letterbox.api import letters_api
from app.letterbox.cli import letters
from app.letterbox.models import LetterAttachment
from app.letterbox.pages import letterbox, letters_out
from app.letterbox.service import climbing, readerless, reminding
from app.letterbox.service import drafts as answer_drafts
from app.notifications import events as notifications_events
from app.notifications import outbox
from app.notifications import policy as notifications_policy
from app.notifications import service as notices
from app.notifications.api import notices_api
from app.notifications.carriers import carriers_of
from app.notifications.pages import notifications
from app.oversight import events as oversight_events
from app.oversight import policy as oversight_policy
from app.oversight.api import oversight_api
from app.oversight.cli import access
from app.oversight.pages import oversight
from app.upkeep.cli import backup
from app.upkeep.rosters_cli import rosters
from app.vault.certificates import certificate

PAGES = (
    core, home, identity, notifications, directory, files, escalation, appointments_pages, asking,
    letterbox, letters_out, times_out, feeds, look_ins, waiting, oversight, rooms_pages,
)
APIS = (
    session_api, account_api, home_api, notices_api, directory_api, invitations_api, keys_api, files_api, concerns_api,
    appointments_api, letters_api, oversight_api, rooms_api,
)
COMMANDS = (*core_commands.COMMANDS, set_up, demo, certificate, trail, access, backup, rosters, letters, races)
DOCUMENTS = (Attachment.id, LetterAttachment.id)
"""The columns that name what lies in the store of documents."""
JOBS = (
    # Sealers keep their order by an advisory lock of their own.
    Job("seal the trail", timedelta(seconds=1), seal_once, lease=None),
    Job("note what was looked at", timedelta(minutes=1), in_transaction(notices.see_what_was_looked_at)),
    Job("carry checkpoints outside", rollback.CARRIED_EVERY, rollback.carry, lease=None),
    Job("send notices", timedelta(seconds=20), outbox.send_waiting),
    Job("end bookings nobody confirmed", timedelta(seconds=30), in_transaction(bookings.expire_due)),
    Job("offer free times to those who wait", timedelta(seconds=30), bookings.offer_openings),
    Job("remind of appointments", timedelta(minutes=5), in_transaction(remind)),
    Job("tell of students nobody looked in on", timedelta(minutes=1), in_transaction(tell_of_overdue)),
    Job("tell of appointments that no longer fit", timedelta(minutes=1), tell_of_displaced),
    Job("tell of letters nobody opens", timedelta(seconds=30), in_transaction(climbing.climb)),
    Job("tell of letters nobody can open", timedelta(minutes=15), in_transaction(readerless.look)),
    Job("remind of what a second person looks at", timedelta(minutes=5), in_transaction(reminding.remind)),
    # What deletes waits while events are missing: a document of yesterday would look like nobody's.
    *map(
        unless_rolled_back,
        (
            Job("forget old sign-in attempts", timedelta(hours=1), in_transaction(throttle.forget_old)),
            Job("forget old uploads", timedelta(minutes=30), in_transaction(uploads.forget_old)),
            Job("forget ended sessions", timedelta(minutes=10), in_transaction(identity_service.forget_sessions)),
            Job("void old invitations", timedelta(hours=1), in_transaction(invitations.forget_expired)),
            Job("tell of posts that begin", timedelta(minutes=15), arrivals.tell_of_begun),
            Job("take keys of ended posts", timedelta(minutes=15), in_transaction(keys.leave_ended_posts)),
            Job("forget visits to letterboxes", timedelta(seconds=30), in_transaction(visits.forget_old)),
            Job("forget old forms", timedelta(hours=6), in_transaction(once.forget_old)),
            Job("forget old drafts of concerns", timedelta(hours=6), in_transaction(concern_drafts.forget_old)),
            Job("forget claims of time that is over", timedelta(hours=6), in_transaction(bookings.forget_past)),
            Job("forget old drafts of answers", timedelta(hours=6), in_transaction(answer_drafts.forget_old)),
            Job("sweep documents without a row", timedelta(hours=6), partial(store.sweep, kept_by=DOCUMENTS)),
        ),
    ),
)
# What stays open while events are missing: to sign in and out, to find and read, and to look what is whole.
OPEN_WHILE_HALTED = frozenset(
    {
        "identity.sign_in", "identity.code", "identity.confirm", "identity.extend", "identity.sign_out",
        "identity.sign_out_everywhere", "identity.end_one_session", "session_api.prove", "session_api.end",
        "directory.search", "directory.people", "directory_api.search", "directory_api.search_people",
        "letters_out.back", "letters_out.leave",
        "oversight.verify_now", "oversight.checkpoints", "oversight_api.verify", "oversight_api.checkpoints",
    }
)
# Where a notice about a kind of record leads: a page, and the name of its id where it has one.
NOTICE_WAYS = {
    "concern": ("escalation.concern", "concern_id"),
    "hand_over": ("escalation.hand_over", "hand_over_id"),
    "person": ("identity.tasks", ""),
    "post": ("identity.account", ""),
    "account": ("identity.account", ""),
    "member": ("directory.person", "person_id"),
    "letter": ("letterbox.letter", "letter_id"),
    "letter_release": ("letterbox.released", "release_id"),
    "letter_late": ("letterbox.late", ""),
    "name_opening": ("letterbox.opening", "opening_id"),
    "appointment_day": ("appointments.calendar", ""),
    "look_in": ("look_ins.one", "look_in_id"),
    "waiting": ("waiting.index", ""),
    "displaced": ("rooms.displaced", "room_id"),
    "asked": ("home.start", ""),
    "notice_choice": ("notifications.choice", ""),
}
POLICIES = (
    identity_policy, notifications_policy, directory_policy, files_policy, escalation_policy,
    appointments_policy, letterbox_policy, oversight_policy,
)
EVENTS = (
    audit_events, identity_events, notifications_events, directory_events, files_events, escalation_events,
    appointments_events, letterbox_events, oversight_events,
)


def permissions() -> tuple[Permission, ...]:
    """Return every permission of the product."""
    return tuple(permission for policy in POLICIES for permission in policy.PERMISSIONS)


def event_words() -> dict[str, str]:
    """Return the words for every event that the trail keeps."""
    return {action: words for events in EVENTS for action, words in events.EVENTS.items()}


def sealed_at_once() -> frozenset[str]:
    """Return the events that are under a signed head of their tree before whoever did it gets an answer."""
    return frozenset().union(*(getattr(events, "AT_ONCE", ()) for events in EVENTS))


def register_features(app: Application) -> None:
    """Open every feature's pages, API and commands."""
    for blueprint in PAGES:
        app.register_blueprint(blueprint)
    register_api(app, *APIS)
    for command in COMMANDS:
        app.cli.add_command(command)
    register_jobs(app, *JOBS)
    sessions.watch(app)
    app.starting.append(before_serving)
    app.starting.append(lambda: rollback.before_serving(app.database))
    app.halted = lambda: rollback.is_rolled_back(app.database)
    app.open_while_halted = OPEN_WHILE_HALTED
    app.database.info["carriers"] = carriers_of(app.extensions["settings"])
    app.extensions["notice_ways"] = NOTICE_WAYS
    app.extensions["demo_sign_ins"] = [(one.words, one.name, one.number, cast.PASSWORD) for one in cast.TOUR]
    app.context_processor(frame_of_page)
    app.context_processor(rollback_of_page)
    app.database.info["at_once"] = sealed_at_once()
    app.database.info["post_given"] = arrivals.tell_of_post
    app.extensions["refusal_pages"] = {"/w/": "letterbox/child/refused.html"}
    records.ask(files_queries.students_with_files_since, escalation_queries.students_with_concerns_since)
    app.extensions["permissions"] = permissions()
    app.extensions["event_words"] = event_words()
    app.jinja_env.globals["trail_words"] = _trail_words
    app.jinja_env.globals["worded"] = _worded
    app.jinja_env.globals["closing_act"] = closing_act
    app.jinja_env.globals["refused_keys"] = refused_keys
    app.jinja_env.globals["usual_hotlines"] = told_hotlines
    app.jinja_env.globals["may_have_feed"] = may_have_feed
    app.jinja_env.globals["file_act"] = file_act
    app.jinja_env.globals["open_concerns"] = open_concerns
    app.jinja_env.globals["raise_act"] = raise_act
    app.jinja_env.globals["book_act"] = book_act
    app.jinja_env.globals["ask_act"] = ask_act


def _trail_words(action: str) -> str:
    words = event_words().get(action)
    return gettext(words) if words else action


def _worded(choices: dict[str, str]) -> list[tuple[str, str]]:
    return [(value, gettext(words)) for value, words in choices.items()]
