"""The plan an export is read under: one that was written down, or what can be told from the export."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.errors import ExperimentError
from experiments.bayesian import Prior
from experiments.boundaries import Spending
from experiments.importing.records import Imported
from experiments.multiplicity import Correction
from experiments.plan import Plan, Stopping
from experiments.wording import listed

Split = Sequence[float] | Mapping[str, float]


def plan_for(
    imported: Imported,
    *,
    planned: Plan | None = None,
    split: Split | None = None,
    days: int | None = None,
    stopping: Stopping | None = None,
    looks: int | None = None,
    spending: Spending | None = None,
    correction: Correction | None = None,
    alpha: float | None = None,
    power: float | None = None,
    prior: Prior | None = None,
    hypothesis: str | None = None,
) -> Plan:
    """Return the plan an export is read under; what is None is as ``planned``, else as usual.

    Args:
        imported: the experiment: its variants, metrics, segments and cluster are the plan's.
        planned: the plan that was written down, if any.
        split: weight of each variant, in the order of the log's variants or by name (those left out have
            weight 0); equal when there is no plan either. A variant that was not planned has weight 0.
        days: planned length; the days the export has when there is no plan either.
        stopping: how often it is looked at; once, at the end, when there is no plan either.
        looks: of a group-sequential plan.
        spending: of a group-sequential plan.
        correction: over all metrics, treatments and segments; Holm's when there is no plan either.
        alpha: two-sided significance level; 0.05 when there is no plan either.
        power: chance to find the MDE of this run; 0.8 when there is no plan either.
        prior: of a bayesian plan; flat when there is no plan either.
        hypothesis: what was believed; written for you where there is none.

    Raises:
        ExperimentError: where the split or another figure cannot be, or looks or spending have no use.
    """
    log, columns = imported.log, imported.columns
    if planned is not None:
        _check_variants(imported, planned.variants)
    elif isinstance(split, Mapping):
        _check_variants(imported, tuple(split))
    rules: dict[str, Any] = {
        "days": days, "stopping": stopping, "looks": looks, "spending": spending, "correction": correction,
        "alpha": alpha, "power": power, "prior": prior, "hypothesis": hypothesis,
    }  # fmt: skip
    given = {name: value for name, value in rules.items() if value is not None}
    of_export: dict[str, Any] = {
        "variants": log.variants,
        "metrics": imported.metrics,
        "split": _weights(log.variants, split, planned),
        "segments": columns.segments,
        "cluster": columns.cluster,
    }
    if planned is not None:
        titles = tuple(planned.title(name) if name in planned.variants else name for name in log.variants)
        plan = replace(planned, **of_export, **given, titles=titles if planned.titles else ())
    else:
        usual: dict[str, Any] = {"days": log.n_days, "hypothesis": _hypothesis(imported)}
        plan = Plan(**(usual | of_export | given))
    if plan.stopping != "group-sequential" and (looks is not None or spending is not None):
        what = f"{looks} looks" if looks is not None else f"{spending} spending"
        raise ExperimentError(
            f"The request has {what}, but the stopping rule is {plan.stopping}; only group-sequential has that. Choose "
            "it, or leave the rest out."
        )
    return plan


def names_needed(plan: Plan) -> tuple[str, ...]:
    """Return what an export must have a column of for ``plan``: quantities, covariates, segments and the cluster."""
    names = [name for metric in plan.metrics for name in metric.quantities]
    names += [part for metric in plan.metrics for name in metric.covariates for part in name.split("/")]
    names += [*plan.segments, *([plan.cluster] if plan.cluster else [])]
    return tuple(dict.fromkeys(names))


def without(plan: Plan, absent: Collection[str]) -> dict[str, Any]:
    """Return what is left of ``plan`` where an export lacks some of ``names_needed``, as fields of a ``Request``.

    Metrics that need an absent column are left out, and so are absent covariates, segments and clusters; each is
    a deviation from the plan.

    Raises:
        ExperimentError: the primary metric is among them.
    """
    lost = sorted({*plan.primary.quantities} & {*absent})
    if lost:
        raise ExperimentError(
            f"The plan's primary metric '{plan.primary.name}' needs column '{lost[0]}'. Say what the file calls it."
        )
    return {
        "metrics": tuple(
            replace(metric, covariates=tuple(name for name in metric.covariates if not {*name.split("/")} & {*absent}))
            for metric in plan.metrics
            if not {*metric.quantities} & {*absent}
        ),
        "segments": tuple(name for name in plan.segments if name not in absent),
        "cluster": "" if plan.cluster is None or plan.cluster in absent else plan.cluster,
    }


def _check_variants(imported: Imported, planned: Sequence[str]) -> None:
    """Raise where planned variants are not in the export and others are: they may be the same by another name."""
    log = imported.log
    found = [name for name, units in zip(log.variants, log.counts, strict=True) if units]
    if log.variants[0] not in found or ({*found} - {*planned} and {*planned} - {*found}):
        raise ExperimentError(
            f"The planned variants are {listed(planned)}; the export has {listed(found)}. Say which of the export's "
            "variants is which of the planned ones."
        )


def _weights(names: Sequence[str], split: Split | None, planned: Plan | None) -> tuple[float, ...]:
    if split is None and planned is not None:
        split = dict(zip(planned.variants, planned.split, strict=True))
    if split is None:
        return (1.0,) * len(names)
    if isinstance(split, Mapping):
        return tuple(float(split.get(name, 0.0)) for name in names)
    return tuple(map(float, split))


def _hypothesis(imported: Imported) -> str:
    control, *treatments = imported.log.variants
    primary = next((metric for metric in imported.metrics if metric.role == "primary"), None)
    if primary is None:
        return ""
    better = "raises" if primary.direction == "higher" else "lowers"
    written = f"{' or '.join(treatments)}, rather than {control}, {better} {primary.label.lower()}."
    return written[0].upper() + written[1:]
