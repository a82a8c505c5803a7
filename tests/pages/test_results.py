"""The Results page: nothing yet, a verdict with its rows, depth, links that lead nowhere."""

import json
from dataclasses import replace
from functools import partial

import pytest

from engine import jobs
from engine.jobs import folder
from experiments import database
from experiments.health import srm
from experiments.verdict import Verdict
from pages.parts import outcomes
from tests.engine.logs import random_log
from tests.pages.opened import open_at, words
from tests.pages.simulated import frames, simulated


@pytest.fixture(scope="module")
def log():
    return random_log(5, n_rows=900, feedback="implicit", users={"country": ["DE"] * 24 + ["FR"] * 12 + ["IT"] * 4})


@pytest.fixture(scope="module")
def key(log):
    return simulated(log)


@pytest.fixture
def open_page(app):
    return partial(open_at, app, "results")


@pytest.fixture
def altered(key):
    """Keep a changed copy of the results under a key of its own."""

    def write(name, **changes):
        new = folder.key_of("altered", {"name": name})
        database.keep(replace(jobs.result(key), **changes), new)
        return new

    yield write
    outcomes.load.clear()


def charts(page):
    return [json.loads(chart.proto.spec) for chart in page.get("plotly_chart")]


def test_with_no_experiment_it_leads_to_simulate(open_page):
    page = open_page(random_log(6, feedback="implicit"))
    assert "No experiment has been simulated on this data yet." in words(page)
    assert not page.dataframe


def test_the_newest_result_is_shown_and_named_in_the_link(open_page, log, key):
    page = open_page(log)
    assert page.title[0].value == "Ship, stop, or keep running?"
    assert page.query_params["result"] == key
    assert "Random against Popularity (control) · 300 simulated users made from small.csv · 3 days" in words(page)
    assert "**Next step:**" in words(page)


def test_rows_carry_uplift_interval_p_and_truth(open_page, log, key):
    figures, guardrails = frames(open_page(log, result=key))[:2]
    assert list(figures["Metric"]) == ["Conversion", "Click-through rate", "Revenue per user"]
    assert list(guardrails["Metric"]) == ["Sessions per user"]
    for column in (
        "Relative uplift",
        "Interval",
        "True uplift",
        "The interval",
        "p-value",
        "Control",
        "Absolute uplift",
    ):
        assert (figures[column] != "").all(), column


def test_charts_have_a_zero_line_and_the_truth(open_page, log, key):
    effects, guardrails, over_time, segments, *_ = charts(open_page(log, result=key, by="Country"))
    for chart in (effects, guardrails, over_time, segments):
        assert "Truth" in [trace.get("name") for trace in chart["data"]]
        assert chart["layout"]["shapes"]
    assert [trace["name"] for trace in over_time["data"] if trace.get("fill")] == [
        "Look every day",
        "One look at the end",
    ]
    assert any(trace["name"].startswith("Margin") for trace in guardrails["data"])


def test_segments_are_exploratory_and_small_cells_hidden(open_page, log, key):
    page = open_page(log, result=key, by="Country")
    assert "Exploratory" in words(page)
    table = frames(page)[2]
    assert set(table["Segment"]) == {"DE", "FR", "IT"}
    hidden = table["Reading"] == "Too few users"
    assert hidden.any()
    assert (table.loc[hidden, ["Absolute uplift", "True uplift"]] == "—").all(axis=None)
    assert "fewer than 50 units" in words(page)


def test_a_mismatch_outranks_the_verdict(open_page, log, key, altered):
    results = jobs.result(key)
    mismatch = srm([1000, 1200], [1, 1])
    verdict = Verdict(status="unhealthy", reason=mismatch.sentence, next_step=mismatch.next_step)
    page = open_page(log, result=altered("srm", checks=(mismatch, *results.checks[1:]), verdict=verdict))
    assert "Unhealthy: the figures cannot be trusted." in words(page)
    assert "Sample ratio mismatch" in page.error[0].value
    assert "do not act on these figures" in words(page)


@pytest.mark.parametrize(
    ("status", "line", "box"),
    [
        ("ship", "Ship Random instead of Popularity.", "success"),
        ("stop", "Stop: keep Popularity.", "error"),
        ("keep_running", "Keep running, 4 days left", "info"),
        ("inconclusive", "Inconclusive: this test does not settle it.", "warning"),
    ],
)
def test_every_verdict_has_its_line_and_its_box(open_page, log, altered, status, line, box):
    verdict = Verdict(status=status, reason="Because.", next_step="Do this.", variant="random", days_left=4)
    page = open_page(log, result=altered(status, verdict=verdict))
    assert line in words(page)
    assert "Because." in getattr(page, box)[0].value


def test_missing_figures_say_not_enough_data(open_page, log, key, altered):
    results = jobs.result(key)
    names = [
        "relative",
        "relative_low",
        "relative_high",
        "p_value",
        "p_value_adjusted",
        "absolute_low",
        "absolute_high",
    ]
    effects = results.effects.assign(
        **dict.fromkeys(names, float("nan")), outcome="missing", explanation="Not enough data: no units."
    )
    page = open_page(log, result=altered("missing", effects=effects))
    table = frames(page)[0]
    assert set(table["Relative uplift"]) == {"Not enough data"}
    assert set(table["Reading"]) == {"— Not enough data"}
    assert "Not enough data: no units." in words(page)


def test_suspicious_uplifts_are_flagged(open_page, log, key, altered):
    effects = jobs.result(key).effects.assign(relative=0.9, p_value_adjusted=0.001)
    page = open_page(log, result=altered("huge", effects=effects))
    assert "suspiciously large" in words(page)
    assert frames(page)[0]["Reading"].str.contains("suspiciously large").all()


def test_several_treatments_have_rows_of_their_own(open_page, log):
    several = [{"model": "random", "params": {}}, {"model": "oracle", "params": {}}]
    page = open_page(log, result=simulated(log, treatments=several, split=[1.0, 1.0, 1.0]))
    assert list(frames(page)[0]["Treatment"])[:2] == ["Random", "Oracle"]
    page.selectbox(key="treatment").set_value("oracle").run()
    assert not page.exception
    assert len(page.selectbox(key="treatment").options) == 2


def test_a_choice_among_kept_results(open_page, log, key):
    other = simulated(log, seed=2)
    page = open_page(log, result=key)
    picker = next(box for box in page.selectbox if box.label == "Experiment")
    assert len(picker.options) >= 2
    picker.set_value(other).run()
    assert page.query_params["result"] == other


def test_a_result_of_other_data_says_so(open_page, key):
    page = open_page(random_log(7, feedback="implicit"), result=key)
    assert "simulated on other data than what is open" in words(page)


@pytest.mark.parametrize(
    ("link", "said"),
    [("0123456789abcdef", "This result is not kept here."), ("../../etc", "names no result")],
)
def test_a_link_that_leads_nowhere_says_so_and_offers_a_way_out(open_page, log, key, link, said):
    page = open_page(log, result=link)
    assert said in words(page)
    page.button(key="forget-result").click().run()
    assert not page.exception
    assert page.query_params["result"] not in (link, "")
    assert "Next step" in words(page)


def test_the_footer_says_the_seed_and_when_it_was_computed(open_page, log, key):
    footer = open_page(log, result=key).caption[-1].value
    assert "seed 1 · computed" in footer
    assert f"{jobs.finished(key):%H:%M} UTC" in footer
