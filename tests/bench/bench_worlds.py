"""User-slates a second: sessions of simulated users, against a bare NumPy loop and against T-RECS's own step.

A user-slate is one user's session with ten items. Ours is all that ``engine.world.run`` does but training: who comes
(three times a day on average), what they had is passed over, position bias, Gumbel choice, boredom, novelty and drift,
carts, purchases, satisfaction and the log of it. The bare loop is what one would write first: whole arrays,
``default_rng``, position bias, Gumbel choice of at most one item, boredom and drift in place, and nothing kept.

T-RECS 0.2.1 (Lucherini et al. 2021, arXiv 2107.08959) pins pandas 1.0.5, which no current Python installs. Its peer is
its step as published (``models/recommender.py``: ``run``, ``recommend``, ``generate_recommendations``;
``matrix_ops.top_k_indices``; ``components/users.py``: ``get_user_feedback``; ``models/popularity.py``) with users who
drift, in the same NumPy calls: its users-by-items scores, its structured sort with random ties, its dense update.

Seconds are those of the processor on one thread for a million user-slates, best of several runs.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import numpy as np

from engine.models.ranking import Ranking
from engine.preferences import Preferences
from engine.world import World, WorldParameters, run
from engine.world.response import Response
from tests.bench.comparison import Comparison, Measured

SLATE, RANK, TIMES = 10, 16, 5
COMING = 3.0
MILLION = 1_000_000


def ours(users: int, items: int) -> Measured:
    """Time sessions with given slates, from the end of training to the end of the run."""
    world, given = _world(users, items), Given(users, items)
    nobody = np.zeros(users, dtype=np.int64)
    run(world, [given], nobody, days=1, retrain_every=None)  # compiled before the clock starts
    days = max(1, 70_000 // users)
    slates = 0.0

    def live() -> float:
        nonlocal slates
        outcomes = run(world, [given], nobody, days=days, retrain_every=None)
        slates = float(outcomes.values[..., 0].sum())
        return (process_time() - given.trained_at) * MILLION / slates

    return _measured(live, lambda: f"{slates:,.0f} user-slates over {days} days")


def bare(users: int, items: int) -> Measured:
    """Time a plain NumPy loop of the same choice."""
    rng = np.random.default_rng(0)
    world = _world(users, items)
    taste, vectors, quality, slope = world.taste.copy(), world.vectors, world.quality, world.response.click_slope
    direction = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    boredom, length = np.zeros_like(taste), np.linalg.norm(taste, axis=1, keepdims=True)
    attention = np.log(world.response.examination(SLATE))
    everybody, steps = np.arange(users), max(1, 200_000 // users)

    def live() -> float:
        start = process_time()
        for _ in range(steps):
            slates = rng.integers(0, items, (users, SLATE))
            utility = np.einsum("nr,nkr->nk", taste, vectors[slates]) + quality[slates]
            had = np.maximum(np.einsum("nr,nkr->nk", boredom, direction[slates]), 0)
            appeal = slope * (utility - 0.5 * had / (had + 5)) + attention + rng.gumbel(size=slates.shape)
            outside = -world.response.click_intercept + rng.gumbel(size=users)
            best = appeal.argmax(axis=1)
            took = np.flatnonzero(appeal[everybody, best] > outside)
            toward = direction[slates[took, best[took]]]
            np.multiply(boredom, 0.9, out=boredom)
            boredom[took] += toward
            taste[took] += 0.03 * length[took] * toward
            taste[took] *= length[took] / np.linalg.norm(taste[took], axis=1, keepdims=True)
        return (process_time() - start) * MILLION / (steps * users)

    return _measured(live, lambda: f"{steps * users:,} user-slates")


def t_recs(users: int, items: int) -> Measured:
    """Time one step of T-RECS's popularity recommender with drifting users, as its sources have it."""
    rng = np.random.default_rng(0)
    world = _world(users, items)
    profiles, attributes = world.taste.copy(), world.vectors.T.copy()
    predicted, actual = np.zeros((users, items)), profiles @ attributes
    indices = np.tile(np.arange(items), (users, 1))
    everybody, popularity = np.arange(users), np.zeros(items)
    start = process_time()
    row = np.repeat(everybody, items).reshape((users, -1))
    scores = predicted[row, indices]
    ties = np.zeros(scores.shape, dtype=[("score", "f8"), ("random", "f8")])
    ties["score"], ties["random"] = -1 * scores, rng.random(scores.shape)
    top = ties.argpartition(SLATE - 1, order=["score", "random"])[:, :SLATE]
    few = np.repeat(everybody, SLATE).reshape((users, -1))
    ranked = top[few, ties[few, top].argsort(order=["score", "random"])]
    slates = indices[row[:, :SLATE], ranked]
    picked = slates[everybody, actual[few, slates].argmax(axis=1)]
    np.add.at(popularity, picked, 1)
    toward = attributes.T[picked]
    angle = np.arccos(np.clip((_unit(profiles) * _unit(toward)).sum(axis=1), -1, 1))[:, None]
    turned = np.sin(0.97 * angle) * _unit(profiles) + np.sin(0.03 * angle) * _unit(toward)
    profiles = turned / np.sin(angle) * np.linalg.norm(profiles, axis=1, keepdims=True)
    actual = profiles @ attributes
    predicted = np.ones((users, 1)) @ popularity[None, :]
    seconds = process_time() - start
    assert np.isfinite(actual).all() and predicted.shape == (users, items)  # noqa: PT018 - both are the step's result
    return Measured(seconds * MILLION / users, f"{users / seconds:,.0f} user-slates a second, one step")


