"""Plans as files: what is written reads back; what a person writes by hand reads; what cannot be is a sentence."""

import json

import pytest
from hypothesis import given

from engine.errors import ExperimentError
from experiments.metrics import Metric
from experiments.plan import Plan
from experiments.plan_file import read_plan, write_plan
from tests.experiments.plans import PLANS, a_plan

BY_HAND = b"""
hypothesis: Free delivery raises revenue.
variants: [control, free]
metrics:
  - {name: revenue, kind: mean, role: primary}
  - {name: latency, kind: mean, role: guardrail, direction: lower, margin: 2e-2}
days: 14
"""


@given(PLANS)
def test_what_is_written_reads_back(plan):
    assert read_plan(write_plan(plan).encode()).hash == plan.hash
    assert read_plan(json.dumps(plan.to_dict()).encode()).hash == plan.hash


def test_every_field_stands_under_what_it_means():
    text = write_plan(a_plan())
    assert a_plan().hash in text
    lines = text.splitlines()
    for name in a_plan().to_dict():
        place = next(place for place, line in enumerate(lines) if line.startswith(f"{name}:"))
        assert lines[place - 1].startswith("# "), name
        assert len(lines[place - 1]) > 10, name


def test_a_file_by_hand_leaves_out_what_is_usual(tmp_path):
    file = tmp_path / "plan.yaml"
    file.write_bytes(BY_HAND)
    for source in (file, str(file), BY_HAND):
        plan = read_plan(source)
        assert plan.split == (1.0, 1.0)
        assert [metric.numerator for metric in plan.metrics] == ["revenue", "latency"]
        assert plan.guardrails[0].margin == 0.02
        assert (plan.stopping, plan.alpha) == ("fixed", 0.05)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The plan was given as nothing"),
        (b"- 1", "expected names and values"),
        (b"a: [", "The plan is neither YAML nor JSON: line 1, column 5"),
        (b"[" * 1500, "neither YAML nor JSON"),
        (b"\xff\xfe", "not text in UTF-8"),
        (b"days: 3\ndays: 4", "gives 'days' twice"),
        (b'{"days": 3, "days": 4}', "gives 'days' twice"),
        (b"a: &x [1]\nb: *x", "refers to a part by '*'"),
        (b"a: !!python/object/apply:os.getcwd []", "neither YAML nor JSON"),
        (b"# " + b"x" * 1_000_001, "1,000,003 bytes"),
        (BY_HAND.replace(b"[control, free]", b"[off, free]"), "'variants.1' of the plan was given as false"),
        (BY_HAND.replace(b"mean", b"men", 1), "'metrics.1.kind' of the plan was given as \"men\""),
        (BY_HAND + b"stoping: fixed", "Did you mean 'stopping'?"),
    ],
)
def test_what_cannot_be_is_one_sentence(content, sentence):
    with pytest.raises(ExperimentError) as error:
        read_plan(content)
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["nowhere.yaml", ".", "a\0b"])
def test_a_file_that_cannot_be_read_is_one_sentence(name):
    with pytest.raises(ExperimentError, match="cannot be read"):
        read_plan(name)


@pytest.mark.parametrize("name", ["0E0", "1e-3", "1.5", "no", "null", "2026-01-01", "~"])
def test_a_name_that_looks_like_something_else_stays_a_name(name):
    plan = Plan(
        hypothesis="", variants=("control", name), split=(1, 1), days=1,
        metrics=(Metric(name=name, kind="mean", numerator=name, role="primary"),),
    )  # fmt: skip
    assert read_plan(write_plan(plan).encode()).variants == plan.variants
