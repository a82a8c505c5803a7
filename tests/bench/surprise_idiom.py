"""Surprise as its own documentation tells to use it: ``build_anti_testset``, ``test`` and the FAQ's ``get_top_n``."""

from collections import defaultdict
from collections.abc import Iterable
from time import perf_counter
from typing import Any

import pandas as pd
import surprise

from engine.preferences import Preferences

ALGORITHMS = {
    "normal_predictor": "NormalPredictor",
    "baseline_only": "BaselineOnly",
    "co_clustering": "CoClustering",
    "svd": "SVD",
    "nmf": "NMF",
    "svd_pp": "SVDpp",
    "slope_one": "SlopeOne",
    "knn_basic": "KNNBasic",
    "knn_with_means": "KNNWithMeans",
    "knn_with_zscore": "KNNWithZScore",
    "knn_baseline": "KNNBaseline",
}
SEEDED = ("svd", "svd_pp", "nmf", "co_clustering")
Triples = list[tuple[int, int, float]]
Lists = dict[int, list[tuple[int, float]]]


def fit(model: str, params: dict[str, Any], train: Preferences) -> tuple[Any, surprise.Trainset, float]:
    """Return the algorithm trained on the rows, their Trainset, and the seconds both took."""
    frame = pd.DataFrame({"user": train.user, "item": train.item, "value": train.value})
    verbose = {"verbose": False} if model == "baseline_only" or model.startswith("knn") else {}
    seeded = {"random_state": 0} if model in SEEDED else {}
    start = perf_counter()
    data = surprise.Dataset.load_from_df(frame, surprise.Reader(rating_scale=train.scale))
    trainset = data.build_full_trainset()
    algorithm = getattr(surprise, ALGORITHMS[model])(**params, **verbose, **seeded).fit(trainset)
    return algorithm, trainset, perf_counter() - start


def anti_testset_of(trainset: surprise.Trainset, users: Iterable[int]) -> Triples:
    """Return what ``build_anti_testset`` says of some users, by its own comprehension."""
    testset: Triples = []
    for user in users:
        inner = trainset.to_inner_uid(user)
        user_items = {item for item, _ in trainset.ur[inner]}
        testset += [
            (trainset.to_raw_uid(inner), trainset.to_raw_iid(item), trainset.global_mean)
            for item in trainset.all_items()
            if item not in user_items
        ]
    return testset


def get_top_n(predictions: list[surprise.Prediction], n: int = 10) -> Lists:
    """Return each user's n best, as in Surprise's FAQ, "How to get the top-N recommendations for each user"."""
    top_n: Lists = defaultdict(list)
    for uid, iid, _true_r, est, _ in predictions:
        top_n[uid].append((iid, est))
    for uid, user_ratings in top_n.items():
        user_ratings.sort(key=lambda x: x[1], reverse=True)
        top_n[uid] = user_ratings[:n]
    return top_n
