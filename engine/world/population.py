"""Who is around: how often users come, when they leave for good, and how many new ones there are.

The modified BG/NBD model (Batislam, Denizel & Filiztekin 2007; its likelihood is that of Fader, Hardie & Lee 2005,
"Counting your customers the easy way", eq. 6, with leaving possible after the first session too). While around, a
user comes as a Poisson process whose rate differs between users as a gamma distribution, and after each session
leaves for good with a chance that differs as a beta distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, expit, gammaln

from engine.world.sessions import Lived

Array = NDArray[np.float64]

_SESSION_PRIOR = 3.0  # average sessions mixed into each user's choices a session
_FEWEST = 20  # users below which the four numbers say nothing
_BOUNDS = ((-4.0, 5.0), (-6.0, 9.0), (-5.0, 5.0), (-5.0, 5.0))  # of the four logarithms


@dataclass(frozen=True)
class Visits:
    """What the model needs of each user seen at least once.

    Attributes:
        user: user codes, ascending, shape (n,).
        more: sessions after the first, shape (n,).
        recency: days from the first session to the last, shape (n,).
        observed: days from the first session to the end, shape (n,).
    """

    user: NDArray[np.int32]
    more: NDArray[np.int64]
    recency: Array
    observed: Array


@dataclass(frozen=True)
class Population:
    """The population's rates.

    Attributes:
        shape: of the gamma distribution of sessions a day while around.
        rate: of the same, in days; the mean is ``shape / rate``.
        leaving: first parameter of the beta distribution of the chance to leave after a session.
        staying: second parameter; the mean is ``leaving / (leaving + staying)``.
        arrivals_per_day: users seen for the first time, a day.
    """

    shape: float
    rate: float
    leaving: float
    staying: float
    arrivals_per_day: float


@dataclass(frozen=True)
class Presence:
    """When units are around.

    Attributes:
        since: day from which a unit is around, may be a fraction, shape (units,).
        opens: choices of the first session, which the unit certainly has on that day; 0 for who is known already,
            shape (units,).
        sessions: sessions after which the unit has left; 0 for who is not around at all, shape (units,).
    """

    since: Array
    opens: NDArray[np.int64]
    sessions: NDArray[np.int64]


def visits_of(lived: Lived) -> Visits:
    """Return each seen user's sessions, recency and days observed."""
    opens = lived.opens
    user, start = lived.user[opens], lived.second[opens] / 86_400
    codes, first, counts = np.unique(user, return_index=True, return_counts=True)
    begin, end = start[first], start[first + counts - 1]
    return Visits(user=codes, more=counts - 1, recency=end - begin, observed=np.maximum(lived.days - begin, 1e-3))


def session_lengths_of(lived: Lived) -> tuple[NDArray[np.int64], Array]:
    """Return the choices of every user's first session, and each user's mean in later ones.

    The mean is shrunk to everybody's, of all sessions where nobody came twice; shape (users,).
    """
    opens = lived.opens
    length = np.bincount(np.cumsum(opens) - 1)
    user = lived.user[opens]
    first = np.diff(user, prepend=-1) != 0
    chosen = length[~first] if (~first).any() else length
    mean = chosen.mean()
    counts = np.bincount(user[~first], minlength=lived.n_users)
    total = np.bincount(user[~first], length[~first], minlength=lived.n_users)
    return length[first], np.maximum((total + _SESSION_PRIOR * mean) / (counts + _SESSION_PRIOR), 1.0)


def fit_population(lived: Lived, *, recent_days: int) -> Population | None:
    """Return the rates that make the log's sessions likeliest, or None for fewer than 20 users.

    Args:
        lived: the log's choices.
        recent_days: days at the log's end in which new users are counted.
    """
    visits = visits_of(lived)
    if len(visits.user) < _FEWEST:
        return None
    mean_rate = (visits.more.sum() + 1) / visits.observed.sum()
    start = np.clip([0.0, -np.log(mean_rate), -0.7, 0.7], *np.array(_BOUNDS).T)
    found = minimize(_unlikeliness, start, args=(visits,), method="L-BFGS-B", bounds=_BOUNDS)
    shape, rate, leaving, staying = (float(value) for value in np.exp(found.x))
    new = int((visits.observed <= recent_days).sum())
    return Population(shape, rate, leaving, staying, arrivals_per_day=new / recent_days)


def _unlikeliness(logs: Array, visits: Visits) -> float:
    shape, rate, leaving, staying = np.exp(logs)
    common = gammaln(shape + visits.more) - gammaln(shape) + shape * np.log(rate) - betaln(leaving, staying)
    around, left = _terms(shape, rate, leaving, staying, visits)
    return -float((common + np.logaddexp(around, left)).mean())


def _terms(shape: float, rate: float, leaving: float, staying: float, visits: Visits) -> tuple[Array, Array]:
    """Return the log likelihood, up to what both share, of still being around and of having left."""
    power = shape + visits.more
    around = betaln(leaving, staying + visits.more + 1) - power * np.log(rate + visits.observed)
    left = betaln(leaving + 1, staying + visits.more) - power * np.log(rate + visits.recency)
    return around, left


def chance_around(population: Population, visits: Visits) -> Array:
    """Return the chance that each user has not left, shape (n,)."""
    around, left = _terms(population.shape, population.rate, population.leaving, population.staying, visits)
    return np.asarray(expit(around - left))


def next_rates(population: Population, visits: Visits, rng: np.random.Generator) -> tuple[Array, NDArray[np.int64]]:
    """Return, for each user, a draw of sessions a day and of the sessions still to come.

    Draws from what the model knows of the user after the log: 0 sessions for who has left, else a gamma rate
    and a geometric number with a beta chance (Fader, Hardie & Lee 2005, section 4).
    """
    n = len(visits.user)
    here = rng.random(n) < chance_around(population, visits)
    seen = np.where(here, visits.observed, visits.recency)
    pace = rng.gamma(population.shape + visits.more, 1 / (population.rate + seen))
    chance = rng.beta(population.leaving, population.staying + visits.more + 1)
    left = rng.geometric(np.clip(chance, 1e-9, 1.0))
    return pace, np.where(here, left, 0)


def newcomers(
    population: Population, days: int, first_sessions: NDArray[np.int64], rng: np.random.Generator
) -> tuple[Array, Presence]:
    """Return the sessions a day and the presence of the users who come for the first time within ``days``.

    Args:
        population: the rates.
        days: at least 1.
        first_sessions: choices in the first sessions of users before them, which the new ones' are drawn from.
        rng: draws.
    """
    n = int(rng.poisson(population.arrivals_per_day * days))
    pace = rng.gamma(population.shape, 1 / population.rate, n)
    chance = rng.beta(population.leaving, population.staying, n)
    return pace, Presence(
        since=rng.uniform(0, days, n),
        opens=rng.choice(first_sessions, n),
        sessions=rng.geometric(np.clip(chance, 1e-9, 1.0)),
    )
