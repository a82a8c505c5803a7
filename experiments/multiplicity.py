"""Correction of p-values for looking at many of them."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import ExperimentError, unknown
from engine.multiplicity import benjamini_hochberg, bonferroni, holm
from experiments.moments import Floats

Correction = Literal["none", "holm", "bh", "bonferroni"]

_METHODS = {"holm": holm, "bh": benjamini_hochberg, "bonferroni": bonferroni}


def adjust(p_values: ArrayLike, method: Correction = "holm") -> Floats:
    """Return the p-values of one family, adjusted so that each is compared with alpha itself.

    Args:
        p_values: one family, any shape; NaN (not enough data) is no member of it and stays NaN.
        method: ``holm`` (Holm 1979) and ``bonferroni`` bound the chance of any false discovery, ``bh``
            (Benjamini & Hochberg 1995) the expected share of false ones; ``none`` changes nothing.

    Raises:
        ExperimentError: where the method is unknown.
    """
    values = np.array(p_values, dtype=np.float64)
    if method == "none":
        return values
    if method not in _METHODS:
        raise ExperimentError(unknown("Correction", str(method), ["none", *_METHODS]))
    known = ~np.isnan(values)
    values[known] = _METHODS[method](values[known])
    return values
