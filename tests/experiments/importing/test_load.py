from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from engine.errors import ColumnError, DataError, ExperimentError, LabError
from experiments.importing import load, preview
from experiments.metrics import Metric
from tests.experiments.importing.exports import CONVERTED, ORDERS, REVENUE, csv, json_lines, units

ROWS = [
    {"user_id": "u1", "variant": "control", "converted": 1, "revenue": 10.5, "country": "DE"},
    {"user_id": "u2", "variant": "new", "converted": 0, "revenue": 0.0, "country": "FR"},
    {"user_id": "u3", "variant": "control", "converted": 0, "revenue": 2.5, "country": "DE"},
    {"user_id": "u4", "variant": "new", "converted": 1, "revenue": 7.0, "country": None},
]


def named(column):
    return Metric(name=column, kind="mean", numerator=column)


def before(covariate):
    return replace(REVENUE, covariates=(covariate,))


def by_name(checks, name):
    return next(check for check in checks if check.name == name)


def parquet(rows, tmp_path):
    pd.DataFrame(rows).to_parquet(tmp_path / "export.parquet", index=False)
    return tmp_path / "export.parquet"


@pytest.mark.parametrize("write", [csv, lambda rows: csv(rows, "\t"), json_lines])
def test_every_format_says_the_same(write, tmp_path):
    for source in (write(ROWS), parquet(ROWS, tmp_path)):
        found = load(source, metrics=[CONVERTED, REVENUE], segments=["country"], name="test")
        assert found.log.variants == ("control", "new")
        np.testing.assert_array_equal(found.log.counts, [2, 2])
        np.testing.assert_array_equal(found.log.values.sum(axis=0), [[1, 10.5], [0, 0], [0, 2.5], [1, 7]])
        assert found.log.cells()["segment"].tolist() == ["(missing)", "DE", "FR"]
        assert (found.rows_read, found.rows_kept, found.rows_refused) == (4, 4, 0)
        assert all(check.status == "ok" for check in found.checks)


def test_refused_rows_have_line_reason_column_and_value():
    text = (
        b"user_id,variant,converted,revenue\n"
        b"u1,control,1,3\n"
        b",control,1,3\n"
        b"u2,,0,1\n"
        b"u3,new,1,many\n"
        b"u4,new,-,1\n"
        b"u5,control,0,\n"
        b"u6,control,1,1\n"
        b"u6,new,1,1\n"
        b"u7,new,1,1,1\n"
        b"u1,control,1,3\n"
        b"u8,new,yes,\"2,5\"\n"
        b"u9,new,1,4\n"
    )  # fmt: skip
    found = load(text, metrics=[CONVERTED, REVENUE])
    assert found.files[0].refused.fillna("").to_numpy().tolist() == [
        [3, "unit id is missing", "user_id", ""],
        [4, "variant is missing", "variant", ""],
        [5, "revenue is not a number", "revenue", "many"],
        [6, "converted is missing", "converted", "-"],
        [7, "revenue is missing", "revenue", ""],
        [8, "unit is in more than one variant", "variant", "control"],
        [9, "unit is in more than one variant", "variant", "new"],
        [10, "5 columns instead of 4", "", "u7,new,1,1,1"],
        [11, "unit repeats an earlier row", "user_id", "u1"],
    ]
    assert (found.rows_read, found.rows_kept, found.rows_refused) == (12, 3, 9)
    np.testing.assert_array_equal(found.log.values[0], [[1, 3], [1, 2.5], [1, 4]])
    assert by_name(found.checks, "units_in_two_variants").value == 1
    assert by_name(found.checks, "duplicated_units").value == 1
    assert by_name(found.checks, "missing_metrics").value == pytest.approx(2 / 7)


def test_a_slip_among_ones_is_refused():
    rows = units([1] * 30, [1] * 29 + [2], "converted")
    refused = load(csv(rows), metrics=[CONVERTED]).files[0].refused
    assert refused.to_numpy().tolist() == [[61, "converted is neither 0 nor 1", "converted", "2"]]


def test_figures_too_large_to_add_up_are_refused():
    found = load(csv(units([1.0, 1e200], [2.0, 3.0])), metrics=[REVENUE])
    assert found.files[0].reasons == {"revenue is too large": 1}


