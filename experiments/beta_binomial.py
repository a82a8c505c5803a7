"""Two rates with Beta posteriors: exact chance to win, expected loss and credible intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from engine.errors import ExperimentError
from experiments.moments import Floats

_SPACING = 0.2  # of the logit
_FEWEST_NODES, _MOST_NODES = 72, 1200
_BLOCK = 4096  # pairs worked on at once: nodes times pairs of float64 stay a few tens of megabytes
_TAIL = 1e-18
_MOST_STEPS = 80
_FARTHEST_LOGARITHM = 700.0
_FARTHEST_LOGIT = 42.0  # a rate 6e-19 from the edge
_SMALLEST = 1e-280
_NEGLIGIBLE = 1e-12
_CLOSE = 1e-9  # posterior standard deviations


@dataclass(frozen=True, eq=False)
class BetaComparison:
    """A treatment's rate beside the control's; arrays of the shape the counts broadcast to.

    Attributes:
        chance_to_win: posterior chance that the treatment's rate is the higher.
        expected_loss: expected fall of the rate if the treatment is chosen, 0 where it is the higher.
        expected_loss_control: the same if the control is chosen.
        absolute_low: lower end of the equal-tailed credible interval of treatment - control.
        absolute_high: its upper end.
        relative_low: lower end of that of treatment / control - 1.
        relative_high: its upper end.
    """

    chance_to_win: Floats
    expected_loss: Floats
    expected_loss_control: Floats
    absolute_low: Floats
    absolute_high: Floats
    relative_low: Floats
    relative_high: Floats


def compare_rates(
    successes_control: ArrayLike,
    n_control: ArrayLike,
    successes_treatment: ArrayLike,
    n_treatment: ArrayLike,
    *,
    prior: tuple[float, float] = (1.0, 1.0),
    alpha: float = 0.05,
) -> BetaComparison:
    """Return what is believed of two rates after seeing successes among units; everything broadcasts.

    Both rates have the prior Beta(a, b), so their posteriors are Beta(a + successes, b + failures). With A and
    B the two rates, the chance to win is the integral of one density times the other's distribution function
    (its closed form is a sum over successes: Miller 2015, "Formulas for Bayesian A/B testing"), and the
    expected loss E[(A - B)+] that of one density times the other's partial expectation, x f(x; a, b) being
    a / (a + b) f(x; a + 1, b). The integral is taken over the logit of the narrower rate by the trapezoid
    rule, which converges exponentially there (Trefethen & Weideman 2014, SIAM Review 56(3)).

    Args:
        successes_control: units that converted in the control.
        n_control: units in the control.
        successes_treatment: units that converted in the treatment.
        n_treatment: units in the treatment.
        prior: a and b, both above 0; (1, 1) is flat.
        alpha: one minus the credible level.

    Raises:
        ExperimentError: where the prior or alpha cannot be, or successes are not between 0 and the units.
    """
    if not min(prior) > 0 or not 0 < alpha < 1:
        raise ExperimentError(
            f"Prior Beta{tuple(prior)} and alpha {alpha} were given; expected a and b above 0 and alpha in (0, 1)."
        )
    given = np.broadcast_arrays(
        *(np.asarray(each, np.float64) for each in (successes_control, n_control, successes_treatment, n_treatment))
    )
    shape = given[0].shape
    won_a, n_a, won_b, n_b = (each.ravel() for each in given)
    if ((won_a < 0) | (won_a > n_a) | (won_b < 0) | (won_b > n_b)).any():
        raise ExperimentError("Successes were given below 0 or above the number of units; expected 0 to all units.")
    a = np.stack([prior[0] + won_a, prior[1] + n_a - won_a])
    b = np.stack([prior[0] + won_b, prior[1] + n_b - won_b])
    parts = [_compare(a[:, at : at + _BLOCK], b[:, at : at + _BLOCK], alpha) for at in range(0, a.shape[1], _BLOCK)]
    figures = np.concatenate(parts, axis=1) if parts else np.empty((7, 0))
    return BetaComparison(*(row.reshape(shape) for row in figures))


def _compare(a: Floats, b: Floats, alpha: float) -> Floats:
    """Return the seven figures of posteriors ``a`` and ``b``, each (2, pairs), as rows."""
    swap = _spread(a) > _spread(b)  # integrate over the narrower of the two: the other is smooth there
    narrow, (wide_a, wide_b) = np.where(swap, b, a), np.where(swap, a, b)[..., None]
    x, mass = _nodes(narrow)
    mass /= mass.sum(axis=-1, keepdims=True)
    above, below = special.betaincc(wide_a, wide_b, x), special.betainc(wide_a, wide_b, x)
    mean = wide_a / (wide_a + wide_b)
    # Given x, how far the wide one is expected to be above it, and below it.
    over = np.maximum(mean * special.betaincc(wide_a + 1, wide_b, x) - x * above, 0)
    under = np.maximum(x * below - mean * special.betainc(wide_a + 1, wide_b, x), 0)
    above, below, over, under = ((mass * each).sum(axis=-1) for each in (above, below, over, under))
    return np.stack(
        [
            np.where(swap, below, above),
            np.where(swap, over, under),
            np.where(swap, under, over),
            *_interval(a, b, alpha),
            *np.expm1(_interval(a, b, alpha, of_logarithms=True)),
        ]
    )


def _interval(a: Floats, b: Floats, alpha: float, *, of_logarithms: bool = False) -> Floats:
    """Return both ends of the equal-tailed interval of B - A, or of log B - log A, shape (2, pairs)."""
    swap = _spread(a, relative=of_logarithms) > _spread(b, relative=of_logarithms)
    narrow, wide = np.where(swap, b, a), np.where(swap, a, b)[..., None]
    sign = np.where(swap, -1.0, 1.0)

    def chance(gap: Floats) -> Floats:
        """Return P(B - A <= gap): that the wide one is below the moved narrow one, or not below it."""
        move = sign * gap
        # The wide one's distribution function is 0 before ``low`` and 1 after ``high``: no kink is integrated over.
        low = np.zeros_like(move) if of_logarithms else np.clip(-move, 0, 1)
        high = np.clip(np.exp(-move) if of_logarithms else 1 - move, 0, 1)
        x, mass = _nodes(narrow, low, high)
        at = x * np.exp(move)[:, None] if of_logarithms else x + move[:, None]
        below = (mass * special.betainc(*wide, np.clip(at, 0, 1))).sum(axis=-1)
        below = below + special.betaincc(*narrow, high)
        return np.asarray(np.where(swap, 1 - below, below))

    centre = (_log_mean(b) - _log_mean(a)) if of_logarithms else b[0] / b.sum(axis=0) - a[0] / a.sum(axis=0)
    spread = np.hypot(_spread(a, relative=of_logarithms), _spread(b, relative=of_logarithms))
    edge = _FARTHEST_LOGARITHM if of_logarithms else 1.0
    levels = special.ndtri(np.array([alpha / 2, 1 - alpha / 2]))
    return np.stack([_solve(chance, centre, spread, level, edge) for level in levels])


def _solve(chance: Callable[[Floats], Floats], centre: Floats, spread: Floats, level: float, edge: float) -> Floats:
    """Return where the probit of a rising chance reaches ``level``: the secant there, halving where it strays."""
    low, high = np.full(centre.shape, -edge), np.full(centre.shape, edge)
    before, at = centre, np.clip(centre + level * spread, -0.999 * edge, 0.999 * edge)
    value_before = special.ndtri(np.clip(chance(before), 0, 1)) - level
    for _ in range(_MOST_STEPS):
        value = special.ndtri(np.clip(chance(at), 0, 1)) - level
        low, high = np.where(value < 0, at, low), np.where(value < 0, high, at)
        with np.errstate(divide="ignore", invalid="ignore"):
            following = at - value * (at - before) / (value - value_before)
        astray = ~((following > low) & (following < high))
        following = np.where(np.abs(value) < _CLOSE, at, np.where(astray, (low + high) / 2, following))
        before, value_before, at = at, value, following
        if (np.abs(at - before) <= _CLOSE * spread).all():
            break
    return at


def _nodes(shape: Floats, low: Floats | float = 0.0, high: Floats | float = 1.0) -> tuple[Floats, Floats]:
    """Return rates (pairs, nodes) between ``low`` and ``high`` and their posterior masses.

    They are evenly spaced in the logit of (rate - low) / (high - low), over all but 2e-18 of the posterior.
    """
    a, b = shape[..., None]
    start, end = (np.broadcast_to(each, shape.shape[1:])[:, None] for each in (low, high))
    width = np.maximum(end - start, _SMALLEST)
    spread = _spread(shape)[:, None]
    left = _edge(a, b, start, width, spread)
    right = np.maximum(-_edge(b, a, 1 - end, width, spread), left)
    centre = np.clip((a / (a + b) - start) / width, 0.01, 0.99)
    spacing = np.minimum(_SPACING, 0.4 * spread / (width * centre * (1 - centre)))
    nodes = int(np.clip(np.ceil(((right - left) / spacing).max(initial=0.0)), _FEWEST_NODES, _MOST_NODES))
    t = left + (right - left) * np.linspace(0, 1, nodes)
    x, rest = start + width * special.expit(t), (1 - end) + width * special.expit(-t)
    log_mass = _log_density(a, b, x, rest) + np.log(width) + special.log_expit(t) + special.log_expit(-t)
    return x, np.exp(log_mass) * (right - left) / (nodes - 1)


def _edge(a: Floats, b: Floats, start: Floats, width: Floats, spread: Floats) -> Floats:
    """Return the logit of (rate - start) / width below which nothing of Beta(a, b) above ``start`` counts."""
    tail = _log_tail(a, b)
    beyond = np.exp(tail) - start
    usable = (beyond > _SMALLEST) & (beyond < width)
    safe = np.where(usable, beyond, width / 2)
    # Where the posterior is cut off at ``start``, what is nearer than this holds nothing of it.
    cut = np.minimum(np.log(_NEGLIGIBLE * spread / width), 0.0)
    left = np.log(safe) - np.log(width - safe)
    left = np.where(usable, left, np.where(start > 0, cut, tail - np.log(width)))
    return np.asarray(np.minimum(np.where(beyond >= width, _FARTHEST_LOGIT, left), _FARTHEST_LOGIT))


def _log_density(a: Floats, b: Floats, x: Floats, rest: Floats) -> Floats:
    """Return the logarithm of the density of Beta(a, b) at ``x``, which is 1 - ``rest``."""
    inner = (a - 1) * np.log(np.maximum(x, _SMALLEST)) + (b - 1) * np.log(np.maximum(rest, _SMALLEST))
    return np.asarray(inner - special.betaln(a, b))


def _log_tail(a: Floats, b: Floats) -> Floats:
    """Return the logarithm of the far lower quantile, from the leading term of its series where it is nearly 0."""
    quantile = special.betaincinv(a, b, _TAIL)
    tiny = quantile < _SMALLEST
    leading = (np.log(_TAIL) + np.log(a) + special.betaln(a, b)) / a
    return np.where(tiny, leading, np.log(np.where(tiny, 1.0, quantile)))


def _log_mean(shape: Floats) -> Floats:
    return np.asarray(np.log(shape[0] / shape.sum(axis=0)))


def _spread(shape: Floats, *, relative: bool = False) -> Floats:
    """Return standard deviations, or coefficients of variation."""
    total = shape.sum(axis=0)
    deviation = np.sqrt(shape[0] * shape[1] / (total + 1)) / total
    return np.asarray(deviation * total / shape[0] if relative else deviation)
