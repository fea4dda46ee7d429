"""The measurements compare like with like: the plain twin answers as the product does, page for page."""

from pathlib import Path

import pytest

from app import create_app
from bench.pages import pairs_of
from bench.plain.copying import make_twin
from bench.plain.pages import plain_app
from bench.school import make_school


@pytest.mark.soak
@pytest.mark.alike
def test_the_plain_twin_still_answers_byte_for_byte_as_the_product(tmp_path: Path) -> None:
    school = make_school(tmp_path / "sealed")
    twin = make_twin(school, tmp_path / "plain")
    for make in pairs_of(create_app(school.settings()), plain_app(twin), school):
        pair = make()
        pair.ours()
        pair.plain()
