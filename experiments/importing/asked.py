"""Metrics, guardrails, covariates and splits as they are written on a command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.errors import ExperimentError, unknown
from experiments.metrics import KINDS, Direction, Kind, Metric, Role

_DIRECTIONS: tuple[Direction, ...] = ("higher", "lower")


def metrics_of(metrics: Sequence[str], guardrails: Sequence[str] = ()) -> tuple[Metric, ...]:
    """Return the metrics; the first one is primary, the others are secondary, then come the guardrails.

    Args:
        metrics: each ``name:kind`` or ``name:kind:direction``; a ratio's name is ``above/below``, two columns.
        guardrails: each ``name:kind:direction:margin``, the margin being the relative loss still acceptable.

    Raises:
        ExperimentError: one of them is written otherwise.
    """
    if not metrics:
        raise ExperimentError("No metric was given. Expected at least one, such as revenue:mean; the first decides.")
    decided = [_metric(text, role="secondary" if place else "primary") for place, text in enumerate(metrics)]
    return (*decided, *(_guardrail(text) for text in guardrails))


def covariates_of(texts: Sequence[str], metrics: Sequence[Metric]) -> dict[str, tuple[str, ...]]:
    """Return the covariates' columns by metric name, from ``metric=column`` or ``metric=column,column``.

    Raises:
        ExperimentError: one is written otherwise, or belongs to no metric.
    """
    names = [metric.name for metric in metrics]
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, sign, columns = text.partition("=")
        if not sign or not all(column.strip() for column in columns.split(",")):
            raise ExperimentError(f"Covariate '{text}' was given; expected metric=column, such as revenue=pre_revenue.")
        if name not in names:
            raise ExperimentError(f"Covariate '{text}' belongs to no metric. {unknown('Metric', name, names)}")
        found[name] = (*found.get(name, ()), *(column.strip() for column in columns.split(",")))
    return found


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


def _metric(text: str, role: Role) -> Metric:
    parts = text.split(":")
    if len(parts) > 2 and parts[-1] in _DIRECTIONS:
        return _made(":".join(parts[:-2]), parts[-2], direction=parts[-1], role=role, text=text)
    if len(parts) < 2:
        raise ExperimentError(
            f"Metric '{text}' was given; expected name:kind, such as {text}:mean, {text}:proportion or "
            "orders/sessions:ratio."
        )
    return _made(":".join(parts[:-1]), parts[-1], role=role, text=text)


def _guardrail(text: str) -> Metric:
    parts = text.rsplit(":", 3)
    expected = "expected name:kind:better direction:margin, such as latency:mean:lower:0.02 for a loss of 2%"
    if len(parts) != 4:
        raise ExperimentError(f"Guardrail '{text}' was given; {expected}.")
    name, kind, direction, margin = parts
    if direction not in _DIRECTIONS:
        raise ExperimentError(f"Guardrail '{text}' was given. {unknown('Direction', direction, _DIRECTIONS)}")
    try:
        return _made(name, kind, direction=direction, margin=float(margin), role="guardrail", text=text)
    except ValueError:
        raise ExperimentError(f"Guardrail '{text}' has margin '{margin}'; {expected}.") from None


def _made(
    name: str, kind: str, *, text: str, role: Role, direction: str = "higher", margin: float | None = None
) -> Metric:
    kinds: Mapping[str, Kind] = {each: each for each in KINDS}
    if kind not in kinds:
        raise ExperimentError(f"Metric '{text}' was given. {unknown('Metric kind', kind, kinds)}")
    above, _, below = name.partition("/")
    if not name or (kind == "ratio" and not (above and below)):
        raise ExperimentError(
            f"Metric '{text}' was given; a ratio names two columns, as orders/sessions:ratio, every other kind one."
        )
    return Metric(
        name=name,
        kind=kinds[kind],
        numerator=above if kind == "ratio" else name,
        denominator=below if kind == "ratio" else None,
        role=role,
        direction="lower" if direction == "lower" else "higher",
        margin=margin,
    )
