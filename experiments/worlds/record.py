"""What is found in many plausible worlds, ready to be shown or kept as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pandas as pd


@dataclass(frozen=True, kw_only=True)
class WorldTruth:
    """The truth of one metric and treatment in one world.

    Attributes:
        world: number of the world, from 1.
        metric: name of the metric.
        variant: name of the treatment.
        control_value: the metric with everybody under the control; None where it has no value.
        treatment_value: with everybody under the treatment.
        absolute: the true absolute uplift.
        relative: the true relative uplift; None where the control is zero.
        better: whether the absolute uplift is in the metric's good direction; None where it is not known.
    """

    world: int
    metric: str
    variant: str
    control_value: float | None
    treatment_value: float | None
    absolute: float | None
    relative: float | None
    better: bool | None


@dataclass(frozen=True, kw_only=True)
class DrawnParameter:
    """A parameter that no log can tell for sure, and what each world took for it.

    Attributes:
        name: its name in ``engine.world.WorldParameters``.
        unit: what it is measured in.
        meaning: what it does, in a sentence.
        low: lower end of what is plausible.
        high: upper end.
        values: what each world took, in order.
    """

    name: str
    unit: str
    meaning: str
    low: float
    high: float
    values: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """What the worlds say together of one metric and treatment.

    Attributes:
        metric: name of the metric.
        variant: name of the treatment.
        better: worlds in which the true uplift is in the metric's good direction.
        worlds: worlds in which it is known.
        failing: numbers of the worlds in which it is not better.
        median_absolute: middle of the true absolute uplifts; None where none is known, like the next five.
        low_absolute: smallest.
        high_absolute: largest.
        median_relative: middle of the true relative uplifts.
        low_relative: smallest.
        high_relative: largest.
        separated_by: the parameter that plainly tells the worlds where it fails from the others; None where none does.
        where_failing: mean of that parameter where it fails.
        where_better: mean where it does not.
        moved_by: the parameter that the size of the uplift plainly goes with; None where none does.
        correlation: Spearman's rank correlation of that parameter with the absolute uplift.
        sentence: all of it in words.
    """

    metric: str
    variant: str
    better: int
    worlds: int
    failing: tuple[int, ...] = ()
    median_absolute: float | None = None
    low_absolute: float | None = None
    high_absolute: float | None = None
    median_relative: float | None = None
    low_relative: float | None = None
    high_relative: float | None = None
    separated_by: str | None = None
    where_failing: float | None = None
    where_better: float | None = None
    moved_by: str | None = None
    correlation: float | None = None
    sentence: str = ""


@dataclass(frozen=True, kw_only=True)
class Worlds:
    """The truth in many plausible worlds.

    Attributes:
        users: simulated users in each world.
        log_users: users of the log drawn, with replacement, to fit each world to.
        truths: one a world, metric and treatment.
        parameters: what was drawn for each world.
        conclusions: one a metric and treatment.
    """

    users: int
    log_users: int
    truths: tuple[WorldTruth, ...]
    parameters: tuple[DrawnParameter, ...]
    conclusions: tuple[Conclusion, ...]

    def __len__(self) -> int:
        """Return the number of worlds."""
        return max((truth.world for truth in self.truths), default=0)

    def conclusion(self, metric: str, variant: str) -> Conclusion:
        """Return what the worlds say of ``metric`` and ``variant``."""
        return next(each for each in self.conclusions if (each.metric, each.variant) == (metric, variant))

    def table(self) -> pd.DataFrame:
        """Return one row a world, metric and treatment: the fields of ``WorldTruth``, and a column a parameter."""
        drawn = pd.DataFrame({each.name: each.values for each in self.parameters}, index=range(1, 1 + len(self)))
        return pd.DataFrame([asdict(truth) for truth in self.truths]).join(drawn, on="world")
