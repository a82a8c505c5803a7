"""Units from an export, from the users of a log, and from simulated users; and a study from its request."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine import store
from engine.errors import ExperimentError, LabError
from experiments.calibration import (
    Request,
    from_export,
    from_simulator,
    from_users,
    glimpse,
    key_of,
    population,
    source_of,
    task,
)
from experiments.calibration.sources import fitting
from experiments.importing import metrics_of
from experiments.metrics import SIMULATED, with_primary
from experiments.plan import Plan
from tests.engine.logs import make_log, random_log
from tests.experiments.logs import log

PLAN = Plan(
    hypothesis="",
    variants=("control", "treatment"),
    metrics=with_primary(SIMULATED, "sessions"),
    split=(1, 1),
    days=7,
    mde=0.1,
)


def silent(*_):
    """Tell nobody."""


@pytest.fixture
def export(tmp_path):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "user_id": [f"u{number}" for number in range(200)],
            "variant": np.where(rng.random(200) < 0.5, "a", "b"),
            "shop": rng.integers(0, 40, 200),
            "spent": rng.exponential(5, 200).round(2),
            "before": rng.exponential(5, 200).round(2),
            "bought": rng.integers(0, 2, 200),
        }
    )
    file = tmp_path / "export.csv"
    frame.to_csv(file, index=False)
    return file, frame


def test_an_export_needs_no_variant(export):
    file, frame = export
    metrics = metrics_of(["spent:mean", "bought:proportion"])
    whole = from_export(file, metrics, unit="user_id")
    assert whole.log.n_units == 200
    assert whole.log.variants == ("everybody",)
    np.testing.assert_allclose(whole.log.values[0, :, 0], frame["spent"])
    frame.drop(columns="variant").to_csv(file, index=False)
    without = from_export(file, metrics, unit="user_id")
    np.testing.assert_array_equal(whole.log.values, without.log.values)
    assert "assigned anew" in whole.notes[0]


def test_refused_rows_of_an_export_are_told(export):
    file, frame = export
    frame.astype({"spent": object}).assign(spent=["?", *frame["spent"][1:]]).to_csv(file, index=False)
    found = from_export(file, metrics_of(["spent:mean"]), unit="user_id")
    assert found.log.n_units == 199
    assert "1 of 200 rows were refused." in found.notes


def test_clusters_of_an_export_are_what_is_assigned(export):
    file, frame = export
    metrics = metrics_of(["spent:mean"])
    units = population(from_export(file, metrics, unit="user_id", cluster="shop").log, metrics)
    assert units.clustered
    assert units.n_units == frame["shop"].nunique()


def test_users_are_units_of_every_window_they_appear_in():
    """Counted again by groupby."""
    dataset = log(rows=500, days=21)
    found = from_users(dataset, 7)
    rows = dataset.interactions.assign(day=(dataset.interactions["time"] - pd.Timestamp("2026-01-05")).dt.days)
    rows["window"], rows["offset"] = rows["day"] // 7, rows["day"] % 7
    bought = rows["event"] == "purchase"
    groups = rows.groupby(["window", "user"])
    assert found.log.n_units == len(groups)
    purchases = found.log.column("purchases")
    wanted = bought.groupby([rows["window"], rows["user"]]).sum().to_numpy()
    np.testing.assert_array_equal(found.log.values.sum(axis=0)[:, purchases], wanted)
    np.testing.assert_array_equal(found.log.entered, groups["offset"].min().to_numpy())
    before = [
        int((bought & (rows["user"] == user) & (rows["window"] < window)).sum()) for window, user in groups.groups
    ]
    np.testing.assert_array_equal(found.log.covariates["purchases before"], before)
    assert "in 3 windows of 7 days" in found.notes[0]


def test_a_log_shorter_than_planned_or_without_times_says_so():
    assert "The log spans 21 days, fewer than the 60 planned." in from_users(log(days=21), 60).notes
    timeless = from_users(make_log([(user, user % 3) for user in range(30)]), 14)
    assert timeless.log.n_days == 1
    assert any("no times" in note for note in timeless.notes)
    with pytest.raises(ExperimentError, match="0 days of a log"):
        from_users(log(), 0)


def test_simulated_users_all_live_under_one_policy():
    dataset = random_log(3, n_rows=900, feedback="implicit")
    found = from_simulator(dataset, control="popularity", users=60, days=3, seed=4)
    assert found.simulated
    assert found.log.values.shape[:2] == (3, 60)
    again = from_simulator(dataset, control="popularity", users=60, days=3, seed=4)
    np.testing.assert_array_equal(found.log.values, again.log.values)
    assert "sessions before" in found.log.covariates
    with pytest.raises(ExperimentError, match="1 users were given"):
        from_simulator(dataset, control="popularity", users=1)
    with pytest.raises(LabError, match="popularty"):
        from_simulator(dataset, control="popularty")


def test_what_a_log_does_not_hold_is_left_out_or_said():
    source = from_users(random_log(3, n_rows=900, feedback="implicit"), 7)
    plan, notes = fitting(PLAN, source)
    assert [metric.name for metric in plan.metrics] == ["sessions"]
    assert "Click-through rate, Conversion and Revenue per user" in notes[0]
    with pytest.raises(ExperimentError, match=r"does not record what conversion measures \(purchased\)"):
        fitting(replace(PLAN, metrics=with_primary(SIMULATED, "conversion")), source)


@pytest.mark.parametrize("kind", ["users", "simulator", "export"])
def test_a_request_is_plain_data_and_its_study_has_its_seed(kind, export, monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    dataset = log(rows=900)
    asked = {"plan": PLAN, "replications": 60, "looks": 3, "uplift": 0.1, "seed": 5}
    if kind == "export":
        asked["plan"] = replace(PLAN, metrics=metrics_of(["spent:mean", "bought:proportion"]))
        asked |= {"file": str(export[0]), "reading": {"unit": "user_id"}}
    else:
        asked["dataset"] = store.put(dataset)
    if kind == "simulator":
        asked["world"] = {"control": "popularity", "users": 50}
    request = Request(kind=kind, **asked)
    plain = json.loads(json.dumps(request.to_dict()))
    found = task(plain, silent)
    assert found.replications == 60
    assert found.meta.seed == 5
    assert found.meta.simulated == (kind == "simulator")
    assert len(found.looks) == 3
    assert found.meta.settings["kind"] == kind
    assert task(plain, silent).rates.equals(found.rates)
    assert key_of(request) != key_of(replace(request, seed=6))


def test_a_glimpse_is_of_the_primary_metric_alone(export):
    plan = replace(PLAN, metrics=metrics_of(["spent:mean", "bought:proportion"]))
    request = Request(kind="export", plan=plan, file=str(export[0]), reading={"unit": "user_id"})
    found = glimpse(request, source_of(request, silent))
    assert found.replications == 400
    assert set(found.rates["metric"]) == {"spent"}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"kind": "expot"}, "Source of units 'expot' was not found. Known: export, users, simulator. Did you mean"),
        ({"kind": "export"}, "No file was given"),
        ({"kind": "users"}, "No dataset was given"),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(asked, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        task(Request(plan=PLAN, **asked).to_dict(), silent)
