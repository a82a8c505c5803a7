"""How evaluating grows: ten models on as many ratings as MovieLens 1M has, and 25 million of them through everything.

The files are made up by ``movie_log`` and kept in the folder for temporary files. Memory is the highest of the process
that reads the file, fits and evaluates, so a bound is for all of it. Nothing does the whole job as it is done here, so
whole runs have no peer; measuring the lists of one model has: the loops one usually writes.
"""

from itertools import combinations
from time import perf_counter

import numpy as np
from sklearn.metrics.pairwise import cosine_similarity

from engine.evaluation import all_pairs, evaluate
from engine.evaluation.accumulate import estimates
from engine.evaluation.lists import measure_lists
from engine.evaluation.pairs import relevant_items
from engine.loading import load
from engine.models import make_model, top_k
from engine.pairs import seen_items
from engine.splitting import split
from tests.bench.comparison import Comparison, Measured
from tests.bench.movie_log import movie_log

K = 10
LINE = "\n          "
MILLION = {"rows": 1_000_209, "users": 6040, "items": 3706}
MANY = {"rows": 25_000_000, "users": 162_541, "items": 59_047}
TEN = ("popularity", "baseline_only", "svd", "nmf", "co_clustering", "als", "bpr", "item_knn", "ease", "sequence")
ANSWER = (
    "precision",
    "recall",
    "ndcg",
    "map",
    "mrr",
    "hit_rate",
    "novelty",
    "average_recommendation_popularity",
    "intra_list_diversity",
    "serendipity",
)


def whole(models: tuple[str, ...], **size: int) -> Measured:
    """Read the file, split it at random, fit and evaluate each model and keep them all side by side."""
    path = movie_log(**size)
    _evaluated(movie_log(2000, 60, 80), models)  # compiled before the clock starts
    start = perf_counter()
    said = _evaluated(path, models)
    return Measured(perf_counter() - start, LINE.join(said))


def _evaluated(path, models: tuple[str, ...]) -> list[str]:
    start = perf_counter()
    dataset = load(path).dataset
    said = [f"read {perf_counter() - start:.1f} s"]
    parts = split(dataset, "random", test_share=0.2)
    found = []
    for name in models:
        start = perf_counter()
        found.append(evaluate(dataset, parts, name, k=K))
        fit = found[-1].fit_seconds
        said.append(f"{name} fit {fit:.1f} s + evaluation {perf_counter() - start - fit:.1f} s")
    all_pairs(found)
    return said


def measured(**size: int) -> Measured:
    """Measure the lists of one model for all users, with intervals."""
    lists, seen, relevant = _lists(size)
    measure_lists(lists[:50], seen[:50], relevant[:50], None)
    start = perf_counter()
    found = estimates(_with_ratings(measure_lists(lists, seen, relevant, None)), seed=0)
    seconds = perf_counter() - start
    return Measured(seconds, answer=[found[name].value for name in ANSWER])


def by_hand(**size: int) -> Measured:
    """The same metrics user by user, cosines of all items with all, one bootstrap a metric."""
    lists, seen, relevant = _lists(size)
    start = perf_counter()
    cosine = cosine_similarity(seen.T, dense_output=True)
    known_by = np.asarray((seen > 0).sum(axis=0)).ravel()
    discount = 1 / np.log2(np.arange(2, K + 2))
    rows = []
    for user in range(len(lists)):
        ranked = [item for item in lists[user].tolist() if item >= 0]
        sought, had = set(relevant[[user]].indices.tolist()), seen[[user]].indices
        if not sought or not ranked or not len(had):
            continue
        hits = np.array([item in sought for item in ranked])
        places = np.flatnonzero(hits) + 1
        rows.append(
            {
                "precision": hits.sum() / K,
                "recall": hits.sum() / len(sought),
                "ndcg": (discount[: len(hits)] * hits).sum() / discount[: len(sought)].sum(),
                "map": sum((rank + 1) / place for rank, place in enumerate(places)) / len(sought),
                "mrr": 1 / places[0] if len(places) else 0.0,
                "hit_rate": float(hits.any()),
                "novelty": np.mean(np.log2(len(lists) / np.maximum(known_by[ranked], 1))),
                "average_recommendation_popularity": np.mean(known_by[ranked]),
                "intra_list_diversity": 1 - np.mean([cosine[a, b] for a, b in combinations(ranked, 2)]),
                "serendipity": np.mean(
                    [(1 - cosine[a, had].mean()) * hit for a, hit in zip(ranked, hits, strict=True)]
                ),
            }
        )
    rng = np.random.default_rng(0)
    for name in rows[0]:
        values = np.array([row[name] for row in rows])
        means = [rng.choice(values, len(values)).mean() for _ in range(1000)]
        np.quantile(means, [0.025, 0.975])
    seconds = perf_counter() - start
    return Measured(seconds, answer=[float(np.mean([row[name] for row in rows])) for name in ANSWER])


def _lists(size):
    dataset = load(movie_log(**size)).dataset
    parts = split(dataset, "random", test_share=0.2)
    seen = seen_items(dataset, parts.fit_rows)
    model = make_model("als", {"iterations": 3}).fit(dataset.preferences_of(parts.fit_rows))
    lists = top_k(model, np.arange(dataset.n_users), K, exclude=seen).items
    return lists, seen, relevant_items(dataset, parts, seen)


def _with_ratings(per_user):
    return per_user.assign(squared_error=np.nan, absolute_error=np.nan, ratings=np.nan)


COMPARISONS = (
    Comparison("scale: lists measured, 1,000,209 ratings", "measured", "by_hand", MILLION, 10),
    Comparison("scale: read, ten models, 1,000,209 ratings", "whole", None, MILLION | {"models": TEN}, most_mb=1500),
    Comparison("read, fit ALS, evaluate, 25,000,000 ratings", "whole", None, MANY | {"models": ("als",)}, most_mb=8000),
)
