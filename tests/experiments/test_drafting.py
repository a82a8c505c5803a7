import pytest

from engine.errors import ExperimentError
from experiments.bayesian import Prior
from experiments.drafting import draft, names_of, split_for, title_of, weights_of
from experiments.metrics import SIMULATED, with_primary


def test_a_draft_without_choices_is_the_usual_plan():
    plan = draft(["popularity", "svd"])
    assert plan.metrics == with_primary(SIMULATED, "conversion")
    assert plan.split == (1.0, 1.0)
    assert plan.hypothesis == "Showing what SVD recommends, rather than Popularity, raises conversion."


def test_guardrails_and_margins_are_the_readers():
    plan = draft(["a", "b"], primary="sessions", guardrails={"revenue_per_user": 0.03})
    roles = {metric.name: (metric.role, metric.margin) for metric in plan.metrics}
    assert roles["revenue_per_user"] == ("guardrail", 0.03)
    assert roles["sessions"] == ("primary", None)
    assert draft(["a", "b"], guardrails={}).guardrails == ()


def test_what_is_asked_for_is_measured_too():
    plan = draft(["a", "b"], primary="revenue_p90", guardrails={"purchases_per_user": 0.1})
    assert plan.primary.kind == "quantile"
    assert [metric.name for metric in plan.guardrails] == ["purchases_per_user"]
    assert len(plan.metrics) == len(SIMULATED) + 2
    assert draft(["a", "b"]).metrics == with_primary(SIMULATED, "conversion")


def test_covariates_adjust_all_but_quantiles():
    plan = draft(["a", "b"], primary="revenue_p90", covariates=["sessions before"])
    assert plan.primary.covariates == ()
    assert {metric.covariates for metric in plan.metrics[1:]} == {("sessions before",)}


def test_how_it_may_stop_is_the_readers():
    plan = draft(["a", "b"], stopping="group-sequential", looks=4, spending="pocock", correction="bh")
    assert (plan.looks, plan.spending, plan.correction) == (4, "pocock", "bh")
    prior = {"rate": [2, 8], "relative_deviation": 0.1}
    assert draft(["a", "b"], stopping="bayesian", prior=prior).prior == Prior(rate=(2, 8), relative_deviation=0.1)


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ({"guardrails": {"conversion": 0.1}}, "it cannot be a guardrail too"),
        ({"guardrails": {"session": 0.1}}, "Did you mean 'sessions'"),
        ({"primary": "conversions"}, "Did you mean 'conversion'"),
        ({"guardrails": {"sessions": 2.0}}, "between 0 and 1"),
    ],
)
def test_what_cannot_be_says_so(choices, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        draft(["a", "b"], **choices)


def test_splits_and_names():
    assert split_for(2) == (1.0, 1.0, 1.0)
    assert split_for(2, 0.5) == (0.5, 0.25, 0.25)
    with pytest.raises(ExperimentError, match=r"control share of 1\.0"):
        split_for(1, 1.0)
    assert weights_of("2, 1,1", 3) == (2.0, 1.0, 1.0)
    for text in ("1,1", "1,x,1", "1,0,1", "", "1,1,inf"):
        with pytest.raises(ExperimentError, match="expected 3 weights above 0"):
            weights_of(text, 3)
    assert names_of(["svd", "svd", "random", "svd"]) == ("svd", "svd_2", "random", "svd_3")


def test_variants_are_called_what_their_policies_are():
    names = names_of(["svd+mmr:0.3", "svd", "svd+mmr:0.3", "none"])
    assert names == ("svd+mmr:0.3", "svd", "svd+mmr:0.3_2", "none")
    assert [title_of(name) for name in names] == ["SVD + MMR 0.3", "SVD", "SVD + MMR 0.3 (2)", "No recommender"]
    assert [title_of(name) for name in ("personal_feed", "group_2", "svd+mrm")] == [
        "Personal_feed",
        "Group 2",
        "Svd+mrm",
    ]
