"""``python -m experiments analyze``: known answers, from the rows of a file to the JSON."""

import json

import numpy as np
import pandas as pd
import pytest

from experiments.__main__ import main
from experiments.importing import analyse_export, load, metrics_of, plan_for
from experiments.reading import readings
from experiments.report import html
from tests.experiments.importing.exports import csv, units
from tests.experiments.references import SLEEP_CONTROL, SLEEP_TREATMENT

NAMED = ("--unit", "user_id", "--variant", "variant", "--control", "control")


@pytest.fixture
def analyze(tmp_path, capsys):
    def run(rows, *arguments, code=0):
        file = tmp_path / "export.csv"
        file.write_bytes(rows if isinstance(rows, bytes) else csv(rows))
        assert main(["analyze", str(file), *arguments]) == code
        out = capsys.readouterr()
        if code:
            assert out.out == ""
            assert out.err.count("\n") == 1
            return out.err
        return json.loads(out.out) if "--json" in arguments else out.out

    return run


def conversions(control, treatment, units_each=10_000):
    return units(
        [1] * control + [0] * (units_each - control), [1] * treatment + [0] * (units_each - treatment), "converted"
    )


def ratio_rows():
    """GrowthBook's ratio example: 100 units an arm whose sums and products are the published ones."""
    arms = {
        "control": ([485.112236689623, 679.9093275844917], 2715.484666118136, 3602.146836776702, 4939.424001640236),
        "new": ([514.7757826608777, 705.4090874383759], 2994.897482705013, 3918.1561431600717, 5291.36604146392),
    }
    rng = np.random.default_rng(0)
    parts = []
    for name, (total, above, product, below) in arms.items():
        mean = np.array(total) / 100
        wanted = np.array([[above, product], [product, below]]) / 100 - np.outer(mean, mean)
        noise = rng.normal(size=(100, 2))
        noise -= noise.mean(axis=0)
        white = noise @ np.linalg.inv(np.linalg.cholesky(noise.T @ noise / 100)).T
        found = mean + white @ np.linalg.cholesky(wanted).T
        parts.append(pd.DataFrame(found, columns=["orders", "sessions"]).assign(variant=name))
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(user_id=np.arange(len(rows)))


def test_welch(analyze):
    found = analyze(units(SLEEP_CONTROL, SLEEP_TREATMENT), *NAMED, "--metric", "revenue:mean", "--json")
    (effect,) = found["effects"]
    assert effect["statistic"] == pytest.approx(-1.8608134675, rel=1e-6)
    assert effect["p_value"] == pytest.approx(0.0793941402, rel=1e-6)
    assert [effect["absolute_low"], effect["absolute_high"]] == pytest.approx([-3.36548323, 0.20548323], rel=1e-6)
    assert (effect["n_control"], effect["n_treatment"], effect["segment"]) == (10, 10, None)
    assert (effect["covariate_adjusted"], found["simulated"], found["truth"]) == (False, False, [])


def test_two_proportions_and_what_is_believed_of_them(analyze):
    rows = conversions(1000, 1100)
    found = analyze(rows, *NAMED, "--metric", "converted:proportion", "--json")
    (effect,) = found["effects"]
    assert effect["statistic"] == pytest.approx(2.3066347738, rel=1e-6)
    assert effect["p_value"] == pytest.approx(0.0210751893, rel=1e-6)
    assert [effect["absolute_low"], effect["absolute_high"]] == pytest.approx([0.0015020651, 0.0185015159], rel=1e-6)
    assert effect["chance_to_win"] == pytest.approx(0.9894573545, rel=1e-6)
    assert effect["expected_loss"] == pytest.approx(1.5582445e-05, rel=1e-6)
    assert found["verdict"]["status"] == "ship"
    assert found["health"]["srm"]["p_value"] == 1.0
    bayesian = analyze(rows, *NAMED, "--metric", "converted:proportion", "--stopping", "bayesian", "--json")
    assert bayesian["verdict"]["status"] == "ship"
    assert bayesian["effects"][0]["absolute_low"] > 0


def test_ratio(analyze):
    found = analyze(ratio_rows(), *NAMED, "--metric", "orders/sessions:ratio", "--json")
    (effect,) = found["effects"]
    assert effect["metric"] == "orders/sessions"
    assert effect["control_value"] == pytest.approx(0.7134954868, rel=1e-6)
    assert effect["standard_error"] == pytest.approx(0.0196824462, rel=1e-6)
    assert effect["p_value"] == pytest.approx(0.4097473766, rel=1e-6)


