"""Uses beyond product rows, through the whole of an experiment: the same worlds, truth and interference."""

import json

import pytest

from engine.errors import DataError, ExperimentError
from engine.fidelity import once
from engine.uses import USES
from experiments.__main__ import main
from experiments.drafting import MEASURABLE
from experiments.simulate import simulate
from tests.engine.uses.shop import shop


@pytest.fixture(scope="module")
def data():
    return shop()


@pytest.fixture(scope="module")
def searched(data):
    return simulate(data, use="search", users=300, days=4, slate_size=5, worlds=2, fidelity=None)


def test_a_use_brings_its_policies_and_its_metric(searched):
    assert searched.plan.variants == ("popularity", "ease")
    assert searched.plan.primary.name == "session_success"
    assert searched.meta.settings["use"] == "search"
    assert searched.notes[0].startswith("Search ranking: In every session a simulated user asks for one category")


def test_a_use_has_a_truth_and_it_holds_in_every_world(searched):
    truth = searched.truth.set_index("metric")
    assert truth.loc["session_success", "relative"] > 0
    assert set(searched.interference["metric"]) >= {"session_success", "conversion"}
    worlds = [each for each in searched.worlds.truths if each.metric == "session_success"]
    assert len(worlds) == 2
    assert all(each.absolute > 0 for each in worlds)


def test_what_is_asked_for_goes_before_the_use(data):
    results = simulate(
        data, use="promotions", treatments=["ease+discount:0.2"], primary="conversion", guardrails={}, users=100,
        days=2, fidelity=None, interference=False,
    )  # fmt: skip
    assert results.plan.variants == ("ease", "ease+discount:0.2")
    assert (results.plan.primary.name, results.plan.guardrails) == ("conversion", ())
    own = simulate(data, use="promotions", users=100, days=1, fidelity=None, interference=False).plan
    assert [(each.name, each.margin) for each in own.guardrails] == [("conversion", 0.02)]
    assert own.titles[1:] == tuple(f"EASE + 10% off{whom}" for whom in ("", " for the thrifty", " for the lapsing"))


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_every_use_decides_by_a_metric_that_is_measured(use):
    measured = {metric.name for metric in MEASURABLE}
    assert use.primary in measured
    assert set(use.guardrails or {}) <= measured - {use.primary}


def test_an_unknown_use_and_poor_data_are_said(data):
    with pytest.raises(ExperimentError, match="Use 'searches' was not found"):
        simulate(data, use="searches")
    with pytest.raises(DataError, match=r"shop\.csv has 0 item categories"):
        simulate(shop(categories=False), use="search", users=100, days=1)


def test_the_command_line_takes_a_use_and_its_own_arms(capsys, tmp_path, monkeypatch, data):
    monkeypatch.setattr(once, "measured", lambda *_: None)  # it has tests of its own, and takes a while
    file = tmp_path / "log.csv"
    rows = data.interactions
    rows.assign(price=data.items["price"].to_numpy()[rows["item"]]).drop(columns="rating").to_csv(file, index=False)
    asked = ["simulate", str(file), "--users", "80", "--days", "1", "--no-interference", "--no-keep", "--json"]
    assert main([*asked, "--use", "skill"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["plan"]["variants"] == ["ease", "ease+level:0.5"]
    assert printed["meta"]["settings"]["use"] == "skill"
    assert main(asked) == 2
    assert "name a --use, which brings its own: rows, search" in capsys.readouterr().err
