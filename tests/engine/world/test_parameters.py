from dataclasses import fields

import pytest

from engine.errors import DataError
from engine.world import BEHAVIOURS, WorldParameters


def test_every_parameter_has_unit_meaning_source_and_ranges():
    described = WorldParameters().describe()
    assert [parameter.name for parameter in described] == [field.name for field in fields(WorldParameters)]
    for parameter in described:
        assert parameter.unit
        assert parameter.meaning.endswith(".")
        assert parameter.source.endswith(".")
        assert parameter.low <= parameter.value <= parameter.high
        if parameter.plausible is not None:
            low, high = parameter.plausible
            assert parameter.low <= low <= parameter.value <= high <= parameter.high


def test_a_value_out_of_range_is_named():
    with pytest.raises(DataError, match=r"click_through was 2 clicks per impression. It lies between 0.0005 and 0.4"):
        WorldParameters(click_through=2.0)


def test_every_behaviour_has_a_switch_and_a_strength():
    params, names = WorldParameters(), {field.name for field in fields(WorldParameters)}
    for behaviour in BEHAVIOURS:
        assert {behaviour, f"{behaviour}_strength"} <= names
        assert params.strength(behaviour) == getattr(params, f"{behaviour}_strength") > 0
        off = params.without(behaviour)
        assert off.strength(behaviour) == 0
        assert [off.strength(other) for other in BEHAVIOURS if other != behaviour] == [
            params.strength(other) for other in BEHAVIOURS if other != behaviour
        ]
    assert not any(params.without(*BEHAVIOURS).strength(behaviour) for behaviour in BEHAVIOURS)


def test_an_unknown_behaviour_is_named_with_a_hint():
    with pytest.raises(DataError, match=r"Behaviour 'bordom' was not found.*Did you mean 'boredom'"):
        WorldParameters().without("bordom")
