"""How far apart two variants must be at each of several planned looks: group sequential boundaries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from engine.errors import ExperimentError, unknown
from experiments.moments import Floats

T = TypeVar("T")
Spending = Literal["obrien-fleming", "pocock"]

SPENDING: tuple[Spending, ...] = ("obrien-fleming", "pocock")

_FARTHEST = 37.0  # standard errors; the normal tail beyond is below 1e-299
_PANEL_NODES, _PANEL_WEIGHTS = np.polynomial.legendre.leggauss(12)
_PANEL_WIDTH = 1.5  # standard deviations of the narrowest increment: 12 nodes a panel then err below 1e-13


@dataclass(frozen=True, eq=False)
class Boundaries:
    """Two-sided boundaries, one a look; every array has shape (looks,).

    Attributes:
        fractions: share of the planned information (units, mostly) seen at each look; the last may be below 1.
        z: reject where the absolute z-statistic is at least this; infinite where nothing is spent.
        spent: chance under no difference to have rejected at this look or before.
    """

    fractions: Floats
    z: Floats
    spent: Floats

    @property
    def nominal_alpha(self) -> Floats:
        """Two-sided p-value of a single look that each ``z`` stands for."""
        return np.asarray(2 * special.ndtr(-self.z))


def lan_demets(
    fractions: Sequence[float] | Floats, *, alpha: float = 0.05, spending: Spending = "obrien-fleming"
) -> Boundaries:
    """Return the boundaries of Lan & DeMets (1983, Biometrika 70(3)): any number of looks, at any fractions.

    Half of alpha is spent on each side, by f(t) = 2 - 2 Phi(z(1 - a/2) / sqrt(t)) (O'Brien-Fleming type) or
    f(t) = a ln(1 + (e - 1) t) (Pocock type), with a = alpha / 2 and t the fraction. Later fractions may be
    set as the data come: a boundary depends on its own and earlier fractions only.

    Args:
        fractions: of the planned information at each look, rising from above 0 to at most 1.
        alpha: chance to reject at any look where there is no difference.
        spending: which of the two.

    Raises:
        ExperimentError: where fractions, alpha or spending cannot be.
    """
    looks = _check(fractions, alpha)
    spent = 2 * _spent(looks, alpha / 2, spending)
    z = np.empty(len(looks))
    state = _START
    for look, (time, step) in enumerate(zip(looks, np.diff(spent, prepend=0.0), strict=True)):
        z[look] = _reach(state, float(time), step / 2)
        state = _walk(state, z[look], float(time), float(looks[look + 1]) if look + 1 < len(looks) else None)
    return Boundaries(fractions=looks, z=z, spent=spent)


def classical(looks: int, *, alpha: float = 0.05, shape: Spending = "obrien-fleming") -> Boundaries:
    """Return the classical boundaries for equally spaced looks.

    O'Brien & Fleming (1979, Biometrics 35(3)): c / sqrt(fraction); Pocock (1977, Biometrika 64(2)): c at
    every look. c is found so that the chance to reject at any look is alpha.

    Args:
        looks: number of looks, 1 or more.
        alpha: chance to reject at any look where there is no difference.
        shape: which of the two.

    Raises:
        ExperimentError: where looks, alpha or shape cannot be.
    """
    fractions = _equal(looks)
    _check(fractions, alpha)
    form = _named(shape, {"obrien-fleming": 1 / np.sqrt(fractions), "pocock": np.ones(looks)})

    def excess(constant: float) -> float:
        return float(2 * first_crossing(constant * form, fractions).sum() - alpha)

    # One look and Bonferroni over all looks hold the constant between them.
    low, high = -special.ndtri(alpha / 2), -special.ndtri(alpha / looks / 2)
    constant = low if looks == 1 else optimize.brentq(excess, low, high, xtol=1e-12)
    z = constant * form
    return Boundaries(fractions=fractions, z=z, spent=2 * np.cumsum(first_crossing(z, fractions)))


def first_crossing(z: ArrayLike, fractions: ArrayLike, *, drift: ArrayLike = 0.0) -> Floats:
    """Return the chance that the upper boundary is the first one crossed, and at which look.

    Armitage, McPherson & Rowe (1969, JRSS A 132(2)): the density of the statistic among experiments not yet
    stopped is integrated from look to look. A drift changes that density by its likelihood ratio only, so
    one walk serves all drifts.

    Args:
        z: two-sided boundaries, shape (looks,).
        fractions: share of the planned information at each look, shape (looks,).
        drift: expected z-statistic at fraction 1, any shape; the lower boundary's chance is that of -drift.

    Returns:
        Shape (*drift, looks).

    Raises:
        ExperimentError: where boundaries and fractions do not fit, or fractions cannot be.
    """
    times, limits = _check(fractions, 0.5), np.asarray(z, dtype=np.float64)
    if limits.shape != times.shape or np.isnan(limits).any() or (limits < 0).any():
        raise ExperimentError(
            f"Boundaries {limits.tolist()} were given for {len(times)} looks; each look needs one, 0 or more."
        )
    shift = np.asarray(drift, dtype=np.float64)
    chance = np.empty((*shift.shape, len(times)))
    state = _START
    for look, (limit, time) in enumerate(zip(limits, times, strict=True)):
        chance[..., look] = _tail(state, limit * np.sqrt(time), float(time), shift)
        state = _walk(state, limit, float(time), float(times[look + 1]) if look + 1 < len(times) else None)
    return chance


def tail(boundaries: Boundaries, look: int, z: ArrayLike) -> Floats:
    """Return the chance under no difference to pass all earlier looks and be beyond ``z`` upwards at ``look``.

    Args:
        boundaries: of the looks.
        look: counted from 0.
        z: any shape; where it is infinite the chance is 0.
    """
    state = _START
    for before in range(look):
        time, following = float(boundaries.fractions[before]), float(boundaries.fractions[before + 1])
        state = _walk(state, float(boundaries.z[before]), time, following)
    time = float(boundaries.fractions[look])
    limits = np.asarray(z, dtype=np.float64)[..., None] * np.sqrt(time)
    return np.asarray(special.ndtr((state.points - limits) / np.sqrt(time - state.time)) @ state.mass)


def peeking_error(looks: int, *, alpha: float = 0.05) -> float:
    """Return the false-positive rate of ``looks`` equally spaced looks, each read as if it were the only one.

    Raises:
        ExperimentError: where looks or alpha cannot be.
    """
    fractions = _equal(looks)
    _check(fractions, alpha)
    return float(2 * first_crossing(np.full(looks, -special.ndtri(alpha / 2)), fractions).sum())


@dataclass(frozen=True, eq=False)
class _State:
    """Where the score (z times the square root of the fraction) of experiments still running is."""

    time: float
    points: Floats
    mass: Floats


_START = _State(0.0, np.zeros(1), np.ones(1))


def _tail(state: _State, limit: float, time: float, drift: Floats) -> Floats:
    """Return the chance to be above ``limit`` at ``time``, shape of ``drift``."""
    step = time - state.time
    tilt = np.exp(drift[..., None] * state.points - drift[..., None] ** 2 * state.time / 2)
    above = special.ndtr((state.points + drift[..., None] * step - limit) / np.sqrt(step))
    return np.asarray((state.mass * tilt * above).sum(axis=-1))


def _reach(state: _State, time: float, target: float) -> float:
    """Return the z whose upper tail at ``time`` is ``target``."""

    def gap(z: float) -> float:
        return float(np.log(np.maximum(_tail(state, z * np.sqrt(time), time, np.zeros(())), 1e-320)) - np.log(target))

    if target <= 0 or gap(_FARTHEST) > 0:
        return float("inf")
    return float(optimize.brentq(gap, 0.0, _FARTHEST, xtol=1e-13))


def _walk(state: _State, z: float, time: float, following: float | None) -> _State:
    """Return the state after a look at ``time`` with boundary ``z``, fine enough for the look that follows."""
    if following is None:
        return state
    step = time - state.time
    edge = min(z, _FARTHEST) * np.sqrt(time)
    panels = max(1, int(np.ceil(2 * edge / (_PANEL_WIDTH * np.sqrt(min(step, following - time))))))
    corners = np.linspace(-edge, edge, panels + 1)
    half = edge / panels
    points = (corners[:-1, None] + half * (1 + _PANEL_NODES)).ravel()
    density = np.exp(-((points[:, None] - state.points) ** 2) / (2 * step)) @ state.mass / np.sqrt(2 * np.pi * step)
    return _State(time, points, density * half * np.tile(_PANEL_WEIGHTS, panels))


def _spent(fractions: Floats, alpha: float, spending: str) -> Floats:
    functions: dict[str, Callable[[Floats], Floats]] = {
        "obrien-fleming": lambda t: 2 * special.ndtr(special.ndtri(alpha / 2) / np.sqrt(t)),
        "pocock": lambda t: alpha * np.log1p((np.e - 1) * t),
    }
    return np.asarray(_named(spending, functions)(fractions))


def _named(name: str, choices: dict[str, T]) -> T:
    if name not in choices:
        raise ExperimentError(unknown("Spending function", str(name), choices))
    return choices[name]


def _equal(looks: int) -> Floats:
    if looks < 1:
        raise ExperimentError(f"{looks} looks were given; expected 1 or more.")
    return np.arange(1, looks + 1) / looks


def _check(fractions: ArrayLike, alpha: float) -> Floats:
    times = np.array(fractions, dtype=np.float64)
    if times.ndim != 1 or not times.size or not (np.diff(times, prepend=0.0) > 0).all() or times[-1] > 1 + 1e-12:
        raise ExperimentError(
            f"Fractions {times.tolist()} were given; expected one a look, rising from above 0 to at most 1."
        )
    if not 0 < alpha < 1:
        raise ExperimentError(f"alpha {alpha} was given; expected a number between 0 and 1, such as 0.05.")
    return times
