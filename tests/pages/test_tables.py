"""A downloaded table is harmless in a spreadsheet and loses nothing else."""

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts.tables import csv


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1"])
def test_cells_a_spreadsheet_would_run_are_escaped(cell):
    frame = pd.DataFrame({cell: [cell], "n": [-1]})
    back = pd.read_csv(io.BytesIO(csv(frame)), dtype=str, keep_default_na=False)
    assert back.columns[0] == "'" + cell
    assert back.iloc[0, 0] == "'" + cell
    assert back.iloc[0, 1] == "-1"


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), min_size=1), min_size=1))
def test_other_text_comes_back_as_it_was(cells):
    frame = pd.DataFrame({"text": cells, "row": range(len(cells))})
    back = pd.read_csv(io.BytesIO(csv(frame)), dtype=str, keep_default_na=False)
    expected = ["'" + cell if cell[0] in "=+-@\t" else cell for cell in cells]
    assert back["text"].tolist() == expected
