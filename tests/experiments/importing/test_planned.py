"""What is left of a plan where an export lacks some of its columns."""

from dataclasses import replace

import pytest

from engine.errors import ExperimentError
from experiments.importing import load, names_needed, plan_for, without
from experiments.metrics import Metric
from experiments.plan import Plan
from tests.experiments.importing.exports import ORDERS, REVENUE, csv, units

PLAN = Plan(
    hypothesis="More.",
    variants=("control", "new"),
    metrics=(replace(REVENUE, role="primary", covariates=("before", "spent/visits")), replace(ORDERS, cap=0.9)),
    split=(1.0, 3.0),
    days=7,
    segments=("country", "device"),
    cluster="shop",
)


def test_a_plan_needs_every_column_it_names():
    assert names_needed(PLAN) == (
        "revenue", "orders", "sessions", "before", "spent", "visits", "country", "device", "shop",
    )  # fmt: skip


def test_what_needs_an_absent_column_is_left_out():
    left = without(PLAN, ["sessions", "visits", "device", "shop"])
    assert [metric.name for metric in left["metrics"]] == ["revenue"]
    assert left["metrics"][0].covariates == ("before",)
    assert (left["segments"], left["cluster"]) == (("country",), "")
    assert without(PLAN, []) == {"metrics": PLAN.metrics, "segments": PLAN.segments, "cluster": "shop"}


def test_the_primary_metric_cannot_be_left_out():
    with pytest.raises(ExperimentError, match="'revenue' needs column 'revenue'"):
        without(PLAN, ["revenue"])


def test_a_plan_that_was_kept_to_keeps_its_hash_and_another_does_not():
    rows = units([1.0, 2.0] * 5, [2.0, 3.0] * 5)
    plan = replace(PLAN, metrics=(replace(REVENUE, role="primary"),), segments=(), cluster=None)
    imported = load(csv(rows), metrics=plan.metrics, planned=plan.variants)
    assert plan_for(imported, planned=plan).hash == plan.hash
    changed = plan_for(imported, planned=plan, alpha=0.01, split={"control": 1, "new": 1})
    assert (changed.alpha, changed.split, changed.days) == (0.01, (1.0, 1.0), 7)


def test_a_variant_that_was_not_planned_has_no_weight_and_its_own_title():
    rows = units([1.0, 2.0], [2.0, 3.0])
    rows.loc[0, "variant"] = "old"
    plan = replace(PLAN, metrics=(replace(REVENUE, role="primary"),), titles=("Today", "Tomorrow"), cluster=None)
    imported = load(csv(rows), metrics=plan.metrics, planned=plan.variants)
    read = plan_for(imported, planned=plan)
    assert (read.variants, read.split, read.titles) == (
        ("control", "new", "old"), (1.0, 3.0, 0.0), ("Today", "Tomorrow", "old"),
    )  # fmt: skip


@pytest.mark.parametrize("rules", [{"looks": 2}, {"spending": "pocock"}, {"stopping": "bayesian", "looks": 2}])
def test_looks_belong_to_group_sequential_plans(rules):
    imported = load(csv(units([1.0, 2.0], [2.0, 3.0])), metrics=[Metric(**vars(replace(REVENUE, role="primary")))])
    with pytest.raises(ExperimentError, match="only group-sequential has that"):
        plan_for(imported, days=14, **rules)
