"""What people decided is kept by person, and nobody's id stands in it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine import store
from engine.control import Control, control_of, controls_of, forget_control, keep_control
from engine.errors import DataError
from tests.engine.logs import make_log

SOURCE = "kept controls.csv"
DATA = replace(make_log([(0, 0), (1, 1), (2, 0)]), name=SOURCE)
ALL = Control(
    personalisation=0.25,
    reset_at=datetime(2025, 3, 1, 12, tzinfo=UTC),
    hidden_items=("i1", "i0", "i1"),
    hidden_categories=("Tea",),
)


def test_what_is_kept_comes_back_and_can_be_forgotten():
    assert control_of(SOURCE, "u1") == Control()
    keep_control(SOURCE, "u1", ALL)
    assert control_of(SOURCE, "u1") == ALL
    assert ALL.hidden_items == ("i0", "i1")
    assert controls_of(DATA) == {1: ALL}
    assert controls_of(replace(DATA, name="another.csv")) == {}
    assert forget_control(SOURCE, "u1")
    assert not forget_control(SOURCE, "u1")
    assert controls_of(DATA) == {}


def test_deciding_nothing_keeps_nothing():
    keep_control(SOURCE, "u2", ALL)
    keep_control(SOURCE, "u2", Control())
    assert not forget_control(SOURCE, "u2")


def test_no_file_names_or_holds_the_id():
    keep_control(SOURCE, "very-own-id", ALL)
    files = list((store.lasting() / "controls").rglob("*"))
    assert not [file for file in files if "very-own-id" in str(file)]
    assert not [file for file in files if file.is_file() and b"very-own-id" in file.read_bytes()]
    forget_control(SOURCE, "very-own-id")


def test_a_damaged_file_is_one_sentence():
    keep_control(SOURCE, "u0", ALL)
    (file,) = [each for each in (store.lasting() / "controls").rglob("*.json") if "Tea" in each.read_text()]
    for damage in ("{", '{"personalisation": "much"}'):
        file.write_text(damage)
        with pytest.raises(DataError, match=r"is damaged"):
            control_of(SOURCE, "u0")
    file.unlink()


def test_a_control_says_what_it_is():
    assert Control().sentence == "Nothing is turned down, reset or hidden."
    assert ALL.sentence == (
        "Personalisation is turned down to 25%. Taste was reset on 1 March 2025; what was done before is not used. "
        "Hidden items: 2. Hidden categories: Tea."
    )
    assert Control(personalisation=0).sentence == "Personalisation is off."
