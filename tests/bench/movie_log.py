"""Made-up ratings of films as a file, of any size: ``python -m tests.bench.movie_log FILE ROWS USERS ITEMS``.

Written by a process of its own, so that what it needs is not counted among what reading it needs.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

FIRST, LAST = 789_652_009, 1_574_327_703  # seconds; the span of MovieLens 25M
LEAST = 20  # ratings a user, as in MovieLens


def movie_log(rows: int, users: int, items: int) -> Path:
    """Return the file of ``rows`` ratings; it is made where it is not there yet."""
    path = Path(tempfile.gettempdir()) / f"lab-bench-{rows}-{users}-{items}.csv"
    if not path.exists():
        made = path.with_suffix(".part")
        asked = [str(made), str(rows), str(users), str(items)]
        subprocess.run([sys.executable, "-m", "tests.bench.movie_log", *asked], check=True)
        made.rename(path)
    return path


def write(path: Path, rows: int, users: int, items: int, seed: int = 0) -> None:
    """Write distinct user-item pairs with half stars and times, ordered by user as MovieLens is.

    How much people rate is log-normal above ``LEAST``; items are chosen by a Zipf-Mandelbrot law; everybody rates
    within a year of a first day of their own.
    """
    rng = np.random.default_rng(seed)
    activity = rng.lognormal(0, 1.1, users)
    more = activity * (rows - LEAST * users) / activity.sum()
    chance = np.cumsum(1 / (np.arange(1, items + 1) + 60) ** 1.1)
    chance /= chance[-1]
    wanted = np.minimum(LEAST + np.ceil(more).astype(np.int64), items // 3)
    keys = np.zeros(0, dtype=np.int64)
    while len(keys) < rows:
        short = np.maximum(wanted - np.bincount(keys // items, minlength=users), 0)
        owner = np.repeat(np.arange(users), short)
        drawn = owner * items + np.searchsorted(chance, rng.random(len(owner)))
        keys = np.concatenate([keys, drawn])
        keys.sort()
        keys = keys[np.append(True, keys[1:] != keys[:-1])]
        wanted = np.minimum(wanted + 1, items)  # where the most active users were cut short, all make up for it
    keys = np.delete(keys, rng.choice(len(keys), len(keys) - rows, replace=False))
    user, item = keys // items, keys % items
    liking = 3.5 + rng.normal(0, 0.45, users)[user] + rng.normal(0, 0.5, items)[item] + rng.normal(0, 0.8, rows)
    began = rng.integers(FIRST, LAST - 366 * 86_400, users)
    table = {
        "userId": user + 1,
        "movieId": (rng.permutation(items) + 1)[item],
        "rating": np.clip(np.rint(2 * liking) / 2, 0.5, 5),
        "timestamp": began[user] + rng.integers(0, 365 * 86_400, rows),
    }
    pyarrow.csv.write_csv(pa.table(table), path)


if __name__ == "__main__":
    write(Path(sys.argv[1]), *map(int, sys.argv[2:]))
