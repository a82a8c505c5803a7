"""What every bench of models times besides its own job: training, and one user's list at a time."""

from collections.abc import Callable, Iterable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from engine.models import make_model, top_k
from engine.models.base import Recommender
from engine.preferences import Preferences
from tests.bench.comparison import Measured
from tests.bench.synthetic import log

SIZES = {100_000: (1000, 1700), 1_000_000: (6000, 4000)}
FIT, TOP, HALF, MOST = "fit", "top 10 of everybody", "one user, p50", "one user, p99"
K = 10


def train_of(rows: int) -> Preferences:
    """Return the log of that many rows that both sides learn from, with times and a table of items."""
    return log(rows, *SIZES[rows])


def fitted(model: str, params: dict[str, object], train: Preferences) -> tuple[Recommender, float]:
    """Return our model and its seconds of training, everything compiled before the clock starts."""
    small = log(500, 50, 40)
    first = make_model(model, params).fit(small)
    for users in (np.arange(40), np.arange(1)):
        top_k(first, users, K, exclude=small.matrix)
    start = perf_counter()
    learned = make_model(model, params).fit(train)
    return learned, perf_counter() - start


def rank_everybody(model: Recommender, train: Preferences) -> tuple[NDArray[np.float64], float]:
    """Return the scores of everybody's list and the median seconds of three times, of one where it takes long."""
    taken: list[float] = []
    while len(taken) < (3 if sum(taken) < 2 else 1):
        start = perf_counter()
        ranking = top_k(model, np.arange(train.n_users), K, exclude=train.matrix)
        taken.append(perf_counter() - start)
    return ranking.scores, float(np.median(taken))


def some_users(n_users: int, count: int) -> list[int]:
    """Return ``count`` users drawn without replacement, the same on both sides."""
    return np.random.default_rng(1).permutation(n_users)[:count].tolist()


def waits(serve: Callable[[int], object], users: Iterable[int]) -> NDArray[np.float64]:
    """Return the seconds of one list for each of ``users``."""
    taken = []
    for user in users:
        start = perf_counter()
        serve(user)
        taken.append(perf_counter() - start)
    return np.array(taken)


def waiting(taken: NDArray[np.float64]) -> dict[str, float]:
    """Return the median and the 99th percentile as parts."""
    return {HALF: float(np.median(taken)), MOST: float(np.quantile(taken, 0.99))}


def serve_ours(model: Recommender, train: Preferences, count: int = 200) -> dict[str, float]:
    """Return the parts of single lists by ours, the first few not counted."""
    users = some_users(train.n_users, count + 5)
    return waiting(waits(lambda user: top_k(model, np.array([user]), K, exclude=train.matrix), users)[5:])


def measured_ours(model: str, params: dict[str, object], rows: int) -> Measured:
    """Time training plus everybody's list, and both apart; single lists too."""
    train = train_of(rows)
    learned, fit = fitted(model, params, train)
    scores, ranked = rank_everybody(learned, train)
    answer = scores[some_users(train.n_users, 10)].ravel().tolist()
    return Measured(fit + ranked, parts={FIT: fit, TOP: ranked, **serve_ours(learned, train)}, answer=answer)
