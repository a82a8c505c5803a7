"""Health checks of a real experiment, and the sentence each finds."""

import numpy as np
import pandas as pd

from experiments.importing import analyse_export, load, metrics_of, plan_for, to_record, with_covariates
from tests.experiments.importing.exports import csv, units


def analysed(rows, *, metrics=("revenue:mean",), covariates=(), split=None, **options):
    imported = load(csv(rows), metrics=with_covariates(metrics_of(metrics), covariates), **options)
    results = analyse_export(imported, plan_for(imported, split=split))
    return results, to_record(results, imported.files)


def noise(count, seed=0):
    return np.random.default_rng(seed).gamma(4, 2, count)


def unit_days(days, daily):
    """40 units a day and variant, from the first day on; ``daily(variant, day)`` is the mean of a day's revenue."""
    unit, day = (index.ravel() for index in np.indices((80, days)))
    variant = unit % 2
    revenue = daily(variant, day) + 0.1 * noise(len(unit))
    dates = np.datetime64("2026-03-02") + day
    return pd.DataFrame(
        {"user_id": unit, "variant": np.array(["A", "B"])[variant], "date": dates.astype(str), "revenue": revenue}
    )


def test_a_segment_whose_split_is_wrong_fails_though_the_whole_is_right():
    rows = units(noise(400).tolist(), noise(400, 1).tolist())
    rows["device"] = ["phone"] * 300 + ["desk"] * 100 + ["phone"] * 100 + ["desk"] * 300
    results, _ = analysed(rows, segments=["device"])
    assert results.check("srm").status == "ok"
    assert results.check("srm_by_segment").status == "failed"
    assert "device desk and device phone" in results.check("srm_by_segment").sentence
    assert results.verdict.status == "unhealthy"


def test_variants_that_differed_before_fail():
    rows = units(noise(300).tolist(), noise(300, 1).tolist())
    rows["before"] = [*noise(300, 2), *(noise(300, 3) + 2)]
    results, _ = analysed(rows, covariates=["revenue=before"])
    assert results.check("pre_period_imbalance").status == "failed"


def test_one_unit_that_decides_is_told():
    rows = units(noise(100).tolist(), [*noise(99, 1), 10_000.0])
    results, _ = analysed(rows.assign(visits=2), metrics=["revenue:mean", "revenue/visits:ratio"])
    assert results.check("outlier_influence").status == "warning"
    assert results.check("outlier_influence").sentence.startswith("Revenue and Revenue/visits: a single unit moves")


def test_an_uplift_that_fades_and_days_that_are_missing_are_told():
    results, _ = analysed(unit_days(5, lambda variant, day: 10 + variant * (5 - day)))
    assert results.check("novelty").status == "warning"
    assert "fades" in results.check("novelty").sentence
    assert results.check("weekday_coverage").sentence == "Not in the experiment: Saturday and Sunday."


def test_units_that_come_once_have_no_course_to_look_at():
    rows = units(noise(100).tolist(), noise(100, 1).tolist()).assign(date=["2026-03-02", "2026-03-03"] * 100)
    results, _ = analysed(rows)
    names = {check.name for check in results.checks}
    assert "srm_over_time" in names
    assert "novelty" not in names


def test_a_split_that_broke_on_a_day_names_it():
    rows = pd.DataFrame({"user_id": range(900), "variant": ["A", "B"] * 300 + ["A"] * 300, "revenue": noise(900)})
    rows["date"] = np.repeat(["2026-03-02", "2026-03-03", "2026-03-04"], 300)
    results, _ = analysed(rows)
    assert "went wrong by 2026-03-04" in results.check("srm_over_time").sentence


def test_segments_that_differ_are_found_by_cochrans_q():
    rows = units(noise(400).tolist(), noise(400, 1).tolist())
    rows["country"] = ["DE", "FR"] * 400
    rows.loc[(rows["variant"] == "new") & (rows["country"] == "DE"), "revenue"] += 3
    _, record = analysed(rows, segments=["country"])
    (found,) = record["heterogeneity"]
    assert (found["by"], found["metric"], found["degrees_of_freedom"]) == ("country", "revenue", 1)
    by_segment = [row for row in record["effects"] if row["segment"]]
    gap = by_segment[0]["absolute"] - by_segment[1]["absolute"]
    # With two segments, Q is the squared z of the difference between their uplifts.
    assert np.isclose(found["statistic"], gap**2 / sum(row["standard_error"] ** 2 for row in by_segment))
    assert found["p_value"] < 0.001


def test_a_variant_without_weight_that_has_units_is_leakage():
    rows = units([1.0, 2.0] * 50, [1.5, 2.0] * 50)
    rows.loc[:4, "variant"] = "old"
    results, _ = analysed(rows, split={"control": 1, "new": 1}, planned=["control", "new"])
    assert results.plan.split == (1.0, 1.0, 0.0)
    assert results.check("leakage").status == "failed"
