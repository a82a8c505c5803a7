"""A study from units to its record: figures that belong together, words, seeds, blocks, and what cannot be."""

import json
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import ExperimentError
from experiments.calibration import METHODS, calibrate, population
from experiments.calibration import study as module
from experiments.calibration.record import outcome, reading
from experiments.plan import Plan
from tests.experiments.calibration.units import METRICS, WITH_QUANTILES, drawn, log_of, meta_of

PLAN = Plan(hypothesis="", variants=("control", "treatment"), metrics=METRICS, split=(1, 1), days=6)


def units_of(metrics=METRICS, looks=6, units=700):
    values, before = drawn(np.random.default_rng(1), units)
    return population(log_of(values, before), metrics, looks=looks)


def studied(plan=PLAN, looks=6, **asked):
    units = units_of(plan.metrics, looks)
    return calibrate(units, plan, meta_of(units, asked.pop("seed", 1)), **({"replications": 500} | asked))


@pytest.fixture(scope="module")
def found():
    return studied(uplift=0.1)


def test_the_frames_belong_together(found):
    assert len(found.rates) == len(METRICS) * len(METHODS)
    assert set(found.rates["method"]) == set(METHODS)
    last = found.by_look[found.by_look["look"] == 6].set_index(["metric", "method"])
    rates = found.rates.set_index(["metric", "method"])
    np.testing.assert_allclose(last["power"], rates["power"].reindex(last.index))
    np.testing.assert_allclose(last["false_positive_rate"], rates["false_positive_rate"].reindex(last.index))
    for _, line in found.by_look.groupby(["metric", "method"]):
        assert (line["false_positive_rate"].diff().dropna() >= 0).all()
    low, high = found.rates["false_positive_low"], found.rates["false_positive_high"]
    assert ((low <= found.rates["false_positive_rate"]) & (found.rates["false_positive_rate"] <= high)).all()
    np.testing.assert_allclose(found.p_values.groupby("metric")["share"].sum(), 1)
    assert found.looks["units"].tolist()[-1] == 700
    assert found.family["comparisons"] == 5
    assert found.family["corrected"] < found.family["uncorrected"]


def test_stopping_early_saves_units_only_where_something_is_found(found):
    rates = found.rates.set_index(["metric", "method"])
    assert (rates.xs("fixed", level="method")["stopping_share"] == 1).all()
    assert rates.loc[("normal", "peeking"), "stopping_share"] < rates.loc[("normal", "peeking"), "stopping_share_none"]
    assert (rates["type_m"].dropna() >= 0).all()


def test_the_same_seed_gives_the_same_numbers_in_any_block(found, monkeypatch):
    monkeypatch.setattr(module, "_BLOCK", 37)
    again = studied(uplift=0.1)
    for name in ("rates", "by_look", "p_values", "uniformity"):
        assert getattr(again, name).equals(getattr(found, name)), name
    other = studied(uplift=0.1, seed=2)
    assert not other.rates.equals(found.rates)


def test_everything_is_plain_data(found):
    plain = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert plain["answer"] == found.answer
    assert plain["rates"][0]["metric"] == "normal"
    assert plain["plan"]["hash"] == PLAN.hash
    assert plain["looks"][0]["day"] is None


def test_the_words_say_what_the_figures_do():
    sure = studied(uplift=0.2)
    assert sure.answer.startswith("Yes: a true +20.0% in normal would have been found in ")
    unsure = studied(uplift=0.005)
    assert unsure.answer.startswith("No: a true +0.5% in normal would have been found in ")
    assert "where 80% was planned" in unsure.answer
    peeked = studied(replace(PLAN, stopping="bayesian"), uplift=0.2)
    assert peeked.method == "bayesian"
    assert peeked.answer.startswith("No: ")
    assert "of A/A tests would have cried wolf, where 5% should have" in peeked.answer
    assert sure.sentence.startswith("Looking 6 times and stopping at p < 0.05 would have cried wolf in ")
    assert studied(looks=1).sentence.startswith("With one look at the end, ")


def test_a_plan_of_planned_looks_is_judged_by_its_own_spending():
    assert studied(replace(PLAN, stopping="group-sequential", spending="pocock")).method == "pocock"


def test_verdicts_are_read_off_the_intervals():
    assert outcome((0.04, 0.06), 0.05) == "holds"
    assert outcome((0.005, 0.02), 0.05) == "cautious"
    assert outcome((0.051, 0.06), 0.05) == "above"
    assert outcome((0.2, 0.24), 0.05) == "cries_wolf"
    row = {"false_positive_rate": 0.22, "false_positive_low": 0.2, "false_positive_high": 0.24}
    row |= {"coverage": 0.9, "coverage_high": 0.92, "power": 0.5, "power_high": 0.52}
    assert reading(row, 0.05, 0.8) == (
        "Cries wolf 4.4× as often as it should; intervals too narrow; finds it too rarely"
    )


def test_a_metric_that_is_better_lower_is_given_its_uplift_downwards():
    lower = tuple(replace(metric, direction="lower") for metric in METRICS[:1])
    up = studied(replace(PLAN, metrics=METRICS[:1]), uplift=-0.1)
    down = studied(replace(PLAN, metrics=lower), uplift=0.1)
    assert up.rates["power"].equals(down.rates["power"])


def test_several_treatments_each_have_their_rows():
    three = studied(replace(PLAN, variants=("control", "one", "two"), split=(2, 1, 1)), replications=200)
    assert set(three.rates["variant"]) == {"one", "two"}
    assert three.family["comparisons"] == 10
    assert three.row("fixed", "revenue", "two")["variant"] == "two"


def test_quantiles_have_fewer_replications_where_ranking_is_long(monkeypatch):
    monkeypatch.setattr(module, "_QUANTILE_CELLS", 700 * 6 * 250)
    few = studied(replace(PLAN, metrics=WITH_QUANTILES), replications=400)
    assert few.rates.set_index(["metric", "method"]).loc[("median", "fixed"), "replications"] == 250
    assert few.rates.set_index(["metric", "method"]).loc[("normal", "fixed"), "replications"] == 400
    assert any("fewer replications" in note for note in few.notes)
    assert any("how densely" in note for note in few.notes)


def test_a_metric_without_spread_is_told_and_finds_nothing():
    values = next(drawn(np.random.default_rng(1), 100))
    values[:, 1] = 0
    units = population(log_of(values), METRICS[:2], looks=2)
    plan = replace(PLAN, metrics=METRICS[:2])
    rates = calibrate(units, plan, meta_of(units), replications=100).rates.set_index(["metric", "method"])
    row = rates.loc[("revenue", "fixed")]
    assert row["undefined"] == 1
    assert row["false_positive_rate"] == 0
    assert np.isnan(row["power"])


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"replications": 0}, "0 replications were given; expected 1 to 1,000,000"),
        ({"uplift": 0}, "An uplift of 0 was given; expected one other than 0"),
        ({"uplift": float("nan")}, "An uplift of nan was given"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(asked, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        studied(**asked)


def test_plan_and_units_must_measure_the_same():
    units = units_of(METRICS[:2])
    with pytest.raises(ExperimentError, match="different metrics"):
        calibrate(units, PLAN, meta_of(units))


def test_progress_is_told_by_replications():
    told = []
    studied(replications=120, report=lambda *said: told.append(said))
    assert told[0] == ("Re-randomising", 0, 120)
