"""``python -m experiments analyze``: known answers, from the rows of a file to the JSON."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from experiments import database
from experiments.__main__ import main
from experiments.importing import analyse_export, load, metrics_of, plan_for
from experiments.reading import readings
from experiments.report import html
from tests.experiments.importing.exports import csv, units
from tests.experiments.references import SLEEP_CONTROL, SLEEP_TREATMENT

NAMED = ("--unit", "user_id", "--variant", "variant", "--control", "control")


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


def test_quantiles_are_of_units_and_named_apart_where_a_column_has_several(analyze):
    noise = np.random.default_rng(3).gamma(4, 50, (2, 300)).round(1)
    rows = units(noise[0].tolist(), noise[1].tolist(), "latency")
    asked = ("--metric", "latency:quantile:0.9:lower", "--guardrail", "latency:quantile:0.5:lower:0.2")
    found = analyze(rows, *NAMED, *asked, "--json")
    p90, p50 = found["effects"]
    assert [p90["metric"], p50["metric"]] == ["latency_p90", "latency_p50"]
    assert [p90["control_value"], p90["treatment_value"]] == pytest.approx(np.quantile(noise, 0.9, axis=1))
    assert [p50["control_value"], p50["treatment_value"]] == pytest.approx(np.quantile(noise, 0.5, axis=1))
    alone = analyze(rows, *NAMED, *asked[:2], "--json")
    assert [effect["metric"] for effect in alone["effects"]] == ["latency"]


def test_a_cap_is_a_percentile_of_all_units(analyze):
    rows = units([1.0, 2.0, 3.0, 4.0] * 25, [2.0, 3.0, 4.0, 90.0] * 25)
    found = analyze(rows, *NAMED, "--metric", "revenue:mean", "--cap", "revenue=0.8", "--json")
    (effect,) = found["effects"]
    cut = rows["revenue"].clip(upper=np.quantile(rows["revenue"], 0.8))
    expected = ttest_ind(cut[100:], cut[:100], equal_var=False)
    assert effect["treatment_value"] == pytest.approx(cut[100:].mean())
    assert effect["p_value"] == pytest.approx(expected.pvalue, rel=1e-9)


def test_clusters_are_what_was_randomised(analyze):
    rng = np.random.default_rng(5)
    shop = np.repeat(np.arange(40), 10)
    rows = pd.DataFrame({"user_id": np.arange(400), "variant": np.array(["control", "new"])[shop % 2], "shop": shop})
    rows["revenue"] = rng.normal(10, 1, 40)[shop] + rng.normal(0, 1, 400)
    found = analyze(rows, *NAMED, "--metric", "revenue:mean", "--cluster", "shop", "--json")
    (effect,) = found["effects"]
    # Clusters of one size: the analysis of their means.
    means = rows.groupby(["variant", "shop"])["revenue"].mean()
    expected = ttest_ind(means["new"], means["control"], equal_var=False)
    assert effect["p_value"] == pytest.approx(expected.pvalue, rel=1e-9)
    assert (effect["n_control"], effect["n_treatment"]) == (20, 20)
    assert found["health"]["srm"]["status"] == "ok"
    quantile = analyze(rows, *NAMED, "--metric", "revenue:quantile:0.9", "--cluster", "shop", "--json")
    naive = analyze(rows, *NAMED, "--metric", "revenue:quantile:0.9", "--json")
    assert quantile["effects"][0]["standard_error"] > 1.3 * naive["effects"][0]["standard_error"]


def test_several_covariates_are_those_of_a_regression(analyze):
    rng = np.random.default_rng(6)
    before, visits = rng.gamma(2, 5, 400), rng.poisson(3, 400)
    y = 0.7 * before + 0.4 * visits + rng.normal(0, 2, 400)
    rows = units(y[:200].tolist(), y[200:].tolist()).assign(before=before, visits=visits)
    one = analyze(rows, *NAMED, "--metric", "revenue:mean", "--covariate", "revenue=before", "--json")["effects"][0]
    two = analyze(
        rows,
        *NAMED,
        "--metric",
        "revenue:mean",
        "--covariate",
        "revenue=before",
        "--covariate",
        "revenue=visits",
        "--json",
    )["effects"][0]
    assert two["standard_error"] < 0.99 * one["standard_error"]
    both = analyze(rows, *NAMED, "--metric", "revenue:mean", "--covariate", "revenue=before,visits", "--json")
    assert both["effects"][0]["absolute"] == two["absolute"]


def test_the_result_is_kept_under_its_id_and_nothing_without_keeping(analyze):
    rows = units([1.0, 2.0] * 40, [1.5, 2.5] * 40)
    found = analyze(rows, *NAMED, "--metric", "revenue:mean", "--json")
    assert database.result(found["id"]).verdict.reason == found["verdict"]["reason"]
    assert f"Kept as {found['id']}" in analyze(rows, *NAMED, "--metric", "revenue:mean")
    before = database.count()
    alone = analyze(rows, *NAMED, "--metric", "revenue:mean", "--alpha", "0.2", "--no-keep", "--json")
    assert alone["id"] is None
    assert database.count() == before
    other = analyze(rows.assign(revenue=3.0), *NAMED, "--metric", "revenue:mean", "--json")
    assert other["id"] != found["id"]


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
        (["--metric", "revenue:mean", "--metric", "revenue:count"], "'revenue' was given twice"),
        (["--metric", "revenue:mean", "--guardrail", "revenue:mean:higher:0.1"], "'revenue' was given twice"),
        (["--metric", "revenue:quantile"], "a quantile says which one"),
        (["--metric", "revenue:quantile:p90"], "has level 'p90'"),
        (["--metric", "revenue:quantile:90"], "has quantile 90.0; expected between 0 and 1"),
        (["--metric", "revenue:quantile:0.9", "--covariate", "revenue=age"], "covariates adjust every other kind"),
        (["--metric", "revenue:mean", "--cap", "revenue"], "expected metric=percentile"),
        (["--metric", "revenue:mean", "--cap", "revenue=most"], "expected a percentile"),
        (["--metric", "revenue:mean", "--cap", "revenues=0.9"], "Did you mean 'revenue'?"),
        (["--metric", "revenue:mean", "--looks", "1"], "only group-sequential has that"),
        (["--metric", "revenue:mean", "--spending", "pocock"], "only group-sequential has that"),
        (["--metric", "revenue:mean", "--split", "1,-1"], "weights are 0 or more"),
        (["--metric", "revenue:mean", "--split", "control=1,nwe=1"], "The planned variants are control and nwe"),
        (["--metric", "revenue:mean", "--cluster", "variant"], "as the variant and as the cluster"),
        (["--metric", "revenue:mean", "--column", "revenue"], "expected name=column"),
        (["--metric", "revenue:mean", "--rename", "A="], "expected found=planned"),
        (["--plan", "nowhere.yaml"], "'nowhere.yaml' cannot be read"),
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
