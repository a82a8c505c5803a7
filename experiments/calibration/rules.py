"""When each way of looking at an experiment stops it, and what it reports then."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from experiments.bayesian import Prior, beliefs
from experiments.boundaries import SPENDING, Boundaries, Spending, lan_demets
from experiments.effects import Effects
from experiments.group_sequential import reach_at
from experiments.metrics import Metric
from experiments.moments import Floats
from experiments.sequential import always_valid, always_valid_p_value

Bools = NDArray[np.bool_]
Ends = tuple[Floats, Floats]


@dataclass(frozen=True)
class Rule:
    """One way of looking at an experiment.

    Attributes:
        name: what it is called in results.
        rejects: whether a look finds a difference; effects (replications, looks, metrics, treatments) to the same
            shape.
        interval: both ends of the absolute uplift's interval at the look where the experiment stopped, from the
            effects at that look and its number, both (replications, metrics, treatments).
        peeks: whether it looks before the end.
    """

    name: str
    rejects: Callable[[Effects], Bools]
    interval: Callable[[Effects, NDArray[np.int64]], Ends]
    peeks: bool = True


@dataclass(frozen=True, eq=False)
class Stopped:
    """Where experiments stopped under a rule; arrays (replications, metrics, treatments).

    Attributes:
        look: the first look that found a difference, counted from 0; the last one where none did.
        found: whether any look did.
        effects: at that look.
        low: lower end of the rule's interval of the absolute uplift there.
        high: its upper end.
    """

    look: NDArray[np.int64]
    found: Bools
    effects: Effects
    low: Floats
    high: Floats


def rules(
    metrics: Sequence[Metric], fractions: Floats, units: int, *, alpha: float = 0.05, prior: Prior | None = None
) -> tuple[Rule, ...]:
    """Return the ways of looking that are compared.

    ``fixed`` looks once, at the end. ``peeking`` reads the fixed-horizon p-value at every look. ``obrien-fleming``
    and ``pocock`` are group sequential (Lan & DeMets 1983), ``always-valid`` reads a confidence sequence, and
    ``bayesian`` stops where the chance to win is beyond 1 - alpha / 2 or below alpha / 2. Proportions are taken
    as normal there: exact Beta posteriors of millions of looks would take minutes.

    Args:
        metrics: in the order of the effects.
        fractions: share of the planned information at each look, shape (looks,).
        units: planned, for which the confidence sequence is tuned.
        alpha: two-sided level.
        prior: what is believed before; flat when None.
    """
    as_means = [replace(metric, kind="mean", denominator=None, quantile=None) for metric in metrics]

    def at_the_end(found: Effects) -> Bools:
        significant = _below(found.p_value, alpha)
        significant[:, :-1] = False
        return significant

    def believed(found: Effects) -> Bools:
        chance = beliefs(found, as_means, prior=prior).chance_to_win
        return np.abs(np.nan_to_num(chance, nan=0.5) - 0.5) > 0.5 - alpha / 2

    def sequence(found: Effects, _: NDArray[np.int64]) -> Ends:
        ends = always_valid(found, tuning_n=units)
        return ends.absolute_low, ends.absolute_high

    def credible(found: Effects, _: NDArray[np.int64]) -> Ends:
        ends = beliefs(found, as_means, prior=prior)
        return ends.absolute_low, ends.absolute_high

    return (
        Rule("fixed", at_the_end, _own, peeks=False),
        Rule("peeking", lambda found: _below(found.p_value, alpha), _own),
        *(_grouped(spending, _boundaries(tuple(fractions.tolist()), alpha, spending)) for spending in SPENDING),
        Rule("always-valid", lambda found: _below(always_valid_p_value(found, tuning_n=units), alpha), sequence),
        Rule("bayesian", believed, credible),
    )


def stop(found: Effects, rule: Rule) -> Stopped:
    """Return where each replication of ``found`` (replications, looks, metrics, treatments) stops under ``rule``."""
    rejects = rule.rejects(found)
    any_look = np.asarray(rejects.any(axis=1))
    look = np.where(any_look, rejects.argmax(axis=1), rejects.shape[1] - 1)
    then = at_look(found, look)
    low, high = rule.interval(then, look)
    return Stopped(look, any_look, then, low, high)


def at_look(found: Effects, look: NDArray[np.int64]) -> Effects:
    """Return the effects at each replication's own look, without the axis of looks."""
    picked = {
        field.name: np.take_along_axis(array, look[:, None], axis=1)[:, 0]
        for field in fields(found)
        if isinstance(array := getattr(found, field.name), np.ndarray)
    }
    return Effects(metrics=found.metrics, treatments=found.treatments, alpha=found.alpha, **picked)


@lru_cache(maxsize=16)
def _boundaries(fractions: tuple[float, ...], alpha: float, spending: Spending) -> Boundaries:
    """Return boundaries, found once for all metrics: many looks take a second."""
    return lan_demets(fractions, alpha=alpha, spending=spending)


def _grouped(name: str, boundaries: Boundaries) -> Rule:
    """Return the group sequential rule of ``boundaries``, with its repeated confidence interval."""
    level = boundaries.nominal_alpha

    def rejects(found: Effects) -> Bools:
        return np.asarray(np.nan_to_num(found.p_value, nan=1.0) <= level[:, None, None])

    def interval(found: Effects, look: NDArray[np.int64]) -> Ends:
        reach = reach_at(level[look], found.degrees_of_freedom) * found.standard_error
        return found.absolute - reach, found.absolute + reach

    return Rule(name, rejects, interval)


def _own(found: Effects, _: NDArray[np.int64]) -> Ends:
    return found.absolute_low, found.absolute_high


def _below(p_value: Floats, alpha: float) -> Bools:
    return np.asarray(np.nan_to_num(p_value, nan=1.0) < alpha)
