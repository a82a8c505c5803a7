"""What a calibration study found: the record, and the sentences a reader wants of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from experiments.plan import Plan
from experiments.results import Meta, plain, records
from experiments.wording import count, percent, share

#: What readers call each way of looking, by its name.
METHODS: Mapping[str, str] = {
    "fixed": "One look at the end",
    "peeking": "Peeking at p-values",
    "obrien-fleming": "Group sequential, O'Brien–Fleming",
    "pocock": "Group sequential, Pocock",
    "always-valid": "Always-valid",
    "bayesian": "Bayesian, by the chance to win",
}


_ALARMING = 1.2  # times alpha


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibration:
    """What a plan's metrics and ways of looking do, by thousands of random re-assignments of the same units.

    Rates are shares of replications; each has its 95% Monte-Carlo interval in ``…_low`` and ``…_high``.

    Attributes:
        plan: whose metrics, split, alpha, power and stopping rule were tried.
        uplift: true relative uplift that the treatments were given for power and coverage.
        replications: random re-assignments.
        clustered: whether they are clusters.
        looks: one row a look: look (from 1), day (missing where looks are by units alone), units seen so far,
            fraction of the planned information.
        rates: one row a metric, treatment and way of looking (``METHODS``): metric, variant, method,
            replications, false_positive_rate (of A/A tests that found a difference at any look), power (the same
            with the uplift), coverage (of the uplift by the interval at the look where it stopped), coverage_none
            (the same of zero in A/A tests), type_s and type_m (Gelman & Carlin 2014, Perspectives on Psychological
            Science 9(6): of the differences found, the share with the wrong sign, and how many times too large
            they are on average), stopping_share (of the planned information seen when it stopped, on average,
            with the uplift), stopping_share_none (without), undefined (share of A/A tests without a p-value at
            the end), outcome (``holds``, ``cautious``, ``above`` or ``cries_wolf``) and reading, in words.
        by_look: one row a metric, treatment, way of looking and look: false_positive_rate and power up to it.
        p_values: one row a metric, treatment and bin of the p-values of A/A tests at the end: low, high, share.
        uniformity: one row a metric and treatment: gap (largest distance from the uniform distribution), allowed
            (what chance alone may make it), uniform.
        family: over all metrics and treatments together, the share of A/A tests with a difference at the end in
            any of them: comparisons, uncorrected and corrected, each with its interval.
        notes: what the reader must know beside.
        seconds: how long it took.
        meta: where it comes from; ``units`` are those that were re-randomised, ``seed`` gives the same numbers.
    """

    plan: Plan
    uplift: float
    replications: int
    clustered: bool
    looks: pd.DataFrame
    rates: pd.DataFrame
    by_look: pd.DataFrame
    p_values: pd.DataFrame
    uniformity: pd.DataFrame
    family: Mapping[str, float]
    notes: tuple[str, ...]
    seconds: float
    meta: Meta

    @property
    def method(self) -> str:
        """The way of looking that the plan has."""
        return self.plan.spending if self.plan.stopping == "group-sequential" else self.plan.stopping

    def row(self, method: str, metric: str | None = None, variant: str | None = None) -> Mapping[str, Any]:
        """Return the row of ``rates``; of the primary metric and the first treatment unless named."""
        found = self.rates[
            (self.rates["method"] == method)
            & (self.rates["metric"] == (metric or self.plan.primary.name))
            & (self.rates["variant"] == (variant or self.plan.variants[1]))
        ]
        return {str(name): value for name, value in found.iloc[0].items()}

    @property
    def answer(self) -> str:
        """Whether the plan would have worked, in a sentence: its own rule on the primary metric."""
        row = self.row(self.method)
        wolf, found = row["false_positive_rate"], row["power"]
        wanted = share(self.plan.power, 0)
        finds = f"a true {percent(self.uplift)} in {self.plan.primary.label.lower()} would have been found in "
        alarms = f"{share(wolf)} of A/A tests would have cried wolf"
        tests = f"tests of {count(self.meta.units)} {'clusters' if self.clustered else 'units'}"
        if row["outcome"] == "cries_wolf":
            return f"No: {alarms}, where {share(self.plan.alpha, 0)} should have; {finds}{share(found)} of {tests}."
        if np.isnan(found):
            return f"It cannot be told: {self.plan.primary.label} is zero, so no relative uplift exists."
        if row["power_high"] < self.plan.power:
            return f"No: {finds}{share(found)} of {tests}, where {wanted} was planned; {alarms}."
        if row["power_low"] <= self.plan.power:
            return f"About: {finds}{share(found)} of {tests}, for {wanted} planned; {alarms}."
        return f"Yes: {finds}{share(found)} of {tests}, for {wanted} planned; {alarms}."

    @property
    def sentence(self) -> str:
        """What peeking would have done, beside what holds."""
        wolf = {name: share(self.row(name)["false_positive_rate"]) for name in METHODS}
        days = self.looks["day"]
        every_day = bool(days.notna().all()) and len(days) > 1 and bool((days.diff().dropna() == 1).all())
        looking = "every day" if every_day else f"{count(len(self.looks))} times"
        if len(self.looks) == 1:
            return (
                f"With one look at the end, {wolf['fixed']} of A/A tests would have cried wolf at "
                f"p < {self.plan.alpha:g}."
            )
        return (
            f"Looking {looking} and stopping at p < {self.plan.alpha:g} would have cried wolf in {wolf['peeking']} of "
            f"A/A tests; group sequential {wolf['obrien-fleming']}, always-valid {wolf['always-valid']}."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON; what does not exist is None."""
        return {
            "answer": self.answer,
            "sentence": self.sentence,
            "simulated": self.meta.simulated,
            "plan": {**plain(self.plan.to_dict()), "hash": self.plan.hash},
            "method": self.method,
            "uplift": self.uplift,
            "replications": self.replications,
            "clustered": self.clustered,
            "looks": records(self.looks),
            "rates": records(self.rates),
            "by_look": records(self.by_look),
            "p_values": records(self.p_values),
            "uniformity": records(self.uniformity),
            "family": plain(dict(self.family)),
            "notes": list(self.notes),
            "seconds": self.seconds,
            "meta": plain(asdict(self.meta)),
        }


def outcome(false_positives: tuple[float, float], alpha: float) -> str:
    """Return whether a rate's interval (low, high) ``holds`` alpha, is ``cautious``, ``above`` it or ``cries_wolf``."""
    low, high = false_positives
    if low > alpha:
        return "cries_wolf" if low > _ALARMING * alpha else "above"
    return "cautious" if high < 0.8 * alpha else "holds"


def reading(row: Mapping[str, float], alpha: float, power: float) -> str:
    """Return a row of ``Calibration.rates`` in words."""
    words = {
        "cries_wolf": f"Cries wolf {row['false_positive_rate'] / alpha:.1f}× as often as it should",
        "above": "False alarms a little above what they should be",
        "cautious": "Safe, with room to spare",
        "holds": "Safe",
    }[outcome((row["false_positive_low"], row["false_positive_high"]), alpha)]
    if row["coverage_high"] < 1 - alpha:
        words += "; intervals too narrow"
    if row["power_high"] < power:
        words += "; finds it too rarely"
    return words
