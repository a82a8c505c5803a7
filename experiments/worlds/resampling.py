"""A log as it might have been: its users drawn anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from engine.dataset import Dataset


def resampled(dataset: Dataset, rng: np.random.Generator, *, most: int | None = None) -> Dataset:
    """Return ``dataset`` with its users drawn with replacement, each with all their rows.

    The bootstrap of whole users (Efron 1979; by cluster, Field & Welsh 2007): rows of one user go together, for
    they are not independent. The catalogue stays as it is.

    Args:
        dataset: the log.
        rng: draws the users.
        most: draw so many users at most; as many as there are when None. Fewer than there are make worlds differ
            more than a full bootstrap would (the m out of n bootstrap, Bickel, Götze & van Zwet 1997).

    Returns:
        The new log. A user drawn twice is two users of their own, the second called ``name~2``.
    """
    number = dataset.n_users if most is None else min(most, dataset.n_users)
    drawn = np.sort(rng.integers(0, dataset.n_users, number))
    rows = dataset.interactions
    by_user = np.argsort(rows["user"].to_numpy(), kind="stable")
    counts = np.bincount(rows["user"], minlength=dataset.n_users)
    starts = np.cumsum(counts) - counts
    size = counts[drawn]
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    place = by_user[np.repeat(starts[drawn], size) + within]
    new = np.repeat(np.arange(number, dtype=np.int32), size)
    order = np.lexsort((new, place))  # back to time, then line, as a Dataset has them
    interactions = rows.iloc[place[order]].reset_index(drop=True).assign(user=new[order])
    return replace(
        dataset, interactions=interactions, users=_users(dataset.users, drawn), name=dataset.name, withheld_users=0
    )


def _users(users: pd.DataFrame, drawn: np.ndarray) -> pd.DataFrame:
    taken = users.iloc[drawn].reset_index(drop=True)
    again = pd.Series(drawn).groupby(drawn).cumcount().to_numpy()
    suffix = np.where(again > 0, "~" + (again + 1).astype(str).astype(object), "")
    return taken.assign(user_id=taken["user_id"] + pd.Series(suffix, index=taken.index))