def test_a_planned_variant_may_have_no_unit():
    found = load(csv(units([1.0], [2.0])), metrics=[REVENUE], planned=["absent", "control", "new"])
    np.testing.assert_array_equal(found.log.counts, [1, 0, 1])


def test_a_variant_may_be_called_none():
    rows = units([1, 2], [3, 4]).replace({"variant": {"control": "none"}})
    assert load(csv(rows), metrics=[REVENUE], control="none").log.variants == ("none", "new")


def test_days_of_a_unit_add_up_and_a_unit_counts_from_its_first():
    rows = [
        {"user_id": "a", "variant": "A", "date": "2026-03-01", "converted": 1, "revenue": 1},
        {"user_id": "a", "variant": "A", "date": "2026-03-03", "converted": 1, "revenue": 2},
        {"user_id": "b", "variant": "B", "date": "2026-03-02T08:00:00", "converted": 0, "revenue": 4},
        {"user_id": "b", "variant": "B", "date": "2026-03-03", "converted": 1, "revenue": 8},
        {"user_id": "b", "variant": "B", "date": "2026-03-03 23:59:00", "converted": 1, "revenue": 8},
    ]
    found = load(csv(rows), metrics=[CONVERTED, REVENUE])
    log, revenue = found.log, found.log.by_day().index("revenue")
    assert (found.columns.day, found.first_day, log.n_days) == ("date", "2026-03-01", 3)
    assert found.files[0].reasons == {"unit repeats an earlier row of that day": 1}
    np.testing.assert_array_equal(log.by_day().n, [[1, 0], [1, 1], [1, 1]])
    np.testing.assert_array_equal(log.by_day().total[:, :, revenue], [[1, 0], [1, 4], [3, 12]])
    ever = log.overall().index(log.ever("converted"))
    np.testing.assert_array_equal(log.overall().total[:, ever], [1, 1])
    assert load(csv(rows), metrics=[REVENUE], day="").log.n_days == 1


def test_exposures_with_a_file_of_metrics():
    exposures = [
        {"user_id": "a", "variant": "control", "exposed_at": "2026-03-02 10:00:00", "country": "DE"},
        {"user_id": "a", "variant": "control", "exposed_at": "2026-03-03 10:00:00", "country": "DE"},
        {"user_id": "b", "variant": "new", "exposed_at": "2026-03-02 11:00:00", "country": "FR"},
        {"user_id": "c", "variant": "new", "exposed_at": "2026-03-03 11:00:00", "country": "FR"},
        {"user_id": "d", "variant": "new", "exposed_at": "2026-03-03 11:00:00", "country": "FR"},
        {"user_id": "d", "variant": "control", "exposed_at": "2026-03-03 11:00:00", "country": "FR"},
    ]
    measured = [
        {"user_id": "a", "date": "2026-03-02", "revenue": 1},
        {"user_id": "a", "date": "2026-03-02", "revenue": 2},
        {"user_id": "b", "date": "2026-03-04", "revenue": 4},
        {"user_id": "b", "date": "2026-03-01", "revenue": 8},
        {"user_id": "d", "date": "2026-03-04", "revenue": 16},
        {"user_id": "z", "date": "2026-03-04", "revenue": 32},
    ]
    found = load(csv(exposures), metrics=[REVENUE], segments=["country"], measured=csv(measured))
    first, second = found.files
    assert (first.rows_read, first.rows_kept, second.rows_read, second.rows_kept) == (6, 4, 6, 3)
    assert second.refused[["line", "reason"]].to_numpy().tolist() == [
        [5, "day is before the unit's first exposure"],
        [6, "unit has no kept exposure"],
        [7, "unit has no kept exposure"],
    ]
    np.testing.assert_array_equal(found.log.counts, [1, 2])
    total = found.log.by_day().total[..., 0]
    np.testing.assert_array_equal(total, [[3, 0], [3, 0], [3, 4]])
    np.testing.assert_array_equal(found.log.by_day().n, [[1, 1], [1, 2], [1, 2]])
    assert load(csv(exposures), metrics=[REVENUE], measured=csv(measured), day="").log.n_days == 1


def test_an_empty_covariate_is_the_mean_and_a_word_is_refused():
    rows = units([1, 2], [3, 4]).assign(pre_revenue=["4", "", "8", "much"])
    found = load(csv(rows), metrics=[replace(REVENUE, covariates=("pre_revenue",))])
    assert found.columns.known_before == ("pre_revenue",)
    np.testing.assert_array_equal(found.log.covariates["pre_revenue"], [4, 6, 8])
    assert found.files[0].reasons == {"pre_revenue is not a number": 1}


