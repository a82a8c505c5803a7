"""Moments of tables: a frame, batches of a file and a GROUP BY all say what the rows say."""

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from engine.errors import ExperimentError
from experiments.moments import Moments, moments
from experiments.unit_tables import batch_moments, frame_moments, moments_of_rows, moments_query

QUANTITIES = ["revenue", "converted", 'odd "name"']
VARIANTS = ["control", "B"]


def units(seed=0, rows=1000):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "variant": rng.choice(VARIANTS, rows),
            "revenue": rng.lognormal(size=rows) + 1e6,
            "converted": rng.random(rows) < 0.3,
            'odd "name"': rng.integers(0, 5, rows),
        }
    )


def expected(frame) -> Moments:
    codes = np.array([VARIANTS.index(name) for name in frame["variant"]])
    return moments(frame[QUANTITIES].astype(float), codes, 2, quantities=QUANTITIES)


def same(found: Moments, known: Moments) -> None:
    np.testing.assert_array_equal(found.n, known.n)
    np.testing.assert_allclose(found.total, known.total, rtol=1e-12)
    np.testing.assert_allclose(found.covariance, known.covariance, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", ["str", "category", "object"])
def test_a_frame_says_what_its_rows_say(kind):
    frame = units()
    found = frame_moments(frame.astype({"variant": kind}), QUANTITIES, variant="variant", variants=VARIANTS)
    known = expected(frame)
    np.testing.assert_array_equal(found.product, known.product)
    assert found.quantities == tuple(QUANTITIES)


def test_a_file_is_read_in_batches(tmp_path):
    frame = units(1)
    parquet.write_table(pa.Table.from_pandas(frame), tmp_path / "units.parquet")
    batches = parquet.ParquetFile(tmp_path / "units.parquet").iter_batches(batch_size=70)
    same(batch_moments(batches, QUANTITIES, variant="variant", variants=VARIANTS), expected(frame))
    frames = (frame[start : start + 333] for start in range(0, 1000, 333))
    same(batch_moments(frames, QUANTITIES, variant="variant", variants=VARIANTS), expected(frame))


def test_no_batch_is_no_unit():
    assert batch_moments([], QUANTITIES, variant="variant", variants=VARIANTS).n.tolist() == [0, 0]


def test_one_group_by_says_the_same():
    frame = units(2)
    query = moments_query("frame", QUANTITIES, variant="variant")
    same(moments_of_rows(duckdb.sql(query).df(), QUANTITIES, variants=VARIANTS), expected(frame))
    inner = moments_query("(SELECT * FROM frame WHERE variant = 'B')", QUANTITIES, variant="variant")
    assert moments_of_rows(duckdb.sql(inner).df(), QUANTITIES, variants=VARIANTS).n[0] == 0


def test_a_constant_of_a_warehouse_has_no_variance():
    rows = pd.DataFrame({"variant": ["B"], "n": [1000], "known_0": [1000], "total_0": [100.0], "product_0_0": [1e-27]})
    assert moments_of_rows(rows, ["x"], variants=VARIANTS).product[1] == 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda frame: frame.drop(columns="converted"), "Column 'converted' was not found"),
        (lambda frame: frame.assign(variant="C"), "1000 rows have a variant other than control, B .the first: C"),
        (lambda frame: frame.assign(variant=None), "1000 rows have a variant other than control, B"),
        (lambda frame: frame.assign(revenue="much"), "Column revenue holds values that are not numbers"),
        (lambda frame: frame.assign(revenue=pd.array([None] * 1000, dtype="Int64")), "revenue has missing or"),
    ],
)
def test_what_cannot_be_is_said(change, sentence):
    with pytest.raises(ExperimentError, match=sentence):
        frame_moments(change(units()), QUANTITIES, variant="variant", variants=VARIANTS)


@pytest.mark.parametrize("nothing", ["NULL", "'NaN'::DOUBLE"])
def test_a_warehouse_that_misses_values_is_told_so(nothing):
    frame = units(3)
    some = f"(SELECT * REPLACE (CASE WHEN converted THEN {nothing} ELSE revenue END AS revenue) FROM frame)"  # noqa: S608
    rows = duckdb.sql(moments_query(some, QUANTITIES, variant="variant")).df()
    assert len(frame) == rows["n"].sum()
    with pytest.raises(ExperimentError, match="Quantity revenue has missing or infinite values"):
        moments_of_rows(rows, QUANTITIES, variants=VARIANTS)
