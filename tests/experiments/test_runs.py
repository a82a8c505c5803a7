"""The truth rests on common random numbers: runs differ by what is shown and by nothing else."""

import numpy as np
import pandas as pd
import pytest

from engine.policies import make_policy
from engine.world import fit_world
from experiments.metrics import SIMULATED, Metric, with_primary
from experiments.plan import Plan
from experiments.runs import Circumstances, silent
from experiments.truth import distinct, find_truth


@pytest.fixture
def circumstances(shop):
    world = fit_world(shop, np.random.default_rng(0), users=100)
    return Circumstances(
        world=world,
        segments=pd.DataFrame({"half": pd.Categorical(np.arange(100) % 2)}),
        covariates={},
        days=3,
        seed=9,
        retrain_every=2,
        slate_size=5,
        shared_training=True,
        runs=3,
        report=silent,
    )


def test_policies_that_show_the_same_have_the_same_outcome_to_the_bit(circumstances):
    # Two policies as far as the code can tell; popularity does not use its seed.
    policies = [make_policy("popularity", seed=1), make_policy("popularity", seed=2)]
    assert distinct(policies) == 2
    plan = Plan(hypothesis="", variants=("a", "b"), metrics=with_primary(SIMULATED, "conversion"), split=(1, 1), days=3)
    truth = find_truth(circumstances, policies, plan)
    for table in (truth.effects, truth.segments, truth.cumulative):
        assert (table["absolute"] == 0).all()
    assert (truth.effects["control_value"] > 0).any()


def test_the_truth_leaves_out_nobody(circumstances):
    policy = make_policy("random", seed=1)
    log = circumstances.live([policy], np.zeros(100, dtype=np.int64), ("random",), "Truth", 1)
    assert log.counts.tolist() == [100]
    assert log.n_days == 3
    assert log.measured[-2:] == ("purchased", "activated")


def test_the_truth_of_a_quantile_and_of_a_cap_is_that_of_everybody(circumstances):
    metrics = (
        Metric(name="spend", kind="mean", numerator="revenue", cap=0.9, role="primary", covariates=("taste",)),
        Metric(name="middle", kind="quantile", numerator="sessions", quantile=0.5),
    )
    plan = Plan(hypothesis="", variants=("random", "popularity"), metrics=metrics, split=(1, 1), days=3)
    policies = [make_policy(name, seed=1) for name in plan.variants]
    truth = find_truth(circumstances, policies, plan)
    everybody = np.zeros(100, dtype=np.int64)
    logs = [circumstances.live([policy], everybody, ("x",), "Truth", 1) for policy in policies]
    revenue = np.stack([log.values.sum(axis=0)[:, log.column("revenue")] for log in logs])
    cut = np.quantile(revenue, 0.9, method="higher")
    assert truth.effects["treatment_value"][0] == pytest.approx(np.minimum(revenue[1], cut).mean())
    sessions = logs[1].values.sum(axis=0)[:, logs[1].column("sessions")]
    assert truth.effects["treatment_value"][1] == np.median(sessions)
