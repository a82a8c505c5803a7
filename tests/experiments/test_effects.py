"""Effects: published answers, how they behave under change, and what is not there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from engine.errors import ExperimentError
from experiments.effects import ALL_ZERO, EXPLANATIONS, NO_BASELINE, NO_DENOMINATOR, NO_SPREAD, TOO_FEW_UNITS, effects
from experiments.metrics import Metric
from experiments.moments import from_sums, moments
from tests.experiments import references

X = Metric(name="x", kind="mean", numerator="x")
RATIO = Metric(name="ratio", kind="ratio", numerator="x", denominator="y")
CONVERTED = Metric(name="converted", kind="proportion", numerator="converted")
METRICS = (X, RATIO, CONVERTED)
NAMES = ("x", "y", "converted")


def log(seed=0, units=600, variants=3):
    rng = np.random.default_rng(seed)
    below = rng.integers(1, 9, units)
    above = rng.binomial(below, 0.3)
    return np.stack([above, below, above > 2], axis=1).astype(float), rng.integers(0, variants, units)


def near(found, expected, tolerance=1e-6):
    np.testing.assert_allclose(np.squeeze(found), expected, rtol=tolerance)


def test_two_proportions_statsmodels():
    found = effects(references.TWO_PROPORTIONS, [CONVERTED])
    near(found.statistic, 2.3066347738)
    near(found.p_value, 0.0210751893)
    near([found.absolute_low, found.absolute_high], [0.0015020651, 0.0185015159])
    near(found.relative, 0.1)


def test_welch_scipy():
    values = np.array(references.SLEEP_CONTROL + references.SLEEP_TREATMENT)[:, None]
    found = effects(moments(values, np.repeat([0, 1], 10), 2, quantities=["x"]), [X])
    near(found.statistic, -1.8608134675)
    near(found.degrees_of_freedom, 17.7764735)
    near(found.p_value, 0.0793941402)
    near([found.absolute_low, found.absolute_high], [-3.36548323, 0.20548323])


def test_welch_from_sums_growthbook():
    found = effects(references.GROWTHBOOK_MEAN, [Metric(name="value", kind="mean", numerator="value")])
    near(found.absolute, 0.29, 1e-9)
    near(found.standard_error, 0.1247836316)
    near(found.p_value, 0.0201584026)
    near([found.absolute_low, found.absolute_high], [0.0453778926, 0.5346221074])
    near(found.relative, 0.7073170732)
    near(found.relative_standard_error, 0.3787943617)
    # Welch's degrees of freedom carry over to the relative interval: 0 is inside, at p = 0.0619118275.
    ninety_four = effects(
        references.GROWTHBOOK_MEAN,
        [Metric(name="value", kind="mean", numerator="value")],
        alpha=0.0619118275,
    )
    np.testing.assert_allclose(ninety_four.relative_low, 0, atol=1e-8)


def test_ratio_growthbook():
    metric = Metric(name="ratio", kind="ratio", numerator="above", denominator="below")
    found = effects(references.growthbook_ratio(), [metric])
    near(found.control_value, 0.7134954868)
    near(found.treatment_value, 0.7297549632)
    near(found.absolute, 0.0162594764)
    near(found.standard_error, 0.0196824462)
    near(found.p_value, 0.4097473766)


@settings(max_examples=40, deadline=None)
@given(
    n=st.tuples(st.integers(5, 5000), st.integers(5, 5000)),
    share=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    alpha=st.sampled_from([0.01, 0.05, 0.2]),
)
def test_newcombe_is_that_of_statsmodels(n, share, alpha):
    counts = [round(n[0] * share[0]), round(n[1] * share[1])]
    column = np.array(counts, dtype=float)[:, None]
    found = effects(from_sums(n, column, column[:, :, None], quantities=["converted"]), [CONVERTED], alpha=alpha)
    if found.status[0, 0] == NO_SPREAD:
        assert sum(counts) in (0, sum(n))
        return
    expected = confint_proportions_2indep(counts[1], n[1], counts[0], n[0], method="newcomb", alpha=alpha)
    near([found.absolute_low, found.absolute_high], expected, 1e-7)


def test_every_leading_axis_is_analysed_at_once():
    rng = np.random.default_rng(3)
    values, variant = log(3)
    days = np.stack([values, values * [2.0, 1.0, 1.0]])
    cell = rng.integers(0, 4, len(values))
    whole = effects(moments(days, variant, 3, quantities=NAMES, cell=cell, n_cells=4), METRICS)
    assert whole.absolute.shape == (4, 2, 3, 2)
    inside = cell == 1
    alone = effects(moments(values[inside], variant[inside], 3, quantities=NAMES), METRICS)
    np.testing.assert_allclose(whole[1, 0].p_value, alone.p_value, rtol=1e-9)
    np.testing.assert_allclose(whole[1, 0].relative_low, alone.relative_low, rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_swapping_control_and_treatment_turns_the_sign(seed):
    values, variant = log(seed, variants=2)
    table = moments(values, variant, 2, quantities=NAMES)
    forth, back = effects(table, METRICS), effects(table, METRICS, control=1)
    np.testing.assert_allclose(forth.absolute, -back.absolute)
    np.testing.assert_allclose(forth.absolute_low, -back.absolute_high, atol=1e-12)
    np.testing.assert_allclose(forth.p_value, back.p_value)
    np.testing.assert_allclose((1 + forth.relative) * (1 + back.relative), 1)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), factor=st.floats(1e-3, 1e5))
def test_scaling_a_mean_scales_its_uplift_and_nothing_else(seed, factor):
    values, variant = log(seed)
    plain = effects(moments(values, variant, 3, quantities=NAMES), [X])
    scaled = effects(moments(values * [factor, 1, 1], variant, 3, quantities=NAMES), [X])
    np.testing.assert_allclose(scaled.absolute, plain.absolute * factor, rtol=1e-7, atol=1e-9 * factor)
    np.testing.assert_allclose(scaled.p_value, plain.p_value, rtol=1e-7)
    np.testing.assert_allclose(scaled.relative_high, plain.relative_high, rtol=1e-7)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.permutations([0, 1, 2]))
def test_relabelling_the_variants_changes_only_labels(seed, order):
    values, variant = log(seed)
    plain = effects(moments(values, variant, 3, quantities=NAMES), METRICS)
    named = effects(moments(values, np.array(order)[variant], 3, quantities=NAMES), METRICS, control=order[0])
    for treatment in (1, 2):
        np.testing.assert_allclose(
            named.p_value[:, named.treatments.index(order[treatment])], plain.p_value[:, treatment - 1]
        )


def test_a_ratio_with_denominator_one_is_the_mean():
    values, variant = log(8)
    values[:, 1] = 1
    found = effects(moments(values, variant, 3, quantities=NAMES), [X, RATIO])
    for name in ("absolute", "standard_error", "p_value", "relative_low"):
        np.testing.assert_allclose(getattr(found, name)[0], getattr(found, name)[1])


def test_a_count_is_a_mean_over_units():
    values, variant = log(8)
    count = Metric(name="x", kind="count", numerator="x")
    table = moments(values, variant, 3, quantities=NAMES)
    np.testing.assert_array_equal(effects(table, [count]).p_value, effects(table, [X]).p_value)


@pytest.mark.parametrize(
    ("values", "metric", "code"),
    [
        ([[1, 1, 0], [2, 1, 1], [3, 1, 0]], X, TOO_FEW_UNITS),
        ([[1, 0, 0]] * 2 + [[2, 0, 1]] * 2, RATIO, NO_DENOMINATOR),
        ([[5, 1, 0]] * 4, X, NO_SPREAD),
        ([[5, 1, 1]] * 4, CONVERTED, NO_SPREAD),
    ],
)
def test_too_little_data_is_nan_with_a_reason(values, metric, code):
    found = effects(moments(values, [0, 0, 1, 1][: len(values)], 2, quantities=NAMES), [metric])
    assert found.status.item() == code
    assert EXPLANATIONS[code].startswith("Not enough data")
    for name in ("p_value", "absolute_low", "absolute_high", "relative_low", "standard_error"):
        assert np.isnan(getattr(found, name)).all()


def test_a_control_of_zero_has_no_relative_uplift_but_an_absolute_one():
    values = [[0, 1, 0], [0, 1, 0], [1, 1, 1], [2, 1, 1]]
    found = effects(moments(values, [0, 0, 1, 1], 2, quantities=NAMES), [X])
    assert found.status.item() == NO_BASELINE
    assert np.isnan(found.relative).all()
    assert np.isfinite(found.p_value).all()


def test_a_treatment_of_zeros_has_no_relative_interval_that_would_exclude_what_its_test_does_not():
    found = effects(moments([[0.0], [0.0], [3.0], [0.0], [0.0]], [0, 0, 0, 1, 1], 2, quantities=["x"]), [X])
    assert found.status.item() == ALL_ZERO
    assert found.relative.item() == -1
    assert np.isnan(found.relative_low).all()
    assert found.absolute_low < 0 < found.absolute_high
    assert found.p_value > 0.05


@pytest.mark.parametrize("bought", [[0, 0, 0, 1], [0, 0, 1, 0]])
def test_a_control_without_any_conversion_is_explained_without_a_warning(bought):
    values = np.array([[flag, 1, flag] for flag in bought])
    found = effects(moments(values, [0, 0, 1, 1], 2, quantities=NAMES), METRICS)
    assert (found.status == NO_BASELINE).all()
    assert np.isnan(found.relative_low).all()
    assert np.isfinite(found.absolute_low).all()


def test_no_unit_at_all_is_explained():
    empty = moments(np.empty((0, 3)), np.empty(0, dtype=int), 2, quantities=NAMES)
    assert (effects(empty, METRICS).status == TOO_FEW_UNITS).all()


@pytest.mark.parametrize(
    ("metrics", "options", "sentence"),
    [
        ([Metric(name="x", kind="proportion", numerator="x")], {}, "has values other than 0 and 1"),
        ([Metric(name="z", kind="mean", numerator="z")], {}, "Quantity 'z' was not found"),
        ([X], {"control": 3}, "Control 3 was given, but variants are 0 to 2"),
        ([X], {"alpha": 5}, "alpha 5 was given"),
    ],
)
def test_what_cannot_be_is_said(metrics, options, sentence):
    values, variant = log()
    with pytest.raises(ExperimentError, match=sentence):
        effects(moments(values, variant, 3, quantities=NAMES), metrics, **options)
