from dataclasses import dataclass, replace

import numpy as np
import pytest

from engine.errors import ExperimentError
from engine.policies import ModelPolicy, OraclePolicy, RandomPolicy, make_policy
from engine.world import QUANTITIES, fit_world, learned, run

SESSIONS, IMPRESSIONS, CLICKS, CARTS, PURCHASES, REVENUE, SUCCESSES = range(len(QUANTITIES))


def everyone(world, policy, **options):
    return run(world, [policy], np.zeros(world.n_units, int), **{"days": 8, "seed": 3, **options})


def same(one, two):
    np.testing.assert_array_equal(one.values, two.values)
    for name in ("day", "unit", "item", "bought", "utility"):
        np.testing.assert_array_equal(getattr(one.consumed, name), getattr(two.consumed, name))


def test_equal_policies_have_exactly_no_true_effect(world):
    control, treatment = ModelPolicy("svd", {"n_epochs": 2}, 1), ModelPolicy("svd", {"n_epochs": 2}, 1)
    options = {"days": 8, "retrain_every": 3, "seed": 4}
    under_control = run(world, [control, treatment], np.zeros(world.n_units, int), **options)
    under_treatment = run(world, [control, treatment], np.ones(world.n_units, int), **options)
    same(under_control, under_treatment)
    # ... nor does splitting units over them matter where all learn from all.
    split = run(world, [control, treatment], np.arange(world.n_units) % 2, **options)
    np.testing.assert_array_equal(split.values, under_control.values)
    assert under_control.values[..., CLICKS].sum() > 0


@pytest.mark.parametrize("policy", [OraclePolicy(), RandomPolicy(2)])
def test_block_size_changes_no_bit(world, policy):
    same(everyone(world, policy, block=7), everyone(world, policy, block=4096))


def test_another_seed_is_another_life(world):
    one, two = everyone(world, OraclePolicy(), seed=1), everyone(world, OraclePolicy(), seed=2)
    assert (one.values != two.values).any()
    same(one, everyone(world, OraclePolicy(), seed=1))


@pytest.mark.parametrize("policy", [OraclePolicy(), RandomPolicy(2)])
def test_luck_does_not_depend_on_who_else_exists(world, policy):
    half = np.arange(1, world.n_units, 2)
    whole = everyone(world, policy)
    alone = everyone(world.take(half), policy)
    np.testing.assert_array_equal(alone.values, whole.values[:, half])


def test_luck_belongs_to_the_item_not_its_place(world):
    """Where every position is looked at, the order of a slate changes nothing."""
    seen_all = replace(world, response=replace(world.response, position_bias=0.0))
    forward, backward = (Fixed(np.arange(10)[::step]) for step in (1, -1))
    one, two = (everyone(seen_all, policy, days=1) for policy in (forward, backward))
    np.testing.assert_array_equal(one.values[..., SESSIONS], two.values[..., SESSIONS])
    single = one.values[0, :, SESSIONS] == 1
    np.testing.assert_array_equal(one.values[0, single], two.values[0, single])
    assert one.values[0, single, CLICKS].sum() > 0


def test_oracle_beats_popularity_beats_random(events_log):
    world = fit_world(events_log, np.random.default_rng(1), users=1500)
    policies = [make_policy(name) for name in ("random", "popularity", "oracle")]
    clicks = [everyone(world, policy, days=3).values[..., CLICKS].sum() for policy in policies]
    assert clicks[0] * 1.1 < clicks[1] < clicks[2] / 1.1


def test_quantities_agree_with_each_other(world):
    outcomes = everyone(world, make_policy("popularity"), days=14)
    values, consumed = outcomes.values, outcomes.consumed
    assert values.shape == (14, world.n_units, len(QUANTITIES))
    assert (values[..., IMPRESSIONS] <= 10 * values[..., SESSIONS]).all()
    assert (values[..., PURCHASES] <= values[..., CLICKS]).all()
    per_unit = np.bincount(consumed.unit, minlength=world.n_units)
    np.testing.assert_array_equal(outcomes.total()[:, CLICKS], per_unit)
    np.testing.assert_array_equal(
        outcomes.total()[:, PURCHASES], np.bincount(consumed.unit, consumed.bought, world.n_units)
    )
    paid = np.bincount(consumed.unit, consumed.bought * world.price[consumed.item], world.n_units)
    np.testing.assert_allclose(outcomes.total()[:, REVENUE], paid)


def test_nothing_is_shown_twice_once_had(world):
    consumed = everyone(world, OraclePolicy(), days=20).consumed
    pairs = consumed.unit.astype(np.int64) * world.n_items + consumed.item
    assert len(np.unique(pairs)) == len(pairs) > 0
    history = world.history.user.astype(np.int64) * world.n_items + world.history.item
    assert not np.isin(pairs, history).any()


def test_candidates_last_as_long_as_the_catalogue_does(world):
    """With a slate as long as what a unit has not had, every such item is shown in its first session."""
    outcomes = everyone(world, OraclePolicy(), days=1, slate_size=world.n_items)
    once = outcomes.values[0, :, SESSIONS] == 1
    left = world.n_items - world.history.user_items
    np.testing.assert_array_equal(outcomes.values[0, once, IMPRESSIONS], left[once])
    random = everyone(world, RandomPolicy(), days=1, slate_size=world.n_items)
    np.testing.assert_array_equal(random.values[0, once, IMPRESSIONS], left[once])


