"""One comparison of a treatment with the control, as strictly as it will be judged."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import ExperimentError, unknown
from experiments.bayesian import Prior
from experiments.metrics import KINDS, Kind
from experiments.moments import Floats
from experiments.monitoring import Monitoring

_FLAT = Prior()
_ONE_LOOK = Monitoring()


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """What is compared, and everything that makes it need more or fewer units.

    ``design.sample_size``, ``design.minimum_effect`` and ``design.detection_power`` answer the three questions
    one may ask of it; ``margins`` those of a guardrail.

    Attributes:
        kind: metric kind.
        baseline: the metric in the control; any shape.
        variance: of one unit's value, of the baseline's shape. A ratio's or quantile's is that of its linearised
            value (delta method; for the quantile q of density f it is q (1 - q) / f²). None for a proportion,
            whose own is baseline (1 - baseline).
        split: weight of each variant, the control first. Every treatment is compared with the control, and the
            smallest one counts.
        alpha: two-sided level of all comparisons together.
        power: chance to find an uplift.
        comparisons: hypotheses that share alpha, metrics × treatments. Bonferroni, Holm and
            Benjamini-Hochberg alike test the smallest p-value of them at alpha / comparisons, so planning does.
        explained: share of the metric's variance that covariates known before explain (the squared correlation
            with one of them); what is left is 1 - explained (Deng, Xu, Kohavi & Walker 2013, eq. 4).
        design_effect: how many times clustering multiplies the variance (``clusters.design_effect``,
            ``kish``).
        monitoring: how often it is looked at, and by which rule.
        prior: what a Bayesian reading starts from; used where that is the rule, which corrects no level.

    Raises:
        ExperimentError: where a figure cannot be.
    """

    kind: Kind
    baseline: ArrayLike
    variance: ArrayLike | None = None
    split: tuple[float, ...] = (1.0, 1.0)
    alpha: float = 0.05
    power: float = 0.8
    comparisons: int = 1
    explained: float = 0.0
    design_effect: float = 1.0
    monitoring: Monitoring = _ONE_LOOK
    prior: Prior = _FLAT

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ExperimentError(unknown("Metric kind", str(self.kind), KINDS))
        weights = np.asarray(self.split, dtype=np.float64)
        if weights.size < 2 or not np.isfinite(weights).all() or (weights <= 0).any():
            raise ExperimentError(
                f"Split {weights.tolist()} was given; planning needs a control and a treatment, each above 0."
            )
        if not 0 < self.alpha < 1:
            raise ExperimentError(f"alpha {self.alpha} was given; expected a number between 0 and 1, such as 0.05.")
        if self.comparisons < 1:
            raise ExperimentError(f"{self.comparisons} comparisons were given; expected 1 or more.")
        if not self.level < self.power < 1:
            raise ExperimentError(
                f"Power {self.power} was given; expected a number between alpha ({self.level:g}) and 1."
            )
        if not 0 <= self.explained < 1:
            raise ExperimentError(
                f"An explained share of {self.explained:g} was given; expected 0 to below 1, such as 0.36 for a "
                "correlation of 0.6."
            )
        if not (self.design_effect > 0 and np.isfinite(self.design_effect)):
            raise ExperimentError(f"A design effect of {self.design_effect:g} was given; expected a number above 0.")
        self._check_metric()

    def _check_metric(self) -> None:
        base = np.asarray(self.baseline, dtype=np.float64)
        if not np.isfinite(base).all():
            raise ExperimentError(f"A baseline of {self.baseline!r} was given; expected a number.")
        if self.kind == "proportion":
            if ((base <= 0) | (base >= 1)).any():
                raise ExperimentError(
                    f"A proportion of {_one(base):g} was given; expected one between 0 and 1, such as 0.043 for 4.3%."
                )
        elif self.variance is None or not (np.asarray(self.variance, dtype=np.float64) > 0).all():
            given = "none" if self.variance is None else f"{_one(self.variance):g}"
            raise ExperimentError(f"A {self.kind} needs the variance of one unit's value, above 0; given: {given}.")

    @property
    def level(self) -> float:
        """Two-sided level this comparison is tested at."""
        return self.alpha if self.monitoring.stopping == "bayesian" else self.alpha / self.comparisons

    @property
    def shares(self) -> Floats:
        """Share of all units in each variant, shape (variants,)."""
        weights = np.asarray(self.split, dtype=np.float64)
        return np.asarray(weights / weights.sum())

    @property
    def spread(self) -> Floats:
        """Variance of one unit's value before anything is allowed for, of the baseline's shape."""
        base = np.asarray(self.baseline, dtype=np.float64)
        given = base * (1 - base) if self.variance is None else np.asarray(self.variance, dtype=np.float64)
        return np.broadcast_to(given, np.broadcast_shapes(base.shape, given.shape))

    @property
    def factor(self) -> float:
        """How many times the units are needed that a test without covariates and clusters needs."""
        return (1 - self.explained) * self.design_effect

    def effective(self, units: ArrayLike) -> tuple[Floats, Floats]:
        """Return what control and smallest treatment are worth in units without covariates and clusters.

        Args:
            units: in all variants together, any shape.
        """
        total = np.asarray(units, dtype=np.float64) / self.factor
        return total * self.shares[0], total * self.shares[1:].min()

    def plain(self) -> Comparison:
        """Return the same comparison without covariates."""
        return replace(self, explained=0.0)


def kish(cluster_size: float, correlation: float) -> float:
    """Return how many times clusters of one size multiply a variance: 1 + (size - 1) · correlation.

    Kish (1965, Survey Sampling, section 5.4). For sizes that differ give the average weighted by size.

    Args:
        cluster_size: units in a cluster, 1 or more.
        correlation: between two units of one cluster, from 0 to 1.

    Raises:
        ExperimentError: where a figure cannot be.
    """
    if not (cluster_size >= 1 and np.isfinite(cluster_size) and 0 <= correlation <= 1):
        raise ExperimentError(
            f"Clusters of {cluster_size:g} units with a correlation of {correlation:g} were given; expected 1 unit or "
            "more and a correlation from 0 to 1, such as 0.05."
        )
    return 1 + (cluster_size - 1) * correlation


def _one(values: ArrayLike) -> float:
    """Return the smallest figure, for a sentence."""
    return float(np.min(np.asarray(values, dtype=np.float64)))
