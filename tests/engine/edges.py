"""Logs at the edge of what can be: one user, one item, ratings all equal, a vast catalogue, nothing beside the rows."""

from dataclasses import replace

import numpy as np

from engine.dataset import Dataset
from tests.engine.logs import make_log

MILLION = 1_000_000
_RNG = np.random.default_rng(0)
_ROWS = [
    (int(user), int(item), float(day), float(rating), "rating")
    for user, item, day, rating in zip(
        _RNG.integers(8, size=60),
        _RNG.integers(6, size=60),
        np.sort(_RNG.uniform(0, 50, 60)),
        _RNG.integers(1, 6, 60),
        strict=True,
    )
]


def table(n_items):
    """What is known of items of three kinds."""
    kinds = ["red|round", "blue", "green"]
    return {
        "title": [f"Thing {'ABC'[code % 3]} {code}" for code in range(n_items)],
        "category": [kinds[code % 3] for code in range(n_items)],
    }


def rated(rows, n_items, **options):
    """Return a log of ratings: tuples of user, item, day and rating."""
    full = [(*row, "rating") for row in rows]
    return make_log(full, feedback="explicit", n_items=n_items, items=table(n_items), **options)


def _everything(n_items):
    return [(0, item, 51.0 + item, 5.0, "rating") for item in range(n_items)]


def _scaled(factor):
    rows = [(*row[:3], row[3] * factor) for row in _ROWS]
    return replace(rated(rows, 6), rating_scale=(factor, 5 * factor))


def _all_equal():
    return replace(rated([(*row[:3], 3.0) for row in _ROWS], 6), rating_scale=(3.0, 3.0))


EDGES = {
    "one user": lambda: rated([(0, item, item, 1 + item % 5) for item in range(6)], 8),
    "one item": lambda: rated([(user, 0, user, 1 + user % 5) for user in range(6)], 1),
    "one row": lambda: rated([(0, 1, 0, 4)], 3),
    "ratings all equal": _all_equal,
    "two users of the same items": lambda: make_log([(user, item) for user in range(2) for item in range(4)]),
    # and somebody with nothing, and an item of nobody
    "somebody with everything": lambda: make_log(
        [*_ROWS, *_everything(8)], feedback="explicit", n_users=10, n_items=9, items=table(9)
    ),
    "one moment, each row three times": lambda: rated([(*row[:2], 0.0, row[3]) for row in _ROWS for _ in range(3)], 6),
    "everything chosen by everybody": lambda: make_log(
        [(user, item, float(6 * user + item), None, "view") for user in range(8) for item in range(6)], items=table(6)
    ),
    "a vast rating scale": lambda: _scaled(1e6),
    "an item table that says nothing": lambda: make_log(
        _ROWS, items={"title": [None] * 6, "category": ["x"] * 6, "price": [1.0] * 6}
    ),
}


def vast_catalogue() -> Dataset:
    """A million items, ten events."""
    places = [(0, 5), (1, 5), (2, 5), (3, 77), (0, 77), (1, 999_999), (2, 500_000), (3, 999_999), (4, 5), (4, 77)]
    return make_log(
        [(user, item, float(day), None, "view") for day, (user, item) in enumerate(places)],
        n_items=MILLION,
        items={"category": np.array([f"kind {code}" for code in range(50)])[np.arange(MILLION) % 50]},
    )
