"""Figures as they stand in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

from experiments.metrics import Metric

NO_VALUE = "—"


def percent(value: float | None, digits: int = 1) -> str:
    """Return a relative change with its sign: ``+4.3%``."""
    return NO_VALUE if _missing(value) else f"{value:+.{digits}%}".replace("-", "−")


def share(value: float | None, digits: int = 1) -> str:
    """Return a fraction as a percentage: ``4.3%``."""
    return NO_VALUE if _missing(value) else f"{value:.{digits}%}".replace("-", "−")


def p_value(value: float | None) -> str:
    """Return ``p = 0.021``, and ``p < 0.001`` for the very small."""
    if value is None or _missing(value):
        return "no p-value"
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def level(metric: Metric, value: float | None) -> str:
    """Return a metric's value: ``4.31%`` for a share, ``12.40`` for anything else."""
    if value is None or _missing(value):
        return NO_VALUE
    if metric.unit == "share":
        return share(value, 2)
    return _plain(value)


def difference(metric: Metric, value: float | None) -> str:
    """Return an absolute uplift: ``+0.32 pp`` for a share, ``+1.20`` for anything else."""
    if value is None or _missing(value):
        return NO_VALUE
    if metric.unit == "share":
        return f"{100 * value:+.2f} pp".replace("-", "−")
    return _signed(value, _digits(value))


def differences(metric: Metric, *values: float | None) -> tuple[str, ...]:
    """Return absolute uplifts that stand together, such as an interval's ends, all with the digits of the largest."""
    known = [abs(value) for value in values if value is not None and not _missing(value)]
    if metric.unit == "share" or not known:
        return tuple(difference(metric, value) for value in values)
    digits = _digits(max(known))
    return tuple(NO_VALUE if value is None or _missing(value) else _signed(value, digits) for value in values)


def number(value: float | None) -> str:
    """Return a number with three significant digits: ``0.0421``, ``12.4``."""
    return NO_VALUE if value is None or _missing(value) else f"{value:,.3g}".replace("-", "−")


def count(value: float) -> str:
    """Return ``12,400``."""
    return f"{value:,.0f}"


def lasting(days: int) -> str:
    """Return ``1 day`` or ``14 days``."""
    return f"{days:,} day" if days == 1 else f"{days:,} days"


def listed(words: Sequence[str]) -> str:
    """Return ``a``, ``a and b`` or ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _plain(value: float) -> str:
    return f"{value:,.{_digits(value)}f}".replace("-", "−")


def _signed(value: float, digits: int) -> str:
    return f"{value:+,.{digits}f}".replace("-", "−")


def _digits(value: float) -> int:
    size = abs(value)
    return 0 if size >= 10_000 else 2 if size >= 0.1 or size == 0 else 4


def _missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)
