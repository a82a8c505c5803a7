"""A/A re-randomisations of one experiment, from raw values to p-values, against tea-tasting's ``simulate``."""

from statistics import median
from time import perf_counter

import numpy as np
import pandas as pd
import pyarrow as pa
import tea_tasting as tt

from experiments.calibration import population, rerandomised
from experiments.effects import Effects, effects
from experiments.log import Log
from tests.bench.comparison import Comparison, Measured
from tests.bench.units import METRICS, QUANTITIES, units

RUNS = 5


def ours(rows: int, replications: int, sample: int) -> Measured:
    """Time all replications: assign, add up, analyse; the median of a few runs."""
    frame = units(rows)
    _analysed(frame, 10, 0)
    times = []
    for seed in range(RUNS):
        start = perf_counter()
        found = _analysed(frame, replications, seed)
        times.append(perf_counter() - start)
    rates = (found.p_value < 0.05).mean(axis=(0, 1, 3))
    return Measured(
        median(times),
        f"all {replications:,}, median of {RUNS} runs; p < 0.05 in {rates.min():.1%} to {rates.max():.1%}",
    )


def peer(rows: int, replications: int, sample: int) -> Measured:
    """Time ``sample`` runs of the same five metrics, and scale them up."""
    table = pa.Table.from_pandas(units(rows)[["variant", *QUANTITIES]])
    experiment = tt.Experiment(
        revenue=tt.Mean("revenue"),
        minutes=tt.Mean("minutes"),
        converted=tt.Proportion("converted"),
        orders=tt.Mean("orders"),
        click_through=tt.RatioOfMeans("clicks", "impressions"),
    )
    experiment.simulate(table, 5, rng=0)
    start = perf_counter()
    found = experiment.simulate(table, sample, rng=1).to_pandas()
    scaled = replications / sample
    seconds = (perf_counter() - start) * scaled
    rates = (found["pvalue"] < 0.05).groupby(found["metric"]).mean()
    shown = f"p < 0.05 in {rates.min():.1%} to {rates.max():.1%}"
    return Measured(seconds, f"{sample} of {replications:,} runs, scaled by {scaled:.0f}; {shown}")


def _analysed(frame: pd.DataFrame, replications: int, seed: int) -> Effects:
    values = frame[QUANTITIES].to_numpy(np.float64)[None]
    log = Log(tuple(QUANTITIES), values, np.zeros(len(frame), dtype=np.int64), ("everybody",))
    drawn = rerandomised(population(log, METRICS, looks=1), replications=replications, rng=np.random.default_rng(seed))
    return effects(drawn, METRICS)


COMPARISONS = (
    Comparison(
        "10,000 A/A tests, 4,000 units x 5 metrics",
        "ours",
        "peer",
        {"rows": 4000, "replications": 10_000, "sample": 100},
        1000,
    ),
)
