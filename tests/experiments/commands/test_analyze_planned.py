"""``python -m experiments analyze --plan``: what was registered before, and what became of it."""

import numpy as np
import pytest

from experiments.__main__ import main
from tests.experiments.importing.exports import units

PLAN = """
hypothesis: The new feed raises revenue.
variants: [control, new]
metrics:
  - {name: revenue, kind: mean, role: primary, cap: 0.99, title: Revenue per user}
  - {name: latency, kind: mean, role: guardrail, direction: lower, margin: 0.5}
split: [1, 1]
days: 1
alpha: 0.1
segments: [country]
"""


@pytest.fixture
def planned():
    rng = np.random.default_rng(9)
    rows = units(rng.gamma(2, 5, 200).tolist(), rng.gamma(2, 6, 200).tolist())
    return rows.assign(latency=rng.gamma(9, 9, 400), country=["DE", "FR"] * 200, date="2199-03-02")


@pytest.fixture
def plan(tmp_path, capsys):
    def write(text, *, registered=True):
        file = tmp_path / "plan.yaml"
        file.write_text(text)
        if registered:
            assert main(["register", str(file)]) == 0
            capsys.readouterr()
        return str(file)

    return write


def test_a_registered_plan_says_everything_and_was_followed(analyze, planned, plan):
    found = analyze(planned, "--plan", plan(PLAN), "--json")
    assert [(row["metric"], row["by"]) for row in found["effects"][:2]] == [("revenue", None), ("latency", None)]
    assert {(row["metric"], row["by"]) for row in found["effects"][2:]} == {
        ("revenue", "country"), ("latency", "country"),
    }  # fmt: skip
    assert found["plan"]["alpha"] == 0.1
    assert found["plan"]["hash"] == found["adherence"]["plan_hash"]
    assert found["adherence"]["deviations"] == []
    assert found["adherence"]["sentence"].endswith("The analysis followed it.")
    assert "The analysis followed it." in analyze(planned, "--plan", plan(PLAN))


def test_flags_beside_a_plan_are_its_deviations(analyze, planned, plan):
    file = plan(PLAN)
    asked = ("--metric", "revenue:mean", "--metric", "latency:quantile:0.9:lower", "--alpha", "0.05")
    found = analyze(planned, "--plan", file, *asked, "--json")
    assert found["adherence"]["deviations"] == [
        "Alpha was 0.1 and became 0.05.", "Metric latency_p90 was not planned.",
    ]  # fmt: skip
    assert found["plan"]["metrics"][0]["cap"] == 0.99
    capped = analyze(planned, "--plan", file, "--cap", "revenue=0.9", "--json")
    assert capped["adherence"]["deviations"] == ["Cap of revenue was 0.99 and became 0.9."]


def test_a_plan_that_nobody_registered_says_so(analyze, planned, plan):
    found = analyze(planned, "--plan", plan(PLAN.replace("0.1", "0.11"), registered=False), "--json")
    assert found["adherence"]["registered"] is None
    assert "was not registered" in found["adherence"]["sentence"]


def test_a_plan_may_call_things_otherwise(analyze, planned, plan):
    file = plan(PLAN)
    rows = planned.rename(columns={"revenue": "umsatz"}).replace({"variant": {"control": "A", "new": "B"}})
    assert "The planned variants are control and new; the export has A and B." in analyze(
        rows, "--plan", file, "--column", "revenue=umsatz", code=2
    )
    called = ("--column", "revenue=umsatz", "--rename", "A=control", "--rename", "B=new")
    assert analyze(rows, "--plan", file, *called, "--json")["adherence"]["deviations"] == []


def test_a_variant_that_was_not_planned_is_leakage(analyze, planned, plan):
    planned.loc[:20, "variant"] = "old"
    found = analyze(planned, "--plan", plan(PLAN), "--json")
    assert found["plan"]["variants"] == ["control", "new", "old"]
    assert found["health"]["leakage"]["status"] == "failed"
    assert "Variants was control, new and became control, new, old." in found["adherence"]["deviations"]
