"""Top 10 of the whole catalogue for all users, every algorithm of Surprise against Surprise itself.

Same rows, parameters and seed, and the same estimates on both sides, which the run checks. Both trainings are
Surprise's own; at a million rows with fewer epochs, since training is beside the point. Ours is compiled before
the clock starts. Where Surprise takes too long for everybody, some users are served and the time is scaled up;
its memory is then without the other users' lists.
"""

from time import perf_counter

import numpy as np

from tests.bench import surprise_idiom as idiom
from tests.bench.comparison import Comparison, Measured
from tests.bench.serving import (
    FIT,
    HALF,
    MOST,
    fitted,
    rank_everybody,
    serve_ours,
    some_users,
    train_of,
    waiting,
    waits,
)

CHECKED = 4
SHORT = {name: {"n_epochs": 2} for name in ("svd", "nmf", "co_clustering")} | {"svd_pp": {"n_epochs": 1}}
# How many users Surprise serves: all (None) or as many as take it some five seconds. The other neighbour models
# differ from KNNBaseline in how they centre ratings, and each trains for a minute on a million.
USERS = {
    100_000: dict.fromkeys(("normal_predictor", "baseline_only", "co_clustering", "svd", "nmf"))
    | {"svd_pp": 30, "slope_one": 50}
    | dict.fromkeys(("knn_basic", "knn_with_means", "knn_with_zscore", "knn_baseline"), 30),
    1_000_000: dict.fromkeys(("normal_predictor", "baseline_only", "svd"), 200)
    | dict.fromkeys(("co_clustering", "nmf"), 100)
    | {"svd_pp": 5, "slope_one": 10, "knn_baseline": 5},
}


def ours(rows: int, model: str, users: int | None) -> Measured:
    """Time ``top_k`` for all users."""
    train = train_of(rows)
    learned, fit = fitted(model, _params(rows, model), train)
    scores, seconds = rank_everybody(learned, train)
    checked = np.clip(scores[some_users(train.n_users, CHECKED)], *train.scale)
    return Measured(seconds, parts={FIT: fit, **serve_ours(learned, train)}, answer=_answer(model, checked.tolist()))


def peer(rows: int, model: str, users: int | None) -> Measured:
    """Time Surprise's own way, and its own way for one user after the other."""
    algorithm, trainset, fit = idiom.fit(model, _params(rows, model), train_of(rows))
    n_users = trainset.n_users
    lists: idiom.Lists = {}

    def serve(user: int) -> None:
        lists.update(idiom.get_top_n(algorithm.test(idiom.anti_testset_of(trainset, [user]))))

    alone = waits(serve, some_users(n_users, users or 30))
    if users is None:
        start = perf_counter()
        lists = idiom.get_top_n(algorithm.test(trainset.build_anti_testset()))
        seconds, note = perf_counter() - start, f"all {n_users} users"
    else:
        seconds = float(alone.mean()) * n_users
        note = f"{users} of {n_users} users, scaled by {n_users / users:.0f}"
    checked = [[estimate for _, estimate in lists[user]] for user in some_users(n_users, CHECKED)]
    return Measured(seconds, note, parts={FIT: fit, **waiting(alone)}, answer=_answer(model, checked))


def _params(rows: int, model: str) -> dict[str, object]:
    return dict(SHORT.get(model, {})) if rows > 100_000 else {}


def _answer(model: str, estimates: list[list[float]]) -> list[float]:
    """Return the estimates in the lists; nothing where they are drawn by chance."""
    return [] if model == "normal_predictor" else [estimate for row in estimates for estimate in row]


COMPARISONS = tuple(
    Comparison(
        f"top 10 for all users, {model}, {rows:,} ratings",
        "ours",
        "peer",
        {"rows": rows, "model": model, "users": users},
        150 if model == "svd" else 60,
        parts=(FIT, HALF, MOST),
    )
    for rows, some in USERS.items()
    for model, users in some.items()
)