class Given:
    """Shows slates that were drawn at random before the clock starts."""

    title = "Given"
    each_session = True

    def __init__(self, users: int, items: int) -> None:
        self._items = np.random.default_rng(1).integers(0, items, (users + 997, 2 * SLATE), dtype=np.int32)
        self.trained_at = 0.0

    def refit(self, preferences, report=None):
        self.trained_at = process_time()
        return self

    def slates(self, state, users, k):
        rows = users + (37 * state.day + state.session) % 997
        return Ranking(items=self._items[rows], scores=np.zeros((len(users), 0)))


def _world(users: int, items: int) -> World:
    rng = np.random.default_rng(0)
    taste, vectors = _unit(rng.standard_normal((users, RANK))), rng.standard_normal((items, RANK))
    pairs = np.unique(rng.integers(0, users * items, 20 * users))
    history = Preferences(
        user=(pairs // items).astype(np.int32),
        item=(pairs % items).astype(np.int32),
        value=np.ones(len(pairs)),
        n_users=users,
        n_items=items,
        scale=(0.0, 1.0),
        explicit=False,
    )
    return World(
        name="bench",
        params=WorldParameters(),
        key=np.arange(users),
        user=np.arange(users, dtype=np.int32),
        taste=0.7 * taste,
        activity=np.full(users, COMING),
        items_per_session=np.ones(users),
        history=history,
        vectors=vectors,
        quality=0.7 * rng.standard_normal(items),
        price=np.ones(items),
        category=np.full(items, -1, dtype=np.int32),
        categories=(),
        exposure=np.full(items, 1 / items),
        revisit=0.0,
        rhythm=np.ones(7),
        first_weekday=0,
        response=Response(
            click_intercept=-3.0,
            click_slope=1.2,
            cart_intercept=-1.0,
            cart_slope=0.5,
            purchase_intercept=-0.5,
            purchase_slope=0.2,
            price_effect=np.zeros(items),
            price_slope=0.3,
            position_bias=1.0,
        ),
        ratings=None,
        click_weight=1.0,
        purchase_weight=1.0,
    )


def _unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _measured(live: Callable[[], float], note: Callable[[], str]) -> Measured:
    seconds = min(live() for _ in range(TIMES))
    return Measured(seconds, f"{MILLION / seconds:,.0f} user-slates a second; {note()}")


SMALL, LARGE = {"users": 4000, "items": 4000}, {"users": 100_000, "items": 20_000}
COMPARISONS = (
    Comparison("worlds 4,000 x 4,000, bare NumPy", "ours", "bare", SMALL, 0.7),
    Comparison("worlds 100,000 x 20,000, bare NumPy", "ours", "bare", LARGE, 0.7),
    Comparison("worlds 4,000 x 4,000, T-RECS's step", "ours", "t_recs", SMALL, 2000),
)