def test_the_ratio_of_two_columns_may_be_a_covariate():
    rows = units([1, 2], [3, 4], "orders").assign(sessions=2, pre_orders=[1, 2, 3, 4], pre_sessions=4)
    found = load(csv(rows), metrics=[replace(ORDERS, role="primary", covariates=("pre_orders/pre_sessions",))])
    assert found.columns.known_before == ("pre_orders", "pre_sessions")
    assert set(found.log.covariates) == {"pre_orders", "pre_sessions"}


def test_a_torn_cluster_is_refused_row_by_row():
    rows = units([1.0] * 6, [2.0] * 6).assign(shop=["a", "a", "b", "b", "c", "", "d", "d", "e", "e", "c", "f"])
    found = load(csv(rows), metrics=[REVENUE], cluster="shop")
    assert found.files[0].refused[["line", "reason", "value"]].fillna("").to_numpy().tolist() == [
        [6, "cluster is in more than one variant", "c"],
        [7, "cluster id is missing", ""],
        [12, "cluster is in more than one variant", "c"],
    ]
    np.testing.assert_array_equal(found.log.counts, [2, 3])


def test_other_names_for_columns_and_variants():
    rows = units([1.0], [2.0]).replace({"variant": {"control": "A", "new": "B"}}).rename(columns={"revenue": "umsatz"})
    asked = {"columns": {"revenue": "umsatz"}, "variants": {"A": "control", "B": "feed"}}
    found = load(csv(rows), metrics=[REVENUE], planned=["control", "feed"], **asked)
    assert found.log.variants == ("control", "feed")
    np.testing.assert_array_equal(found.log.values[0, :, 0], [1, 2])
    with pytest.raises(ColumnError, match="Did you mean 'umsatz'"):
        load(csv(rows), metrics=[REVENUE], columns={"revenue": "umsats"})


def test_variants_come_control_first_then_as_planned_then_in_natural_order():
    rows = pd.DataFrame({"user_id": range(4), "variant": ["10", "2", "0", "2"], "revenue": [1, 2, 3, 4]})
    assert load(csv(rows), metrics=[REVENUE]).log.variants == ("0", "2", "10")
    assert load(csv(rows), metrics=[REVENUE], planned=["5"]).log.variants == ("0", "5", "2", "10")


def test_preview_guesses_every_part():
    rows = pd.DataFrame(
        {
            "visitor_id": range(40),
            "arm": ["A", "B"] * 20,
            "ds": ["2026-03-01", "2026-03-02"] * 20,
            "bought": ["yes", "no"] * 20,
            "spend": np.linspace(0, 9.5, 40),
            "spend_pre": np.linspace(0, 9.5, 40),
            "device": ["phone", "desk"] * 20,
        }
    )
    found = preview(csv(rows))
    guess = found.guess
    assert (guess.unit, guess.variant, guess.day, guess.segments) == ("visitor_id", "arm", "ds", ("device",))
    assert guess.metrics == {"bought": "proportion", "spend": "mean"}
    assert guess.covariates == {"spend": ("spend_pre",)}
    assert (found.variants, len(found.rows)) == (("A", "B"), 20)


def test_a_birth_date_is_no_day():
    rows = units([1, 2], [3, 4]).assign(date=["1970-01-01", "1980-01-01", "1990-01-01", "2000-01-01"])
    assert load(csv(rows), metrics=[REVENUE]).columns.day is None