@pytest.mark.parametrize("policy", [OraclePolicy(), RandomPolicy()])
def test_who_runs_short_between_refits_is_ranked_again(world, policy):
    """Neither policy learns, so that ranking anew every day must change nothing."""
    eager = replace(world.without("drift"), response=replace(world.response, click_intercept=3.0))
    options = {"days": 10, "slate_size": 2}
    kept = everyone(eager, policy, retrain_every=None, **options)
    assert kept.total()[:, CLICKS].max() > 12
    same(kept, everyone(eager, policy, retrain_every=1, **options))


def test_activity_sets_the_sessions(world):
    busy = replace(world, activity=np.full(world.n_units, 2.0), rhythm=np.ones(7))
    quiet = replace(busy, activity=np.zeros(world.n_units))
    params = world.params.without("satisfaction", "leaving")
    sessions = everyone(replace(busy, params=params), RandomPolicy(), days=60).values[..., SESSIONS]
    assert sessions.mean() == pytest.approx(2.0, rel=0.05)
    assert sessions.max() <= params.max_sessions_per_day
    assert everyone(quiet, RandomPolicy()).values.sum() == 0


def test_satisfaction_brings_users_back(world):
    lively = replace(
        world, activity=np.full(world.n_units, 1.0), params=replace(world.params, satisfaction_strength=1.0)
    )
    happy = everyone(lively, OraclePolicy(), days=30).values[..., SESSIONS].sum()
    bored = everyone(lively, RandomPolicy(), days=30).values[..., SESSIONS].sum()
    assert happy > 1.1 * bored


@dataclass(frozen=True)
class Fixed:
    """Shows the same items to everybody, and keeps count of what it was trained on."""

    items: np.ndarray
    trained: list = None

    title = "Fixed"
    each_session = True

    def refit(self, preferences, report=None):
        if self.trained is not None:
            self.trained.append(preferences)
        return self

    def slates(self, state, users, k):
        return (
            RandomPolicy()
            .slates(state, users, k)
            .__class__(
                items=np.tile(self.items[:k].astype(np.int32), (len(users), 1)), scores=np.zeros((len(users), k))
            )
        )

    def __eq__(self, other):
        return self is other


def test_policies_learn_on_schedule_from_all_or_from_their_own(world):
    arm = np.arange(world.n_units) % 2
    for shared in (True, False):
        policies = [Fixed(np.arange(40), []), Fixed(np.arange(40), [])]
        outcomes = run(world, policies, arm, days=9, retrain_every=4, seed=1, shared_training=shared)
        had = len(world.history)
        for index, policy in enumerate(policies):
            assert [len(each) for each in policy.trained] == [
                had + ((outcomes.consumed.day < day) & (shared | (arm[outcomes.consumed.unit] == index))).sum()
                for day in (0, 4, 8)
            ]
    once = Fixed(np.arange(40), [])
    everyone(world, once, days=9, retrain_every=None)
    assert len(once.trained) == 1


def test_what_is_learned_is_sorted_and_on_the_logs_scale(world, events_log):
    consumed = everyone(world, OraclePolicy(), days=10).consumed
    after = learned(world, consumed, 3)
    pair = after.user.astype(np.int64) * world.n_items + after.item
    assert (np.diff(pair) > 0).all()
    assert set(np.unique(after.value)) <= {1.0, 2.0, 3.0, 4.0, 5.0}
    fresh = ~np.isin(pair, world.history.user.astype(np.int64) * world.n_items + world.history.item)
    utility = world.utility(after.user[fresh], after.item[fresh])
    assert np.corrcoef(utility, after.value[fresh])[0, 1] > 0.3

    implicit = fit_world(events_log, np.random.default_rng(1))
    lived = everyone(implicit, OraclePolicy(), days=10).consumed
    grown = learned(implicit, lived, 3)
    assert len(grown) == len(implicit.history) + len(lived)
    matrix = grown.matrix
    value = np.asarray(matrix[lived.unit, lived.item]).ravel()
    np.testing.assert_allclose(value, np.log2(np.where(lived.bought, 7.0, 2.0)))


def test_taste_drifts_toward_what_is_consumed_when_on(world):
    drifting = replace(world, params=replace(world.params, drift_strength=0.2))
    still = world.without("drift")
    kept = everyone(still, OraclePolicy(), days=15).consumed
    moved = everyone(drifting, OraclePolicy(), days=15).consumed
    np.testing.assert_allclose(kept.utility, world.utility(kept.unit, kept.item))
    assert np.abs(moved.utility - drifting.utility(moved.unit, moved.item)).max() > 0.1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"days": 0}, "A run of 0 days"),
        ({"slate_size": 41}, "slate size was 41. It lies between 1 and 40"),
        ({"retrain_every": 0}, "Retraining every 0 days"),
    ],
)
def test_errors_name_what_was_given(world, options, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        everyone(world, RandomPolicy(), **options)


def test_assignment_is_checked(world):
    with pytest.raises(ExperimentError, match="No policy"):
        run(world, [], np.zeros(world.n_units, int), days=1)
    with pytest.raises(ExperimentError, match=r"shape \(3,\). It needs one policy for each of the 90 units"):
        run(world, [RandomPolicy()], np.zeros(3, int), days=1)
    with pytest.raises(ExperimentError, match=r"names policies 1 to 1. There are 1"):
        run(world, [RandomPolicy()], np.ones(world.n_units, int), days=1)


def test_progress_counts_days(world):
    told = []
    everyone(world, make_policy("popularity"), days=3, report=lambda *step: told.append(step))
    assert [step for step in told if step[0] == "Simulating day"] == [("Simulating day", day, 3) for day in (1, 2, 3)]
    assert ("Training Popularity", 1, 1) in told