def test_cuped(analyze):
    i = np.arange(1, 201)
    x = np.concatenate([((37 * i) % 101) / 10, ((53 * i) % 97) / 10])
    noise = np.concatenate([(((29 * i) % 17) - 8) / 8, (((31 * i) % 19) - 9) / 9])
    y = np.repeat([2, 2.3], 200) + 0.8 * x + noise
    rows = units(y[:200].tolist(), y[200:].tolist()).assign(pre_revenue=x)
    found = analyze(rows, *NAMED, "--metric", "revenue:mean", "--covariate", "revenue=pre_revenue", "--json")
    (effect,) = found["effects"]
    assert effect["covariate_adjusted"] is True
    assert effect["absolute"] == pytest.approx(0.2991607715, rel=1e-6)
    assert [effect["absolute_low"], effect["absolute_high"]] == pytest.approx([0.1792857798, 0.4190357631], rel=1e-6)
    assert effect["p_value"] == pytest.approx(1.3561176e-06, rel=1e-4)
    assert effect["relative"] == pytest.approx(0.05054549, rel=1e-6)
    assert effect["unadjusted_p_value"] == pytest.approx(0.6583030, rel=1e-6)


def test_a_sample_ratio_mismatch_is_unhealthy_whatever_the_figures_say(analyze):
    rows = units([1.0, 2.0] * 500, [3.0, 4.0] * 600)
    found = analyze(rows, *NAMED, "--metric", "revenue:mean", "--json")
    assert found["verdict"]["status"] == "unhealthy"
    assert found["health"]["srm"]["status"] == "failed"
    assert found["health"]["srm"]["value"] == pytest.approx(18.18181818, rel=1e-6)
    assert found["health"]["srm"]["p_value"] == pytest.approx(2.00786561e-05, rel=1e-6)
    planned = analyze(rows, *NAMED, "--metric", "revenue:mean", "--split", "control=10,new=12", "--json")
    assert planned["health"]["srm"]["status"] == "ok"
    text = analyze(rows, *NAMED, "--metric", "revenue:mean")
    assert "UNHEALTHY. Sample ratio mismatch" in text


def test_units_in_two_variants_are_refused_and_make_it_unhealthy(analyze):
    rows = units([1.0, 2.0] * 100, [1.0, 2.0] * 100)
    rows.loc[:9, "variant"] = "new"
    rows = pd.concat([rows, rows.head(10).assign(variant="control")])
    found = analyze(rows, *NAMED, "--metric", "revenue:mean", "--json")
    assert found["verdict"]["status"] == "unhealthy"
    assert found["health"]["units_in_two_variants"]["value"] == 10
    told = found["import"]
    assert (told["rows_read"], told["rows_kept"], told["rows_refused"]) == (410, 390, 20)
    assert told["files"][0]["refused"][0] == {
        "line": 2, "reason": "unit is in more than one variant", "column": "variant", "value": "new",
    }  # fmt: skip


def test_segments_follow_the_effects_of_all_units(analyze):
    rows = units([1.0, 2.0, 3.0] * 100, [1.0, 2.5, 3.5] * 100).assign(country=["DE", "FR"] * 300)
    rows.loc[:2, "country"] = "LI"
    found = analyze(rows, *NAMED, "--metric", "revenue:mean", "--segment", "country", "--json")
    assert [(row["by"], row["segment"]) for row in found["effects"]] == [
        (None, None), ("country", "DE"), ("country", "FR"), ("country", "LI"),
    ]  # fmt: skip
    assert found["effects"][3]["p_value"] is None
    assert "fewer than 50 units" in found["effects"][3]["explanation"]
    assert found["health"]["srm_by_segment"]["status"] == "ok"


@pytest.mark.parametrize(
    ("correction", "factor"), [("none", (1, 1)), ("holm", (2, 1)), ("bh", (2, 1)), ("bonferroni", (2, 2))]
)
def test_corrections_are_over_all_metrics(analyze, correction, factor):
    rows = units([1.0, 2.0, 3.0] * 50, [1.2, 2.2, 3.3] * 50).assign(visits=[1, 2, 3, 4, 5, 6] * 50)
    found = analyze(
        rows, *NAMED, "--metric", "revenue:mean", "--metric", "visits:count", "--correction", correction, "--json"
    )
    low, high = found["effects"]
    assert low["p_value"] < high["p_value"]
    assert low["p_value_adjusted"] == pytest.approx(low["p_value"] * factor[0])
    assert high["p_value_adjusted"] == pytest.approx(min(high["p_value"] * factor[1], 1))


@pytest.mark.parametrize(("correction", "status"), [("holm", "inconclusive"), ("none", "ship")])
def test_the_verdict_reads_the_corrected_p_value(analyze, correction, status):
    rows = conversions(1000, 1100).assign(visits=[1, 2, 3, 4] * 5000, pages=[2, 1, 4, 3] * 5000)
    more = ("--metric", "visits:mean", "--metric", "pages:mean", "--correction", correction)
    found = analyze(rows, *NAMED, "--metric", "converted:proportion", *more, "--json")
    assert found["verdict"]["status"] == status


@pytest.mark.parametrize(("margin", "status"), [("0.2", "ship"), ("0.05", "stop")])
def test_a_guardrail_holds_a_winner_back(analyze, margin, status):
    rows = conversions(1000, 1200).assign(latency=[100.0, 102.0] * 5000 + [110.0, 112.0] * 5000)
    guardrail = f"latency:mean:lower:{margin}"
    found = analyze(rows, *NAMED, "--metric", "converted:proportion", "--guardrail", guardrail, "--json")
    assert found["verdict"]["status"] == status


