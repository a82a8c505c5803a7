"""Was the plan followed? Each way not to is told in a sentence."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from experiments.adherence import adherence
from experiments.metrics import Metric
from experiments.plan import Plan

PLANNED = Plan(
    hypothesis="Better lists sell more.",
    variants=("old", "new"),
    metrics=(
        Metric(name="bought", kind="proportion", numerator="bought", role="primary"),
        Metric(name="spend", kind="mean", numerator="spend", covariates=("earlier",)),
    ),
    split=(1, 1),
    days=14,
    units=1000,
)
WHEN = datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_a_plan_that_was_followed():
    found = adherence(PLANNED, PLANNED, registered=WHEN, first_day=date(2026, 3, 1), days_run=14, units=1050)
    assert found.followed
    assert found.sentence == f"Plan {PLANNED.hash} was registered on 2026-03-01. The analysis followed it."
    assert found.registered == "2026-03-01T09:00:00+00:00"


def test_a_plan_that_was_never_registered_is_none():
    found = adherence(PLANNED, PLANNED, registered=None)
    assert not found.followed
    assert "was not registered" in found.sentence


def test_words_are_no_deviation():
    reworded = replace(PLANNED, hypothesis="Otherwise said.", titles=("Old", "New"))
    assert adherence(PLANNED, reworded, registered=WHEN).followed


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"alpha": 0.1}, "Alpha was 0.05 and became 0.1."),
        ({"days": 7}, "Days was 14 and became 7."),
        ({"stopping": "always-valid"}, "Stopping was fixed and became always-valid."),
        ({"split": (1, 3)}, "Split was 1, 1 and became 1, 3."),
        ({"variants": ("old", "newer")}, "Variants was old, new and became old, newer."),
        ({"segments": ("country",)}, "Segments was none and became country."),
        ({"metrics": PLANNED.metrics[:1]}, "Metric spend was planned and not analysed."),
        (
            {"metrics": (*PLANNED.metrics, Metric(name="visits", kind="mean", numerator="visits"))},
            "Metric visits was not planned.",
        ),
        (
            {"metrics": (PLANNED.metrics[0], replace(PLANNED.metrics[1], covariates=(), cap=0.99))},
            "Covariates of spend was earlier and became none.",
        ),
    ],
)
def test_what_was_done_otherwise_is_told(changes, said):
    found = adherence(PLANNED, replace(PLANNED, **changes), registered=WHEN)
    assert not found.followed
    assert said in found.deviations
    assert said in found.sentence


def test_a_plan_that_may_stop_early_is_followed_by_stopping_early():
    sequential = replace(PLANNED, stopping="always-valid")
    assert adherence(sequential, sequential, registered=WHEN, days_run=9).followed
    assert not adherence(sequential, sequential, registered=WHEN, days_run=15).followed


def test_a_run_of_another_length_size_or_order_is_told():
    found = adherence(PLANNED, PLANNED, registered=WHEN, first_day=date(2026, 2, 20), days_run=9, units=500)
    assert found.deviations == (
        "The plan was registered after the first day, 2026-02-20.",
        "It ran 9 days where 14 were planned.",
        "It had 500 units where 1,000 were planned.",
    )
