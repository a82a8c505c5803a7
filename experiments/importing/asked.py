"""Metrics, guardrails, caps, covariates and splits as they are written on a command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.errors import ExperimentError, unknown
from experiments.metrics import KINDS, Direction, Kind, Metric, find

_DIRECTIONS: tuple[Direction, ...] = ("higher", "lower")
_EXPECTED = "expected name:kind, such as {name}:mean, {name}:proportion, {name}:quantile:0.9 or orders/sessions:ratio"
_GUARDED = (
    "expected name:kind:better direction:margin, such as latency:mean:lower:0.02 for a loss of 2%, or "
    "latency:quantile:0.9:lower:0.02"
)


@dataclass(frozen=True, kw_only=True)
class _Said:
    """What a text says of a metric; None where it is silent."""

    name: str
    kind: Kind
    level: float | None
    direction: Direction | None


def metrics_of(
    metrics: Sequence[str], guardrails: Sequence[str] = (), *, planned: Sequence[Metric] = ()
) -> tuple[Metric, ...]:
    """Return the metrics; the first one is primary, the others are secondary, then come the guardrails.

    Args:
        metrics: each ``name:kind`` or ``name:kind:direction``; a ratio's name is ``above/below``, two columns; a
            quantile's kind is ``quantile:level``. Where empty, those of ``planned`` that are no guardrails.
        guardrails: each ``name:kind:direction:margin``, the margin being the relative loss still acceptable. Where
            empty, those of ``planned``.
        planned: metrics of a plan. What a text does not say of one of the same name and kind is as planned there.

    Raises:
        ExperimentError: one of them is written otherwise, or there is none.
    """
    known = {metric.name: metric for metric in planned}
    decided = [
        _made(_read(text), known, role="secondary" if place else "primary") for place, text in enumerate(metrics)
    ] or [metric for metric in planned if metric.role != "guardrail"]
    guarded = [_guardrail(text, known) for text in guardrails]
    if not guardrails:
        # A quantile stands beside another metric of its column, not in its place.
        named = {(metric.name, metric.kind == "quantile") for metric in decided}
        guarded = [
            metric
            for metric in planned
            if metric.role == "guardrail" and (metric.name, metric.kind == "quantile") not in named
        ]
    if not decided:
        raise ExperimentError("No metric was given. Expected at least one, such as revenue:mean; the first decides.")
    return _named_apart([*decided, *guarded])


def with_caps(metrics: Sequence[Metric], texts: Sequence[str]) -> tuple[Metric, ...]:
    """Return ``metrics`` with the caps of ``metric=percentile``, such as ``revenue=0.99``.

    Raises:
        ExperimentError: one is written otherwise, belongs to no metric, or to one that cannot be capped.
    """
    capped = {metric.name: metric for metric in metrics}
    for text in texts:
        name, level = _of_metric(text, metrics, "Cap", "metric=percentile, such as revenue=0.99")
        try:
            capped[name] = replace(capped[name], cap=float(level))
        except ValueError:
            raise ExperimentError(f"Cap '{text}' was given; expected a percentile, such as {name}=0.99.") from None
    return tuple(capped.values())


def with_covariates(metrics: Sequence[Metric], texts: Sequence[str]) -> tuple[Metric, ...]:
    """Return ``metrics`` with the covariates of ``metric=column`` or ``metric=column,column``.

    ``above/below`` is the ratio of two columns, as a ratio metric wants. What is given for a metric stands in place
    of what it had.

    Raises:
        ExperimentError: one is written otherwise, belongs to no metric, or to one that cannot be adjusted.
    """
    given: dict[str, list[str]] = {}
    for text in texts:
        name, columns = _of_metric(text, metrics, "Covariate", "metric=column, such as revenue=pre_revenue")
        given.setdefault(name, []).extend(column.strip() for column in columns.split(","))
    return tuple(
        replace(metric, covariates=tuple(dict.fromkeys(given[metric.name]))) if metric.name in given else metric
        for metric in metrics
    )


def split_of(text: str) -> tuple[float, ...] | dict[str, float]:
    """Return the weights of ``1,1`` (the control first, then the others by name) or of ``control=1,new=1``.

    Raises:
        ExperimentError: it is written otherwise.
    """
    parts = [part.strip() for part in text.split(",")]
    try:
        if all("=" in part for part in parts):
            pairs = [part.rpartition("=") for part in parts]
            named = {name.strip(): float(weight) for name, _, weight in pairs}
            if len(named) == len(parts) and all(named):
                return named
        else:
            return tuple(float(part) for part in parts)
    except ValueError:
        pass
    raise ExperimentError(f"Split '{text}' was given; expected weights such as 1,1 or control=1,new=1.")


def pairs_of(texts: Sequence[str], what: str, expected: str) -> dict[str, str]:
    """Return names by name from ``name=other``.

    Args:
        texts: as written.
        what: what they are called in an error.
        expected: how one is written, in an error.

    Raises:
        ExperimentError: one is written otherwise, or a name is given twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, sign, other = (part.strip() for part in text.partition("="))
        if not (sign and name and other):
            raise ExperimentError(f"{what} '{text}' was given; expected {expected}.")
        if name in found:
            raise ExperimentError(f"{what} '{name}' was given twice. Give each once.")
        found[name] = other
    return found


