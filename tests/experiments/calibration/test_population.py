"""Who is re-randomised: what each unit had done by every look, capped, adjusted, clustered, by days or by arrival."""

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.calibration import population
from experiments.clusters import CLUSTER_UNITS
from experiments.metrics import Metric
from tests.experiments.calibration.units import EVERY_KIND, METRICS, NAMES, QUANTILES, drawn, log_of

ORDERS = (Metric(name="orders", kind="count", numerator="orders", role="primary"),)


def days_of(entered, days=6):
    """Unit-days in which everybody orders once a day from the day they enter."""
    values = np.zeros((days, len(entered), len(NAMES)))
    values[..., NAMES.index("orders")] = np.arange(days)[:, None] >= entered
    return values


def test_units_of_one_day_arrive_in_the_order_of_the_log():
    values = next(drawn(np.random.default_rng(1), 20))
    units = population(log_of(values), ORDERS, looks=4)
    assert units.seen.tolist() == [5, 10, 15, 20]
    assert units.fractions.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert units.values.shape == (1, 20, 1)
    assert units.days is None
    np.testing.assert_array_equal(units.stage(1)[:, 0], values[:10, NAMES.index("orders")])


def test_days_add_up_from_the_day_a_unit_enters():
    entered = np.array([0, 0, 2, 5, 2, 0])
    units = population(log_of(days_of(entered), entered=entered), ORDERS, looks=3)
    assert units.days.tolist() == [2, 4, 6]
    assert units.seen.tolist() == [3, 5, 6]
    assert units.stage(0)[:, 0].tolist() == [2, 2, 2]
    assert units.stage(1)[:, 0].tolist() == [4, 4, 4, 2, 2]
    assert sorted(units.stage(2)[:, 0].tolist()) == [1, 4, 4, 6, 6, 6]


def test_information_is_the_smaller_of_units_and_days():
    early = np.array([0] * 10 + [1, 2, 3, 4, 5, 5])
    units = population(log_of(days_of(early), entered=early), ORDERS, looks=6)
    np.testing.assert_allclose(units.fractions, np.arange(1, 7) / 6)
    late = np.array([0, 1, 2, 3, 4] + [5] * 10)
    units = population(log_of(days_of(late), entered=late), ORDERS, looks=6)
    np.testing.assert_allclose(units.fractions, [1 / 15, 2 / 15, 3 / 15, 4 / 15, 5 / 15, 1])
    together = np.zeros(5, dtype=int)
    units = population(log_of(days_of(together), entered=together), ORDERS, looks=6)
    np.testing.assert_allclose(units.fractions, np.arange(1, 7) / 6)


def test_figures_that_are_complete_on_entering_are_held_once():
    entered = np.arange(12) % 3
    values = np.zeros((3, 12, len(NAMES)))
    values[entered, np.arange(12), NAMES.index("orders")] = 1 + np.arange(12)
    units = population(log_of(values, entered=entered), ORDERS, looks=3)
    assert units.values.shape == (1, 12, 1)
    assert units.stage(0)[:, 0].tolist() == [1, 4, 7, 10]


def test_there_are_no_more_looks_than_days_nor_than_units_for_them():
    assert population(log_of(days_of(np.zeros(5, int))), ORDERS, looks=60).looks == 6
    assert population(log_of(next(drawn(np.random.default_rng(1), 12))), ORDERS, looks=60).looks == 3


def test_caps_covariates_and_ratios_are_columns_of_their_own():
    values, before = drawn(np.random.default_rng(2), 400)
    units = population(log_of(values, before), EVERY_KIND, looks=2)
    revenue, capped = (units.quantities.index(name) for name in ("revenue", "revenue capped"))
    most = np.sort(values[:, NAMES.index("revenue")])[-4]
    assert units.values[..., capped].max() <= most < units.values[..., revenue].max()
    assert [part.denominator for part in units.covariates["click_through_adjusted"]] == ["before_views before"]
    assert set(units.covariates) == {metric.name for metric in EVERY_KIND if metric.covariates}


@pytest.mark.parametrize("days", [False, True])
def test_clusters_are_the_units_where_they_are_randomised(days):
    clusters = np.array([2, 2, 7, 7, 7, 9, 9, 1])
    entered = np.array([0, 5, 0, 0, 0, 3, 3, 5])
    log = log_of(days_of(entered), entered=entered, clusters=clusters)
    if not days:
        log = replace(log, values=log.values[-1:], entered=None)
    units = population(log, ORDERS, looks=2 if not days else 6)
    assert units.clustered
    assert units.n_units == 4
    assert units.metrics[0].kind == "ratio"
    size = units.quantities.index(CLUSTER_UNITS)
    assert sorted(units.stage(units.looks - 1)[:, size].tolist()) == [1, 2, 2, 3]
    if days:
        assert sorted(units.stage(0)[:, size].tolist()) == [1, 3], "of shop 2 one customer has come"


def test_what_cannot_be_is_said_in_a_sentence():
    log = log_of(next(drawn(np.random.default_rng(1), 20)))
    with pytest.raises(ExperimentError, match="0 looks were given"):
        population(log, METRICS, looks=0)
    with pytest.raises(ExperimentError, match="Covariate 'before' is not known"):
        population(log, [replace(METRICS[0], covariates=("before",))])
    with pytest.raises(ExperimentError, match="3 units or clusters are too few"):
        population(log_of(next(drawn(np.random.default_rng(1), 3))), ORDERS)
    with pytest.raises(ExperimentError, match="clusters cannot be calibrated"):
        population(replace(log, clusters=np.arange(20)), QUANTILES)
