"""Every unit's own effects lie beside the database, whole, until their result is deleted."""

import pandas as pd
import pytest

from engine.errors import LabError
from experiments import individual_files, keeping

KEY = "00112233445566ff"
UNITS = pd.DataFrame({"unit": [0, 1], "variant": ["b", "b"], "conversion": [0.0, 1.0]})


def test_a_file_comes_back_as_it_went_and_goes_with_its_result():
    assert individual_files.kept(KEY) is None
    assert individual_files.content(KEY) == b""
    individual_files.keep(UNITS, KEY)
    assert individual_files.kept(KEY).equals(UNITS)
    assert individual_files.content(KEY).startswith(b"PAR1")
    keeping.forget(KEY)
    assert individual_files.kept(KEY) is None


def test_the_oldest_files_go_first(monkeypatch):
    monkeypatch.setattr(individual_files, "KEPT_FILES", 2)
    for digit in "abc":
        individual_files.keep(UNITS, digit * 16)
    assert [individual_files.kept(digit * 16) is not None for digit in "abc"] == [False, True, True]


def test_a_key_that_somebody_typed_names_no_other_file():
    with pytest.raises(LabError, match="names no result"):
        individual_files.kept("../../etc/passwd")


def test_what_cannot_be_written_is_one_sentence(tmp_path):
    with pytest.raises(LabError, match="cannot be written"):
        individual_files.write(UNITS, tmp_path / "nowhere" / "units.parquet")
