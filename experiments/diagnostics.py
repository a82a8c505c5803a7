"""Checks of the units themselves: counted once, measured alike, alike before, and none deciding alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from engine.errors import ExperimentError
from experiments.effects import effects
from experiments.health import SRM_ALPHA, Check
from experiments.metrics import Metric
from experiments.moments import Moments
from experiments.multiplicity import adjust
from experiments.wording import count, listed, p_value, share

#: Share of units without a metric beyond which it is told even where it is alike in all variants.
MUCH_MISSING = 0.05
#: Standard errors a single unit may move an uplift by before it is told.
MUCH_INFLUENCE = 0.5
_FEWEST_EXPECTED = 5  # Cochran's rule for chi-square


def duplicated_units(units: ArrayLike, days: ArrayLike | None = None) -> Check:
    """Return the check that no unit (or unit-day) has more than one row.

    Args:
        units: unit of each row, any labels, shape (rows,).
        days: day of each row where the log has one row a unit-day, shape (rows,).

    Raises:
        ExperimentError: where the shapes differ.
    """
    labels = np.unique(np.asarray(units), return_inverse=True)[1]
    if days is not None:
        when = np.unique(np.asarray(days), return_inverse=True)[1]
        if when.shape != labels.shape:
            raise ExperimentError(f"{labels.size} rows have units, but {when.size} have days.")
        labels = labels * (int(when.max(initial=0)) + 1) + when
    rows = np.unique(labels, return_counts=True)[1]
    extra, what = int((rows - 1).sum()), "unit" if days is None else "unit-day"
    if not extra:
        return Check(
            name="duplicated_units",
            title="Duplicated units",
            status="ok",
            sentence=f"Every {what} has one row.",
            value=0.0,
        )
    repeated = int((rows > 1).sum())
    return Check(
        name="duplicated_units",
        title="Duplicated units",
        status="failed" if repeated > 0.01 * len(rows) else "warning",
        sentence=f"{count(repeated)} of {count(len(rows))} {what}s ({share(repeated / len(rows), 2)}) have more than "
        f"one row: {count(extra)} rows too many.",
        next_step="Find out whether rows were written twice or belong together; drop or add them up, and read again.",
        value=float(extra),
    )


def missing_metrics(
    missing: ArrayLike, variants: ArrayLike, n_variants: int, *, names: Sequence[str], titles: Sequence[str]
) -> Check:
    """Return the check that metrics are missing for few units, and for as many in every variant.

    Missingness that differs between variants is tested by Pearson's chi-square, Holm-corrected over metrics:
    what treatment does to being measured at all is no longer in the uplift.

    Args:
        missing: whether a unit lacks a metric, shape (units, metrics).
        variants: variant code of each unit, shape (units,).
        n_variants: number of variants.
        names: of the variants.
        titles: of the metrics.

    Raises:
        ExperimentError: where the shapes differ.
    """
    lacks, codes = np.asarray(missing, dtype=bool), np.asarray(variants)
    if lacks.shape != (codes.size, len(titles)) or len(names) != n_variants:
        raise ExperimentError(
            f"Missing flags of shape {lacks.shape}, {codes.size} variant codes and {len(titles)} metrics were given."
        )
    n = np.bincount(codes, minlength=n_variants).astype(np.float64)
    without = np.stack([np.bincount(codes, weights=column, minlength=n_variants) for column in lacks.T.astype(float)])
    rate = without.sum(axis=1, keepdims=True) / max(codes.size, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = ((without - rate * n) ** 2 / (n * rate * (1 - rate)))[:, n > 0].sum(axis=1)
    enough = ((rate * n)[:, n > 0].min(axis=1, initial=np.inf) >= _FEWEST_EXPECTED) & ((n > 0).sum() > 1)
    freedom = max(int((n > 0).sum()) - 1, 1)
    p = adjust(np.where(enough, special.chdtrc(freedom, np.where(enough, statistic, 0.0)), np.nan), "holm")
    torn = [row for row, value in enumerate(p) if value < SRM_ALPHA]
    smallest = float(np.nanmin(p)) if enough.any() else None
    if torn:
        worst = min(torn, key=lambda row: float(p[row]))
        with np.errstate(divide="ignore", invalid="ignore"):
            each = without[worst] / n
        shares = [f"{share(value)} in {name}" for name, value in zip(names, each, strict=True) if np.isfinite(value)]
        return Check(
            name="missing_metrics",
            title="Missing metrics",
            status="failed",
            sentence=f"{listed([titles[row] for row in torn])}: missing more often in one variant than in another "
            f"({titles[worst]}: {listed(shares)}, {p_value(smallest)}).",
            next_step="Do not read these metrics. Find out why they are not logged there; mend it and start again.",
            value=float(rate.max()),
            p_value=smallest,
        )
    many = [title for title, value in zip(titles, rate[:, 0], strict=True) if value > MUCH_MISSING]
    return Check(
        name="missing_metrics",
        title="Missing metrics",
        status="warning" if many else "ok",
        sentence=f"{listed(many)}: missing for more than {share(MUCH_MISSING, 0)} of units, alike in all variants."
        if many
        else "Metrics are there for nearly all units, and are missing alike in all variants.",
        next_step="The figures speak of the units measured only; see whether a 0 was meant." if many else "",
        value=float(rate.max(initial=0.0)),
        p_value=smallest,
    )


def pre_period_imbalance(moments: Moments, covariates: Sequence[Metric], *, control: int = 0) -> Check:
    """Return the check that variants were alike before the experiment, by Welch's test of each covariate.

    An A/A comparison of the past (Kohavi, Tang & Xu 2020, chapter 19), Holm-corrected.

    Args:
        moments: by variant, without leading axes; holds the covariates.
        covariates: earlier values, as metrics.
        control: variant code of the control.

    Raises:
        ExperimentError: where a quantity is missing.
    """
    if not covariates:
        return Check(
            name="pre_period_imbalance",
            title="Alike before",
            status="ok",
            sentence="Nothing is known of the time before, so there is nothing to compare.",
        )
    p = adjust(effects(moments, covariates, control=control).p_value, "holm")
    if np.isnan(p).all():
        return Check(
            name="pre_period_imbalance",
            title="Alike before",
            status="warning",
            sentence="Not enough data to compare the variants before the experiment.",
            next_step="Check that the columns from before the experiment are filled.",
        )
    smallest = float(np.nanmin(p))
    unlike = [metric.label for metric, row in zip(covariates, p, strict=True) if np.nanmin(row, initial=1.0) < 0.05]
    if not unlike:
        return Check(
            name="pre_period_imbalance",
            title="Alike before",
            status="ok",
            sentence=f"Variants were alike before the experiment (smallest {p_value(smallest)}).",
            p_value=smallest,
        )
    broken = smallest < SRM_ALPHA
    return Check(
        name="pre_period_imbalance",
        title="Alike before",
        status="failed" if broken else "warning",
        sentence=f"{listed(unlike)} already differed before the experiment ({p_value(smallest)} after Holm's "
        "correction).",
        next_step="Do not read the figures. Check how units were assigned, and what ran before on the same units."
        if broken
        else "Read the uplift adjusted by these covariates (CUPED).",
        p_value=smallest,
    )


def outlier_influence(
    values: ArrayLike, variants: ArrayLike, n_variants: int, *, titles: Sequence[str], control: int = 0
) -> Check:
    """Return the check that no single unit decides an uplift.

    Leaving a unit out moves its variant's mean by (value - mean) / (n - 1) (Cook & Weisberg 1982, Residuals and
    Influence in Regression, section 2.2); told in standard errors of the uplift.

    Args:
        values: one value a unit and metric (a ratio's linearised), shape (units, metrics).
        variants: variant code of each unit, shape (units,).
        n_variants: number of variants.
        titles: of the metrics.
        control: variant code of the control.

    Raises:
        ExperimentError: where the shapes differ.
    """
    data, codes = np.asarray(values, dtype=np.float64), np.asarray(variants)
    if data.shape != (codes.size, len(titles)):
        raise ExperimentError(
            f"Values of shape {data.shape}, {codes.size} variant codes and {len(titles)} metrics were given."
        )
    n = np.bincount(codes, minlength=n_variants)[:, None].astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.stack([np.bincount(codes, weights=column, minlength=n_variants) for column in data.T], axis=1)
        gap = data - (total / n)[codes]
        square = np.stack([np.bincount(codes, weights=column**2, minlength=n_variants) for column in gap.T], axis=1)
        variance = square / (n - 1) / n
        moved = np.zeros((n_variants, len(titles)))
        np.maximum.at(moved, codes, np.abs(gap))
        moved /= n - 1
        treatments = [variant for variant in range(n_variants) if variant != control]
        error = np.sqrt(variance[[control]] + variance[treatments])
        influence = np.maximum(moved[[control]], moved[treatments]) / error
    known = np.where(np.isfinite(influence), influence, 0.0)
    worst = known.max(axis=0, initial=0.0)
    swayed = [title for title, value in zip(titles, worst, strict=True) if value > MUCH_INFLUENCE]
    largest = float(worst.max(initial=0.0))
    if swayed:
        return Check(
            name="outlier_influence",
            title="Outliers",
            status="warning",
            sentence=f"{listed(swayed)}: a single unit moves the uplift by {largest:.1f} standard errors.",
            next_step="Look at that unit: a bot, a test account, a reseller? Cap the metric at a percentile.",
            value=largest,
        )
    return Check(
        name="outlier_influence",
        title="Outliers",
        status="ok",
        sentence=f"No single unit moves an uplift by more than {largest:.2f} standard errors.",
        value=largest,
    )
