"""What a stopping rule asks of a test's planned end, and how early it stops on average."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from engine.errors import ExperimentError, unknown
from experiments.boundaries import SPENDING, Boundaries, Spending, first_crossing, lan_demets
from experiments.group_sequential import expected_fraction
from experiments.moments import Floats
from experiments.plan import Stopping

STOPPING: tuple[Stopping, ...] = ("fixed", "always-valid", "group-sequential", "bayesian")

_MOST_LOOKS = 400
_FARTHEST_DRIFT = 60.0  # standard errors an uplift may lie from zero at the planned end


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    """How often a test will be looked at, and by which rule it may stop.

    Attributes:
        stopping: ``fixed`` (one look at the end), ``group-sequential`` (the looks share alpha), ``always-valid``
            (each look reads a confidence sequence) or ``bayesian`` (each look reads the chance to win; nothing
            bounds how often that is wrong over all looks).
        looks: number of equally spaced looks, the last one at the planned end.
        spending: how a group sequential test shares alpha over its looks.

    Raises:
        ExperimentError: where the rule is unknown, or the looks cannot be.
    """

    stopping: Stopping = "fixed"
    looks: int = 1
    spending: Spending = "obrien-fleming"

    def __post_init__(self) -> None:
        if self.stopping not in STOPPING:
            raise ExperimentError(unknown("Stopping rule", str(self.stopping), STOPPING))
        if self.spending not in SPENDING:
            raise ExperimentError(unknown("Spending function", str(self.spending), SPENDING))
        most = 1 if self.stopping == "fixed" else _MOST_LOOKS
        if not 1 <= self.looks <= most:
            raise ExperimentError(
                f"{self.looks} looks were given for stopping '{self.stopping}'; expected 1 to {most}."
            )

    @property
    def by_last_look(self) -> bool:
        """Whether the size is that of a single look at the end.

        A Bayesian test's is too: what it would stop earlier for is not held against its planned end.
        """
        return self.stopping in ("fixed", "bayesian")


@lru_cache(maxsize=256)
def planned_boundaries(monitoring: Monitoring, level: float, alpha: float) -> Boundaries:
    """Return how far apart, in standard errors, the variants must be at each look for the test to stop there.

    Group sequential: Lan & DeMets (1983). Always-valid: the confidence sequence of Waudby-Smith et al. (2024),
    whose distance depends on the share of the planned units alone. Fixed and Bayesian (under a flat prior):
    the normal quantile at each look.

    Args:
        monitoring: the rule.
        level: two-sided level of this comparison.
        alpha: two-sided level of all comparisons together, for which an always-valid test is tuned.

    Raises:
        ExperimentError: where a level is not between 0 and 1.
    """
    fractions = np.arange(1.0, monitoring.looks + 1) / monitoring.looks
    if monitoring.stopping == "group-sequential":
        return lan_demets(fractions, alpha=level, spending=monitoring.spending)
    z = np.full(monitoring.looks, -special.ndtri(level / 2))
    if monitoring.stopping == "always-valid":
        # The inverse of sequential.always_valid_p_value: tuned for alpha, read at the level.
        tuned = -2 * np.log(alpha)
        grown = fractions * (tuned + np.log(tuned + 1)) + 1
        z = np.sqrt(2 * grown / (grown - 1) * np.log(np.sqrt(grown) / level))
    return Boundaries(fractions=fractions, z=z, spent=2 * np.cumsum(first_crossing(z, fractions)))


@lru_cache(maxsize=1024)
def needed_drift(monitoring: Monitoring, level: float, power: float, alpha: float) -> float:
    """Return how many standard errors of the planned end an uplift must measure to be found with ``power``.

    Jennison & Turnbull (2000, Group Sequential Methods, section 2.3), upwards. For one look it is
    z(1 - level / 2) + z(power); its square over the square of that is the inflation of the units.

    Args:
        monitoring: the rule.
        level: two-sided level of this comparison.
        power: chance to find it, between half the level and 1.
        alpha: as for ``planned_boundaries``.

    Raises:
        ExperimentError: where the power cannot be.
    """
    if not level / 2 < power < 1:
        raise ExperimentError(f"Power {power} was given; expected a number between alpha ({level:g}) and 1.")
    if monitoring.by_last_look:
        return float(special.ndtri(power) - special.ndtri(level / 2))
    bounds = planned_boundaries(monitoring, level, alpha)

    def missing(drift: float) -> float:
        return float(first_crossing(bounds.z, bounds.fractions, drift=drift).sum() - power)

    return float(optimize.brentq(missing, 0.0, _FARTHEST_DRIFT, xtol=1e-12))


def crossing_power(monitoring: Monitoring, drift: ArrayLike, level: float, alpha: float) -> Floats:
    """Return the chance that a true uplift is found at any look; the inverse of ``needed_drift``.

    Args:
        monitoring: the rule.
        drift: expected z-statistic at the planned end, any shape.
        level: two-sided level of this comparison.
        alpha: as for ``planned_boundaries``.
    """
    shift = np.asarray(drift, dtype=np.float64)
    if monitoring.by_last_look:
        return np.asarray(special.ndtr(shift + special.ndtri(level / 2)))
    bounds = planned_boundaries(monitoring, level, alpha)
    within = np.clip(shift, -_FARTHEST_DRIFT, _FARTHEST_DRIFT)
    return np.asarray(np.clip(first_crossing(bounds.z, bounds.fractions, drift=within).sum(axis=-1), 0.0, 1.0))


def inflation(monitoring: Monitoring, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return how many times the units of a single look the planned end needs for the same power.

    See ``needed_drift``. A test that may stop early needs fewer on average: see ``expected_share``.
    """
    return (needed_drift(monitoring, alpha, power, alpha) / needed_drift(Monitoring(), alpha, power, alpha)) ** 2


def expected_share(monitoring: Monitoring, drift: ArrayLike, level: float, alpha: float) -> Floats:
    """Return the share of the planned units a test has seen when it stops, on average.

    Args:
        monitoring: the rule; who never crosses goes to the planned end.
        drift: expected z-statistic at the planned end, any shape; 0 where there is no uplift.
        level: two-sided level of this comparison.
        alpha: as for ``planned_boundaries``.
    """
    return expected_fraction(planned_boundaries(monitoring, level, alpha), drift)
