"""Stages together: what always holds, in any order."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.errors import ModelError
from engine.policies import STAGES, RandomPolicy, StagedPolicy, make_policy, parse_stage
from engine.policies.evidence import Evidence
from engine.world import run
from engine.world.choice import choose
from engine.world.shelf import Shelf
from tests.engine.policies.stages.pools import pool_of, small_state

RERANKING = ("dial", "mmr", "calibrated", "xquad", "longtail", "thompson", "most")
SPECS = (
    "dial:0.4", "mmr:0.5", "calibrated:0.6", "xquad:0.5", "longtail:0.5", "epsilon:0.3", "thompson:1", "cap:2",
    "ignored:2", "only:books", "without:books", "most:3", "new:0.3",
)  # fmt: skip


@pytest.fixture(scope="module")
def fitted():
    evidence = Evidence(small_state().world.history)
    return {text: parse_stage(text).fitted(evidence) for text in (*SPECS, *(f"{name}" for name in RERANKING))}


def test_every_stage_of_this_list_is_tried():
    ours = {text.partition(":")[0] for text in SPECS} | {"in_stock"}
    assert ours <= set(STAGES)
    assert all(info.description.endswith(".") and info.source and info.title for info in STAGES.values())


rows = st.integers(0, 12).flatmap(
    lambda n: hnp.arrays(np.int64, 40, elements=st.integers(0, 2**40), unique=True).map(
        lambda keys: np.where(np.arange(12) < n, np.argsort(keys)[:12], -1)
    )
)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(RERANKING),
    st.lists(rows, min_size=1, max_size=4),
    hnp.arrays(float, 12, elements=st.floats(-1e6, 1e6)),
    st.integers(1, 12),
)
def test_reranking_loses_and_invents_nothing(fitted, name, items, scores, places):
    pool = pool_of(np.array(items), np.sort(scores)[::-1])
    found = fitted[name].arranged(pool, places)
    np.testing.assert_array_equal(np.sort(found.items, axis=1), np.sort(pool.items, axis=1))
    np.testing.assert_array_equal(found.items >= 0, pool.items >= 0)
    np.testing.assert_array_equal(found.scores, pool.scores)


@pytest.mark.parametrize("name", ["dial", "mmr", "calibrated", "xquad", "longtail", "thompson", "epsilon", "new"])
def test_no_weight_keeps_the_order(name):
    world, state = small_state().world, small_state()
    plain = make_policy("popularity").refit(world.history).slates(state, np.arange(60), 8)
    found = make_policy(f"popularity+{name}:0").refit(world.history).slates(state, np.arange(60), 8)
    np.testing.assert_array_equal(found.items, plain.items)
    np.testing.assert_array_equal(found.scores, plain.scores)


@pytest.mark.parametrize("spec", SPECS)
def test_a_slate_does_not_depend_on_who_else_is_asked_for(spec):
    state = small_state()
    policy = make_policy(f"popularity+{spec}").refit(state.world.history)
    together = policy.slates(state, np.arange(60), 8)
    some = np.array([31, 4, 17])
    apart = policy.slates(state, some, 8)
    np.testing.assert_array_equal(apart.items, together.items[some])
    np.testing.assert_array_equal(apart.scores, together.scores[some])
    there = np.isfinite(together.scores)
    np.testing.assert_array_equal(there, together.items >= 0)
    assert (np.diff(together.scores, axis=1)[there[:, 1:]] <= 0).all()


@pytest.mark.parametrize("spec", ["popularity+calibrated:0.5+thompson:1+new:0.2+cap:2", "random+epsilon:0.2+most:3"])
def test_the_same_seed_gives_the_same_bits_whatever_the_block(spec):
    world = small_state().world
    one, two = (
        run(world, [make_policy(spec)], np.zeros(60, int), days=4, slate_size=6, seed=5, block=block)
        for block in (11, 1000)
    )
    np.testing.assert_array_equal(one.values, two.values)


@dataclass(frozen=True)
class _Turned:
    """Puts the last first: a stage somebody else wrote, of no class of ours."""

    name = "turned"
    value = None
    title = "turned"
    reach = 1

    def fitted(self, evidence):
        return self

    def arranged(self, pool, places):
        order = np.argsort(np.where(pool.present, -np.arange(pool.items.shape[1]), 1), axis=1, kind="stable")
        return pool.ordered(order)


@dataclass(frozen=True)
class _Headless:
    """Drops the first."""

    name = "headless"
    value = None
    title = "headless"
    reach = 1

    def fitted(self, evidence):
        return self

    def arranged(self, pool, places):
        return pool.kept(np.arange(pool.items.shape[1]) > 0)


def test_stages_are_passed_in_the_order_written():
    state = small_state()
    base = make_policy("popularity").refit(state.world.history)
    first = base.slates(state, np.arange(9), 6).items
    for stages, expected in (
        ((_Turned(), _Headless()), first[:, [4, 3, 2, 1, 0]]),
        ((_Headless(), _Turned()), first[:, [5, 4, 3, 2, 1]]),
    ):
        policy = StagedPolicy(base, stages).refit_over(base, state.world.history)
        found = policy.arranged(state, np.arange(9), base.slates(state, np.arange(9), 6), 5)
        np.testing.assert_array_equal(found.items, expected)
    assert policy.title == "Popularity + headless + turned"


def test_stages_ask_for_as_many_candidates_as_they_need():
    policy = make_policy("popularity+mmr+cap:2+calibrated")
    assert policy.depth(10) == 10 * 4 * 2 * 4
    assert policy.depth(1) == 4 * 2 * 4


def test_policies_hold_one_another():
    state = small_state()
    inner = make_policy("oracle+dial:0.2")
    twice = StagedPolicy(inner, (parse_stage("epsilon:0.1"),))
    assert twice.title == "Oracle + surprise 20% + ε-greedy 0.1"
    outcomes = run(
        state.world, [twice, StagedPolicy(RandomPolicy(), (parse_stage("mmr"),))], np.arange(60) % 2, days=3, seed=1
    )
    assert outcomes.total()[:, 1].sum() > 0


def test_an_untrained_policy_says_so():
    with pytest.raises(ModelError, match=r"Oracle \+ surprise 50% has not been trained"):
        make_policy("oracle+dial:0.5").slates(small_state(), np.arange(2), 3)


@pytest.mark.parametrize(
    "spec", ["popularity+cap:2+epsilon:0.3", "popularity+epsilon:0.3+cap:2+mmr:0.4", "random+cap:2"]
)
def test_no_cap_is_exceeded_and_nobody_is_shown_less_than_there_is(spec):
    state, units = small_state(), np.arange(60)
    n_items, shelf = state.world.n_items, Shelf([make_policy(spec)], np.zeros(60, int), 6)
    shown = np.zeros((9, 60, n_items), int)
    shelf.refit(state, choose(state, units[:0], np.zeros((0, 6), np.int32), 1), shared=True, report=None)
    short = 0
    for day in range(9):
        for session in range(2):
            state = state.at(day, session)
            slates = shelf.slates(state, units)
            had = state.seen.toarray() > 0
            week = shown[max(0, day - 6) : day + 1].sum(axis=0)
            left = (~had & (week < 2)).sum(axis=1)
            np.testing.assert_array_equal((slates >= 0).sum(axis=1), np.minimum(left, 6))
            short += (left < 6).sum()
            row, _ = np.nonzero(slates >= 0)
            np.add.at(shown[day], (row, slates[slates >= 0]), 1)
            state = state.after(choose(state, units, slates, 1), units, slates)
    week = np.array([shown[max(0, day - 6) : day + 1].sum(axis=0) for day in range(9)])
    assert week.max() == 2
    assert short  # the cap was felt


@pytest.mark.parametrize("spec", ["epsilon:0.5+only:books", "only:books+epsilon:0.5", "only:books+new:0.5"])
def test_a_rule_holds_before_and_after_what_explores(spec):
    state = small_state()
    policy = make_policy(f"popularity+{spec}").refit(state.world.history)
    found = policy.slates(state, np.arange(60), 8).items
    books = state.world.category == state.world.categories.index("books")
    fresh = (~(state.seen.toarray() > 0) & books).sum(axis=1)
    np.testing.assert_array_equal((found >= 0).sum(axis=1), np.minimum(fresh, 8))
    assert books[found[found >= 0]].all()
