"""A million units to p-values, from the columns of a pandas frame: against tea-tasting and a bare NumPy bincount.

Tea-tasting reads the same frame through its fastest backend here, a DuckDB relation over it on both cores (through
pandas itself or Arrow it takes about twice as long). The bincount adds up only the sums that the five metrics need,
without the precision of centred products, and stops there: it is the floor, not an analysis. Ten million units are
read from a Parquet file, by us in batches.
"""

import tempfile
from collections.abc import Callable
from itertools import combinations_with_replacement
from pathlib import Path
from time import perf_counter

import duckdb
import numpy as np
import pyarrow as pa
import tea_tasting as tt
from pyarrow import parquet

from experiments.cuped import Covariate, cuped
from experiments.effects import Effects, effects
from experiments.moments import Moments
from experiments.unit_tables import batch_moments, frame_moments
from tests.bench.comparison import Comparison, Measured
from tests.bench.units import BEFORE, METRICS, QUANTITIES, units

TIMES = 7
CHUNK = 250_000
COVARIATES = {metric.name: [Covariate(*(f"pre_{name}" for name in metric.quantities))] for metric in METRICS}
WELCH = {
    metric.name: tt.RatioOfMeans(metric.numerator, metric.denominator)
    if metric.denominator
    else tt.Proportion(metric.numerator, method="norm", correction=False)
    if metric.kind == "proportion"
    else tt.Mean(metric.numerator)
    for metric in METRICS
}
CUPED = {
    metric.name: tt.RatioOfMeans(*metric.quantities, *(f"pre_{name}" for name in metric.quantities))
    if metric.denominator
    else tt.Mean(metric.numerator, f"pre_{metric.numerator}")
    for metric in METRICS
}


def ours(rows: int, *, adjusted: bool) -> Measured:
    """Time our way from the frame to p-values; compiled before the clock starts."""
    frame, columns = units(rows), [*QUANTITIES, *(BEFORE if adjusted else [])]

    def analyse() -> Effects:
        return _effects(frame_moments(frame, columns, variant="variant", variants=[0, 1]), adjusted=adjusted)

    analyse()
    return Measured(_best(analyse), _said(analyse()))


def tea_tasting(rows: int, *, adjusted: bool) -> Measured:
    """Time tea-tasting on the same frame."""
    frame, experiment = units(rows), tt.Experiment(CUPED if adjusted else WELCH)
    connection = duckdb.connect()

    def analyse() -> tt.experiment.ExperimentResult:
        return experiment.analyze(connection.from_df(frame))

    return Measured(_best(analyse), _theirs(analyse()))


def bincount(rows: int, *, adjusted: bool) -> Measured:
    """Time nothing but the sums, each by a bincount."""
    frame, columns = units(rows), [*QUANTITIES, *(BEFORE if adjusted else [])]
    products = {
        tuple(sorted(pair))
        for metric in METRICS
        for pair in combinations_with_replacement(
            [*metric.quantities, *(f"pre_{name}" for name in metric.quantities if adjusted)], 2
        )
    }

    def add_up() -> None:
        variant = frame["variant"].to_numpy()
        values = {name: frame[name].to_numpy() for name in columns}
        np.bincount(variant, minlength=2)
        for name in columns:
            np.bincount(variant, values[name], 2)
        for left, right in products:
            np.bincount(variant, values[left] * values[right], 2)

    return Measured(_best(add_up), f"{1 + len(columns) + len(products)} bincounts")


def ours_from_file(rows: int) -> Measured:
    """Time Welch and CUPED of a file read in batches; the peak counts writing the file too."""
    with tempfile.TemporaryDirectory() as folder:
        path = _written(rows, Path(folder))
        small = parquet.ParquetFile(path).iter_batches(batch_size=1000)
        batch_moments([next(small)], QUANTITIES, variant="variant", variants=[0, 1])
        start = perf_counter()
        batches = parquet.ParquetFile(path).iter_batches(batch_size=CHUNK)
        found = batch_moments(batches, [*QUANTITIES, *BEFORE], variant="variant", variants=[0, 1])
        plain, adjusted = _effects(found, adjusted=False), _effects(found, adjusted=True)
        return Measured(perf_counter() - start, f"{found.n.sum():,.0f} units; {_said(plain)}; {_said(adjusted)}")


def tea_tasting_from_file(rows: int) -> Measured:
    """Time tea-tasting on a DuckDB relation over the same file."""
    with tempfile.TemporaryDirectory() as folder:
        path = _written(rows, Path(folder))
        start = perf_counter()
        found = [tt.Experiment(each).analyze(duckdb.read_parquet(str(path))) for each in (WELCH, CUPED)]
        return Measured(perf_counter() - start, "; ".join(map(_theirs, found)))


def _effects(found: Moments, *, adjusted: bool) -> Effects:
    return cuped(found, METRICS, COVARIATES).effects if adjusted else effects(found, METRICS)


def _written(rows: int, folder: Path) -> Path:
    path = folder / "units.parquet"
    schema = pa.Schema.from_pandas(units(1), preserve_index=False)
    with parquet.ParquetWriter(path, schema) as writer:
        for chunk in range(rows // CHUNK):
            writer.write_table(pa.Table.from_pandas(units(CHUNK, seed=chunk), schema, preserve_index=False))
    return path


def _best(job: Callable[[], object]) -> float:
    """Return the shortest of several runs: what else the machine does only ever adds."""
    times = []
    for _ in range(TIMES):
        start = perf_counter()
        job()
        times.append(perf_counter() - start)
    return min(times)


def _said(found: Effects) -> str:
    return "p " + " ".join(f"{p:.6f}" for p in found.p_value[:, 0])


def _theirs(found: tt.experiment.ExperimentResult) -> str:
    return "p " + " ".join(f"{result.pvalue:.6f}" for result in found.values())


def _job(title: str, peer: str, target: float, *, adjusted: bool) -> Comparison:
    return Comparison(f"1,000,000 units, {title}", "ours", peer, {"rows": 1_000_000, "adjusted": adjusted}, target)


COMPARISONS = (
    _job("Welch, tea-tasting", "tea_tasting", 1, adjusted=False),
    _job("Welch, bare bincount", "bincount", 0.5, adjusted=False),
    _job("CUPED, tea-tasting", "tea_tasting", 1, adjusted=True),
    _job("CUPED, bare bincount", "bincount", 0.5, adjusted=True),
    Comparison("10,000,000 units of a file, both", "ours_from_file", "tea_tasting_from_file", {"rows": 10_000_000}, 1),
)
