"""Session entries: a draft is its author's alone, a signed one the file's, and it stays as it was signed."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from app import vault
from app.core.database import session
from app.core.errors import Missing, Stale
from app.files import queries, sections, service
from app.files.models import Addendum, FileEntry
from app.vault import NoKey
from tests.files import steps
from tests.world import World

BrowserOf = Callable[[str], FlaskClient]
BEGUN = {"kind": "follow_up", "started_at": "2026-03-12T12:10"}


def begin(browser: FlaskClient, file_id: UUID, **more: str) -> str:
    """Begin a record through the page and return its address."""
    answer = browser.post(f"/files/{file_id}/entries", data=BEGUN | more)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return str(answer.location)


def test_from_the_first_word_to_the_signature(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    address = begin(lin, anas)
    told = lin.post(f"{address}/draft", data={"version": "1", "concern": "I cannot"}).get_json()
    assert told["version"] == 2
    assert datetime.strptime(told["saved_at"], "%H:%M")
    assert "I cannot" in lin.get(address).get_data(as_text=True)
    page = lin.post(
        address, data={"version": "2", "concern": "I cannot sleep", "effect_before": "3", "then": "sign"},
        follow_redirects=True,
    ).get_data(as_text=True)
    assert "I cannot sleep" in page
    assert "已签署" in page
    assert 'name="version"' not in page
    assert [event.action for event in world.events() if event.action.startswith("entry:")] == [
        "entry:begun", "entry:viewed", "entry:signed", "entry:viewed",
    ]


def test_when_and_where_are_kept_as_the_school_says_them(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    address = begin(browser_of("lin"), anas)
    with world.acting("lin"):
        entry = steps.entry(UUID(address.rsplit("/", 1)[1]))
        assert entry.started_at.isoformat() == "2026-03-12T04:10:00+00:00"
    assert "2026-03-12 12:10" in browser_of("lin").get(address).get_data(as_text=True)


@pytest.mark.parametrize("wrong", [{"kind": "gossip"}, {"kind": ""}, {"started_at": "yesterday"}, {"started_at": ""}])
def test_a_session_has_a_kind_and_a_beginning(
    world: World, browser_of: BrowserOf, anas: UUID, wrong: dict[str, str]
) -> None:
    answer = browser_of("lin").post(f"/files/{anas}/entries", data=BEGUN | wrong)
    assert answer.status_code == 422
    assert not world.events("entry:begun")


@pytest.mark.parametrize(("template", "shown", "not_shown"), [
    ("free", "来访问题（学生原话）", "S 主观"), ("soap", "S 主观：学生自述", "来访问题"),
    ("dap", "D 资料：所说与所见", "来访问题"), ("birp", "I 干预：做了什么", "来访问题"),
])
def test_the_template_chosen_at_the_beginning_gives_the_headings(
    browser_of: BrowserOf, anas: UUID, template: str, shown: str, not_shown: str
) -> None:
    lin = browser_of("lin")
    address = begin(lin, anas, template=template)
    page = lin.get(address).get_data(as_text=True)
    assert shown in page
    assert not_shown not in page
    lin.post(address, data={
        "version": "1", "template": template, "observation": "speaks quietly", "then": "sign"
    })
    assert "speaks quietly" in lin.get(address).get_data(as_text=True)


def test_what_was_written_under_another_template_is_never_hidden() -> None:
    headings = sections.headings_of({"template": "soap", "goals": "to sleep"})
    assert headings["goals"] == sections.TEXTS["goals"]
    assert headings["concern"] != sections.TEXTS["concern"]
    assert set(sections.TEXTS) >= set(headings)


def test_a_draft_opens_to_its_author_alone_also_by_key(world: World, anas: UUID) -> None:
    entry_id = steps.draft(world, "lin", anas, {"concern": "half a sentence"})
    steps.give_reason(world, "bo", anas)
    with world.acting("bo") as bo:
        bo.ring.open(anas)
        with pytest.raises(NoKey):
            bo.ring.open(entry_id)
        assert vault.readers_of(entry_id) == {world.people["lin"]}


def test_signing_hands_the_key_to_the_file(world: World, anas: UUID) -> None:
    entry_id = steps.signed(world, "lin", anas)
    with world.acting("bo") as bo:
        bo.ring.open(entry_id)
        assert [(grant.holder_kind, grant.holder_id) for grant in vault.grants_of(entry_id)] == [("object", anas)]


def test_lin_sees_no_draft_of_bos_in_her_own_file(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    steps.give_reason(world, "bo", anas)
    entry_id = steps.draft(world, "bo", anas, {"concern": "half a sentence"})
    lin = browser_of("lin")
    assert str(entry_id) not in lin.get(f"/files/{anas}").get_data(as_text=True)
    assert str(entry_id) not in lin.get(f"/api/v1/files/{anas}/entries").get_data(as_text=True)
    for method, door in (
        ("GET", ""), ("POST", ""), ("POST", "/draft"), ("POST", "/addenda"), ("POST", "/discard"),
    ):
        assert lin.open(f"/files/{anas}/entries/{entry_id}{door}", method=method).status_code == 404
    with world.acting("lin") as by:
        for deed in (
            lambda: service.save_entry(steps.entry(entry_id), body={}, revision=1, by=by),
            lambda: service.sign_entry(steps.entry(entry_id), revision=1, by=by),
            lambda: service.discard_entry(steps.entry(entry_id), by=by),
        ):
            with pytest.raises(Missing):
                deed()


def test_signed_entries_are_read_by_who_is_in_charge_and_by_colleagues_with_a_reason(
    world: World, browser_of: BrowserOf, anas: UUID
) -> None:
    address = f"/files/{anas}/entries/{steps.signed(world, 'lin', anas, 'I cannot sleep')}"
    assert browser_of("bo").get(address).status_code == 404
    steps.give_reason(world, "bo", anas)
    assert "I cannot sleep" in browser_of("bo").get(address).get_data(as_text=True)
    for who in ("tan", "cruz", "gao", "pia", "sam", "dee", "dora", "eve", "root", "sol"):
        assert browser_of(who).get(address).status_code == 404, who


def test_nothing_is_signed_without_a_word(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    address = begin(lin, anas, template="soap")
    refused = lin.post(address, data={"version": "1", "template": "soap", "place": "room 2", "then": "sign"})
    assert refused.status_code == 422
    assert "room 2" in refused.get_data(as_text=True)
    again = lin.post(address, data={
        "version": saved_version(refused.get_data(as_text=True)), "concern": "now", "then": "sign"
    })
    assert again.status_code == 303
    assert len(world.events("entry:signed")) == 1


def saved_version(page: str) -> str:
    return page.split('name="version" value="')[1].split('"')[0]


def test_a_stale_save_keeps_what_was_typed_and_shows_what_was_saved_elsewhere(
    world: World, browser_of: BrowserOf, anas: UUID
) -> None:
    lin = browser_of("lin")
    address = begin(lin, anas)
    lin.post(address, data={"version": "1", "concern": "typed at the office", "goals": "the same"})
    stale = lin.post(address, data={
        "version": "1", "concern": "typed at home", "goals": "the same", "then": "sign"
    })
    page = stale.get_data(as_text=True)
    assert stale.status_code == 422
    assert "typed at home" in page
    assert page.count("typed at the office") == 1
    assert page.count("the same") == 1
    assert not world.events("entry:signed")
    decided = lin.post(address, data={"version": saved_version(page), "concern": "typed at home"})
    assert decided.status_code == 303
    assert "typed at home" in lin.get(address).get_data(as_text=True)


def test_an_autosave_that_comes_too_late_says_so(browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    address = begin(lin, anas)
    assert lin.post(f"{address}/draft", data={"version": "1", "concern": "a"}).status_code == 200
    assert lin.post(f"{address}/draft", data={"version": "1", "concern": "b"}).status_code == 409
    assert lin.post(f"{address}/draft", data={"version": "2", "concern": "c"}).status_code == 200


def test_nonsense_in_an_autosave_is_refused_and_changes_nothing(browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    address = begin(lin, anas)
    for wrong in ({"effect_before": "11"}, {"place": "x" * 201}, {"author_id": "1"}, {"state": "signed"},
                  {"concern": "x" * 20_001}, {"level": "R5"}, {"source": "?"}):
        refused = lin.post(f"{address}/draft", data={"version": "1"} | wrong)
        assert refused.status_code == 422, wrong
    assert lin.post(f"{address}/draft", data={"version": "1"}).get_json()["version"] == 2


def test_a_form_sent_twice_is_done_once(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    form = BEGUN | {"_once": "0f3c5a4e6b7d48d1a2b3c4d5e6f70812"}
    first, second = (lin.post(f"/files/{anas}/entries", data=form) for _ in range(2))
    assert first.location == second.location
    assert len(world.events("entry:begun")) == 1
    sign = {"version": "1", "concern": "once", "then": "sign", "_once": "1f3c5a4e6b7d48d1a2b3c4d5e6f70812"}
    assert [lin.post(first.location, data=sign).status_code for _ in range(2)] == [303, 303]
    assert len(world.events("entry:signed")) == 1
    added = {"text": "later", "_once": "2f3c5a4e6b7d48d1a2b3c4d5e6f70812"}
    assert [lin.post(f"{first.location}/addenda", data=added).status_code for _ in range(2)] == [303, 303]
    assert len(world.events("entry:added_to")) == 1


def test_two_drafts_begun_at_once_get_two_numbers(world: World, anas: UUID) -> None:
    import threading

    def begin_one() -> None:
        world.database.retrying(
            lambda: service.begin_entry(
                steps.file(anas), kind="follow_up", started_at=steps.TEN, by=world.actor("lin")
            ),
            attempts=12,
        )

    threads = [threading.Thread(target=begin_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with world.acting("lin"):
        assert sorted(entry.number for entry in queries.entries_of(steps.file(anas))) == list(range(1, 9))


def test_an_addendum_is_signed_at_once_and_shown_below(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    entry_id = steps.signed(world, "lin", anas)
    lin = browser_of("lin")
    page = lin.post(
        f"/files/{anas}/entries/{entry_id}/addenda", data={"text": "she slept on Friday"}, follow_redirects=True
    ).get_data(as_text=True)
    assert "she slept on Friday" in page
    assert page.count("已签署") >= 2
    assert len(world.events("entry:added_to")) == 1


def test_an_addendum_needs_words_and_a_signed_entry(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    signed, draft = steps.signed(world, "lin", anas), steps.draft(world, "lin", anas)
    assert lin.post(f"/files/{anas}/entries/{signed}/addenda", data={"text": ""}).status_code == 422
    assert lin.post(f"/files/{anas}/entries/{draft}/addenda", data={"text": "too early"}).status_code == 404
    assert not world.events("entry:added_to")


def test_a_refused_addendum_that_shows_the_entry_is_a_look(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    """An answer with the entry in it is a look, whatever was asked for."""
    entry_id = steps.signed(world, "lin", anas)
    browser_of("lin").post(f"/files/{anas}/entries/{entry_id}/addenda", data={"text": ""})
    assert len(world.events("entry:viewed")) == 1


def test_bo_adds_to_his_own_entry_only(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    lins = steps.signed(world, "lin", anas)
    steps.give_reason(world, "bo", anas)
    bos = steps.signed(world, "bo", anas)
    bo = browser_of("bo")
    assert bo.post(f"/files/{anas}/entries/{bos}/addenda", data={"text": "more"}).status_code == 303
    assert bo.post(f"/files/{anas}/entries/{lins}/addenda", data={"text": "more"}).status_code == 404


def test_a_draft_can_be_taken_away_and_leaves_no_key(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    address = begin(lin, anas)
    entry_id = UUID(address.rsplit("/", 1)[1])
    assert lin.post(f"{address}/discard").location == f"/files/{anas}"
    assert lin.get(address).status_code == 404
    with world.acting("lin"):
        assert vault.grants_of(entry_id) == []
        assert session().get(FileEntry, entry_id) is None
    assert [event.subject_id for event in world.events("entry:discarded")] == [anas]


def test_a_signed_entry_is_never_taken_away(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    entry_id = steps.signed(world, "lin", anas)
    assert browser_of("lin").post(f"/files/{anas}/entries/{entry_id}/discard").status_code == 404
    with world.acting("lin") as lin, pytest.raises(service.EntrySigned):
        service.discard_entry(steps.entry(entry_id), by=lin)


def test_another_files_entry_is_not_found_in_this_one(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    zoes = steps.open_file(world, "lin", "zoe")
    entry_id = steps.signed(world, "lin", zoes)
    lin = browser_of("lin")
    for door in ("", "/draft", "/addenda", "/discard"):
        assert lin.post(f"/files/{anas}/entries/{entry_id}{door}", data={"version": "1"}).status_code == 404
    assert lin.get(f"/files/{anas}/entries/{entry_id}").status_code == 404


def test_drafts_wait_on_the_list_until_they_are_signed(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    lin = browser_of("lin")
    address = begin(lin, anas)
    assert f'href="{address}"' in lin.get("/files").get_data(as_text=True)
    lin.post(address, data={"version": "1", "concern": "done", "then": "sign"})
    assert f'href="{address}"' not in lin.get("/files").get_data(as_text=True)


def test_a_signature_that_does_not_fit_is_said(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    """A writer into the database cannot sign for Lin: here the number of her entry was changed under its trigger."""
    entry_id = steps.draft(world, "lin", anas, {"concern": "as it was"})
    with world.acting("lin") as lin:
        entry = steps.entry(entry_id)
        service.sign_entry(entry, revision=1, by=lin)
        assert service.is_verified(entry)
        with session().no_autoflush:
            entry.number = 7
            assert not service.is_verified(entry)
        session().expire(entry)


def test_a_draft_cannot_be_made_signed_by_sql_without_a_signature(world: World, anas: UUID) -> None:
    from sqlalchemy.exc import IntegrityError

    entry_id = steps.draft(world, "lin", anas)
    with pytest.raises(IntegrityError), world.acting("lin"):
        session().execute(update(FileEntry).where(FileEntry.id == entry_id).values(state="signed"))


def test_an_addendum_forged_into_the_database_does_not_verify(world: World, browser_of: BrowserOf, anas: UUID) -> None:
    entry_id = steps.signed(world, "lin", anas)
    steps.add(world, "lin", entry_id, "she slept")
    with world.acting("lin") as lin:
        real = queries.addenda_of(steps.entry(entry_id))[0]
        forged = Addendum(
            id=entry_id, school_id=real.school_id, entry_id=entry_id, author_id=real.author_id,
            added_at=real.added_at, signer_epoch=real.signer_epoch, signature=real.signature,
        )
        vault.write(forged, "text", "she did not", lin.ring.open(entry_id))
        session().add(forged)
    page = browser_of("lin").get(f"/files/{anas}/entries/{entry_id}").get_data(as_text=True)
    assert page.count("签名不符") == 1


def test_saving_after_signing_is_refused(world: World, anas: UUID) -> None:
    entry_id = steps.signed(world, "lin", anas)
    with world.acting("lin") as lin:
        with pytest.raises(service.EntrySigned):
            service.save_entry(steps.entry(entry_id), body={"concern": "other"}, revision=1, by=lin)
        with pytest.raises(service.EntrySigned):
            service.sign_entry(steps.entry(entry_id), revision=1, by=lin)


def test_signing_an_older_version_is_refused(world: World, anas: UUID) -> None:
    entry_id = steps.draft(world, "lin", anas, {"concern": "one"})
    with world.acting("lin") as lin:
        service.save_entry(steps.entry(entry_id), body={"concern": "two"}, revision=1, by=lin)
        with pytest.raises(Stale):
            service.sign_entry(steps.entry(entry_id), revision=1, by=lin)
