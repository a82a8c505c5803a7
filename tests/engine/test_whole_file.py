"""A file is there as a whole, or as it was before."""

import re

import pytest

from engine.errors import DataError
from engine.whole_file import whole_file


def test_a_file_appears_when_all_is_written(tmp_path):
    target = tmp_path / "lists.txt"
    with whole_file(target) as part:
        part.write_text("all of it")
        assert not target.exists()
    assert [file.name for file in tmp_path.iterdir()] == ["lists.txt"]
    assert target.read_text() == "all of it"


def halfway(target):
    with whole_file(target) as part:
        part.write_text("half")
        raise RuntimeError


def test_what_fails_midway_leaves_the_file_as_it_was(tmp_path):
    target = tmp_path / "lists.txt"
    target.write_text("before")
    with pytest.raises(RuntimeError):
        halfway(target)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["before"]


def test_nowhere_to_write_is_one_sentence(tmp_path):
    sentence = re.escape("cannot be written: No such file or directory. Choose another place.")
    with pytest.raises(DataError, match=sentence), whole_file(tmp_path / "none" / "lists.txt") as part:
        part.write_text("lost")
