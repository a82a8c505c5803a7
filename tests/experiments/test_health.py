import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.effects import effects
from experiments.health import enough_events, leakage, srm, twyman, units_in_two_variants
from experiments.metrics import Metric
from experiments.moments import moments
from experiments.plan import Plan

METRICS = (
    Metric(name="bought", kind="proportion", numerator="bought", role="primary"),
    Metric(name="spent", kind="mean", numerator="spent", title="Spent"),
)
PLAN = Plan(hypothesis="", variants=("old", "new"), metrics=METRICS, split=(1, 1), days=7)


def table(units=400, spend_factor=1.0, ones=0.5):
    rng = np.random.default_rng(0)
    variant = np.arange(units) % 2
    spent = rng.gamma(4, 1, units) * np.where(variant == 1, spend_factor, 1)
    values = np.stack([rng.random(units) < ones, spent], axis=1)
    return moments(values, variant, 2, quantities=("bought", "spent"))


def test_srm_scipy():
    check = srm([1000, 1200], [0.5, 0.5])
    assert check.value == pytest.approx(18.18181818)
    assert check.p_value == pytest.approx(2.00786561e-05)
    assert check.status == "failed"
    assert "1,000 : 1,200 units against a planned 50% : 50%" in check.sentence
    assert check.next_step


def test_an_arm_of_weight_zero_is_no_degree_of_freedom_and_its_units_are_leakage():
    check = srm([5100, 4900, 0], [0.5, 0.5, 0.0])
    assert check.p_value == pytest.approx(0.0455002639)
    assert check.status == "ok"
    assert srm([5100, 4900, 40], [1, 1, 0]).p_value == pytest.approx(check.p_value)
    assert leakage([5100, 4900, 0], [1, 1, 0]).status == "ok"
    assert leakage([5100, 4900, 3], [1, 1, 0]).status == "warning"
    assert leakage([5100, 4900, 40], [1, 1, 0]).status == "failed"


def test_srm_of_unequal_splits_and_many_arms():
    assert srm([900, 100], [9, 1]).p_value == pytest.approx(1)
    assert srm([700, 200, 100], [7, 2, 1]).value == 0
    assert srm([500, 500, 700], [1, 1, 1]).status == "failed"


def test_too_few_units_are_no_evidence():
    assert srm([0, 0], [1, 1]).status == "warning"
    assert srm([3, 5], [1, 1]).p_value is None
    assert srm([10, 0], [1, 0]).status == "ok"


def test_srm_false_alarms_are_as_rare_as_stated():
    counts = np.random.default_rng(1).multinomial(3000, [0.5, 0.3, 0.2], 4000)
    p = np.array([srm(row, [5, 3, 2]).p_value for row in counts])
    assert abs((p < 0.05).mean() - 0.05) < 4 * np.sqrt(0.05 * 0.95 / 4000)


@pytest.mark.parametrize(
    ("counts", "weights", "sentence"),
    [
        ([1, 2], [1], "2 counts and 1 weights"),
        ([-1, 2], [1, 1], "neither may be negative"),
        ([1, 2], [0, 0], "one weight must be above 0"),
    ],
)
def test_what_cannot_be_is_said(counts, weights, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        srm(counts, weights)


def test_units_in_two_variants():
    units = np.repeat(np.arange(1000), 2)
    variants = np.repeat(np.arange(1000) % 2, 2)
    assert units_in_two_variants(units, variants).status == "ok"
    variants[:2] = 0, 1
    crossed = units_in_two_variants(units, variants)
    assert (crossed.status, crossed.value) == ("warning", 1)
    variants[:60] = np.tile([0, 1], 30)
    assert units_in_two_variants(units, variants).status == "failed"


def test_too_good_to_be_true():
    assert twyman(effects(table(), METRICS), PLAN).status == "ok"
    check = twyman(effects(table(spend_factor=2.0), METRICS), PLAN)
    assert check.status == "warning"
    assert "Spent +" in check.sentence
    assert "in new" in check.sentence


def test_enough_events():
    assert enough_events(table(), PLAN).status == "ok"
    assert "Bought" in enough_events(table(ones=0.01), PLAN).sentence
    assert "Spent" in enough_events(table(units=20), PLAN).sentence