def _of_metric(text: str, metrics: Sequence[Metric], what: str, expected: str) -> tuple[str, str]:
    """Return the metric and the rest of ``metric=rest``."""
    name, sign, rest = text.partition("=")
    if not sign or not all(part.strip() for part in rest.split(",")):
        raise ExperimentError(f"{what} '{text}' was given; expected {expected}.")
    try:
        return find(metrics, name.strip()).name, rest
    except ExperimentError as error:
        raise ExperimentError(f"{what} '{text}' belongs to no metric. {error}") from None


def _read(text: str) -> _Said:
    """Return what ``name:kind[:level][:direction]`` says."""
    parts = text.split(":")
    direction: Direction | None = None
    if len(parts) > 2 and parts[-1] in _DIRECTIONS:
        direction = "lower" if parts.pop() == "lower" else "higher"
    level = parts.pop() if len(parts) > 2 and parts[-2] == "quantile" else None
    if len(parts) < 2:
        raise ExperimentError(f"Metric '{text}' was given; {_EXPECTED.format(name=text)}.")
    name, kind = ":".join(parts[:-1]).strip(), parts[-1]
    kinds: dict[str, Kind] = {each: each for each in KINDS}
    if kind not in kinds:
        raise ExperimentError(f"Metric '{text}' was given. {unknown('Metric kind', kind, kinds)}")
    above, _, below = name.partition("/")
    if not name or (kind == "ratio" and not (above and below)):
        raise ExperimentError(
            f"Metric '{text}' was given; a ratio names two columns, as orders/sessions:ratio, every other kind one."
        )
    if kind == "quantile" and level is None:
        raise ExperimentError(f"Metric '{text}' was given; a quantile says which one, such as {name}:quantile:0.9.")
    try:
        found = None if level is None else float(level)
    except ValueError:
        raise ExperimentError(f"Metric '{text}' has level '{level}'; expected a number such as 0.9.") from None
    return _Said(name=name, kind=kinds[kind], level=found, direction=direction)


def _guardrail(text: str, known: dict[str, Metric]) -> Metric:
    rest, _, margin = text.rpartition(":")
    _, _, direction = rest.rpartition(":")
    if text.count(":") < 3:
        raise ExperimentError(f"Guardrail '{text}' was given; {_GUARDED}.")
    if direction not in _DIRECTIONS:
        raise ExperimentError(f"Guardrail '{text}' was given. {unknown('Direction', direction, _DIRECTIONS)}")
    try:
        return _made(_read(rest), known, role="guardrail", margin=float(margin))
    except ValueError:
        raise ExperimentError(f"Guardrail '{text}' has margin '{margin}'; {_GUARDED}.") from None


def _made(said: _Said, known: dict[str, Metric], *, role: str, margin: float | None = None) -> Metric:
    """Return the metric a text says, the rest of it as the plan has it."""
    above, _, below = said.name.partition("/")
    ratio = said.kind == "ratio"
    like = known.get(said.name)
    if like is None or (like.kind, like.quantile) != (said.kind, said.level):
        like = None
    direction = said.direction or (like.direction if like else "higher")
    made = Metric(
        name=said.name,
        kind=said.kind,
        numerator=above if ratio else said.name,
        denominator=below if ratio else None,
        quantile=said.level,
        direction=direction,
        margin=margin,
        role="guardrail" if role == "guardrail" else "primary" if role == "primary" else "secondary",
    )
    if like is None:
        return made
    return replace(like, role=made.role, direction=direction, margin=margin)


def _named_apart(metrics: Sequence[Metric]) -> tuple[Metric, ...]:
    """Return ``metrics`` with the quantiles of a column that has other metrics too named by their level."""
    names = [metric.name for metric in metrics]
    apart = tuple(
        replace(metric, name=f"{metric.name}_p{100 * metric.quantile:g}")
        if metric.quantile is not None and names.count(metric.name) > 1
        else metric
        for metric in metrics
    )
    for place, metric in enumerate(apart):
        if metric.name in (other.name for other in apart[:place]):
            raise ExperimentError(f"Metric '{metric.name}' was given twice. Give each metric once.")
    return apart
