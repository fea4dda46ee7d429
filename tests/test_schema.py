"""What is kept, and how: every sealed column is registered, nothing that a person typed is kept readable."""

import pytest
from flask import Flask
from sqlalchemy import LargeBinary, Text

from app import create_app
from app.core.database import Base
from app.vault import registry
from tests.databases import Installation

# Bytes that are no sealed column: key material, wraps, signatures, indexes and the trail's own.
KEY_MATERIAL = {
    "calendar_feed": {"address_index"},
    "post": {"mark"},
    "user_key": {"kem_public", "sign_public", "wrapped_by_password", "wrapped_by_recovery", "signature"},
    "slip": {"kem_public", "sign_public", "signature"},
    "group_key": {"kem_public", "sign_public", "signature"},
    "group_member": {"wrapped", "signature"},
    "object_grant": {"wrapped", "signature"},
    "recovery_card": {"kem_public", "sign_public", "signature"},
    "server_check": {"value"},
    "trail_event": {"body", "mac"},
    "trail_leaf": {"hash"},
    "trail_tree": {"peaks", "mac"},
    "student": {"number_index"},
    "person": {"number_index"},
    "file_entry": {"signature"},
    "entry_addendum": {"signature"},
    "group_entry": {"signature"},
    "account": {"salt", "verifier"},
    "backup_code": {"digest"},
    "sign_in_session": {"id", "server_half", "wrapped"},
    "half_sign_in": {"id", "server_half", "wrapped"},
    "invitation": {"lookup"},
    "sign_in_attempt": {"key"},
    "letter": {"thread"},
    "letter_key": {"lookup", "kem_public", "sign_public"},
    "letter_message": {"before", "signature"},
    "letter_release": {"signature"},
    "letter_visit": {"server_half", "locked"},
    "student_card": {"lookup", "locked"},
}


@pytest.fixture(scope="module", autouse=True)
def whole_product(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    home = tmp_path_factory.mktemp("schema")
    return create_app(Installation(home, f"sqlite:///{home}/x.sqlite3").settings())


def test_every_column_of_bytes_is_sealed_or_key_material() -> None:
    sealed = registry()
    readable = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
        and (table.name, column.name) not in sealed
        and column.name not in KEY_MATERIAL.get(table.name, set())
    ]
    assert not readable


def test_every_sealed_column_is_bound_to_attributes_that_exist() -> None:
    models = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    for (table_name, column), bound in registry().items():
        names = {bound.object, bound.record, *filter(None, (bound.organisation, bound.author))}
        assert all(hasattr(models[table_name], name) for name in names), (table_name, column)


def test_readable_texts_are_codes_names_of_organisations_or_machine_words() -> None:
    """A new column of text must be thought about: does a person type into it?"""
    allowed_suffixes = ("kind", "state", "action", "via", "basis", "location", "label", "note", "level", "tier", "name",
                        "code", "source", "deed", "family", "outcome")
    strange = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Text) and not column.name.endswith(allowed_suffixes)
    ]
    assert not strange


def test_every_table_has_a_named_primary_key() -> None:
    assert all(table.primary_key.name for table in Base.metadata.sorted_tables)


# What becomes of an older ciphertext of a sealed column that SQL puts back into its own row (docs/threats.md).
PUT_BACK = {
    # The newest event about it carries its digest, and `trail verify` compares.
    "found by the trail": {
        "student_file.overview", "concern.card", "letter.head", "letter.talk",
        "person.name_sealed", "person.mail_sealed",
        "account.factor_sealed", "class_contacts.contacts", "directory_page.lines", "roster_import.way_back",
        "notice_choice.robot_sealed", "student_card.holder",
    },
    # Written once: there is no older one. What is signed is refused by trigger and signature besides.
    "never written again": {
        "entry_addendum.text", "file_attachment.details", "file_opening.reason", "concern.account",
        "concern_step.words", "hand_over.packet", "second_opinion.reason", "card_use.reason",
        "person.number_sealed", "letter.name", "letter_message.body", "letter_attachment.details",
        "letter_release.words", "name_opening.reason", "roster_upload.content",
        "appointment.reason", "waiting_entry.reason", "group_programme.theme",
        "typed_name.written",
    },
    # A draft within the room until it is signed; saving it leaves no event.
    "a draft of the room's": {"group_entry.body"},
    # Under the key of one author, who reads it before anybody else ever does; saving it leaves no event.
    "its author's alone": {
        "file_entry.body", "process_note.text", "concern_draft.answers", "answer_draft.words", "roster_upload.choices",
    },
}


def test_of_every_sealed_column_it_is_said_what_becomes_of_an_older_text() -> None:
    said = [column for columns in PUT_BACK.values() for column in columns]
    assert sorted(said) == sorted(".".join(column) for column in registry())
