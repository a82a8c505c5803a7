"""Effects as tables: one row a metric, a treatment and a place on the leading axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.effects import EXPLANATIONS, Effects

#: The columns of an effect that are numbers, in the order they are shown.
FIGURES = (
    "control_value",
    "treatment_value",
    "absolute",
    "absolute_low",
    "absolute_high",
    "relative",
    "relative_low",
    "relative_high",
    "standard_error",
    "statistic",
    "p_value",
    "n_control",
    "n_treatment",
)


def effect_table(effects: Effects, variants: Sequence[str], *, along: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return ``effects`` as a frame.

    Args:
        effects: with no leading axis, or with one as long as ``along``.
        variants: names of all variants, the control too.
        along: columns that name the places of the leading axis, one row each.

    Returns:
        Columns ``metric``, ``variant``, those of ``along``, the ``FIGURES`` and ``explanation`` (why figures
        are missing, else empty). Rows are ordered by metric, then variant, then place.
    """
    places = pd.DataFrame(index=range(1)) if along is None else along
    rows = len(effects.metrics), len(effects.treatments), len(places)
    metric, treatment, place = (index.ravel() for index in np.indices(rows))
    names = {
        "metric": np.array(effects.metrics, dtype=object)[metric],
        "variant": np.array(variants, dtype=object)[list(effects.treatments)][treatment],
    }
    figures = {name: flat(getattr(effects, name)) for name in FIGURES}
    for name in ("n_control", "n_treatment"):
        figures[name] = figures[name].astype(np.int64)
    figures["explanation"] = np.array(EXPLANATIONS, dtype=object)[flat(effects.status)]
    where = places.iloc[place].reset_index(drop=True)
    table: pd.DataFrame = pd.concat([pd.DataFrame(names), where, pd.DataFrame(figures)], axis=1)
    return table


def flat(array: NDArray[Any]) -> NDArray[Any]:
    """Return an effects' array ((places,) metrics, treatments) in the order of ``effect_table``'s rows."""
    return np.ravel(array if array.ndim == 2 else np.moveaxis(array, 0, -1))
