"""One user's history: what they had, when, and what they did with it."""

from __future__ import annotations

from difflib import get_close_matches

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.categories import SEPARATOR
from engine.dataset import Dataset
from engine.errors import DataError

_NAMELESS = ("interaction", "rating")
_SEARCHED = 20_000


def item_facts(dataset: Dataset, items: NDArray[np.integer]) -> pd.DataFrame:
    """Return what a reader knows items by, one row each in the given order.

    Args:
        dataset: the log.
        items: item codes, shape (items,).

    Returns:
        Columns ``item`` (code), ``item_id``, ``title`` (the id where the item table has none) and ``category``
        (several joined by commas; empty where unknown).
    """
    table = dataset.items.iloc[items]
    ids = table["item_id"].astype(str)
    titles = table["title"].astype(object).where(table["title"].notna(), ids) if "title" in table else ids
    if "category" in table:
        kinds = table["category"].astype(object).where(table["category"].notna(), "").astype(str)
        kinds = kinds.str.replace(SEPARATOR, ", ", regex=False)
    else:
        kinds = pd.Series("", index=table.index)
    return pd.DataFrame(
        {"item": items, "item_id": ids.array, "title": titles.astype(str).array, "category": kinds.array}
    )


def history(dataset: Dataset, user: int) -> pd.DataFrame:
    """Return the items the user had, the latest first; none for a user without interactions.

    Args:
        dataset: the log.
        user: the user's code.

    Returns:
        The columns of ``item_facts``, then ``last`` (when they last touched it, NaT without times), ``events``
        (how often) and ``did`` (in words, such as ``2 × view, purchase, rated 4``).
    """
    log = dataset.interactions
    rows = log.iloc[np.flatnonzero(log["user"].to_numpy() == user)]
    # Rows come in the order of time, so an item's last row says when it was last touched.
    latest = rows.drop_duplicates("item", keep="last")[::-1]
    codes = latest["item"].to_numpy(np.int64)
    found = item_facts(dataset, codes)
    found["last"] = latest["time"].array
    found["events"] = rows.groupby("item").size().reindex(codes).to_numpy(np.int64)
    found["did"] = _did(rows).reindex(codes).array
    return found


def find_user(dataset: Dataset, user_id: str) -> int:
    """Return the code of the user named ``user_id``.

    Raises:
        DataError: nobody is called so, with the nearest id as a hint.
    """
    user = dataset.user_code(user_id)
    if user is not None:
        return user
    ids = dataset.users["user_id"].astype(str)
    near = get_close_matches(user_id, ids.head(_SEARCHED), n=1)
    hint = f" Did you mean '{near[0]}'?" if near else f" Ids look like {', '.join(ids.head(3))}."
    withheld = f" {dataset.withheld_users:,} users who did not consent are left out." if dataset.withheld_users else ""
    raise DataError(f"User '{user_id}' was not found among {dataset.n_users:,} users.{hint}{withheld}")


def typical_user(dataset: Dataset) -> int:
    """Return the code of the user with the median number of interactions among those with any; ties: the first."""
    counts = np.bincount(dataset.interactions["user"], minlength=dataset.n_users)
    active = np.flatnonzero(counts)
    if not len(active):
        return 0
    return int(active[np.argsort(counts[active], kind="stable")[(len(active) - 1) // 2]])


def random_user(dataset: Dataset, rng: np.random.Generator | None = None) -> int:
    """Return the code of any user, drawn evenly; without ``rng`` another one each time."""
    return int((rng or np.random.default_rng()).integers(dataset.n_users))


def _did(rows: pd.DataFrame) -> pd.Series:
    """Return, by item, what was done with it in words; the commonest kind of event first."""
    counts = rows.groupby(["item", rows["event"].astype(str)], sort=False).size().reset_index(name="times")
    counts = counts[~counts["event"].isin(_NAMELESS)].sort_values(
        ["item", "times"], ascending=[True, False], kind="stable"
    )
    counts = counts.astype({"event": str, "times": str})
    words = counts["event"].str.replace("_", " ")
    counts["words"] = words.where(counts["times"] == "1", counts["times"] + " × " + words)
    ratings = rows[rows["rating"].notna()].drop_duplicates("item", keep="last")
    rated = ratings.assign(words="rated " + ratings["rating"].map("{:g}".format).astype(str))
    both = pd.concat([counts[["item", "words"]], rated[["item", "words"]]], ignore_index=True)
    done = both.groupby("item")["words"].agg(", ".join)
    return done.reindex(rows["item"].unique()).fillna("interaction")
