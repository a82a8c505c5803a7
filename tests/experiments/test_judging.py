"""Outcomes follow the corrected p-value and the metric's direction; guardrails their margin."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.effects import effects
from experiments.judging import guardrail_outcomes, judge
from experiments.metrics import Metric
from experiments.moments import moments
from experiments.plan import Plan

METRICS = (
    Metric(name="spent", kind="mean", numerator="spent", role="primary"),
    Metric(name="returned", kind="mean", numerator="returned", direction="lower"),
    Metric(name="visits", kind="mean", numerator="visits", role="guardrail", margin=0.05),
)
PLAN = Plan(hypothesis="", variants=("old", "new"), metrics=METRICS, split=(1, 1), days=7)


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(0)
    variant = np.arange(4000) % 2
    values = rng.normal(10, 2, (4000, 3)) + variant[:, None] * [0.5, 0.5, 0.0]
    return effects(moments(values, variant, 2, quantities=("spent", "returned", "visits")), METRICS)


def test_better_is_said_by_the_direction(found):
    judged = judge(found, PLAN)
    assert judged.outcome[:, 0].tolist() == ["better", "worse", "unclear"]
    assert judged.better[:, 0].tolist() == [True, False, False]
    assert judged.worse[:, 0].tolist() == [False, True, False]


def test_outcomes_follow_the_corrected_p_value(found):
    doubtful = replace(found, p_value=np.array([[0.03], [0.04], [0.9]]))
    assert judge(doubtful, PLAN).outcome[:, 0].tolist() == ["unclear", "unclear", "unclear"]
    assert judge(doubtful, replace(PLAN, correction="bh")).outcome[:, 0].tolist() == ["better", "worse", "unclear"]
    assert judge(doubtful, replace(PLAN, correction="none")).outcome[:, 0].tolist() == ["better", "worse", "unclear"]


def test_guardrails_are_no_members_of_the_family(found):
    found = replace(found, p_value=np.array([[0.02], [0.03], [0.04]]))
    np.testing.assert_allclose(judge(found, PLAN).p_value_adjusted[:, 0], [0.04, 0.04, 0.04])


def test_a_bayesian_plan_asks_for_the_chance_to_win(found):
    chance = np.array([[0.976], [0.024], [0.97]])
    judged = judge(found, replace(PLAN, stopping="bayesian"), chance_to_win=chance)
    assert judged.outcome[:, 0].tolist() == ["better", "worse", "unclear"]


def test_what_has_no_figures_is_missing(found):
    empty = effects(moments(np.ones((4, 3)), [0, 0, 1, 1], 2, quantities=("spent", "returned", "visits")), METRICS)
    judged = judge(empty, PLAN)
    assert set(judged.outcome[:, 0]) == {"missing"}
    assert not judged.better.any()
    assert guardrail_outcomes(empty, PLAN).tolist() == [["missing"]]


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [(-0.04, 0.1, "safe"), (-0.2, -0.01, "harmed"), (-0.2, 0.1, "uncertain"), (-0.04, -0.01, "safe")],
)
def test_guardrails_are_judged_by_their_margin(found, low, high, outcome):
    changed = replace(found, relative_low=np.full((3, 1), low), relative_high=np.full((3, 1), high))
    assert guardrail_outcomes(changed, PLAN).tolist() == [[outcome]]
    lower = replace(METRICS[2], direction="lower")
    turned = replace(found, relative_low=np.full((3, 1), -high), relative_high=np.full((3, 1), -low))
    assert guardrail_outcomes(turned, replace(PLAN, metrics=(*METRICS[:2], lower))).tolist() == [[outcome]]
