"""P-values of one family, adjusted for looking at many of them.

Not by ``statsmodels.stats.multitest.multipletests``, which collects garbage in each call: 0.2 s with a dashboard open.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def bonferroni(p_values: Floats) -> Floats:
    """Return each of the (m,) p-values times m, at most 1: no chance above alpha of any false discovery."""
    return np.minimum(p_values * len(p_values), 1.0)


def holm(p_values: Floats) -> Floats:
    """Return the (m,) p-values adjusted step down: Bonferroni's promise, with more power (Holm 1979, section 2)."""
    order = np.argsort(p_values)
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    return _placed(np.maximum.accumulate(steps), order)


def benjamini_hochberg(p_values: Floats) -> Floats:
    """Return the (m,) p-values adjusted step up: the expected share of false discoveries stays below alpha.

    Benjamini & Hochberg 1995, section 3.
    """
    from statsmodels.stats.multitest import fdrcorrection  # takes a second to import

    return np.asarray(fdrcorrection(p_values)[1]) if len(p_values) else p_values


def _placed(ordered: Floats, order: NDArray[np.intp]) -> Floats:
    """Return the adjusted values where their p-values stood, none above 1."""
    adjusted = np.empty_like(ordered)
    adjusted[order] = np.minimum(ordered, 1.0)
    return adjusted
