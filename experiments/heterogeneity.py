"""Do segments truly differ in their uplift? Tested, not eyeballed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from engine.errors import ExperimentError
from experiments.effects import Effects
from experiments.moments import Floats


@dataclass(frozen=True, eq=False)
class Heterogeneity:
    """Cochran's Q across segments; arrays have the effects' shape without the axis of segments.

    Attributes:
        statistic: Q, the weighted squared distances of the segments' uplifts from their common one.
        degrees_of_freedom: segments with an uplift, less one.
        p_value: of a Q as large if all segments had the same uplift; NaN with fewer than two segments.
        common: the common uplift, weighted by precision.
        standard_error: its standard error.
        inconsistency: I squared, the share of Q beyond what chance alone gives, 0 to 1.
    """

    statistic: Floats
    degrees_of_freedom: Floats
    p_value: Floats
    common: Floats
    standard_error: Floats
    inconsistency: Floats


def heterogeneity(
    effects: Effects, *, axis: int = 0, scale: Literal["absolute", "relative"] = "absolute"
) -> Heterogeneity:
    """Return the test that the uplift is the same in all segments.

    Cochran (1954, Biometrics 10(1)); I squared: Higgins & Thompson (2002, Statistics in Medicine 21(11)). The
    segments must not share units. Segments without figures are left out.

    Args:
        effects: with the segments along ``axis``.
        axis: a leading axis.
        scale: whether absolute or relative uplifts should be the same: shares of a small base rarely move by
            as many points as shares of a large one.

    Raises:
        ExperimentError: where ``axis`` is no leading axis.
    """
    leading = effects.absolute.ndim - 2
    if not -leading <= axis < leading or leading == 0:
        raise ExperimentError(f"Axis {axis} was given, but the effects have {leading} leading axes.")
    place = axis % leading
    uplift, error = (
        (effects.absolute, effects.standard_error)
        if scale == "absolute"
        else (effects.relative, effects.relative_standard_error)
    )
    usable = np.isfinite(uplift) & np.isfinite(error) & (error > 0)
    weight = np.where(usable, 1 / np.where(usable, error, 1.0) ** 2, 0.0)
    found = np.where(usable, uplift, 0.0)
    whole = weight.sum(axis=place)
    with np.errstate(divide="ignore", invalid="ignore"):
        common = (weight * found).sum(axis=place) / whole
        distance = np.where(usable, found - np.expand_dims(np.nan_to_num(common), place), 0.0)
        statistic = (weight * distance**2).sum(axis=place)
        freedom = usable.sum(axis=place) - 1.0
        enough = freedom >= 1
        inconsistency = np.where(statistic > 0, np.maximum(1 - freedom / statistic, 0), 0.0)
    return Heterogeneity(
        statistic=np.where(enough, statistic, np.nan),
        degrees_of_freedom=np.maximum(freedom, 0.0),
        p_value=np.where(enough, special.chdtrc(np.maximum(freedom, 1.0), statistic), np.nan),
        common=common,
        standard_error=np.where(whole > 0, 1 / np.sqrt(np.where(whole > 0, whole, 1.0)), np.nan),
        inconsistency=np.where(enough, inconsistency, np.nan),
    )
