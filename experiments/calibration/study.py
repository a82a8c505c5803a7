"""Would this plan have worked? Its metrics and ways of looking on thousands of re-randomisations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np

from engine.errors import ExperimentError
from experiments.calibration.assignments import draw_assignments
from experiments.calibration.population import Population
from experiments.calibration.record import Calibration
from experiments.calibration.rerandomise import add_up, moments_under
from experiments.calibration.rules import Rule, rules
from experiments.calibration.summary import summarise
from experiments.calibration.trial import Trial, try_metric
from experiments.calibration.uplift import Injection
from experiments.metrics import Metric
from experiments.plan import Plan
from experiments.results import Meta

Report = Callable[[str, int | None, int | None], None]

_MOST_REPLICATIONS = 1_000_000
_BLOCK = 2000  # replications between two reports of progress, at most
_BLOCK_CELLS = 3_000_000  # numbers of a block's moments
_BLOCK_CODES = 50_000_000  # assignments of a block
_QUANTILE_CELLS = 150_000_000  # units · looks · replications that are ranked: a few seconds
_FEWEST_QUANTILES = 200


def calibrate(
    units: Population,
    plan: Plan,
    meta: Meta,
    *,
    uplift: float = 0.03,
    replications: int = 10_000,
    exact: bool = False,
    notes: Sequence[str] = (),
    report: Report | None = None,
) -> Calibration:
    """Return what the plan's metrics would have found in random re-assignments of ``units``.

    Every replication assigns all units anew and is read twice: as it is (an A/A test), and with ``uplift`` put
    into the treatments. All ways of looking read the same replications, one comparison at a time, uncorrected.

    Args:
        units: who is re-assigned, and what they had done by each look.
        plan: names variants, split, alpha, power, prior and stopping rule; its metrics are those of ``units``.
        meta: where the units come from; its seed makes the draws.
        uplift: true relative uplift, other than 0; a metric that is better lower is given it downwards.
        replications: 1 to a million. Quantiles are ranked anew each time, so they get fewer where that is long.
        exact: whether the split's counts are held to the unit.
        notes: what the reader must know of the units.
        report: told of the replications done.

    Raises:
        ExperimentError: where the uplift or replications cannot be, or plan and units do not fit.
    """
    if not 1 <= replications <= _MOST_REPLICATIONS:
        raise ExperimentError(f"{replications:,} replications were given; expected 1 to {_MOST_REPLICATIONS:,}.")
    if not np.isfinite(uplift) or uplift == 0:
        raise ExperimentError(f"An uplift of {uplift:g} was given; expected one other than 0, such as 0.03 for 3%.")
    if [metric.name for metric in units.metrics] != [metric.name for metric in plan.metrics]:
        raise ExperimentError("The plan and the units have different metrics; make the units with the plan's.")
    began = perf_counter()
    drawn, luck = np.random.SeedSequence(meta.seed).spawn(2)
    rng = np.random.default_rng(drawn)
    asked = _ask(units, plan, uplift, luck, replications)
    trials: list[list[Trial]] = [[] for _ in asked]
    of, n_variants = add_up(units), len(plan.variants)
    # Blocks only bound the memory: draws follow one another, and sums are exact.
    cells = units.looks * n_variants * len(units.quantities) ** 2
    step = max(1, min(_BLOCK, _BLOCK_CELLS // cells, _BLOCK_CODES // units.n_units))
    for done in range(0, replications, step):
        if report is not None:
            report("Re-randomising", done, replications)
        codes = draw_assignments(rng, min(step, replications - done), units.n_units, plan.split, exact=exact)
        moments = moments_under(codes, of, n_variants)
        for each, found in zip(asked, trials, strict=True):
            some = each.replications - done
            if some > 0:
                found.append(
                    try_metric(
                        units,
                        codes[:some],
                        moments[:some],
                        each.rules,
                        each.injection,
                        n_variants=n_variants,
                        alpha=plan.alpha,
                    )
                )
    fewer = [each.injection.metric.label for each in asked if each.replications < replications]
    ranked = f"{', '.join(fewer)}: fewer replications, for quantiles are ranked anew each time."
    dense = (
        "Rates of quantiles depend on how densely these very units lie around the quantile: other units of the same "
        "kind may have a few points more or less."
    )
    about = [dense] if any(metric.kind == "quantile" for metric in units.metrics) else []
    return summarise(
        units,
        plan,
        [_joined(found) for found in trials],
        [rule.name for rule in asked[0].rules],
        uplift=uplift,
        replications=replications,
        notes=(*notes, *([ranked] if fewer else []), *about),
        seconds=perf_counter() - began,
        meta=meta,
    )


@dataclass(frozen=True)
class _Asked:
    """What is asked of one metric: by which rules it is read, what is put into it, in how many replications."""

    rules: tuple[Rule, ...]
    injection: Injection
    replications: int


def _ask(units: Population, plan: Plan, uplift: float, luck: np.random.SeedSequence, replications: int) -> list[_Asked]:
    ranked = max(_FEWEST_QUANTILES, _QUANTILE_CELLS // (units.n_units * units.looks))
    return [
        _Asked(
            rules([metric], units.fractions, units.n_units, alpha=plan.alpha, prior=plan.prior),
            Injection(metric, _good(metric, uplift), [np.random.default_rng(one) for one in stream.spawn(units.looks)]),
            min(ranked, replications) if metric.kind == "quantile" else replications,
        )
        for metric, stream in zip(units.metrics, luck.spawn(len(units.metrics)), strict=True)
    ]


def _good(metric: Metric, uplift: float) -> float:
    return -uplift if metric.direction == "lower" else uplift


def _joined(parts: Sequence[Trial]) -> Trial:
    """Return the trials of all blocks as one."""

    def along(name: str) -> tuple[Any, ...]:
        by_rule = zip(*(getattr(part, name) for part in parts), strict=True)
        return tuple(
            replace(
                several[0],
                **{
                    field: np.concatenate([getattr(each, field) for each in several])
                    for field in ("look", "found", "covered", "times")
                },
            )
            for several in by_rule
        )

    return Trial(along("without"), along("uplifted"), np.concatenate([part.p_value for part in parts]))
