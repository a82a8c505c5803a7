"""Top 10 of the whole catalogue for all users, against Surprise's ``build_anti_testset`` + ``test``."""

from time import perf_counter

import numpy as np
import surprise

from engine.models import make_model, top_k
from engine.models.trainset import surprise_trainset
from tests.bench.comparison import Comparison, Measured
from tests.bench.synthetic import ratings

SIZES = {100_000: (1000, 1700), 1_000_000: (6000, 4000)}
EPOCHS = {"svd": {"n_epochs": 2}, "knn_baseline": {}}  # training time is beside the point
SURPRISE = {"svd": surprise.SVD, "knn_baseline": surprise.KNNBaseline}


def ours(rows: int, model: str, sample: int | None) -> Measured:
    """Time ``top_k`` for all users; compiled before the clock starts."""
    train = ratings(rows, *SIZES[rows])
    start = perf_counter()
    fitted = make_model(model, EPOCHS[model]).fit(train)
    fit = perf_counter() - start
    top_k(fitted, np.arange(2), 10, exclude=train.matrix)
    start = perf_counter()
    top_k(fitted, np.arange(train.n_users), 10, exclude=train.matrix)
    return Measured(perf_counter() - start, f"all {train.n_users} users; trained in {fit:.1f} s")


def peer(rows: int, model: str, sample: int | None) -> Measured:
    """Time Surprise's own way, the top 10 taken as in its FAQ; on a sample of users where it is too slow."""
    trainset, _ = surprise_trainset(ratings(rows, *SIZES[rows]))
    verbose = {"verbose": False} if model == "knn_baseline" else {}
    start = perf_counter()
    fitted = SURPRISE[model](**EPOCHS[model], **verbose).fit(trainset)
    fit = perf_counter() - start
    n_users = trainset.n_users
    start = perf_counter()
    if sample is None:
        testset = trainset.build_anti_testset()
    else:
        # The same comprehension as build_anti_testset, for users spread evenly over all.
        testset = []
        for user in np.linspace(0, n_users - 1, sample).astype(int).tolist():
            has = {item for item, _ in trainset.ur[user]}
            testset += [
                (trainset.to_raw_uid(user), trainset.to_raw_iid(item), trainset.global_mean)
                for item in trainset.all_items()
                if item not in has
            ]
    top: dict[int, list[tuple[int, float]]] = {}
    for user, item, _, estimate, _ in fitted.test(testset):
        top.setdefault(user, []).append((item, estimate))
    for pairs in top.values():
        pairs.sort(key=lambda pair: pair[1], reverse=True)
        del pairs[10:]
    seconds = perf_counter() - start
    scaled = 1.0 if sample is None else n_users / sample
    whom = f"all {n_users} users" if sample is None else f"{sample} of {n_users} users, scaled by {scaled:.0f}"
    return Measured(seconds * scaled, f"{whom}; trained in {fit:.1f} s")


def _job(rows: int, model: str, sample: int | None, target: float) -> Comparison:
    title = f"top 10 for all users, {model}, {rows:,} ratings"
    return Comparison(title, "ours", "peer", {"rows": rows, "model": model, "sample": sample}, target)


COMPARISONS = (
    _job(100_000, "svd", None, 100),
    _job(100_000, "knn_baseline", 100, 60),
    _job(1_000_000, "svd", 200, 100),
    _job(1_000_000, "knn_baseline", 60, 60),
)
