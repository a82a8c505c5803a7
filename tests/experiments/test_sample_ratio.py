import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import ExperimentError
from experiments.health import srm
from experiments.sample_ratio import chi_square_srm, sequential_srm, srm_by_segment, srm_over_time


def test_the_published_bayes_factor():
    found = sequential_srm([1000, 1200], [1, 1])
    np.testing.assert_allclose(found.bayes_factor, 1261.80924, rtol=1e-6)
    np.testing.assert_allclose(found.p_value, 0.0007925128, rtol=1e-6)


def test_the_factor_is_one_before_any_unit_and_one_unit_tells_nothing():
    np.testing.assert_allclose(sequential_srm([[0, 0, 0], [1, 0, 0]], [1, 2, 5]).bayes_factor, 1)


@settings(max_examples=20, deadline=None)
@given(
    counts=st.lists(st.integers(0, 500), min_size=2, max_size=4),
    weights=st.lists(st.floats(0.1, 5), min_size=4, max_size=4),
)
@example(counts=[0, 0, 300], weights=[5.0, 5.0, 0.5, 1.0])
def test_a_factor_is_the_product_of_its_steps(counts, weights):
    """One unit after the other: its predictive chance over its planned one."""
    weights = np.array(weights[: len(counts)])
    share, seen, log_factor = weights / weights.sum(), np.zeros(len(counts)), 0.0
    for variant, n in enumerate(counts):
        steps = np.arange(n)
        chance = (100 * share[variant] + steps) / (100 + seen.sum() + steps)
        log_factor += np.log(chance / share[variant]).sum()
        seen[variant] = n
    found = sequential_srm(counts, weights).bayes_factor
    if log_factor > np.log(np.finfo(float).max):
        assert np.isinf(found)
    else:
        np.testing.assert_allclose(np.log(np.maximum(found, 1e-300)), max(log_factor, np.log(1e-300)), atol=1e-7)


def test_daily_looks_rarely_cry_wolf_and_find_a_real_mismatch():
    rng = np.random.default_rng(1)
    arrivals = rng.multinomial(200, [0.5, 0.5], size=(1000, 30))
    daily = np.moveaxis(arrivals.cumsum(axis=1), 1, 0)
    misled = (sequential_srm(daily, [1, 1], looks=True).p_value[-1] < 0.05).mean()
    assert misled <= 0.05
    broken = rng.multinomial(2000, [0.52, 0.48], size=(100, 30)).cumsum(axis=1)
    assert (sequential_srm(np.moveaxis(broken, 1, 0), [1, 1], looks=True).p_value[-1] < 0.001).mean() > 0.95


def test_chi_square_is_that_of_the_single_check():
    counts = np.array([[1000, 1200, 3], [510, 490, 0], [1, 2, 0]])
    statistic, p = chi_square_srm(counts, [1, 1, 0])
    np.testing.assert_allclose(p[:2], [srm(row, [1, 1, 0]).p_value for row in counts[:2]])
    np.testing.assert_allclose(statistic[0], 18.18181818, rtol=1e-9)
    assert np.isnan(p[2])


def test_over_time_names_the_first_bad_day():
    good = np.arange(1, 8)[:, None] * [1000, 1000]
    assert srm_over_time(good, [1, 1]).status == "ok"
    bad = good.copy()
    bad[3:, 1] -= 500
    check = srm_over_time(bad, [1, 1])
    assert check.status == "failed"
    assert "by day 4: 4,000 : 3,500 units" in check.sentence
    assert check.value == 4
    assert (
        "by Thursday"
        in srm_over_time(bad, [1, 1], days=["Mon", "Tue", "Wed", "Thursday", "Fri", "Sat", "Sun"]).sentence
    )
    mended = np.concatenate([bad, [[20_000, 20_000]]])
    assert srm_over_time(mended, [1, 1]).status == "failed", "what once was wrong stays told"
    assert srm_over_time(np.empty((0, 2)), [1, 1]).status == "warning"


def test_by_segment_names_the_broken_ones():
    segments = ["DE", "FR", "IT"]
    check = srm_by_segment([[500, 510], [900, 1200], [2, 1]], [1, 1], segments)
    assert check.status == "failed"
    assert "Sample ratio mismatch in FR (p < 0.001" in check.sentence
    assert srm_by_segment([[500, 510], [90, 95], [2, 1]], [1, 1], segments).status == "ok"
    assert "enough units" in srm_by_segment([[1, 0]] * 3, [1, 1], segments).sentence


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: sequential_srm([1, 2, 3], [1, 1]), "each variant needs one of both"),
        (lambda: sequential_srm([1, -2], [1, 1]), "neither may be negative"),
        (lambda: sequential_srm([1, 2], [0, 0]), "one weight must be above 0"),
        (lambda: sequential_srm([1, 2], [1, 1], concentration=0), "Concentration 0"),
        (lambda: srm_by_segment([[1, 2]], [1, 1], ["a", "b"]), "for 2 segments"),
    ],
)
def test_what_cannot_be_is_said(call, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        call()
