import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from engine.noise import normal, uniform

USERS, ITEMS = np.arange(400), np.arange(500)
CLICK_1_2 = 0.014729504015991046  # pinned: a change would silently change every simulation


def test_uniform_is_uniform_and_open():
    draws = uniform(3, USERS[:, None], ITEMS)
    assert draws.shape == (400, 500)
    assert 0 < draws.min() < draws.max() < 1
    assert stats.kstest(draws.ravel(), "uniform").pvalue > 0.001


def test_the_extreme_words_stay_inside_the_open_interval():
    # 52 bits and a half: the largest word does not round to one.
    assert ((2**52 - 1) + 0.5) * 2.0**-52 < 1


def test_neighbouring_keys_and_seeds_are_uncorrelated():
    draws = uniform(3, USERS[:, None], ITEMS)
    pairs = [
        (draws[:-1], draws[1:]),
        (draws[:, :-1], draws[:, 1:]),
        (draws, uniform(4, USERS[:, None], ITEMS)),
        (draws, uniform(3, ITEMS[:400][:, None] + 1000, ITEMS)),
    ]
    for left, right in pairs:
        assert abs(np.corrcoef(left.ravel(), right.ravel())[0, 1]) < 4 / np.sqrt(left.size)


def test_row_means_vary_as_much_as_independent_draws_would():
    means = uniform(11, USERS[:, None], ITEMS).mean(axis=1)
    spread = means.var(ddof=1) / (1 / 12 / len(ITEMS))
    assert 0.8 < spread < 1.25


def test_each_bit_of_the_draw_is_fair():
    words = (uniform(5, np.arange(20_000)) * 2**52).astype(np.uint64)
    share = ((words[:, None] >> np.arange(52, dtype=np.uint64)) & np.uint64(1)).mean(axis=0)
    assert np.abs(share - 0.5).max() < 4.5 * 0.5 / np.sqrt(len(words))


@given(st.integers(), st.lists(st.integers(0, 399), min_size=1, max_size=20))
def test_a_draw_does_not_depend_on_what_is_drawn_beside_it(seed, rows):
    part = uniform(seed, USERS[rows][:, None], ITEMS[:7])
    assert np.array_equal(part, uniform(seed, USERS[:, None], ITEMS)[rows][:, :7])
    assert part[0, 3] == uniform(seed, rows[0], 3)


def test_order_number_and_names_of_keys_matter():
    draws = [uniform(1, 2, 3), uniform(1, 3, 2), uniform(1, 2), uniform(1, 2, 3, 0), uniform(2, 2, 3)]
    draws += [uniform(1, "click", 2), uniform(1, "purchase", 2)]
    assert len({float(draw) for draw in draws}) == len(draws)


def test_same_bits_for_every_integer_type_and_for_ever():
    assert uniform(1, np.int32(7)) == uniform(1, 7) == uniform(1, np.array(7, dtype=np.uint8))
    assert uniform(-1, -5) == uniform(2**64 - 1, np.int64(-5))
    assert float(uniform(0, "click", 1, 2)) == pytest.approx(CLICK_1_2, abs=0)


def test_normal_has_the_normal_law():
    draws = normal(9, np.arange(100_000))
    assert np.isfinite(draws).all()
    assert stats.kstest(draws, "norm").pvalue > 0.001


def test_a_float_key_is_refused():
    with pytest.raises(TypeError, match="not float64"):
        uniform(1, 0.5)
