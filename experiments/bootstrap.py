"""The bootstrap, for statistics that have no formula: trimmed means, a Gini coefficient, a ratio of medians."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import ExperimentError
from experiments.effects import NO_BASELINE, NO_SPREAD, OK, TOO_FEW_UNITS, Effects
from experiments.moments import Floats

#: Gives one number a sample: (..., units, quantities) -> (...).
Statistic = Callable[[Floats], Floats]

_BLOCK_CELLS = 4_000_000


def bootstrap_effects(
    values: ArrayLike,
    variants: ArrayLike,
    n_variants: int,
    statistic: Statistic,
    *,
    rng: np.random.Generator,
    name: str = "statistic",
    replications: int = 2000,
    control: int = 0,
    alpha: float = 0.05,
) -> Effects:
    """Return the effect of every treatment on any ``statistic`` of a variant's units.

    Units are drawn with replacement within each variant (Efron & Tibshirani 1993, An Introduction to the
    Bootstrap, chapters 8 and 13): standard errors are the spread of the differences, intervals their
    percentiles, and the p-value is twice the smaller share of differences on one side of zero, one added to
    both counts so that it is never zero (Davison & Hinkley 1997, section 4.2.5). Clustered units: give one
    row a cluster.

    Args:
        values: one value a unit and quantity, shape (units, quantities).
        variants: variant code of each unit, shape (units,); units with negative codes are left out.
        n_variants: number of variants.
        statistic: vectorised; (..., units, quantities) -> (...). It is called with samples of one variant.
        rng: where the draws come from.
        name: of the metric in the result.
        replications: samples drawn, 100 or more.
        control: variant code of the control.
        alpha: one minus the confidence level.

    Returns:
        Arrays of shape (1, treatments); degrees of freedom are infinite, ``statistic`` is the difference over
        its standard error.

    Raises:
        ExperimentError: where the inputs cannot be, or ``statistic`` gives another shape or no finite number.
    """
    data, codes = np.asarray(values, dtype=np.float64), np.asarray(variants)
    if data.ndim != 2 or codes.shape != (len(data),) or not np.isfinite(data).all():
        raise ExperimentError(
            f"Values of shape {data.shape} and variant codes of shape {codes.shape} were given; expected finite "
            "(units, quantities) and one code a unit."
        )
    if not 0 <= control < n_variants or (codes.size and codes.max() >= n_variants):
        raise ExperimentError(f"Control {control} or a variant code is not among {n_variants} variants.")
    if replications < 100 or not 0 < alpha < 1:
        raise ExperimentError(
            f"{replications} replications and alpha {alpha} were given; expected 100 or more, (0, 1)."
        )
    n = np.array([(codes == variant).sum() for variant in range(n_variants)], dtype=np.float64)
    found, drawn = np.full(n_variants, np.nan), np.full((n_variants, replications), np.nan)
    for variant in range(n_variants):
        members = data[codes == variant]
        if len(members) >= 2:
            found[variant] = _measured(statistic, members[None])[0]
            drawn[variant] = _resampled(statistic, members, replications, rng)
    treatments = [variant for variant in range(n_variants) if variant != control]
    return _effects(found, drawn, n, control, treatments, name, alpha)


def _resampled(statistic: Statistic, members: Floats, replications: int, rng: np.random.Generator) -> Floats:
    """Return the statistic of ``replications`` samples of ``members``, in blocks that fit into memory."""
    step = max(1, _BLOCK_CELLS // members.size)
    blocks = [
        _measured(statistic, members[rng.integers(0, len(members), (min(step, replications - start), len(members)))])
        for start in range(0, replications, step)
    ]
    return np.concatenate(blocks)


def _measured(statistic: Statistic, samples: Floats) -> Floats:
    found = np.asarray(statistic(samples), dtype=np.float64)
    if found.shape != samples.shape[:1]:
        raise ExperimentError(
            f"The statistic gave shape {found.shape} for samples of shape {samples.shape}; expected one number a "
            "sample. Reduce over the last two axes, such as np.median(samples[..., 0], axis=-1)."
        )
    if not np.isfinite(found).all():
        raise ExperimentError("The statistic gave no finite number for some samples; it must exist for every sample.")
    return found


def _effects(
    found: Floats, drawn: Floats, n: Floats, control: int, treatments: list[int], name: str, alpha: float
) -> Effects:
    a, b = np.full(len(treatments), found[control]), found[treatments]
    gaps = drawn[treatments] - drawn[control]
    enough = (n[control] >= 2) & (n[treatments] >= 2)
    spread = np.where(enough, gaps.std(axis=1, ddof=1), np.nan)
    base = drawn[control]
    lifts = (drawn[treatments] - base) / np.where(base == 0, np.nan, base)
    status = np.select(
        [~enough, spread == 0, (a == 0) | ~np.isfinite(lifts).all(axis=1)], [TOO_FEW_UNITS, NO_SPREAD, NO_BASELINE], OK
    ).astype(np.int8)
    tested, related = (status == OK) | (status == NO_BASELINE), status == OK
    levels = [alpha / 2, 1 - alpha / 2]
    low, high = np.quantile(np.where(tested[:, None], gaps, 0.0), levels, axis=1)
    relative_low, relative_high = np.quantile(np.where(related[:, None], lifts, 0.0), levels, axis=1)
    extreme = np.minimum((gaps <= 0).sum(axis=1), (gaps >= 0).sum(axis=1))
    p_value = np.minimum(2 * (extreme + 1) / (gaps.shape[1] + 1), 1.0)

    def shaped(figures: Floats, known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Floats:
        return np.where(known, figures, np.nan)[None]

    all_of_them = np.ones(len(treatments), dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Effects(
            metrics=(name,),
            treatments=tuple(treatments),
            alpha=alpha,
            control_value=a[None],
            treatment_value=b[None],
            absolute=(b - a)[None],
            absolute_low=shaped(low, tested),
            absolute_high=shaped(high, tested),
            relative=shaped(b / a - 1, related),
            relative_low=shaped(relative_low, related),
            relative_high=shaped(relative_high, related),
            standard_error=shaped(spread, tested),
            relative_standard_error=shaped(np.where(related[:, None], lifts, 0.0).std(axis=1, ddof=1), related),
            statistic=shaped((b - a) / spread, tested),
            degrees_of_freedom=shaped(np.full(len(treatments), np.inf), tested),
            p_value=shaped(p_value, tested),
            n_control=shaped(np.full(len(treatments), n[control]), all_of_them),
            n_treatment=shaped(n[treatments], all_of_them),
            status=status[None],
        )
