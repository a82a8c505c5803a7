"""Units of every kind of metric, for studies whose truth is known."""

import numpy as np

from experiments.log import Log
from experiments.metrics import Metric

METRICS = (
    Metric(name="normal", kind="mean", numerator="normal", role="primary"),
    Metric(name="revenue", kind="mean", numerator="revenue"),
    Metric(name="converted", kind="proportion", numerator="converted"),
    Metric(name="click_through", kind="ratio", numerator="clicks", denominator="views"),
    Metric(name="orders", kind="count", numerator="orders"),
)
NAMES = ("normal", "revenue", "converted", "clicks", "views", "orders")


def drawn(rng, units, quantities=NAMES):
    """Return values of shape (units, quantities): revenue is lognormal where it is not zero."""
    spent = rng.random(units) < 0.3
    views = 1 + rng.poisson(rng.gamma(2, 4, units))
    columns = {
        "normal": rng.normal(10, 3, units),
        "revenue": spent * rng.lognormal(2, 0.8, units),
        "converted": spent,
        "clicks": rng.binomial(views, rng.beta(2, 10, units)),
        "views": views,
        "orders": rng.poisson(rng.gamma(1, 2, units)),
    }
    return np.column_stack([columns[name] for name in quantities]).astype(np.float64)


def log_of(values, **more):
    """Return a log of one day, or of several where ``values`` has shape (days, units, quantities)."""
    days = values if values.ndim == 3 else values[None]
    given = {"quantities": NAMES, "variants": ("everybody",)} | more
    return Log(values=days, variant=np.zeros(days.shape[1], dtype=np.int64), **given)
