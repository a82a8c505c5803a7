"""The columns as the reader named them, the rest as guessed; what cannot be is said in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from engine.errors import ColumnError, ExperimentError
from engine.loading.roles import not_found
from experiments.clusters import CLUSTER_UNITS
from experiments.importing.guessing import guess_day, guess_unit, guess_variant
from experiments.importing.records import Columns
from experiments.metrics import Metric


def settle(
    frame: pd.DataFrame,
    metrics: Sequence[Metric],
    *,
    unit: str | None = None,
    variant: str | None = None,
    day: str | None = None,
    segments: Sequence[str] = (),
    cluster: str | None = None,
) -> Columns:
    """Return the columns of ``frame`` to read; ``variant`` and ``day`` are guessed when None, not read when empty.

    Columns of metrics are not looked for: they may lie in another file.

    Raises:
        ColumnError: a column is missing, or plays two parts.
        ExperimentError: metrics share a name.
    """
    before = {
        metric.name: tuple(column for name in metric.covariates for column in _columns_of(name, frame))
        for metric in metrics
        if metric.covariates
    }
    earlier = [column for several in before.values() for column in several]
    for given in (unit, variant, day, cluster, *segments, *earlier):
        if given:
            require(given, frame)
    variant = guess_variant(frame, taken={unit} if unit else ()) if variant is None else variant
    unit = unit or guess_unit(frame, taken={variant})
    kinds = _kinds(metrics)
    if day is None:
        taken = {unit, variant, *segments, *kinds, *earlier} | ({cluster} if cluster else set())
        day = guess_day(frame, taken=taken)
    found = Columns(
        unit=unit,
        variant=variant,
        day=day or None,
        metrics=kinds,
        segments=tuple(dict.fromkeys(segments)),
        cluster=cluster or None,
        covariates=before,
    )
    _check(found, metrics)
    return found


def require(column: str, frame: pd.DataFrame) -> None:
    """Raise ColumnError where ``frame`` has no such column."""
    columns = [str(each) for each in frame.columns]
    if column not in columns:
        raise ColumnError(not_found(column, columns))


def _columns_of(covariate: str, frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns of a covariate: two of ``above/below``, unless one column is called so."""
    above, slash, below = covariate.partition("/")
    return (above, below) if slash and covariate not in frame.columns else (covariate,)


def _kinds(metrics: Sequence[Metric]) -> dict[str, str]:
    """Return each column with the strictest kind a metric wants of it."""
    kinds: dict[str, str] = {}
    for metric in metrics:
        for column in metric.quantities:
            if metric.kind == "proportion" or column not in kinds:
                kinds[column] = "proportion" if metric.kind == "proportion" else "mean"
    return kinds


def _check(found: Columns, metrics: Sequence[Metric]) -> None:
    parts = {"unit": found.unit, "variant": found.variant}
    parts |= {name: column for name, column in (("day", found.day), ("cluster", found.cluster)) if column}
    uses = [(column, f"the metric '{column}'") for column in found.metrics]
    segments = [(column, f"the segment '{column}'") for column in found.segments]
    uses += [(column, f"the covariate '{column}'") for column in found.known_before]
    for number, (part, column) in enumerate(parts.items()):
        others = [(other, f"the {name}") for name, other in list(parts.items())[number + 1 :]]
        # A cluster may well be a segment too: the shops that were randomised, say.
        mixed = () if part == "cluster" else segments
        twins = [use for other, use in (*others, *uses, *mixed) if other == column]
        if twins:
            raise ColumnError(f"Column '{column}' was given as the {part} and as {twins[0]}. Give each its own column.")
    derived = {f"any {column}" for column in found.metrics} | {f"{column} capped" for column in found.metrics}
    derived |= {f"{column} before" for column in found.known_before} | ({CLUSTER_UNITS} if found.cluster else set())
    if taken := derived & set(found.metrics):
        raise ColumnError(
            f"A metric's column is called '{min(taken)}', as the analysis calls one of its own. Rename it."
        )
    names = [metric.name for metric in metrics]
    for metric in metrics:
        if names.count(metric.name) > 1:
            raise ExperimentError(f"Metric '{metric.name}' was given twice. Give each metric once.")
        during = set(found.covariates.get(metric.name, ())) & set(found.metrics)
        if during:
            raise ExperimentError(
                f"Column '{min(during)}' was given as a metric and as a covariate of metric '{metric.name}'; a "
                "covariate is known before the experiment. Name the column of the time before."
            )
