"""V1.2.10: no cell that leaves for a spreadsheet is run there."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from app.core.spreadsheets import neutralise


@pytest.mark.parametrize("sign", list("=+-@\t\r\n＝＋－＠"))
def test_a_cell_that_would_run_gets_an_apostrophe(sign):
    assert neutralise(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"
    assert neutralise(f" \u3000{sign}1+1") == f"' \u3000{sign}1+1"


@pytest.mark.parametrize("cell", ["陈梓涵", "G1", "", "a=b", "19900512404", 5, -5, 1.5, None, True])
def test_what_would_not_run_stays_as_it_is(cell):
    assert neutralise(cell) is cell


@given(st.text(max_size=40))
def test_no_neutral_cell_is_a_formula_to_a_spreadsheet(text):
    sheet = Workbook().active
    cleaned = neutralise(text)
    printable = "".join(character for character in cleaned if character >= " ")
    sheet["A1"] = printable
    assert sheet["A1"].data_type != "f"
    assert not cleaned.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    written = io.StringIO()
    csv.writer(written).writerow([cleaned, "next"])
    assert not written.getvalue().lstrip('"').startswith(("=", "+", "-", "@"))
