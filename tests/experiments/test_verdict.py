"""Each rule of the verdict, in the order they outrank each other."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from experiments.effects import effects
from experiments.health import Check, srm
from experiments.judging import guardrail_outcomes
from experiments.metrics import Metric
from experiments.moments import from_sums
from experiments.plan import Plan
from experiments.sequential import always_valid, always_valid_p_value
from experiments.verdict import decide

METRICS = (
    Metric(name="bought", kind="proportion", numerator="bought", role="primary", title="Conversion"),
    Metric(name="visits", kind="mean", numerator="visits", role="guardrail", margin=0.05, title="Visits"),
)
FINE = srm([5000, 5000], [1, 1])


def outcome(*arms, n=5000, deviation=2.0):
    """Moments of arms given as (share that bought, mean visits)."""
    counts = np.full(len(arms), n)
    total = n * np.array(arms)
    raw = np.zeros((len(arms), 2, 2))
    raw[:, 0, 0] = total[:, 0]
    raw[:, 1, 1] = (n - 1) * deviation**2 + total[:, 1] ** 2 / n
    return effects(from_sums(counts, total, raw, quantities=("bought", "visits")), METRICS)


def read_daily(found):
    """What a look that may come any day reads."""
    return replace(found, **asdict(always_valid(found)), p_value=always_valid_p_value(found))


def plan(variants=("old", "new"), **changes):
    given = {"hypothesis": "", "metrics": METRICS, "split": (1,) * len(variants), "days": 14}
    return Plan(variants=variants, **(given | changes))


@pytest.mark.parametrize(
    ("arms", "status"),
    [
        ([(0.10, 5.0), (0.13, 5.0)], "ship"),
        ([(0.10, 5.0), (0.08, 5.0)], "stop"),
        ([(0.10, 5.0), (0.102, 5.0)], "inconclusive"),
        ([(0.10, 5.0), (0.13, 4.5)], "stop"),  # the guardrail is lost
        ([(0.10, 5.0), (0.13, 4.8)], "stop"),  # a loss for certain, perhaps beyond the margin
        ([(0.10, 5.0), (0.10, 4.0)], "stop"),
        ([(0.0, 5.0), (0.0, 5.0)], "inconclusive"),
    ],
)
def test_one_treatment(arms, status):
    verdict = decide(plan(), outcome(*arms), [FINE], days_run=14)
    assert verdict.status == status
    assert verdict.next_step


def test_a_guardrail_that_may_be_lost_holds_a_winner_back():
    found = outcome((0.10, 5.0), (0.13, 4.8), deviation=6.0)
    verdict = decide(plan(), found, [FINE], days_run=14)
    assert verdict.status == "inconclusive"
    assert "Visits may have lost more than its margin of 5%" in verdict.reason


def test_the_reason_quotes_the_figures():
    verdict = decide(plan(), outcome((0.10, 5.0), (0.13, 5.0)), [FINE], days_run=14)
    assert "Conversion went from 10.00% in old to 13.00% in new: +3.00 pp" in verdict.reason
    assert "95% interval +1.7" in verdict.reason
    assert "p < 0.001), which is +30.0%" in verdict.reason
    assert "Visits" in verdict.reason
    nothing = decide(plan(), outcome((0.0, 5.0), (0.0, 5.0)), [FINE], days_run=14)
    assert "Not enough data" in nothing.reason
    lost = decide(plan(), outcome((0.10, 5.0), (0.13, 4.5)), [FINE], days_run=14)
    assert "new harmed Visits" in lost.reason


@pytest.mark.parametrize("arms", [[(0.10, 5.0), (0.13, 5.0)], [(0.10, 5.0), (0.08, 5.0)]])
def test_a_sample_ratio_mismatch_outranks_everything(arms):
    broken = srm([4000, 6000], [1, 1])
    verdict = decide(plan(), outcome(*arms), [FINE, broken], days_run=3)
    assert verdict.status == "unhealthy"
    assert "4,000 : 6,000" in verdict.reason
    assert "Do not read the figures" in verdict.next_step


def test_a_warning_is_no_failure():
    warning = Check(name="w", title="W", status="warning", sentence="Careful.")
    assert decide(plan(), outcome((0.1, 5), (0.13, 5)), [warning], days_run=14).status == "ship"


def test_before_the_end_only_the_always_valid_interval_decides():
    small, large = outcome((0.10, 5.0), (0.113, 5.0)), outcome((0.10, 5.0), (0.15, 5.0))
    assert small.p_value[0, 0] < 0.05
    early = decide(plan(), read_daily(small), [FINE], days_run=9)
    assert (early.status, early.days_left) == ("keep_running", 5)
    assert "5 more days" in early.next_step
    assert "always-valid 95% interval" in early.reason
    assert decide(plan(), read_daily(large), [FINE], days_run=9).status == "ship"
    assert decide(plan(), small, [FINE], days_run=14).status == "ship"
    patient = plan(stopping="always-valid")
    assert decide(patient, read_daily(small), [FINE], days_run=14).status == "inconclusive"


def test_the_best_of_several_treatments_ships():
    found = outcome((0.10, 5.0), (0.13, 5.0), (0.14, 5.0), (0.16, 4.5))
    verdict = decide(plan(("old", "b", "c", "d")), found, [FINE], days_run=14)
    assert (verdict.status, verdict.variant) == ("ship", "c")
    assert "after correction" in verdict.reason


def test_several_treatments_are_corrected_for():
    found = outcome((0.10, 5.0), (0.1125, 5.0), (0.10, 5.0), (0.10, 5.0))
    assert found.p_value[0, 0] < 0.05 < 3 * found.p_value[0, 0]
    four = ("old", "b", "c", "d")
    assert decide(plan(four), found, [FINE], days_run=14).status == "inconclusive"
    assert decide(plan(four, correction="none"), found, [FINE], days_run=14).status == "ship"


def test_stop_only_when_every_treatment_lost():
    found = outcome((0.10, 5.0), (0.08, 5.0), (0.101, 5.0))
    verdict = decide(plan(("old", "b", "c")), found, [FINE], days_run=14)
    assert (verdict.status, verdict.variant) == ("inconclusive", "c")
    assert "10.10% in c" in verdict.reason
    assert verdict.reason.endswith("b did worse than old.")


def test_lower_can_be_better():
    metrics = (
        Metric(name="bought", kind="proportion", numerator="bought", role="primary", direction="lower"),
        Metric(name="visits", kind="mean", numerator="visits", role="guardrail", direction="lower", margin=0.05),
    )
    turned = plan(metrics=metrics)
    assert decide(turned, outcome((0.10, 5.0), (0.08, 5.0)), [FINE], days_run=14).status == "ship"
    assert decide(turned, outcome((0.10, 5.0), (0.08, 5.5)), [FINE], days_run=14).status == "stop"
    assert decide(turned, outcome((0.10, 5.0), (0.13, 5.0)), [FINE], days_run=14).status == "stop"


def test_guardrails_are_read_for_non_inferiority():
    found = outcome((0.10, 5.0), (0.1, 5.2), (0.1, 4.8), (0.1, 4.5), deviation=6.0)
    outcomes = guardrail_outcomes(found, plan(("a", "b", "c", "d")))
    assert outcomes.tolist() == [["safe", "uncertain", "harmed"]]
