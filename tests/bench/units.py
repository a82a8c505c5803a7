"""Synthetic units of an experiment with five metrics and what was known before it, for measurements only."""

import numpy as np
import pandas as pd

from experiments.metrics import Metric

METRICS = (
    Metric(name="revenue", kind="mean", numerator="revenue"),
    Metric(name="minutes", kind="mean", numerator="minutes"),
    Metric(name="converted", kind="proportion", numerator="converted"),
    Metric(name="orders", kind="count", numerator="orders"),
    Metric(name="click_through", kind="ratio", numerator="clicks", denominator="impressions"),
)
QUANTITIES = ["revenue", "minutes", "converted", "orders", "clicks", "impressions"]
BEFORE = [f"pre_{name}" for name in QUANTITIES]


def units(rows: int, seed: int = 0) -> pd.DataFrame:
    """Draw ``rows`` units of two variants, 0 and 1, who mostly do as they did before."""
    rng = np.random.default_rng(seed)
    taste = rng.gamma(2, 1, rows)
    columns: dict[str, np.ndarray] = {"variant": rng.integers(0, 2, rows)}
    for prefix in ("", "pre_"):
        impressions = 1 + rng.poisson(10 * taste)
        columns |= {
            f"{prefix}revenue": taste * rng.exponential(5, rows),
            f"{prefix}minutes": 3 * taste + rng.normal(20, 2, rows),
            f"{prefix}converted": (rng.random(rows) < 0.2).astype(np.int64),
            f"{prefix}orders": rng.poisson(taste),
            f"{prefix}clicks": rng.binomial(impressions, 0.1),
            f"{prefix}impressions": impressions,
        }
    return pd.DataFrame(columns)