def test_unit_days_have_a_check_of_the_split_over_time_and_days_left(analyze):
    # Both variants do the same: pairs of units are alike.
    unit = np.repeat(np.arange(60), 3)
    rows = pd.DataFrame({"user_id": unit, "variant": np.array(["A", "B"])[unit % 2], "day": np.tile([0, 1, 2], 60)})
    rows["bought"] = (unit // 2 + rows["day"]) % 5 == 0
    rows = rows[rows["day"] >= unit // 2 % 3]
    rows["day"] = "2026-03-0" + (rows["day"] + 1).astype(str)
    found = analyze(rows, "--metric", "bought:proportion", "--days", "7", "--stopping", "group-sequential", "--json")
    assert found["meta"]["days"] == 3
    assert found["import"]["first_day"] == "2026-03-01"
    assert found["verdict"]["status"] == "keep_running"
    assert found["verdict"]["days_left"] == 4
    assert found["health"]["srm_over_time"]["status"] == "ok"
    assert [row["n_control"] for row in found["cumulative"]] == [10, 20, 30]


def test_exposures_and_metrics(analyze, tmp_path):
    exposures = units([0] * 50, [0] * 50)[["user_id", "variant"]]
    measured = tmp_path / "metrics.csv"
    measured.write_bytes(csv([{"user_id": f"u{unit}", "revenue": unit} for unit in range(0, 100, 2)]))
    arguments = ("--metrics-file", str(measured), "--metric", "revenue:mean")
    (effect,) = analyze(exposures, *NAMED, *arguments, "--json")["effects"]
    assert (effect["control_value"], effect["treatment_value"]) == (12.0, 37.0)


def test_the_table_tells_effects_health_and_rows(analyze):
    rows = csv(units([1.0, 2.0] * 40, [1.5, 2.5] * 40)) + b"u7,,3\nu8,control,soon\n"
    asked = ("--metric", "revenue:mean", "--segment", "country")
    text = analyze(rows.replace(b"\n", b",DE\n").replace(b",DE", b",country", 1), *asked)
    assert "revenue *" in text
    assert "country DE" in text
    assert "Does country change the uplift of new? no p-value (Cochran's Q)" in text
    assert "Sample ratio: The split is as planned: 80 : 80 units" in text
    assert "162 rows read, 160 kept, 2 refused" in text
    assert "1 × variant is missing, first on line 162" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "No metric was given"),
        (["--metric", "revenue"], "expected name:kind, such as revenue:mean"),
        (["--metric", "revenue:means"], "Did you mean 'mean'?"),
        (["--metric", "revenu:mean"], "Did you mean 'revenue'?"),
        (["--metric", "revenue:ratio"], "a ratio names two columns"),
        (["--metric", "revenue:proportion"], "Use revenue:mean"),
        (["--metric", "revenue:mean", "--unit", "user"], "Did you mean 'user_id'?"),
        (["--metric", "revenue:mean", "--control", "contrl"], "Did you mean 'control'?"),
        (["--metric", "revenue:mean", "--split", "1,1,1"], "3 weights, but there are 2 variants"),
        (["--metric", "revenue:mean", "--split", "1;1"], "expected weights such as 1,1 or control=1,new=1"),
        (["--metric", "revenue:mean", "--guardrail", "revenue:mean:lower"], "expected name:kind:better direction"),
        (["--metric", "revenue:mean", "--guardrail", "age:mean:down:0.1"], "Direction 'down' was not found"),
        (["--metric", "revenue:mean", "--guardrail", "age:mean:lower:2"], "between 0 and 1"),
        (["--metric", "revenue:mean", "--guardrail", "age:mean:lower:two"], "has margin 'two'"),
        (["--metric", "revenue:mean", "--covariate", "revenue"], "expected metric=column"),
        (["--metric", "revenue:mean", "--covariate", "revenues=age"], "Did you mean 'revenue'?"),
        (["--metric", "revenue:mean", "--covariate", "revenue=revenue"], "as a metric and as a covariate of"),
        (["--metric", "revenue:mean", "--metrics-file", "nowhere.csv"], "nowhere.csv' was not found"),
        (["--metric", "revenue:mean", "--days", "0"], "at least 1"),
        (["--metric", "revenue:mean", "--alpha", "2"], "alpha 2.0"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(analyze, arguments, sentence):
    rows = units([1.0, 2.5] * 10, [1.5, 2.5] * 10).assign(age=30.0)
    assert sentence in analyze(rows, *arguments, code=2)


def test_the_report_of_a_real_experiment_has_no_truth():
    rows = csv(units([1.0, 2.0] * 60, [1.5, 2.5] * 60).assign(country=["DE", "FR"] * 120))
    imported = load(rows, metrics=metrics_of(["revenue:mean"]), segments=["country"], name="spring test")
    results = analyse_export(imported, plan_for(imported))
    assert results.truth.empty
    text = html(results)
    assert "spring test" in text
    assert "Simulated" not in text
    assert readings(results)["outcome"].tolist() == ["better"]


def test_an_unknown_stopping_rule_is_one_line(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["analyze", "x.csv", "--metric", "a:mean", "--stopping", "never"])
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
