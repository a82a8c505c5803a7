import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.power import TTestIndPower

from engine.dataset import Dataset
from engine.errors import DataError, ExperimentError
from experiments.design import detection_power, minimum_effect, sample_size, traffic


@pytest.mark.parametrize(
    ("baseline", "mde", "units"), [(0.20, 0.05, 1030.219), (0.05, 0.01, 7663.000), (0.20, -0.05, 891.0)]
)
def test_evan_millers_formula(baseline, mde, units):
    size = sample_size("proportion", baseline=baseline, mde=mde)
    if mde > 0:
        assert size.units[0] == pytest.approx(units, abs=5e-4)
    else:
        assert size.units[0] < sample_size("proportion", baseline=baseline, mde=-mde).units[0]
    assert size.total == pytest.approx(2 * size.units[0])
    assert size.relative_mde == pytest.approx(abs(mde) / baseline)


@pytest.mark.parametrize(("d", "tolerance"), [(0.5, 1e-7), (0.1, 1e-6), (0.5 / 3910**0.5, 1e-7)])
def test_the_t_test_of_statsmodels(d, tolerance):
    expected = TTestIndPower().solve_power(d, power=0.8, alpha=0.05)
    size = sample_size("mean", baseline=1.0, mde=d, variance=1.0)
    assert size.units[0] == pytest.approx(expected, rel=tolerance)


def test_the_published_t_test():
    assert sample_size("mean", baseline=1, mde=0.5, variance=1).units[0] == pytest.approx(63.7656, abs=5e-5)


def test_an_unequal_split_needs_more_units_and_meets_the_same_power():
    even = sample_size("mean", baseline=10, mde=1, variance=50)
    uneven = sample_size("mean", baseline=10, mde=1, variance=50, split=(9, 1))
    assert uneven.total > 2.5 * even.total
    assert uneven.units[0] == pytest.approx(9 * uneven.units[1])
    found = TTestIndPower().power(1 / 50**0.5, uneven.units[0], 0.05, ratio=1 / 9)
    assert found == pytest.approx(0.8, abs=1e-6)


def test_more_treatments_are_tested_at_a_stricter_level():
    two = sample_size("proportion", baseline=0.1, mde=0.01)
    three = sample_size("proportion", baseline=0.1, mde=0.01, split=(1, 1, 1))
    plain = sample_size("proportion", baseline=0.1, mde=0.01, split=(1, 1, 1), corrected=False)
    assert three.alpha == 0.025
    assert three.units[0] > two.units[0]
    assert plain.units[0] == pytest.approx(two.units[0])


@pytest.mark.parametrize(
    ("kind", "variance", "baseline"), [("proportion", None, 0.1), ("mean", 40, 5), ("ratio", 2, 0.3)]
)
def test_the_minimum_effect_inverts_the_sample_size(kind, variance, baseline):
    size = sample_size(kind, baseline=baseline, mde=0.02, variance=variance, split=(2, 1))
    effect = minimum_effect(
        kind, baseline=baseline, units_control=size.units[0], units_treatment=size.units[1], variance=variance
    )
    assert effect == pytest.approx(0.02, rel=1e-6)


def test_the_minimum_effect_falls_with_the_units_in_one_call():
    units = np.array([50, 500, 5000, 50_000])
    effect = minimum_effect("proportion", baseline=[0.05, 0.05, 0.05, 0.04], units_control=units, units_treatment=units)
    assert (np.diff(effect) < 0).all()
    assert np.isnan(minimum_effect("proportion", baseline=0.9, units_control=5, units_treatment=5))


def test_power_is_what_a_simulation_finds():
    rng = np.random.default_rng(0)
    stated = detection_power("mean", baseline=0, uplift=0.4, units_control=60, units_treatment=60, variance=1)
    a, b = rng.normal(size=(4000, 60)), rng.normal(0.4, 1, (4000, 60))
    t = (b.mean(axis=1) - a.mean(axis=1)) / np.sqrt((a.var(axis=1, ddof=1) + b.var(axis=1, ddof=1)) / 60)
    assert abs((np.abs(t) > 1.980).mean() - stated) < 4 * np.sqrt(0.25 / 4000)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"kind": "proportion", "baseline": 0.2, "mde": 5}, "Is the MDE meant to be relative"),
        ({"kind": "proportion", "baseline": 0.2, "mde": 0}, "MDE of 0 needs endless units"),
        ({"kind": "mean", "baseline": 0.2, "mde": 1}, "needs the variance"),
        ({"kind": "median", "baseline": 0.2, "mde": 1}, "Metric kind 'median' was not found"),
        ({"kind": "mean", "baseline": 1, "mde": 1, "variance": 1, "power": 1.2}, "Power 1.2 was given"),
        ({"kind": "mean", "baseline": 1, "mde": 1, "variance": 1, "split": (1, 0)}, "each above 0"),
        ({"kind": "mean", "baseline": 1, "mde": 1, "variance": 1, "alpha": 2}, "alpha 2 was given"),
    ],
)
def test_what_cannot_be_is_said(options, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        sample_size(options.pop("kind"), **options)


def log(days, users):
    return Dataset(
        name="tiny",
        interactions=pd.DataFrame(
            {
                "user": np.array(users, dtype=np.int32),
                "item": np.zeros(len(users), dtype=np.int32),
                "time": (np.datetime64("2025-03-01T12:00:00") + np.array(days) * np.timedelta64(1, "D")).astype(
                    "datetime64[s]"
                ),
                "event": "view",
                "rating": np.nan,
            }
        ),
        users=pd.DataFrame({"user_id": ["a", "b", "c"]}),
        items=pd.DataFrame({"item_id": ["x"]}),
        feedback="implicit",
    )


def test_traffic_counts_a_returning_user_once():
    tiny = log([0, 0, 1, 1, 2, 3], [0, 1, 1, 2, 0, 0])
    np.testing.assert_array_equal(traffic(tiny, 4), [2, 3, 3, 3])
    np.testing.assert_array_equal(traffic(tiny, 2), [1.5, 2.0])
    np.testing.assert_array_equal(traffic(tiny, 30), [2, 3, 3, 3])


def test_traffic_needs_times():
    tiny = log([0], [0])
    tiny.interactions["time"] = pd.NaT
    with pytest.raises(DataError, match="no times"):
        traffic(tiny, 7)
