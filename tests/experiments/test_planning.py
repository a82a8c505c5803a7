import pytest

from engine.errors import ExperimentError
from experiments.drafting import draft
from experiments.monitoring import Monitoring
from experiments.planning import comparison_of, family, monitoring_of


def test_looks_are_those_of_the_stopping_rule():
    assert monitoring_of(draft(["a", "b"])) == Monitoring()
    assert monitoring_of(draft(["a", "b"], days=7, stopping="always-valid")).looks == 7
    assert monitoring_of(draft(["a", "b"], days=7, stopping="group-sequential")).looks == 7
    assert monitoring_of(draft(["a", "b"], days=7, stopping="group-sequential", looks=2)).looks == 2


def test_the_family_is_all_metrics_but_guardrails_and_treatments():
    plan = draft(["a", "b", "c"])
    assert family(plan) == 6
    assert family(draft(["a", "b", "c"], split=(1, 1, 0))) == 3
    assert family(draft(["a", "b", "c"], correction="none")) == 1
    assert family(draft(["a", "b", "c"], stopping="bayesian")) == 1


def test_the_primary_shares_alpha_and_a_guardrail_does_not():
    plan = draft(["a", "b"], covariates=["sessions before"], split=(3, 1))
    given = {"baseline": 0.2, "variance": 2.0, "explained": 0.4, "design_effect": 1.5}
    primary, guardrail = (comparison_of(plan, each, **given) for each in (plan.primary, plan.guardrails[0]))
    assert (primary.level, guardrail.level) == (0.05 / 3, 0.05)
    assert (primary.explained, primary.design_effect, primary.split) == (0.4, 1.5, (3.0, 1.0))
    assert primary.variance is None
    assert comparison_of(draft(["a", "b"]), plan.primary, **given).explained == 0.4
    assert comparison_of(plan, draft(["a", "b"]).primary, **given).explained == 0.0


def test_a_control_without_units_cannot_be_planned():
    plan = draft(["a", "b", "c"], split=(0, 1, 1))
    with pytest.raises(ExperimentError, match="The control a gets no unit"):
        comparison_of(plan, plan.primary, baseline=0.2, variance=1.0)
