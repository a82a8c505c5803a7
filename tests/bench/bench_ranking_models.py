"""Fitting the models made for ranking and the top 10 of all users, against implicit and scikit-learn themselves."""

from time import perf_counter

import numpy as np
from scipy import sparse

from engine.models import make_model, top_k
from tests.bench.comparison import Comparison, Measured
from tests.bench.synthetic import ratings

SIZES = {100_000: (1000, 1700), 1_000_000: (6000, 4000)}
K = 10
SLIM_ITEMS = 20


def ours(rows: int, model: str) -> Measured:
    """Time the fit and the lists of everybody; compiled before the clock starts."""
    train = ratings(rows, *SIZES[rows])
    make_model(model).fit(ratings(500, 50, 40))
    start = perf_counter()
    fitted = make_model(model).fit(train)
    fit = perf_counter() - start
    start = perf_counter()
    top_k(fitted, np.arange(train.n_users), K, exclude=train.matrix)
    ranked = perf_counter() - start
    waits = []
    for user in range(200):
        start = perf_counter()
        top_k(fitted, np.array([user]), K, exclude=train.matrix)
        waits.append(1000 * (perf_counter() - start))
    median, slow = np.quantile(waits, [0.5, 0.99])
    return Measured(fit + ranked, f"fit {fit:.1f} s, lists {ranked:.1f} s; one user {median:.1f} ms, p99 {slow:.1f} ms")


def implicit(rows: int, model: str) -> Measured:
    """The same by the library alone, with the same parameters and its own ``recommend``."""
    from threadpoolctl import threadpool_limits

    chosen = _choices(rows)
    with threadpool_limits(1, "blas"):
        library = _library(model)
        start = perf_counter()
        library.fit(chosen, show_progress=False)
        fit = perf_counter() - start
        start = perf_counter()
        library.recommend(np.arange(chosen.shape[0]), chosen, N=K)
        ranked = perf_counter() - start
    return Measured(fit + ranked, f"fit {fit:.1f} s, lists {ranked:.1f} s")


def numpy_inverse(rows: int, model: str) -> Measured:
    """EASE in the four lines of its paper, and a full sort for the lists."""
    chosen = _choices(rows).astype(np.float64)
    start = perf_counter()
    gram = (chosen.T @ chosen).toarray() + 250 * np.eye(chosen.shape[1])
    inverse = np.linalg.inv(gram)
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    fit = perf_counter() - start
    start = perf_counter()
    scores = chosen @ weights
    scores[chosen.nonzero()] = -np.inf
    np.argsort(-scores, axis=1)[:, :K]
    ranked = perf_counter() - start
    return Measured(fit + ranked, f"fit {fit:.1f} s, lists {ranked:.1f} s")


def elastic_net(rows: int, model: str) -> Measured:
    """SLIM as it is usually written, one scikit-learn ElasticNet an item; a few items, scaled up."""
    from sklearn.linear_model import ElasticNet

    chosen = sparse.csc_array(_choices(rows).astype(np.float64))
    n_users, n_items = chosen.shape
    net = ElasticNet(alpha=102 / n_users, l1_ratio=2 / 102, fit_intercept=False, positive=True, tol=1e-3, max_iter=30)
    start = perf_counter()
    for item in range(0, n_items, n_items // SLIM_ITEMS):
        target = chosen[:, [item]].toarray()[:, 0]
        others = chosen.copy()
        others.data[others.indptr[item] : others.indptr[item + 1]] = 0
        net.fit(others, target)
    count = len(range(0, n_items, n_items // SLIM_ITEMS))
    return Measured((perf_counter() - start) * n_items / count, f"{count} of {n_items} items, scaled; no lists")


def _choices(rows: int) -> sparse.csr_matrix:
    matrix = sparse.csr_matrix(ratings(rows, *SIZES[rows]).matrix.astype(np.float32))
    matrix.data[:] = 1
    return matrix


def _library(model: str):
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.cpu.bpr import BayesianPersonalizedRanking
    from implicit.nearest_neighbours import CosineRecommender

    if model == "als":
        return AlternatingLeastSquares(32, regularization=5.0, alpha=2.0, iterations=15, random_state=0)
    if model == "bpr":
        return BayesianPersonalizedRanking(64, 0.02, 0.03, iterations=100, random_state=0)
    return CosineRecommender(100)


def _job(rows: int, model: str, peer: str) -> Comparison:
    return Comparison(f"fit and top 10, {model}, {rows:,} choices", "ours", peer, {"rows": rows, "model": model})


COMPARISONS = tuple(
    _job(rows, model, peer)
    for rows in SIZES
    for model, peer in (
        ("ease", "numpy_inverse"),
        ("als", "implicit"),
        ("item_knn", "implicit"),
        ("bpr", "implicit"),
        ("slim", "elastic_net"),
    )
    if model != "slim" or rows == 100_000  # minutes at a million, on either side
)
