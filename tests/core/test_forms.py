"""A form keeps what was typed, says what it means, and names what is wrong with it."""

from marshmallow import Schema, fields, validate
from werkzeug.datastructures import MultiDict

from app.core import forms


class Worry(Schema):
    """A small shape with one field of each sort."""

    text = fields.String(required=True, validate=validate.Length(max=10))
    minutes = fields.Integer(load_default=20)
    categories = fields.List(fields.String())
    told = fields.Boolean()


def read(*pairs: tuple[str, str]) -> forms.Form:
    return forms.read(Worry(), MultiDict(pairs))


def test_what_makes_sense_becomes_typed():
    form = read(("text", "tired"), ("minutes", "45"), ("categories", "mood"), ("categories", "sleep"), ("told", "1"))
    assert form.errors == {}
    assert form.data == {"text": "tired", "minutes": 45, "categories": ["mood", "sleep"], "told": True}


def test_one_choice_of_several_is_still_a_list():
    assert read(("text", "tired"), ("categories", "mood")).data["categories"] == ["mood"]


def test_an_empty_field_counts_as_not_given():
    form = read(("text", ""), ("minutes", ""), ("categories", ""))
    assert set(form.errors) == {"text"}
    assert form.data == {"minutes": 20}


def test_what_was_typed_is_kept_beside_the_error():
    form = read(("text", "x" * 11), ("minutes", "soon"))
    assert set(form.errors) == {"text", "minutes"}
    assert form.values == {"text": "x" * 11, "minutes": "soon"}
    assert "text" not in form.data


def test_an_unknown_field_is_an_error_and_never_data():
    """ASVS V2.2.1, V15.3.3: nothing slips into a record because somebody added a field."""
    form = read(("text", "tired"), ("level", "R0"))
    assert set(form.errors) == {"level"}
    assert "level" not in form.data


def test_the_frame_s_own_fields_belong_to_no_shape():
    form = read(("text", "tired"), ("csrf_token", "t"), ("_once", "k"))
    assert form.errors == {}
    assert set(form.values) == {"text"}


def test_the_faults_of_a_list_are_gathered_under_its_name():
    class Numbers(Schema):
        numbers = fields.List(fields.Integer())

    form = forms.read(Numbers(), MultiDict([("numbers", "1"), ("numbers", "a"), ("numbers", "b")]))
    assert len(form.errors["numbers"]) == 2


def test_a_blank_form_shows_what_is_known_and_finds_no_fault():
    form = forms.blank(text="from before")
    assert form.values == {"text": "from before"}
    assert form.errors == form.data == {}


def test_one_more_fault_leaves_the_first_ones_and_the_input():
    form = read(("text", "x" * 11)).with_error("text", "and again").with_error("minutes", "too long")
    assert len(form.errors["text"]) == 2
    assert form.errors["minutes"] == ["too long"]
    assert form.values == {"text": "x" * 11}
