"""A restored plan or result is the original: to every reader, page and report."""

import json
from dataclasses import replace
from typing import get_type_hints

import pandas as pd
import pytest
from hypothesis import given
from pandas.testing import assert_frame_equal

from engine.errors import ExperimentError
from experiments import report
from experiments.adherence import Adherence
from experiments.importing import analyse_export, load, plan_for
from experiments.metrics import Metric
from experiments.reading import readings, segment_readings
from experiments.restoring import plan_from, results_from
from experiments.results import Results
from experiments.simulate import simulate
from tests.conftest import ROOT
from tests.experiments.plans import PLANS, a_plan

SINCE = ("heterogeneity", "adherence", "interference", "individual", "worlds", "fidelity")
TABLES = tuple(name for name, kind in get_type_hints(Results).items() if kind is pd.DataFrame)


def written(record):
    """As it comes back from a file."""
    return json.loads(json.dumps(record.to_dict()))


@pytest.fixture(scope="module")
def simulated(shop):
    return simulate(shop, control="popularity", treatments=["random", "popularity"], users=300, days=2, worlds=2)


@pytest.fixture(scope="module")
def bare(simulated):
    """As of a real experiment without segments: no truth, no notes."""
    return replace(
        simulated,
        segments=simulated.segments.head(0),
        heterogeneity=simulated.heterogeneity.head(0),
        adherence=Adherence(plan_hash="0" * 16, registered="2026-05-01T12:00:00+00:00", deviations=("It ran longer.",)),
        truth=pd.DataFrame(),
        interference=pd.DataFrame(),
        individual=pd.DataFrame(),
        worlds=None,
        fidelity=None,
        notes=(),
        meta=replace(simulated.meta, simulated=False),
    )


@pytest.fixture(scope="module")
def real():
    """The sample's export: covariates, caps, a quantile, a ratio, segments, a plan that was not registered."""
    metrics = (
        Metric(name="revenue", kind="mean", numerator="revenue", role="primary", cap=0.99, covariates=("pre_revenue",)),
        Metric(name="rate", kind="ratio", numerator="orders", denominator="sessions", title="Orders a session"),
        Metric(name="wait", kind="quantile", numerator="latency_ms", quantile=0.9, direction="lower"),
        Metric(name="converted", kind="proportion", numerator="converted", role="guardrail", margin=0.05),
    )
    imported = load(str(ROOT / "sample_data" / "experiment.csv"), metrics=metrics, segments=("country",))
    plan = plan_for(imported, stopping="always-valid")
    return analyse_export(imported, plan, planned=replace(plan, days=20))


@pytest.mark.parametrize("which", ["simulated", "real", "bare"])
def test_restored_results_read_as_the_original(which, request):
    original = request.getfixturevalue(which)
    restored = results_from(written(original))
    assert restored.to_json() == original.to_json()
    assert (restored.plan, restored.verdict, restored.checks) == (original.plan, original.verdict, original.checks)
    assert (restored.worlds, restored.fidelity) == (original.worlds, original.fidelity)
    assert (restored.meta, restored.notes) == (original.meta, original.notes)
    assert (restored.plan.hash, restored.adherence) == (original.plan.hash, original.adherence)
    for name in TABLES:
        assert set(getattr(restored, name)) >= {*getattr(original, name)} - {"true_absolute", "true_relative"}, name
    assert_frame_equal(readings(restored), readings(original))
    if which != "bare":
        for name in TABLES:
            assert_frame_equal(getattr(restored, name), getattr(original, name))
        assert_frame_equal(segment_readings(restored), segment_readings(original))
    else:
        assert segment_readings(restored).empty
    assert report.html(restored) == report.html(original)


def test_results_of_an_older_version_lack_what_was_added_since(simulated):
    data = written(simulated)
    older = {name: part for name, part in data.items() if name not in SINCE}
    del older["plan"]["correction"]
    restored = results_from(older | {"id": "0" * 16})
    assert list(restored.heterogeneity) == list(simulated.heterogeneity)
    assert (restored.adherence, restored.worlds, restored.fidelity, restored.units) == (None, None, None, None)
    assert restored.interference.empty
    assert restored.individual.empty
    assert report.html(restored)
    assert restored.plan.correction == "holm"
    assert list(restored.effects["metric"]) == list(simulated.effects["metric"])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda data: data.pop("effects"), "The result has no effects."),
        (lambda data: data.pop("meta"), "The result has no 'meta'."),
        (lambda data: data.pop("health"), "The health of a result was given as nothing"),
        (lambda data: data.pop("plan"), "The plan was given as nothing"),
        (lambda data: data.update(effect=[]), "Part of a result 'effect' was not found."),
        (lambda data: data.update(segments="none"), 'The result\'s segments were given as "none"'),
        (lambda data: data["effects"][1].pop("p_value"), "Row 2 of the result's effects has other columns"),
        (
            lambda data: data["verdict"].update(status="maybe"),
            "'status' of the result's verdict was given as \"maybe\"",
        ),
        (lambda data: data.update(units=[]), "Part of a result 'units' was not found."),
        (lambda data: data["worlds"].update(users="many"), "'users' of the result's worlds was given as \"many\""),
        (lambda data: data["meta"].update(units="many"), "'units' of the result's meta was given as \"many\""),
    ],
)
def test_what_is_no_result_is_one_sentence(simulated, change, sentence):
    data = written(simulated)
    change(data)
    with pytest.raises(ExperimentError) as error:
        results_from(data)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


@given(PLANS)
def test_any_plan_comes_back(plan):
    restored = plan_from(written(plan))
    assert restored == plan
    assert restored.hash == plan.hash


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"days": "14"}, "'days' of the plan was given as \"14\"; expected a whole number."),
        ({"days": True}, "'days' of the plan was given as true; expected a whole number."),
        ({"alpha": float("nan")}, "'alpha' of the plan was given as NaN; expected a finite number."),
        ({"variants": ["a", 2]}, "'variants.2' of the plan was given as 2; expected text."),
        ({"stoping": "fixed"}, "Field of the plan 'stoping' was not found. Known: hypothesis,"),
        ({"metrics": [{"name": "a", "kinds": "mean"}]}, "Did you mean 'kind'?"),
        ({"stopping": "soon"}, "expected 'fixed', 'always-valid'"),
        ({"days": 0}, "0 days were given"),
        ({"metrics": []}, "exactly one primary metric"),
    ],
)
def test_what_is_no_plan_is_one_sentence(change, sentence):
    with pytest.raises(ExperimentError) as error:
        plan_from(written(a_plan()) | change)
    assert sentence in str(error.value)


def test_a_missing_field_is_named():
    data = written(a_plan())
    del data["hypothesis"]
    with pytest.raises(ExperimentError, match="The plan has no 'hypothesis'"):
        plan_from(data)
