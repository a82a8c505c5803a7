from dataclasses import replace

import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.cautions import cautions
from experiments.comparison import Comparison
from experiments.design import detection_power, sample_size
from experiments.drafting import MEASURABLE, draft
from experiments.earlier import BEFORE, Foretold
from experiments.history import history
from experiments.margins import margin_size
from experiments.metrics import find
from experiments.outlook import horizon, outlook


@pytest.fixture(scope="module")
def past(shop):
    return history(shop, 28, quantiles=[find(MEASURABLE, "revenue_p90")])


def known(share):
    return {
        metric.name: Foretold(explained=share, units=100, days=14, days_before=14, sentence="") for metric in MEASURABLE
    }


def test_the_sentence_names_users_days_and_uplift(past):
    found = outlook(draft(["a", "b"], mde=0.5, days=14), past)
    assert found.days_needed is not None
    units = f"{np.ceil(found.size.units[0]):,.0f}"
    assert (
        found.sentence
        == f"You need {units} users per arm, about {found.days_needed} days, to detect +50% in conversion."
    )


def test_the_sentence_names_each_arm_of_an_uneven_split(past):
    uneven = outlook(draft(["a", "b", "c"], mde=0.5, split=(2, 1, 1)), past).sentence
    assert " users in control and " in uneven
    assert " in each treatment" in uneven
    assert " in treatment" in outlook(draft(["a", "b"], mde=0.5, split=(2, 1)), past).sentence


def test_the_curve_holds_the_planned_power(past):
    found = outlook(draft(["a", "b"], mde=0.5, power=0.9), past)
    day = 9
    base = past.moments.mean[day, 0, 3]
    comparison = Comparison(kind="proportion", baseline=base, comparisons=3)
    power = detection_power(comparison, mde=found.mde[day] * base, units=found.users[day])
    assert power == pytest.approx(0.9)
    assert found.mde[found.days_needed - 1] <= 0.5 < found.mde[found.days_needed - 2]


def test_too_little_traffic_says_what_it_could_find(past):
    found = outlook(draft(["a", "b"], mde=0.01), past)
    assert found.days_needed is None
    assert "This traffic does not bring that many" in found.sentence
    assert (found.days_expected, found.days_expected_without) == (None, None)


def test_the_readers_own_figures_replace_the_logs(past):
    plan = draft(["a", "b"], mde=0.05, correction="none")
    own = outlook(plan, past, known_baseline=0.1, users_a_day=1e5)
    assert own.baseline == 0.1
    assert own.size == sample_size(Comparison(kind="proportion", baseline=0.1), mde=0.1 * 0.05)
    assert own.days_needed == 2


def test_a_simulation_starts_from_what_its_users_show(past):
    plan = draft(["a", "b"], mde=0.5, users=5000)
    found = outlook(plan, past)
    assert found.simulated.units == 5000
    assert 0.02 < found.simulated.baseline < found.baseline
    known = outlook(plan, past, known_baseline=0.2, users_a_day=5000 / 14)
    assert known.simulated.mde == pytest.approx(known.mde_planned)
    assert outlook(draft(["a", "b"], mde=0.5), past).simulated is None
    assert outlook(draft(["a", "b"], mde=0.5, primary="revenue_p90", users=500), past).simulated is None


def test_every_kind_of_metric_is_planned(past):
    for metric in MEASURABLE:
        guardrails = {} if metric.name == "sessions" else None
        found = outlook(draft(["a", "b"], primary=metric.name, guardrails=guardrails, mde=0.5), past)
        assert found.size.total > 10
        assert np.isfinite(found.mde).any()
        # Next to everybody is active by then: no uplift of half is left to find.
        assert np.isfinite(found.mde_planned) or metric.name == "activation"


def test_covariates_save_users_where_the_plan_has_them(past):
    plain = outlook(draft(["a", "b"], mde=0.5), past, foretold=known(0.5))
    adjusted = outlook(draft(["a", "b"], mde=0.5, covariates=list(BEFORE)), past, foretold=known(0.5))
    assert plain.saved == 0
    assert adjusted.days_needed < plain.days_needed
    assert adjusted.size.total == pytest.approx(adjusted.size_plain.total / 2)
    np.testing.assert_allclose(adjusted.mde_plain, plain.mde)
    assert np.nanmax(adjusted.mde / adjusted.mde_plain) < 1


def test_clusters_and_many_metrics_cost_users(past):
    once = outlook(draft(["a", "b"], mde=0.5, correction="none"), past)
    clustered = outlook(draft(["a", "b"], mde=0.5, correction="none"), past, design_effect=2.0)
    shared = outlook(draft(["a", "b"], mde=0.5), past)
    assert clustered.mde[10] > 1.3 * once.mde[10]
    assert (once.level, shared.level) == (0.05, pytest.approx(0.05 / 3))
    assert shared.mde_planned > once.mde_planned


def test_looking_daily_needs_more_and_may_stop_sooner(past):
    once, daily = (
        outlook(draft(["a", "b"], mde=0.5, stopping=stopping), past, known_baseline=0.2, users_a_day=100)
        for stopping in ("fixed", "always-valid")
    )
    assert daily.size.total > 1.4 * once.size.total
    assert daily.inflation > 1.4
    assert daily.days_expected < daily.days_expected_without <= daily.days_needed
    assert once.days_expected is None


def test_a_guardrail_says_what_ruling_its_margin_out_takes(past):
    plan = draft(["a", "b"], mde=0.5, guardrails={"sessions": 0.2})
    found = outlook(plan, past).guardrails[0]
    day = found.days_needed - 1
    column = past.moments.index("sessions")
    comparison = Comparison(
        kind="mean",
        baseline=past.moments.mean[day, 0, column],
        variance=past.moments.covariance[day, 0, column, column],
    )
    assert found.size == margin_size(comparison, margin=0.2)
    assert found.size.total <= past.users[day]
    assert outlook(draft(["a", "b"], guardrails={}, mde=0.5), past).guardrails == ()


def test_a_guardrail_without_spread_is_told(past):
    product = past.moments.product.copy()
    product[:, 0, 0, :] = product[:, 0, :, 0] = 0.0
    flat = replace(past, moments=replace(past.moments, product=product))
    plan = draft(["a", "b"], mde=0.5)
    found = outlook(plan, flat)
    assert found.guardrails[0].size is None
    assert "shows no spread in this log" in " ".join(cautions(plan, flat, found))


def test_a_metric_without_spread_cannot_be_planned(past):
    flat = replace(past, moments=replace(past.moments, product=0 * past.moments.product, total=0 * past.moments.total))
    with pytest.raises(ExperimentError, match="Conversion shows no spread"):
        outlook(draft(["a", "b"], mde=0.1), flat)


def test_the_curve_reaches_beyond_the_plan():
    assert (horizon(3), horizon(30)) == (28, 60)
