"""Data for the tests of models, and Surprise itself by its own public road."""

from pathlib import Path

import numpy as np
import pandas as pd
import surprise

from engine.preferences import Preferences

ML_100K = Path(__file__).resolve().parents[3].parent / "shared/data/ml-100k/u.data"

ALGORITHMS = {
    "baseline_only": "BaselineOnly",
    "knn_basic": "KNNBasic",
    "knn_with_means": "KNNWithMeans",
    "knn_with_zscore": "KNNWithZScore",
    "knn_baseline": "KNNBaseline",
    "svd": "SVD",
    "svd_pp": "SVDpp",
    "nmf": "NMF",
    "slope_one": "SlopeOne",
    "co_clustering": "CoClustering",
}
NEIGHBOURS = [name for name in ALGORITHMS if name.startswith("knn")]
SIMILARITIES = ["cosine", "msd", "pearson", "pearson_baseline"]


def item_table(n_items):
    """Items of three kinds, with a title each."""
    kinds = ["red|round", "blue", "green|round"]
    return pd.DataFrame(
        {
            "item_id": [f"i{n}" for n in range(n_items)],
            "title": [f"Thing {'ABC'[n % 3]} number {n}" for n in range(n_items)],
            "category": [kinds[n % 3] for n in range(n_items)],
        }
    )


def preferences(user, item, value, n_users, n_items, scale=(1.0, 5.0), explicit=True):
    """Rows in the order of time, ten minutes apart, as Preferences of the items of ``item_table``."""
    user, item, value = np.asarray(user), np.asarray(item), np.asarray(value, dtype=np.float64)
    order = np.lexsort((item, user))
    return Preferences(
        user=user[order].astype(np.int32),
        item=item[order].astype(np.int32),
        value=value[order],
        n_users=n_users,
        n_items=n_items,
        scale=scale,
        explicit=explicit,
        time=600 * order,
        items=item_table(n_items),
    )


def random_preferences(seed, n_users=14, n_items=11, pairs=70, unknown=2, step=1.0, explicit=True):
    """Random ratings 1 to 5; the last ``unknown`` users and items, and two between, have none."""
    rng = np.random.default_rng(seed)
    users = np.setdiff1d(np.arange(n_users - unknown), [3])
    items = np.setdiff1d(np.arange(n_items - unknown), [2])
    cells = rng.permutation(len(users) * len(items))[:pairs]
    values = 1 + step * rng.integers(0, int(4 / step) + 1, len(cells))
    scale = (1.0, 5.0) if explicit else (0.0, 5.0)
    return preferences(users[cells // len(items)], items[cells % len(items)], values, n_users, n_items, scale, explicit)


def surprise_scores(algorithm, train: Preferences):
    """Fit ``algorithm`` on the rows through ``Dataset.load_from_df`` and predict every pair, unclipped."""
    frame = pd.DataFrame({"user": train.user, "item": train.item, "value": train.value})
    data = surprise.Dataset.load_from_df(frame, surprise.Reader(rating_scale=train.scale))
    algorithm.fit(data.build_full_trainset())
    return np.array(
        [
            [algorithm.predict(user, item, clip=False).est for item in range(train.n_items)]
            for user in range(train.n_users)
        ]
    )
