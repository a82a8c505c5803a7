from dataclasses import fields

import pytest

from engine.errors import DataError
from engine.world import WorldParameters


def test_every_parameter_has_unit_meaning_and_source():
    described = WorldParameters().describe()
    assert [parameter.name for parameter in described] == [field.name for field in fields(WorldParameters)]
    for parameter in described:
        assert parameter.unit
        assert parameter.meaning.endswith(".")
        assert parameter.source.endswith(".")
        assert parameter.low <= parameter.value <= parameter.high


def test_a_value_out_of_range_is_named():
    with pytest.raises(DataError, match=r"click_through was 2 clicks per impression. It lies between 0.0005 and 0.4"):
        WorldParameters(click_through=2.0)
