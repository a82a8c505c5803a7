import pytest

from experiments.importing import load, propose_metric, propose_metrics, propose_ratios
from experiments.importing.planned import plan_for
from tests.experiments.importing.exports import csv, units


def test_a_share_of_buyers_decides_and_latency_guards():
    found = propose_metrics(
        {"latency_ms": "mean", "revenue": "mean", "opened": "proportion", "converted": "proportion"},
        {"revenue": ("pre_revenue",)},
    )
    assert [(metric.name, metric.role) for metric in found] == [
        ("converted", "primary"), ("revenue", "secondary"), ("opened", "secondary"), ("latency_ms", "guardrail"),
    ]  # fmt: skip
    assert found[1].covariates == ("pre_revenue",)
    assert (found[3].direction, found[3].margin) == ("lower", 0.05)


@pytest.mark.parametrize(
    ("kinds", "primary"),
    [
        ({"spend": "mean"}, "spend"),
        ({"spend": "mean", "clicks": "mean"}, "clicks"),
        ({"spend": "mean", "opened": "proportion"}, "opened"),
        ({"latency": "mean"}, "latency"),
    ],
)
def test_one_of_whatever_there_is_decides(kinds, primary):
    found = propose_metrics(kinds)
    assert [metric.name for metric in found if metric.role == "primary"] == [primary]
    assert len(found) == len(kinds)


def test_nothing_is_proposed_of_nothing():
    assert propose_metrics({}) == ()


def test_what_is_proposed_is_a_plan():
    rows = units([1.0, 2.0] * 5, [2.0, 3.0] * 5).assign(latency=[3.0, 4.0] * 10)
    imported = load(csv(rows), metrics=propose_metrics({"revenue": "mean", "latency": "mean"}))
    assert plan_for(imported).primary.name == "revenue"


def test_ratios_are_of_two_columns():
    assert propose_ratios(["orders", "revenue", "sessions"]) == ("orders/sessions",)
    ratio = propose_metric("errors/sessions")
    assert (ratio.kind, ratio.numerator, ratio.denominator, ratio.direction) == ("ratio", "errors", "sessions", "lower")
