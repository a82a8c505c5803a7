"""``python -m experiments simulate``, as a notebook or a pipeline calls it."""

import re

import pandas as pd
import pytest

from experiments import database


def test_simulate_prints_json(command, small_file):
    found = command(
        "simulate", small_file, "--control", "popularity", "--treatment", "svd", "--treatment", "random",
        "--users", "300", "--days", "2", "--split", "2,1,1", "--seed", "5", "--json",
    )  # fmt: skip
    assert database.result(found["id"]).to_dict() == {name: part for name, part in found.items() if name != "id"}
    assert found["meta"]["seed"] == 5
    assert found["meta"]["units"] == 300
    assert found["plan"]["split"] == [2.0, 1.0, 1.0]
    assert [row["variant"] for row in found["truth"]][:2] == ["svd", "random"]
    assert found["health"]["srm"]["p_value"] is not None
    assert found["verdict"]["status"] in {"ship", "stop", "inconclusive", "unhealthy"}


def test_simulate_prints_worlds_interference_and_whom_it_helps(command, small_file, tmp_path):
    target = tmp_path / "individual.parquet"
    out = command(
        "simulate", small_file, "--control", "popularity", "--treatment", "ease+epsilon:0.2", "--users", "200",
        "--days", "2", "--retrain-every", "1", "--shared-training", "no", "--worlds", "2", "--individual", target,
        "--no-keep",
    )  # fmt: skip
    head, _, rest = out.partition("TRUE UPLIFT")
    assert "Can these users be believed?" in head
    assert "each variant learns from its own users alone" in rest
    assert "In 2 plausible worlds, of 200 users each" in rest
    assert re.search(r"conversion, ease\+epsilon:0.2: Uplift in [012] of 2 plausible worlds", rest)
    assert "held-out weeks" in rest
    units = pd.read_parquet(target)
    assert len(units) == 200
    assert set(units["variant"]) == {"ease+epsilon:0.2"}


def test_simulate_that_keeps_nothing_needs_no_database(command, small_file, monkeypatch):
    monkeypatch.setenv("LAB_DATABASE_URL", "postgresql://lab:sekrit@127.0.0.1:1/lab")
    asked = ("simulate", small_file, "--control", "popularity", "--treatment", "random", "--users", "50", "--days", "1")
    assert command(*asked, "--json", "--no-keep")["id"] is None
    err = command(*asked, code=2)
    assert "cannot be used" in err
    assert "sekrit" not in err


def test_simulate_prints_a_table_with_the_truth_beside(command, small_file):
    out = command(
        "simulate", small_file, "--control", "popularity", "--treatment", "random", "--users", "200",
        "--days", "2", "--primary", "click_through", "--without", "drift,boredom",
    )  # fmt: skip
    assert out.startswith("Simulated · ")
    assert "TRUE UPLIFT" in out
    assert "click_through *" in out
    assert "Sample ratio" in out
    key = re.search(r"Kept as ([0-9a-f]{16}): python -m experiments report \1 --out report.html", out)[1]
    assert database.entry(key).units == 200
    assert database.result(key).meta.settings["without"] == ["boredom", "drift"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--treatment", "svdd"], "Did you mean 'svd'"),
        (["--treatment", "svd", "--split", "1,1,1"], "3 weights, but there are 2 variants"),
        (["--treatment", "svd", "--split", "a,b"], "Split 'a,b' was given"),
        (["--treatment", "svd", "--primary", "clicks"], "Metric 'clicks' was not found"),
        (["--treatment", "svd", "--users", "0"], "at least 2"),
        (["--treatment", "svd", "--worlds", "-2"], "-2 plausible worlds were given"),
        (["--treatment", "svd", "--without", "drift,boredem"], "Did you mean 'boredom'"),
        (["--treatment", "svd", "--individual", "units.csv"], "does not end in .parquet"),
        (["--treatment", "svd", "--individual", "no/where.parquet"], "its folder does not exist"),
        (["--treatment", "svd", "--days", "0"], "at least 1"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(command, small_file, arguments, sentence):
    assert sentence in command("simulate", small_file, "--control", "popularity", *arguments, code=2)


def test_a_file_that_is_not_there_is_one_line(command):
    asked = ("simulate", "nowhere.csv", "--control", "popularity", "--treatment", "svd")
    assert "nowhere.csv" in command(*asked, code=2)
