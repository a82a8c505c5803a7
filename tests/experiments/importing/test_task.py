"""The job that analyses an export, and its request as plain data."""

import json
from dataclasses import replace

import pytest

from engine.errors import LabError
from engine.jobs import folder
from experiments import database
from experiments.importing import Request, digest_of, request_from
from experiments.importing.task import TASK, key_of, task
from experiments.metrics import Metric
from experiments.plan import Plan
from tests.experiments.importing.exports import REVENUE, csv, units

PRIMARY = replace(REVENUE, role="primary")
FULL = Request(
    source="export.csv",
    measured="metrics.csv",
    digest="0" * 16,
    name="Spring test",
    unit="user_id",
    variant="variant",
    control="control",
    day="",
    columns={"revenue": "umsatz"},
    variants={"A": "control"},
    metrics=(
        replace(REVENUE, cap=0.99, covariates=("before", "visits")),
        Metric(name="p90", kind="quantile", quantile=0.9, numerator="latency", direction="lower"),
        Metric(name="bounce", kind="mean", numerator="bounce", role="guardrail", margin=0.02),
    ),
    segments=("country",),
    cluster="shop",
    split={"control": 1.0, "new": 2.0},
    days=14,
    stopping="group-sequential",
    looks=3,
    spending="pocock",
    correction="bh",
    alpha=0.1,
    power=0.9,
    hypothesis="It helps.",
    plan=Plan(hypothesis="It helps.", variants=("control", "new"), metrics=(PRIMARY,), split=(1.0, 1.0), days=14),
)


@pytest.mark.parametrize("request_", [FULL, Request(source="x.csv"), replace(FULL, split=(1.0, 1.0), segments=())])
def test_a_request_comes_back_from_json(request_):
    assert request_from(json.loads(json.dumps(request_.to_dict()))) == request_


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({}, "The request has no 'source'"),
        ({"source": "x", "alpha": "small"}, "'alpha' of the request was given as"),
        ({"source": "x", "colour": 1}, "colour"),
    ],
)
def test_what_is_no_request_is_one_sentence(data, sentence):
    with pytest.raises(LabError, match=sentence):
        request_from(data)


def test_the_job_keeps_its_result_under_its_own_key(tmp_path):
    file = tmp_path / "export.csv"
    file.write_bytes(csv(units([1.0, 2.0] * 40, [1.5, 2.5] * 40)) + b"u999,,3\n")
    asked = Request(source=str(file), digest=digest_of(str(file)), metrics=(PRIMARY,))
    stages = []
    found = task(asked.to_dict(), lambda stage, *_: stages.append(stage))
    key = folder.key_of(TASK, asked.to_dict())
    assert key == key_of(asked)
    kept = database.result(key)
    assert kept.verdict == found.results.verdict
    assert not kept.meta.simulated
    assert found.files[0].reasons == {"variant is missing": 1}
    assert stages == ["Reading the export", "Analysing", "Keeping the result"]


def test_another_content_under_the_same_path_is_another_result(tmp_path):
    file = tmp_path / "export.csv"
    file.write_bytes(b"a")
    before = digest_of(str(file))
    file.write_bytes(b"b")
    assert digest_of(str(file)) != before
    assert digest_of(str(file), str(file)) != digest_of(str(file))
    assert digest_of(str(tmp_path / "none.csv")) == ""
