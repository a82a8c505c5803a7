"""What a remedy gains and costs."""

import json

import pytest

from engine.discovery.mitigation import mitigation
from engine.discovery.study import study as run_study
from engine.errors import ExperimentError
from engine.policies import make_policy


def test_the_policy_that_others_add_to_is_the_reference(study):
    found = mitigation(study)
    assert found.reference.name == "popularity"
    own = found.trades[study.arm("popularity")]
    assert (own.welfare.value, own.clicks.value, own.diversity.high) == (0, 0, 0)
    assert found.sentences[0].startswith("Popularity + ")
    assert " beside Popularity: " in found.sentences[0]
    assert len(found.sentences) == 3


def test_trades_are_paired_differences_of_the_arms(study):
    found = mitigation(study, reference="none", group="minority")
    at, base, who = study.arm("narrow"), study.arm("none"), study.group("minority")
    trade = found.trades[at]
    assert trade.diversity.value == pytest.approx(study.by_block("diversity", against="none").value[at, -1, who])
    assert trade.popularity_lift.high == pytest.approx(study.last("popularity_lift", "none").high[at, who])
    clicks = study.total("clicks")[..., who]
    assert trade.clicks.value == pytest.approx((clicks[:, at] / clicks[:, base] - 1).mean())


def test_a_remedy_that_never_comes_to_bear_says_so(world):
    """A user sees one list a week, so that no item can be shown a third time within it."""
    policies = {
        spec: lambda luck, spec=spec: make_policy(spec, seed=luck) for spec in ("popularity", "popularity+cap:2")
    }
    found = mitigation(run_study(world, policies, rounds=2, users=30, seeds=2))
    assert found.sentences == (
        "Popularity + at most 2 a week beside Popularity: exactly the same. What it adds never came to bear.",
    )
    daily = mitigation(run_study(world, policies, rounds=6, users=30, seeds=2, round_days=1))
    assert "exactly the same" not in daily.sentences[0]


def test_the_frontier_holds_policies_nobody_beats_on_both(study):
    trades = {trade.arm.name: trade for trade in mitigation(study).trades}
    assert not any(trades[name].on_frontier for name in ("random", "oracle", "none"))
    policies = [trade for trade in trades.values() if trade.arm.role == "policy"]
    for one in policies:
        beaten = any(
            other.welfare.value > one.welfare.value and other.diversity.value > one.diversity.value
            for other in policies
        )
        assert one.on_frontier != beaten


def test_the_record_is_plain_data(study):
    found = mitigation(study)
    assert len(json.loads(json.dumps(found.to_dict(), allow_nan=False))["trades"]) == 7
    assert {"arm", "welfare_low", "diversity_high", "on_frontier"} <= set(found.frame().columns)


def test_references_alone_have_nothing_to_trade(world):
    with pytest.raises(ExperimentError, match="references alone"):
        mitigation(run_study(world, {}, rounds=2, users=20, seeds=2))
