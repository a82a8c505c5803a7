"""``python -m experiments calibrate``: from the rows of a file to false alarms, power and coverage."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from sample_data import FOLDER

SAMPLE = str(FOLDER / "experiment.csv")


@pytest.fixture
def calibrate(command):
    return partial(command, "calibrate")


def test_the_documented_command_answers_in_json(calibrate):
    found = calibrate(
        SAMPLE, "--unit", "user_id", "--metric", "revenue:mean", "--metric", "orders/sessions:ratio",
        "--replications", 800, "--looks", 14, "--uplift", 0.1, "--covariate", "revenue=pre_revenue", "--json",
    )  # fmt: skip
    assert len(found["looks"]) == 14
    assert found["replications"] == 800
    rows = {(row["metric"], row["method"]): row for row in found["rates"]}
    assert len(rows) == 12
    fixed = rows["revenue", "fixed"]
    assert 0.03 < fixed["false_positive_rate"] < 0.07
    assert 0.93 < fixed["coverage"] < 0.97
    assert fixed["false_positive_low"] < fixed["false_positive_rate"] < fixed["false_positive_high"]
    assert rows["revenue", "peeking"]["false_positive_rate"] > 0.15
    assert rows["revenue", "always-valid"]["false_positive_rate"] < 0.05
    assert set(fixed) >= {"power", "type_s", "type_m", "stopping_share", "outcome", "reading"}
    assert found["plan"]["metrics"][0]["covariates"] == ["pre_revenue"]
    assert found["answer"].startswith(("Yes", "No", "About"))
    assert found["seconds"] > 0


def test_the_words_come_first_and_then_a_table(calibrate):
    said = calibrate(SAMPLE, "--unit", "user_id", "--metric", "converted:proportion", "--replications", 200)
    lines = said.splitlines()
    assert lines[0].startswith("experiment.csv · 200 re-randomisations of 5,000 units, 14 looks, in ")
    assert lines[2].startswith("No: a true +3.0% in converted would have been found in ")
    assert lines[3].startswith("Looking every day and stopping at p < 0.05 would have cried wolf in ")
    assert sum(line.startswith("converted") for line in lines) == 6


def test_the_same_seed_prints_the_same(calibrate):
    asked = (SAMPLE, "--unit", "user_id", "--metric", "revenue:mean", "--replications", 100, "--json")
    first, second, other = calibrate(*asked), calibrate(*asked), calibrate(*asked, "--seed", 2)
    assert first["rates"] == second["rates"] != other["rates"]


def test_a_plan_says_what_is_tried(calibrate, tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        "hypothesis: more orders\nvariants: [old, new, newer]\nsplit: [2, 1, 1]\ndays: 14\nmde: 0.08\n"
        "stopping: group-sequential\nlooks: 4\nspending: pocock\n"
        "metrics:\n  - {name: orders, kind: count, numerator: orders, role: primary}\n"
    )
    found = calibrate(SAMPLE, "--unit", "user_id", "--plan", plan, "--replications", 100, "--json")
    assert found["method"] == "pocock"
    assert found["uplift"] == 0.08
    assert len(found["looks"]) == 4
    assert {row["variant"] for row in found["rates"]} == {"new", "newer"}


def test_days_of_units_are_looks(calibrate):
    found = calibrate(
        SAMPLE, "--unit", "user_id", "--day", "first_seen", "--metric", "orders:count", "--replications", 60,
        "--looks", 7, "--split", "9,1", "--json",
    )  # fmt: skip
    assert [look["day"] for look in found["looks"]] == [2, 4, 6, 8, 10, 12, 14]
    assert found["plan"]["split"] == [9, 1]


def test_users_of_a_log_and_simulated_ones(calibrate, tmp_path):
    rng = np.random.default_rng(1)
    file = tmp_path / "log.csv"
    pd.DataFrame(
        {
            "user_id": rng.integers(0, 80, 900),
            "item_id": rng.integers(0, 20, 900),
            "timestamp": pd.Timestamp("2026-01-01") + pd.to_timedelta(np.sort(rng.uniform(0, 28, 900)), unit="D"),
            "event": rng.choice(["view", "purchase"], 900),
        }
    ).to_csv(file, index=False)
    found = calibrate("--data", file, "--metric", "revenue_per_user", "--days", 7, "--replications", 60, "--json")
    assert not found["simulated"]
    assert found["plan"]["metrics"][0]["name"] == "revenue_per_user"
    assert any("4 windows of 7 days" in note for note in found["notes"])
    said = calibrate("--simulate", file, "--users", 60, "--days", 3, "--replications", 60)
    assert said.startswith("Simulated · ")
    assert "60 re-randomisations of 60 units, 3 looks" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "No sources of units were given; expected one: a FILE, --data or --simulate."),
        ((SAMPLE, "--data", "sample"), "2 sources of units were given"),
        ((SAMPLE,), "No metric was given"),
        ((SAMPLE, "--metric", "revenu:mean"), "Did you mean 'revenue'?"),
        ((SAMPLE, "--metric", "revenue:mean", "--replications", "0"), "0 replications were given"),
        ((SAMPLE, "--metric", "revenue:mean", "--uplift", "0"), "An uplift of 0 was given"),
        ((SAMPLE, "--metric", "revenue:mean", "--split", "1,x"), "Split '1,x' was given"),
        ((SAMPLE, "--metric", "converted:proportion", "--uplift", "5"), "beyond 100%"),
        (("nowhere.csv", "--metric", "x:mean"), "nowhere.csv"),
    ],
)
def test_bad_input_is_one_line(calibrate, arguments, sentence):
    assert sentence in calibrate(*arguments, code=2)
