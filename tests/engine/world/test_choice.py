"""Choices against the logit formulas they are drawn from: many units with one taste see one slate."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.special import expit

from engine.noise import stream, uniform
from engine.world import kernel
from engine.world.choice import choose, take
from engine.world.outcomes import joined
from engine.world.policy import opening

N, SLATE = 20_000, np.array([3, 8, 21, 30, 5], dtype=np.int32)
EVERYBODY, SLATES = np.arange(N), np.tile(SLATE, (N, 1))
MOODS = ("boredom", "novelty", "drift")


@pytest.fixture(scope="module")
def alike(world):
    """Return units of one taste, told apart by their luck alone, and without moods."""
    same = replace(world.without(*MOODS).take(np.zeros(N, dtype=int)), key=np.arange(N))
    return replace(same, response=replace(same.response, click_intercept=-0.5, click_slope=0.8))


def weights(world, slate=SLATE):
    response = world.response
    utility = world.utility(np.zeros(len(slate), dtype=int), slate)
    return response.examination(len(slate)) * np.exp(response.click_slope * utility)


def near(count, chance, n=N):
    """Within 4.5 standard errors, which a right chance misses once in 150,000 times."""
    np.testing.assert_allclose(count / n, chance, atol=4.5 * np.sqrt(np.max(chance * (1 - chance)) / n))


def test_compiled_draws_are_those_of_engine_noise():
    for seed, day, session, item in ((0, 0, 0, 0), (7, 3, 2, 19_999), (-5, 40, 1, 2**31 - 1), (2**63, 0, 5, 12)):
        for key in (0, 11, -3, 2**62):
            state = stream(seed, "choice")
            for each in (key, day, session, item):
                state = np.uint64(kernel.keyed(state, each))
            assert kernel.uniform(state) == uniform(seed, "choice", key, day, session, item)


def test_one_choice_is_a_multinomial_logit_with_an_outside_option(alike):
    once = replace(alike, params=replace(alike.params, most_clicks=1))
    taken = take(opening(once, 1), EVERYBODY, SLATES)
    weight, outside = weights(once), np.exp(-once.response.click_intercept)
    chance = weight / (outside + weight.sum())
    near(np.bincount(taken.places[taken.counts > 0, 0], minlength=5), chance)
    assert taken.counts.max() == 1


def test_every_item_is_taken_as_often_as_it_beats_the_outside_option(alike):
    """By independence of irrelevant alternatives the others on the slate do not matter while all may be taken."""
    taken = take(opening(alike, 2), EVERYBODY, SLATES)
    beats = expit(np.log(weights(alike)) + alike.response.click_intercept)
    inside = np.arange(5) < taken.counts[:, None]
    near(np.bincount(taken.places[inside], minlength=5), beats)
    near((taken.counts == 0).sum(), 1 / (1 + weights(alike).sum() * np.exp(alike.response.click_intercept)))


def test_what_is_taken_is_what_the_draws_of_engine_noise_say(alike):
    """Brute force on whole arrays, where clicks are rare."""
    rare = replace(alike, response=replace(alike.response, click_intercept=-3.5))
    state = opening(rare, 12).at(6, 1)
    utility = rare.utility(EVERYBODY, SLATES)
    luck = uniform(12, "choice", rare.key[:, None], 6, 1, SLATES)
    outside = 3.5 - np.log(-np.log(uniform(12, "outside", rare.key, 6, 1)))
    appeal = rare.response.click_slope * utility + np.log(rare.response.examination(5)) - np.log(-np.log(luck))
    taken = take(state, EVERYBODY, SLATES)
    beaten = appeal > outside[:, None]
    np.testing.assert_array_equal(taken.counts, beaten.sum(axis=1))
    assert 0.005 < beaten.mean() < 0.1
    best = np.argsort(-appeal, axis=1)
    inside = np.arange(5) < taken.counts[:, None]
    np.testing.assert_array_equal(taken.places[inside], best[inside])


def test_a_forced_choice_is_a_logit_without_replacement(alike):
    consumed = choose(opening(alike, 3), EVERYBODY, SLATES, 2)
    pairs = np.searchsorted(np.sort(SLATE), consumed.item).reshape(N, 2)
    weight = weights(alike)[np.argsort(SLATE)]
    share = weight / weight.sum()
    near(np.bincount(pairs[:, 0], minlength=5), share)
    second = share[:, None] * share / (1 - share[:, None])  # first, then another
    np.fill_diagonal(second, 0)
    near(np.bincount(pairs[:, 1], minlength=5), second.sum(axis=0))


def test_lower_positions_draw_less_unless_the_bias_is_off(alike):
    last = np.roll(SLATES, -1, axis=1)  # the first item is last
    for world, falls in ((alike, True), (alike.without("position_bias"), False)):
        top, bottom = (take(opening(world, 4), EVERYBODY, slates) for slates in (SLATES, last))
        first, end = ((each.places[:, 0] == place) & (each.counts > 0) for each, place in ((top, 0), (bottom, 4)))
        assert (first.sum() > 1.5 * end.sum()) == falls
        assert (first == end).all() != falls  # the draw belongs to the item, not to its place


def test_an_outside_option_that_always_wins_or_never(alike):
    for intercept, count in ((-60.0, 0), (60.0, 3)):
        world = replace(alike, response=replace(alike.response, click_intercept=intercept))
        world = replace(world, params=replace(world.params, most_clicks=3))
        assert (take(opening(world, 1), EVERYBODY[:50], SLATES[:50]).counts == count).all()


def test_choosing_changes_nothing_and_no_block_matters(alike):
    state = opening(alike, 5)
    whole, again = (choose(state, EVERYBODY[:40], SLATES[:40], 3) for _ in range(2))
    part = choose(state, EVERYBODY[11:20], SLATES[11:20], 3)
    np.testing.assert_array_equal(whole.item, again.item)
    np.testing.assert_array_equal(part.item, whole.item[33:60])
    assert state.shown.count.max() == 0


def test_gaps_are_never_taken_and_short_slates_give_what_they_have(alike):
    gaps = np.array([[-1, 3, -1, 8], [-1, -1, -1, 30], [-1, -1, -1, -1]], dtype=np.int32)
    consumed = choose(opening(alike, 6), np.arange(3), gaps, 2)
    assert sorted(consumed.item[consumed.unit == 0]) == [3, 8]
    assert list(consumed.item[consumed.unit == 1]) == [30]
    assert len(consumed) == 3
    np.testing.assert_allclose(consumed.utility, alike.utility(consumed.unit, consumed.item))


@dataclass(frozen=True)
class Wanted:
    """A scene in which one item is what everybody is after."""

    item: int

    def utility(self, state, units, items):
        return np.where(items == self.item, 50.0, 0.0)


def test_a_scene_adds_to_utility(alike):
    world = replace(alike, scene=Wanted(30))
    consumed = choose(opening(world, 7), EVERYBODY[:30], SLATES[:30], 1)
    assert (consumed.item == 30).all()
    np.testing.assert_allclose(consumed.utility, 50 + alike.utility(consumed.unit, consumed.item))


def shown(state, times, slates=SLATES):
    for _ in range(times):
        state = state.after(joined([]), EVERYBODY, slates)
    return state


def test_novelty_fades_with_each_showing_and_is_forgotten(alike):
    params = replace(alike.params, novelty=True, novelty_strength=1.0, novelty_fading=0.5, memory=12)
    world, one = replace(alike, params=params), SLATES[:, :1]
    utility = alike.utility(np.zeros(1, dtype=int), SLATE[:1])
    for times in (0, 1, 3):
        counts = take(shown(opening(world, 8), times, one), EVERYBODY, one).counts
        near(counts.sum(), world.response.click(utility + 0.5**times)[0])
    elsewhere = shown(shown(opening(world, 8), 3, one), 12, SLATES[:, 1:2])
    fresh, forgotten = (take(state, EVERYBODY, one).counts for state in (opening(world, 8), elsewhere))
    np.testing.assert_array_equal(fresh, forgotten)
    still = take(shown(opening(alike, 8), 3, one), EVERYBODY, one).counts
    np.testing.assert_array_equal(still, take(opening(alike, 8), EVERYBODY, one).counts)


def test_boredom_takes_from_what_is_alike_and_recovers(alike):
    params = replace(alike.params, boredom=True, boredom_strength=2.0, boredom_items=1.0, boredom_half_life_days=7.0)
    world, one = replace(alike, params=params), SLATES[:, :1]
    had = choose(opening(world, 9), EVERYBODY, one, 1)
    after = opening(world, 9).after(had, EVERYBODY, one).after(had, EVERYBODY, one)
    utility = alike.utility(np.zeros(1, dtype=int), SLATE[:1])
    for day, items in ((0, 2.0), (7, 1.0), (700, 0.0)):  # two alike were had, half forgotten every week
        counts = take(after.at(day, 1), EVERYBODY, one).counts
        near(counts.sum(), world.response.click(utility - 2 * items / (items + 1))[0])
    opposite = np.argmin(world.vectors @ world.vectors[SLATE[0]]).astype(np.int32)
    other = np.full((N, 1), opposite)
    spared, fresh = (take(state, EVERYBODY, other).counts for state in (after.at(0, 1), opening(world, 9).at(0, 1)))
    np.testing.assert_array_equal(spared, fresh)
    off = take(opening(alike, 9).after(had, EVERYBODY, one).at(0, 1), EVERYBODY, one).counts
    np.testing.assert_array_equal(off, take(opening(alike, 9).at(0, 1), EVERYBODY, one).counts)


def test_being_shown_bores_a_tenth_as_much(alike):
    world = replace(alike, params=replace(alike.params, boredom=True))
    state = shown(opening(world, 10), 1, SLATES[:, :1])
    direction = world.vectors[SLATE[0]] / np.linalg.norm(world.vectors[SLATE[0]])
    np.testing.assert_allclose(state.boredom[0], 0.1 * direction)


def test_drift_turns_taste_toward_what_is_taken_and_keeps_its_length(alike):
    world = replace(alike, params=replace(alike.params, drift=True, drift_strength=0.1))
    consumed = choose(opening(world, 11), EVERYBODY[:50], SLATES[:50], 2)
    after = opening(world, 11).after(consumed, EVERYBODY[:50], SLATES[:50])
    direction = world.vectors / np.linalg.norm(world.vectors, axis=1, keepdims=True)
    before = world.taste[0]
    for unit in range(50):
        moved = before + 0.1 * np.linalg.norm(before) * direction[consumed.item[consumed.unit == unit]].sum(axis=0)
        expected = moved * np.linalg.norm(before) / np.linalg.norm(moved)
        np.testing.assert_allclose(after.world.taste[unit], expected)
    np.testing.assert_array_equal(after.world.taste[50:], world.taste[50:])
    np.testing.assert_array_equal(opening(alike, 11).after(consumed).world.taste, alike.taste)
