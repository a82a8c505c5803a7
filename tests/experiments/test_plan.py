from dataclasses import replace

import pytest

from engine.errors import ExperimentError
from experiments.metrics import SIMULATED, Metric, with_primary
from experiments.plan import Plan

METRICS = with_primary(SIMULATED, "conversion")


def plan(**changes):
    given = {"hypothesis": "h", "variants": ("old", "new"), "metrics": METRICS, "split": (1, 1), "days": 14}
    return Plan(**(given | changes))


def test_the_hash_covers_everything():
    assert plan().hash == plan().hash
    others = [
        plan(hypothesis="other"),
        plan(split=(1, 2)),
        plan(days=15),
        plan(alpha=0.01),
        plan(metrics=with_primary(SIMULATED, "revenue_per_user")),
        plan(stopping="always-valid"),
    ]
    assert len({plan().hash, *(other.hash for other in others)}) == 7


def test_roles():
    assert plan().primary.name == "conversion"
    assert [metric.name for metric in plan().guardrails] == ["sessions"]
    assert plan(split=(3, 1)).shares == (0.75, 0.25)
    changed = with_primary(METRICS, "sessions")
    assert [metric.role for metric in changed] == ["primary", "secondary", "secondary", "secondary"]
    assert changed[0].margin is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"metrics": SIMULATED}, "exactly one primary metric; this one has none"),
        ({"variants": ("old", "old")}, "each with its own name"),
        ({"split": (1, 1, 1)}, "3 weights, but there are 2 variants"),
        ({"split": (0, 0)}, "not all 0"),
        ({"split": (-1, 2)}, "weights are 0 or more"),
        ({"split": (float("nan"), 2)}, "weights are 0 or more"),
        ({"days": 0}, "at least 1"),
        ({"alpha": 0}, "both lie between 0 and 1"),
    ],
)
def test_what_cannot_be_planned_is_said(changes, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        plan(**changes)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"kind": "ratio"}, "a ratio needs a denominator"),
        ({"kind": "mean", "denominator": "y"}, "every other kind has none"),
        ({"kind": "mode"}, "Metric kind 'mode' was not found"),
        ({"kind": "mean", "role": "guardrail"}, "has no margin"),
        ({"kind": "mean", "margin": 0.1}, "relative loss a guardrail may show"),
    ],
)
def test_what_is_no_metric_is_said(options, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        Metric(name="x", numerator="x", **options)


def test_an_unknown_primary_is_named():
    with pytest.raises(ExperimentError, match=r"Metric 'conversions' was not found.*'conversion'"):
        with_primary(SIMULATED, "conversions")


def test_a_field_at_its_default_leaves_the_hash_as_it_was():
    # Registered plans must be known again by later versions, which may have more fields: so this hash may not change.
    metric = Metric(name="bought", kind="mean", numerator="bought", role="primary")
    plan = Plan(hypothesis="Better.", variants=("old", "new"), metrics=(metric,), split=(1, 1), days=14)
    assert plan.hash == "d3ab485d047d3d66"
    assert replace(plan, looks=7).hash != plan.hash
    assert replace(plan, metrics=(replace(metric, cap=0.99),)).hash != plan.hash
