"""Which model is best, in one or two plain sentences that a page, a terminal and a file share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from engine.metrics.calibration import Curve

TITLES: Mapping[str, str] = MappingProxyType(
    {"precision": "Precision", "recall": "Recall", "ndcg": "nDCG", "map": "MAP", "mrr": "MRR", "hit_rate": "Hit rate"}
)
"""What each ranking metric is called in sentences."""

_LISTED = 6


def which_is_best(metric: str, best: Sequence[str], *, models: int, users: int) -> str:
    """Say which model is best, or from which the first is not told apart.

    Args:
        metric: the metric's name for people, for instance ``nDCG@10``.
        best: titles of the first model and of those not told apart from it.
        models: how many there are.
        users: users measured with every model.
    """
    if models == 1:
        return f"{best[0]} is the only model."
    if users < 2:
        return f"Fewer than two users can be measured by {metric}, so no model can be called best."
    if len(best) == 1:
        return f"Best by {metric}: {best[0]}, told apart from every other model over {users:,} users."
    others = [*best[1:_LISTED], f"{len(best) - _LISTED} more"] if len(best) > _LISTED else list(best[1:])
    listed = " and ".join([", ".join(others[:-1]), others[-1]] if len(others) > 1 else others)
    return f"No single best by {metric}: {best[0]} is first, but not told apart from {listed} over {users:,} users."


def against_the_yardstick(
    first: str, yardstick: str, *, gain: tuple[float, float, float] | None, told_apart: bool
) -> str:
    """Say how the first model stands against the one every model must beat.

    Args:
        first: its title.
        yardstick: the other's title.
        gain: the first's mean minus the other's and the ends of its 95% interval; None where the yardstick is
            itself the first.
        told_apart: whether the two are.
    """
    if gain is None:
        return f"No model beats {yardstick}."
    size, low, high = (f"{value:.4f}".replace("-", "−") for value in gain)
    if told_apart:
        return f"{first} is {size} (95% interval {low} to {high}) above {yardstick}."
    return f"{first} is not shown to beat {yardstick}: it is {size} (95% interval {low} to {high}) above."


def against_itself(
    told: str,
    beside: str,
    metric: str,
    *,
    gain: tuple[float, float, float] | None,
    adjusted: float | None,
    told_apart: bool,
) -> str:
    """Say how a model stands against itself with other parameters, on the same test rows.

    Args:
        told: its title with the parameters in question.
        beside: its title without them.
        metric: the metric's name for people.
        gain: the mean difference and the ends of its 95% interval; None where nobody can be measured.
        adjusted: p-value, adjusted over all pairs of the leaderboard.
        told_apart: whether the two are, by it.
    """
    if gain is None or adjusted is None:
        return f"{told} and {beside} cannot be told apart: fewer than two users can be measured by {metric}."
    size, low, high = (f"{round(value, 4) + 0.0:+.4f}".replace("-", "−") for value in gain)
    p_value = "p < 0.001" if adjusted < 0.001 else f"p = {adjusted:.3f}"
    reading = "is not told apart from" if not told_apart else "is better than" if gain[0] > 0 else "is worse than"
    return (
        f"{told} {reading} {beside} on the test rows: {size} {metric} (95% interval {low} to {high}), {p_value} after "
        "correction for all pairs."
    )


def how_calibrated(title: str, curve: Curve) -> str:
    """Say where a model's predicted ratings are furthest from those given, of the groups whose interval shows it.

    Args:
        title: the model's title.
        curve: with at least one group.
    """
    off = np.abs(curve.predicted - curve.observed)
    shown = (curve.predicted < curve.low) | (curve.predicted > curve.high)
    if np.isnan(curve.low).all():
        return f"Too few users rated what {title} predicts to say how far off it is."
    if not shown.any():
        return f"In no group of alike predictions is {title} off by more than chance."
    worst = int(np.argmax(np.where(shown, off, -1.0)))
    said, gave, low, high = (
        _plain(values[worst]) for values in (curve.predicted, curve.observed, curve.low, curve.high)
    )
    return (
        f"In {int(shown.sum())} of {len(off)} groups of alike predictions {title} is off by more than chance, most "
        f"where it says {said} and people gave {gave} (95% interval {low} to {high})."
    )


def _plain(value: float) -> str:
    return f"{value:,.2f}".replace("-", "−")


def how_served(by: Mapping[str, int]) -> str:
    """Say what serves people without a history: by what, and how many of them; empty for nobody."""
    words = {"groups": "by what people of their groups choose", "popularity": "by what most people choose"}
    if len(by) == 1:
        return words[next(iter(by))]
    return " and ".join(f"{users:,} {words[path]}" for path, users in by.items())
