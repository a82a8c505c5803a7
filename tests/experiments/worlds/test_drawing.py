"""Worlds draw every uncertain parameter over the whole of its plausible range."""

import numpy as np
import pytest

from engine.world import WorldParameters
from experiments.worlds.drawing import drawn, uncertain


@pytest.fixture(scope="module")
def settings():
    return drawn(WorldParameters(), 20, np.random.default_rng(2))


def test_each_twentieth_of_a_range_is_used_once(settings):
    asked = uncertain(WorldParameters())
    assert len(asked) >= 5
    for parameter in asked:
        low, high = parameter.plausible
        values = np.array([getattr(each, parameter.name) for each in settings])
        assert low <= values.min() <= values.max() <= high
        if not isinstance(parameter.value, int):
            assert sorted(((values - low) / (high - low) * 20).astype(int)) == list(range(20))


def test_what_has_no_plausible_range_stays(settings):
    asked = {parameter.name for parameter in uncertain(WorldParameters())}
    kept = [each.name for each in WorldParameters().describe() if each.name not in asked]
    assert "rank" in kept or "session_gap_minutes" in kept
    assert all(getattr(each, name) == getattr(WorldParameters(), name) for each in settings for name in kept)


def test_the_strength_of_what_is_switched_off_is_not_drawn():
    names = {parameter.name for parameter in uncertain(WorldParameters().without("boredom"))}
    assert "boredom_strength" not in names
    assert "boredom_strength" in {parameter.name for parameter in uncertain(WorldParameters())}