@pytest.mark.parametrize(
    ("options", "kind", "sentence"),
    [
        ({"unit": "user"}, ColumnError, "Column 'user' was not found. .* Did you mean 'user_id'"),
        ({"variant": "varaint"}, ColumnError, "Did you mean 'variant'"),
        ({"segments": ["nation"]}, ColumnError, "Column 'nation' was not found"),
        ({"metrics": [ORDERS]}, ColumnError, "Column 'orders' was not found"),
        ({"unit": "variant", "variant": "variant"}, ColumnError, "'variant' was given as the unit and as the variant"),
        ({"segments": ["variant"]}, ColumnError, "as the variant and as the segment"),
        ({"control": "contrl"}, ExperimentError, "Did you mean 'control'"),
        ({"metrics": [REVENUE, REVENUE]}, ExperimentError, "'revenue' was given twice"),
        ({"metrics": [before("revenue")]}, ExperimentError, "as a metric and as a covariate of metric 'revenue'"),
        ({"metrics": [before("ages")]}, ColumnError, "Did you mean 'age'"),
        ({"metrics": [before("age/visits")]}, ColumnError, "Column 'visits' was not found"),
        ({"metrics": [CONVERTED, named("any converted")]}, ColumnError, "as the analysis calls one of its own"),
        ({"cluster": "shops"}, ColumnError, "Column 'shops' was not found"),
        ({"cluster": "user_id"}, ColumnError, "as the unit and as the cluster"),
        ({"cluster": "country"}, DataError, "None of the 60 rows could be used: cluster is in more than one variant"),
        ({"variant": "age"}, ColumnError, "holds 21 different variants"),
        ({"metrics": [CONVERTED], "unit": "user_id"}, ExperimentError, "Use converted:mean"),
        ({"segments": ["user_id2"]}, DataError, "Segment 'user_id2' has 60 values"),
        ({"day": "user_id2"}, DataError, "None of the 60 rows could be used: day cannot be read"),
    ],
)
def test_what_cannot_be_is_one_sentence(options, kind, sentence):
    rows = units([1.0] * 30, [2.0] * 30)
    rows = rows.assign(age=np.arange(60) % 21, converted=3.5, user_id2=rows["user_id"], country=["DE", "FR"] * 30)
    with pytest.raises(kind, match=sentence):
        load(csv(rows), **({"metrics": [REVENUE]} | options))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "Expected the export of an experiment"),
        (b"user_id\n1\n2\n", "Expected at least a unit, a variant and a metric"),
        (b"name,revenue\nx,1\ny,2\n", "No column was found for the variant. The file has: name, revenue"),
        (b"user_id,variant,revenue\n1,a,1\n2,a,2\n", "Only variant 'a' was found"),
        (b"user_id,variant,revenue\n1,x,1\n2,x,2\n", "Only variant 'x' was found"),
        (b"user_id,variant,revenue\n1,x,1\n2,y,2\n", "None of the variants is called control. .*: x, y"),
        (b"user_id,variant,revenue\n1,a,red\n2,b,blue\n", "holds no number, for instance 'red'"),
    ],
)
def test_a_wrong_file_is_one_sentence(text, sentence):
    with pytest.raises(LabError, match=sentence):
        load(text, metrics=[REVENUE])


def test_a_file_that_is_not_there_is_told():
    with pytest.raises(DataError, match=r"was not found. Give a file\.$"):
        load("/nowhere/at-all.csv", metrics=[REVENUE])


def test_figures_lost_more_in_one_variant_fail():
    rows = units([1.0] * 200, [2.0] * 200).astype({"revenue": object})
    rows.loc[rows.index[:60], "revenue"] = ""
    check = by_name(load(csv(rows), metrics=[REVENUE]).checks, "missing_metrics")
    # Pearson's chi-square of [[60, 0], [140, 200]], without continuity correction: 1200 / 17.
    assert check.status == "failed"
    assert check.p_value == pytest.approx(chi2.sf(1200 / 17, 1), rel=1e-9)


CELLS = st.sampled_from(["1", "0", "2.5", "-3", "", "x", "nan", "inf", "true"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c", "", "null"]), st.sampled_from(["A", "B", ""]), CELLS,
            st.sampled_from(["2026-03-01", "2026-03-02", "soon", ""]), st.sampled_from(["", ",extra", '"']),
        ),
        max_size=7,
    )
)  # fmt: skip
def test_rows_read_are_kept_or_refused(rows):
    head = [(f"u{i}", "AB"[i % 2], "1", "2026-03-01", "") for i in range(8)]
    lines = [f"{unit},{variant},{cell},{day}{tail}" for unit, variant, cell, day, tail in (*head, *rows)]
    text = ("user_id,variant,revenue,date\n" + "\n".join(lines) + "\n").encode()
    found = load(text, metrics=[REVENUE], day="date")
    assert found.rows_read == found.rows_kept + found.rows_refused
    if not any('"' in line for line in lines):
        assert found.rows_read == len(lines)
        assert found.files[0].refused["line"].is_unique
    assert found.log.n_units <= found.rows_kept
