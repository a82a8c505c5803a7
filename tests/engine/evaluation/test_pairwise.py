"""Every pair of models is tested over the same users, and "best" is said only where that bears it out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as hypothesis
from scipy import stats
from statsmodels.stats.multitest import multipletests

from engine.errors import ModelError
from engine.evaluation import all_pairs
from tests.engine.evaluation.records import measured

EASE = np.random.default_rng(7).uniform(size=300)


def apart(gain, seed):
    """Values whose mean is exactly ``gain`` above that of EASE, with a spread of 0.1 between users."""
    noise = np.random.default_rng(seed).normal(size=300)
    return EASE + gain + 0.1 * stats.zscore(noise)


VALUES = {
    "popularity": EASE,
    "svd": apart(0.05, 1),
    "ease": apart(0.051, 2),
    "random": apart(-0.3, 3),
}


@pytest.fixture(scope="module")
def standing():
    return all_pairs([measured(name, values) for name, values in VALUES.items()])


def test_each_pair_is_the_paired_t_test_and_all_are_holms(standing):
    assert len(standing.pairs) == 6
    expected = [stats.ttest_rel(VALUES[pair.first], VALUES[pair.second]) for pair in standing.pairs]
    np.testing.assert_allclose([pair.p_value for pair in standing.pairs], [each.pvalue for each in expected])
    adjusted = multipletests([each.pvalue for each in expected], method="holm")[1]
    np.testing.assert_allclose([pair.adjusted for pair in standing.pairs], adjusted)
    for pair, each in zip(standing.pairs, expected, strict=True):
        assert pair.difference == pytest.approx((VALUES[pair.first] - VALUES[pair.second]).mean())
        assert (pair.low, pair.high) == pytest.approx(tuple(each.confidence_interval(0.95)))
        assert pair.told_apart == (pair.adjusted < 0.05)


def test_best_are_all_that_the_first_is_not_told_apart_from(standing):
    assert standing.order[-2:] == ("popularity", "random")
    assert set(standing.best) == {"svd", "ease"}
    gain = standing.between(standing.best[0], "popularity")
    assert standing.sentence == (
        f"No single best by nDCG@10: {standing.best[0].title()} is first, but not told apart from "
        f"{standing.best[1].title()} over 300 users. {standing.best[0].title()} is {gain.difference:.4f} "
        f"(95% interval {gain.low:.4f} to {gain.high:.4f}) above Popularity."
    )


def test_a_clear_winner_is_called_best():
    found = all_pairs([measured("popularity", EASE), measured("svd", EASE + 0.1)])
    assert found.best == ("svd",)
    assert found.pairs[0].p_value == 0
    assert found.sentence == (
        "Best by nDCG@10: Svd, told apart from every other model over 300 users. "
        "Svd is 0.1000 (95% interval 0.1000 to 0.1000) above Popularity."
    )


def test_the_yardstick_itself_may_be_best_or_not_beaten():
    ahead = all_pairs([measured("popularity", EASE), measured("svd", EASE - 0.1)])
    assert ahead.sentence.endswith("told apart from every other model over 300 users. No model beats Popularity.")
    alike = all_pairs([measured("popularity", EASE), measured("svd", apart(0.0001, 1))])
    assert alike.sentence.startswith("No single best by nDCG@10: Svd is first, but not told apart from Popularity")
    low, high = (f"{end:.4f}".replace("-", "−") for end in (alike.pairs[0].low, alike.pairs[0].high))
    assert alike.sentence.endswith(
        f" Svd is not shown to beat Popularity: it is 0.0001 (95% interval {low} to {high}) above."
    )
    assert "Popularity" not in all_pairs([measured("svd", EASE), measured("nmf", EASE)]).sentence


def test_a_pair_is_read_from_either_side(standing):
    loss = standing.between("random", "popularity")
    gain = standing.between("popularity", "random")
    assert (loss.reading, gain.reading) == ("worse", "better")
    assert loss.difference == pytest.approx(-0.3)
    assert (loss.low, loss.high) == (-gain.high, -gain.low)
    assert standing.between("svd", "ease").reading == standing.between("ease", "svd").reading == "not told apart"
    with pytest.raises(KeyError):
        standing.between("svd", "svd")


def test_a_small_gain_for_everybody_is_found_though_the_models_own_intervals_overlap():
    other = EASE + np.random.default_rng(2).normal(0.01, 0.02, 300)
    found = all_pairs([measured("popularity", EASE), measured("svd", other)])
    assert found.best == ("svd",)
    # The spread of users is thirty times the gain: unpaired tests would have drowned it.
    assert stats.ttest_ind(other, EASE).pvalue > 0.5


def test_users_a_metric_does_not_concern_do_not_count():
    base = np.array([0.0, np.nan, 1.0])
    found = all_pairs([measured("popularity", base), measured("svd", base + 0.5)])
    assert found.users == 2
    assert found.pairs[0].difference == pytest.approx(0.5)


@given(hypothesis.permutations(["popularity", "svd", "random"]))
def test_the_order_models_come_in_changes_nothing(names):
    values = {"popularity": [0.2, 0.4, 0.6], "svd": [0.5, 0.5, 0.9], "random": [0.0, 0.1, 0.0]}
    found = all_pairs([measured(name, np.array(values[name])) for name in names])
    assert found.order == ("svd", "popularity", "random")
    assert found.between("svd", "popularity").difference == pytest.approx((0.3 + 0.1 + 0.3) / 3)


def test_the_more_models_the_more_it_takes():
    other = apart(0.013, 1)
    alone = all_pairs([measured("popularity", EASE), measured("svd", other)])
    assert alone.pairs[0].told_apart
    alike = [measured(f"random{n}", apart(0, n)) for n in range(2, 9)]
    among = all_pairs([measured("popularity", EASE), measured("svd", other), *alike])
    assert not next(pair for pair in among.pairs if {pair.first, pair.second} == {"popularity", "svd"}).told_apart


def test_equal_models_are_never_told_apart_and_nobody_measured_is_said():
    same = all_pairs([measured("popularity", EASE), measured("svd", EASE)])
    assert (same.pairs[0].p_value, same.best) == (1, ("popularity", "svd"))
    nobody = all_pairs([measured("popularity", np.full(3, np.nan)), measured("svd", np.full(3, np.nan))])
    assert nobody.pairs[0].p_value is None
    assert nobody.pairs[0].reading == nobody.pairs[0].turned().reading == "not told apart"
    assert nobody.sentence == "Fewer than two users can be measured by nDCG@10, so no model can be called best."
    assert all_pairs([measured("svd", EASE)]).sentence == "Svd is the only model."


def test_errors_say_what_to_do():
    with pytest.raises(ModelError, match="Did you mean 'ndcg'"):
        all_pairs([measured("svd", EASE)], "ndgc")
    with pytest.raises(ModelError, match="not measured on the same"):
        all_pairs([measured("svd", EASE), measured("popularity", EASE, k=5)])
    with pytest.raises(ModelError, match="not measured on the same dataset, split and k"):
        all_pairs([measured("svd", np.ones(3)), measured("popularity", np.ones(3), test=(True, False))])
