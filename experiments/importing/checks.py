"""Health checks that need the rows of an export, those that were refused too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from experiments.health import SRM_ALPHA, Check
from experiments.wording import count, p_value, share

_REPEATS_LIMIT = 0.01


def repeated_rows(repeated: int, rows: int, *, by_day: bool) -> Check:
    """Return the check for units with more rows than one (a day).

    Args:
        repeated: rows refused because an earlier one is of the same unit (and day).
        rows: rows that could be used otherwise, the repeated ones too.
        by_day: whether a unit has one row a day.
    """
    title, what = "Duplicated units", "row a unit and day" if by_day else "row a unit"
    if not repeated:
        return Check(
            name="duplicated_units", title=title, status="ok", sentence=f"There is one {what}, none twice.", value=0.0
        )
    many = repeated > _REPEATS_LIMIT * rows
    mend = "Export one row a unit and day." if by_day else "Where a unit has one row a day, name the column of the day."
    return Check(
        name="duplicated_units",
        title=title,
        status="failed" if many else "warning",
        sentence=f"{count(repeated)} of {count(rows)} rows ({share(repeated / rows, 2)}) repeat a {what}; the first "
        "one counts.",
        next_step=f"{mend} Find out why rows come twice: it is seldom alike in both variants.",
        value=float(repeated),
    )


def missing_metrics(lost: NDArray[np.int64], rows: NDArray[np.int64]) -> Check:
    """Return the check for rows refused for want of a figure, and whether some variant lost more of them.

    Pearson's chi-square of lost and kept rows by variant.

    Args:
        lost: rows of each variant without a usable figure, shape (variants,).
        rows: rows of each variant, those too, shape (variants,).
    """
    title = "Missing metrics"
    total, all_rows = int(lost.sum()), int(rows.sum())
    if not total:
        return Check(
            name="missing_metrics", title=title, status="ok", sentence="Every row has every metric.", value=0.0
        )
    seen = np.stack([lost, rows - lost]).astype(np.float64)[:, rows > 0]
    expected = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0) / all_rows
    used = expected > 0
    chi_square = float(((seen[used] - expected[used]) ** 2 / expected[used]).sum())
    p = float(special.chdtrc(max(seen.shape[1] - 1, 1), chi_square))
    uneven = p < SRM_ALPHA
    return Check(
        name="missing_metrics",
        title=title,
        status="failed" if uneven else "warning",
        sentence=f"{count(total)} of {count(all_rows)} rows ({share(total / all_rows, 2)}) have no usable figure and "
        f"are left out, {'not alike' if uneven else 'about alike'} in all variants ({p_value(p)}).",
        next_step="Write 0 where nothing happened; find out where the others were lost."
        if not uneven
        else "Do not read the figures: what is left is no fair comparison. Write 0 where nothing happened, or mend "
        "the logging.",
        value=float(total),
        p_value=p,
    )
