"""Units of every kind of metric, for studies whose truth is known."""

from dataclasses import replace

import numpy as np

from experiments.log import Log
from experiments.metrics import Metric
from experiments.results import Meta

METRICS = (
    Metric(name="normal", kind="mean", numerator="normal", role="primary"),
    Metric(name="revenue", kind="mean", numerator="revenue"),
    Metric(name="converted", kind="proportion", numerator="converted"),
    Metric(name="click_through", kind="ratio", numerator="clicks", denominator="views"),
    Metric(name="orders", kind="count", numerator="orders"),
)
#: The same with what was known before, and capped; with QUANTILES every kind of metric the product has.
EVERY_KIND = (
    *METRICS,
    *(replace(metric, name=f"{metric.name}_adjusted", role="secondary", covariates=(before,)) for metric, before in
      zip(METRICS, ("before_normal", "before_spent", "before_spent", "before_clicks/before_views", "before_spent"),
          strict=True)),
    Metric(name="revenue_capped", kind="mean", numerator="revenue", cap=0.99),
    Metric(name="revenue_capped_adjusted", kind="mean", numerator="revenue", cap=0.99, covariates=("before_spent",)),
)  # fmt: skip
QUANTILES = (
    Metric(name="median", kind="quantile", numerator="normal", quantile=0.5, role="primary"),
    Metric(name="tail", kind="quantile", numerator="minutes", quantile=0.9),
)
WITH_QUANTILES = (METRICS[0], replace(QUANTILES[0], role="secondary"))
NAMES = ("normal", "revenue", "converted", "clicks", "views", "orders", "minutes")
BEFORE = ("before_normal", "before_spent", "before_clicks", "before_views")


def drawn(rng, shape, *, factor=1.0):
    """Return values (*shape, NAMES) and what was known before (*shape, BEFORE) of fresh units.

    Revenue is lognormal where it is not zero; a unit's views and its own rate of clicking vary. ``factor`` is the
    true uplift's, of shape ``shape`` or a number.
    """
    shape = (shape,) if isinstance(shape, int) else shape
    taste = rng.gamma(2, 0.5, shape)
    spends = rng.random(shape) < np.clip(0.3 * factor, 0, 1)
    views, before_views = (1 + rng.poisson(8 * taste) for _ in range(2))
    rate = rng.beta(2, 10, shape)
    lasting = rng.normal(size=shape)
    values = [
        (10 + 2 * lasting + 2 * rng.normal(size=shape)) * factor,
        (rng.random(shape) < 0.3) * rng.lognormal(2, 0.8, shape) * taste * factor,
        spends,
        rng.binomial(views, np.clip(rate * factor, 0, 1)),
        views,
        rng.poisson(2 * taste * factor),
        rng.lognormal(3, 0.5, shape) * factor,
    ]
    before = [
        10 + 2 * lasting + rng.normal(size=shape),
        taste + 0.5 * spends + rng.exponential(0.5, shape),
        rng.binomial(before_views, rate),
        before_views,
    ]
    return (np.stack(columns, axis=-1).astype(np.float64) for columns in (values, before))


def log_of(values, before=None, **more):
    """Return a log of one day, or of several where ``values`` has shape (days, units, quantities)."""
    days = values if values.ndim == 3 else values[None]
    known = {} if before is None else {"covariates": dict(zip(BEFORE, before.T, strict=True))}
    given = {"quantities": NAMES, "variants": ("everybody",)} | known | more
    return Log(values=days, variant=np.zeros(days.shape[1], dtype=np.int64), **given)


def meta_of(units, seed=1):
    """Return where the units of a study come from."""
    return Meta(
        dataset="drawn",
        fingerprint="0" * 16,
        rows=units.n_units,
        simulated=True,
        units=units.n_units,
        days=1,
        seed=seed,
        computed="2026-11-21T00:00:00+00:00",
        versions={},
    )


def around(rate, target, replications, errors=4):
    """Whether a rate counted in so many replications is within Monte-Carlo error of its target."""
    wanted = np.asarray(target)
    return np.abs(rate - wanted) <= errors * np.sqrt(wanted * (1 - wanted) / replications)


def at_most(rate, target, replications, errors=3):
    """Whether a rate is not above its target by more than Monte-Carlo error."""
    return rate <= target + errors * np.sqrt(target * (1 - target) / replications)
