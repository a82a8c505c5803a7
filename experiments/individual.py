"""What each simulated user would gain or lose: the difference between two lives with the same luck.

An experiment sees a unit under one variant only, so nobody's own effect is ever observed (Holland 1986). Simulated
units live under every variant, and their own differences are kept.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.world import World
from experiments.analysis import SMALLEST_CELL
from experiments.estimating import linearised
from experiments.judging import sign
from experiments.metrics import Metric
from experiments.moments import Floats
from experiments.plan import Plan
from experiments.truth import Truth, side_by_side

#: What everybody together is called beside segments.
EVERYBODY = "everybody"
#: Columns of ``summary``.
COLUMNS = ("by", "segment", "metric", "variant", "units", "helped", "unchanged", "harmed", "mean")
_ADDITIVE = ("mean", "count", "proportion")
_BINS = 21
_SEGMENT = "segment_"


def individual_metrics(plan: Plan) -> tuple[Metric, ...]:
    """Return the metrics that each unit has a difference in: means, counts and shares of units.

    A ratio and a quantile belong to a group; their differences are not means of the units' own.
    """
    return tuple(metric for metric in plan.metrics if metric.kind in _ADDITIVE)


def unit_effects(truth: Truth, plan: Plan, world: World, users: pd.Series) -> pd.DataFrame:
    """Return each unit's true difference: what it does under each treatment less what it does under the control.

    Args:
        truth: every unit under each policy.
        plan: names the metrics and variants.
        world: the simulated users.
        users: the ids of the log's users, by code.

    Returns:
        One row a unit and treatment: ``unit``, ``user`` (the id of the log's user the unit is made from),
        ``variant``, a column a metric (its mean over units is the true absolute uplift), and ``segment_`` and the
        name of each way of grouping.
    """
    metrics = individual_metrics(plan)
    everywhere, one = side_by_side(truth.logs, plan.variants), truth.logs[0]
    held = [linearised(everywhere, metric).reshape(len(truth.logs), one.n_units) for metric in metrics]
    values = np.stack(held, axis=-1)
    who = {"unit": world.key, "user": users.to_numpy()[world.user]}
    groups = one.segments.add_prefix(_SEGMENT).reset_index(drop=True)
    parts = [
        pd.concat(
            [
                pd.DataFrame(who | {"variant": name}),
                pd.DataFrame(_difference(treated, values[0]), columns=[metric.name for metric in metrics]),
                groups,
            ],
            axis=1,
        )
        for name, treated in zip(plan.variants[1:], values[1:], strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def summary(units: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Return how many units are helped, unchanged and harmed: everybody, and by segment.

    Args:
        units: of ``unit_effects``.
        plan: names the metrics and variants.

    Returns:
        One row a segment, metric and treatment: ``by``, ``segment`` (both ``EVERYBODY`` for all units), ``metric``,
        ``variant``, ``units``, the shares ``helped``, ``unchanged`` and ``harmed`` (in the metric's own direction)
        and ``mean``, the mean difference. Segments of fewer units than an experiment would show are left out.
    """
    metrics = {metric.name: sign(metric) for metric in individual_metrics(plan)}
    ways = [str(name).removeprefix(_SEGMENT) for name in units.columns if str(name).startswith(_SEGMENT)]
    parts = []
    for by in (EVERYBODY, *ways):
        segment = pd.Series(EVERYBODY, index=units.index) if by == EVERYBODY else units[f"{_SEGMENT}{by}"]
        long = units.assign(segment=segment).melt(
            ["segment", "variant"], list(metrics), var_name="metric", value_name="difference"
        )
        gain = long["difference"] * long["metric"].map(metrics)
        told = long.assign(helped=gain > 0, unchanged=gain == 0, harmed=gain < 0).groupby(
            ["segment", "metric", "variant"], observed=True, sort=False
        )
        found = told.agg(
            units=("difference", "size"),
            helped=("helped", "mean"),
            unchanged=("unchanged", "mean"),
            harmed=("harmed", "mean"),
            mean=("difference", "mean"),
        )
        shown = found if by == EVERYBODY else found[found["units"] >= SMALLEST_CELL]
        parts.append(shown.reset_index().assign(by=by))
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)[list(COLUMNS)]
    return table.astype({"segment": "str"})


def distribution(units: pd.DataFrame, metric: Metric, variant: str, by: str = EVERYBODY) -> pd.DataFrame:
    """Return how the units' differences are spread, by segment.

    Args:
        units: of ``unit_effects``.
        metric: one of ``individual_metrics``.
        variant: the treatment.
        by: a way of grouping, or ``EVERYBODY``.

    Returns:
        One row a segment and bin: ``segment``, ``low``, ``high`` and ``middle`` of the bin, and ``share`` of the
        segment's units in it. The bins are the same for all segments; the one in the middle holds the unchanged,
        the first and the last hold what lies beyond too.
    """
    rows = units[units["variant"] == variant]
    difference = rows[metric.name].to_numpy(np.float64)
    edges = _edges(difference)
    place = np.clip(np.searchsorted(edges, difference, side="right") - 1, 0, len(edges) - 2)
    codes, names = pd.factorize(
        rows[f"{_SEGMENT}{by}"] if by != EVERYBODY else pd.Series(EVERYBODY, index=rows.index), sort=True
    )
    bins = len(edges) - 1
    counted = np.bincount(codes * bins + place, minlength=len(names) * bins).reshape(len(names), bins)
    share = counted / np.maximum(counted.sum(axis=1, keepdims=True), 1)
    return pd.DataFrame(
        {
            "segment": np.repeat(np.asarray(names, dtype=str), bins),
            "low": np.tile(edges[:-1], len(names)),
            "high": np.tile(edges[1:], len(names)),
            "middle": np.tile((edges[:-1] + edges[1:]) / 2, len(names)),
            "share": share.ravel(),
        }
    )


def _edges(difference: Floats) -> Floats:
    """Return the ends of an odd number of bins around zero: of width 1 for small whole numbers, else equal ones.

    They reach as far as all but the furthest hundredth of the units that changed.
    """
    changed = np.abs(difference[difference != 0])
    reach = float(np.quantile(changed, 0.99)) if changed.size else 1.0
    half = _BINS // 2
    whole = not np.any(difference % 1) and reach <= half
    width = 1.0 if whole else reach / half
    steps = int(np.ceil(reach)) if whole else half
    return np.asarray((np.arange(2 * steps + 2) - steps - 0.5) * width, dtype=np.float64)


def _difference(treated: Floats, control: Floats) -> Floats:
    """Return the difference, zero where it is what rounding leaves of the same sum in another order."""
    return np.where(np.isclose(treated, control, rtol=1e-12, atol=0.0), 0.0, treated - control)
