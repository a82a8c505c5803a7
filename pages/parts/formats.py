"""The one place that turns numbers into text."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime

NO_VALUE = "—"
MINUS = "−"


def _missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def count(value: float | None) -> str:
    """Return ``1,234`` below ten thousand, then ``12.4k`` and ``3.1M``."""
    if value is None or _missing(value):
        return NO_VALUE
    size = abs(value)
    if size >= 999_950:
        return f"{value / 1_000_000:.1f}M"
    if size >= 10_000:
        return f"{value / 1_000:.1f}k"
    return f"{value:,.0f}"


def share(value: float | None, digits: int = 1) -> str:
    """Return a fraction as a percentage: ``0.043`` is ``4.3%``."""
    return NO_VALUE if value is None or _missing(value) else f"{value:.{digits}%}".replace("-", MINUS)


def uplift(value: float | None, digits: int = 1) -> str:
    """Return a signed relative change: ``+4.3%``."""
    return NO_VALUE if value is None or _missing(value) else f"{value:+.{digits}%}".replace("-", MINUS)


def points(value: float | None, digits: int = 2) -> str:
    """Return a signed difference of two fractions in percentage points: ``+0.95 pp``."""
    if value is None or _missing(value):
        return NO_VALUE
    return f"{100 * value:+.{digits}f} pp".replace("-", MINUS)


def decimal(value: float | None, digits: int = 3) -> str:
    """Return a plain number with fixed digits."""
    return NO_VALUE if value is None or _missing(value) else f"{value:,.{digits}f}".replace("-", MINUS)


def significant(value: float | None, digits: int = 3) -> str:
    """Return a plain number with three significant digits: ``0.0421``, ``12.4``, ``1,230``."""
    if value is None or _missing(value):
        return NO_VALUE
    text = f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"
    return text.replace("-", MINUS)


def signed(value: float | None, digits: int = 3) -> str:
    """Return a plain number with its sign."""
    return NO_VALUE if value is None or _missing(value) else f"{value:+,.{digits}f}".replace("-", MINUS)


def level(value: float | None, unit: str) -> str:
    """Return a metric's value by its ``Metric.unit``: ``4.31%`` for a share, ``12.40`` for anything else."""
    return share(value, 2) if unit == "share" else decimal(value, _digits(value))


def difference(value: float | None, unit: str) -> str:
    """Return an absolute uplift by its ``Metric.unit``: ``+0.32 pp`` for a share, ``+1.20`` for anything else."""
    return points(value) if unit == "share" else signed(value, _digits(value))


def _digits(value: float | None) -> int:
    """Return 2, and 4 for what would be almost nothing in hundredths."""
    return 4 if value is not None and 0 < abs(value) < 0.1 else 2


def p_value(value: float | None) -> str:
    """Return ``p = 0.021``, ``p < 0.001`` for the very small."""
    if value is None or _missing(value):
        return NO_VALUE
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def interval(low: str, high: str) -> str:
    """Return two formatted ends as ``low to high``."""
    return NO_VALUE if NO_VALUE in (low, high) else f"{low} to {high}"


def seconds(value: float | None) -> str:
    """Return a duration a person can read: ``0.8 s``, ``12 s``, ``3 min 05 s``."""
    if value is None or _missing(value):
        return NO_VALUE
    if value < 0.05:
        return "< 0.1 s"
    if value < 10:
        return f"{value:.1f} s"
    if value < 120:
        return f"{value:.0f} s"
    return f"{int(value // 60)} min {int(value % 60):02d} s"


def milliseconds(value: float | None) -> str:
    """Return a latency in milliseconds with two significant digits."""
    if value is None or _missing(value):
        return NO_VALUE
    return f"{value:.2f} ms" if value < 10 else f"{value:.0f} ms"


def file_size(value: int) -> str:
    """Return a number of bytes as ``4.8 MB`` or ``12 kB``."""
    return f"{value / 1e6:.1f} MB" if value >= 100_000 else f"{value / 1e3:.0f} kB"


def day(value: datetime | None) -> str:
    """Return a date as ``3 Mar 2025``."""
    return NO_VALUE if value is None else f"{value.day} {value:%b %Y}"


def moment(value: datetime) -> str:
    """Return a time as ``3 Mar 2025, 14:05 UTC``; ``value`` is in UTC."""
    return f"{day(value)}, {value:%H:%M} UTC"


def plural(number: float, one: str, many: str | None = None) -> str:
    """Return ``1 user`` or ``12.4k users``."""
    word = one if number == 1 else (many or one + "s")
    return f"{count(number)} {word}"


def plain(text: str) -> str:
    """Return text of the data with everything escaped that Markdown would act on, images and links above all."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text).replace("\n", " ")


def words(text: str) -> str:
    """Return a sentence that names things of the data, with only what Markdown would act on escaped."""
    return re.sub(r"[\\`*_\[\]<>$~|]|:(?=[a-z])", r"\\\g<0>", text)


def label(text: str) -> str:
    """Return text of the data as a widget's label, which Markdown acts on and a screen reader reads as it stands."""
    return plain(text) if re.search(r"[^\w\s/.,()%-]", text) else text


def listed(names: Sequence[str]) -> str:
    """Return names as a sentence lists them: ``SVD, NMF and Random``."""
    return " and ".join([part for part in (", ".join(names[:-1]), *names[-1:]) if part])
