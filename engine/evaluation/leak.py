"""Does a split let models learn from what came after the rows they are tested on?"""

from __future__ import annotations

import numpy as np

from engine.dataset import Dataset
from engine.splitting import Split


def leaked_share(dataset: Dataset, split: Split) -> float | None:
    """Return the share of test rows after which the same user has a row to learn from; None without times.

    Such a row tells what the user went on to like, which nobody knows when a list is really made (Ji, Sun,
    Zhang & Li 2023, "A critical study on data leakage in recommender system offline evaluation").
    """
    if not dataset.has_time:
        return None
    time = dataset.interactions["time"].to_numpy()
    user = dataset.interactions["user"].to_numpy()
    latest = np.full(dataset.n_users, np.iinfo(np.int64).min)
    ticks = time.astype(np.int64)
    np.maximum.at(latest, user[split.fit_rows], ticks[split.fit_rows])
    return float((latest[user[split.test]] > ticks[split.test]).mean())


def leak_warning(dataset: Dataset, split: Split) -> str:
    """Return one sentence of warning where models learn from the future; nothing where they do not."""
    if split.how == "temporal":
        return ""
    if split.how == "leave-last":
        return (
            "Each user's last row is the test, whenever it was: models learn from what other users did later, which "
            "nobody knows when a list is really made."
        )
    share = leaked_share(dataset, split)
    if share is None:
        return (
            "The rows have no times, so nobody can tell how far this random split lets models learn from what "
            "came after the rows they are tested on."
        )
    if share == 0:
        return ""
    return (
        f"This random split leaks the future: for {share:.0%} of the test rows the models had learnt from something "
        "the same user did later, so they look better than they would in use. Split by time to know how they would do."
    )
