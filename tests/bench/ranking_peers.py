"""The models made for ranking as they are written without us: by implicit, scikit-learn, NumPy or plain dictionaries.

Each peer learns from ``train`` with our default parameters and returns what makes lists: of everybody, or of some
users, an array of item codes, and the scores where they must be ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from heapq import nlargest
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.preferences import Preferences

K = 10
FAINT = 1e-9
Lists = Callable[[NDArray[np.integer]], NDArray[np.float64] | None]


def implicit_als(train: Preferences) -> Lists:
    """The library's AlternatingLeastSquares."""
    from implicit.cpu.als import AlternatingLeastSquares

    return _implicit(AlternatingLeastSquares(32, regularization=5.0, alpha=2.0, iterations=15, random_state=0), train)


def implicit_bpr(train: Preferences) -> Lists:
    """The library's BayesianPersonalizedRanking."""
    from implicit.cpu.bpr import BayesianPersonalizedRanking

    return _implicit(BayesianPersonalizedRanking(64, 0.02, 0.03, iterations=100, random_state=0), train)


def implicit_item_knn(train: Preferences) -> Lists:
    """The library's CosineRecommender."""
    from implicit.nearest_neighbours import CosineRecommender

    return _implicit(CosineRecommender(100), train)


def sklearn_item_knn(train: Preferences) -> Lists:
    """scikit-learn's ``cosine_similarity`` of all items, the hundred nearest of each kept."""
    from sklearn.metrics.pairwise import cosine_similarity

    chosen = _chosen(train)
    cosine = cosine_similarity(chosen.T)
    np.fill_diagonal(cosine, 0)
    far = np.argpartition(-cosine, 100, axis=1)[:, 100:]
    np.put_along_axis(cosine, far, 0, axis=1)
    nearest = sparse.csr_array(cosine.T)
    return lambda users: _sorted((chosen[users] @ nearest).toarray(), chosen[users])


def sklearn_content(train: Preferences) -> Lists:
    """scikit-learn's ``TfidfVectorizer`` and ``cosine_similarity`` between users' sums and items."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
    from sklearn.metrics.pairwise import cosine_similarity
    from sklearn.preprocessing import normalize

    words = TfidfVectorizer(min_df=2, stop_words="english", sublinear_tf=True).fit_transform(train.items["title"])
    kinds = CountVectorizer(binary=True, min_df=2).fit_transform(train.items["category"])
    features = normalize(sparse.hstack([words, TfidfTransformer(norm=None).fit_transform(kinds)], format="csr"))
    chosen = _chosen(train)
    popularity = 0.3 * train.item_users / train.n_users
    return lambda users: _sorted(cosine_similarity(chosen[users] @ features, features) + popularity, chosen[users])


def numpy_ease(train: Preferences) -> Lists:
    """The lines of Steck 2019, and a full sort for the lists."""
    chosen = _chosen(train)
    inverse = np.linalg.inv((chosen.T @ chosen).toarray() + 250 * np.eye(train.n_items))
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return lambda users: _sorted(chosen[users] @ weights, chosen[users])


def numpy_user_ease(train: Preferences) -> Lists:
    """The same lines on the transposed matrix."""
    chosen = _chosen(train)
    inverse = np.linalg.inv((chosen @ chosen.T).toarray() + 250 * np.eye(train.n_users))
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return lambda users: _sorted((chosen.T @ weights[:, users]).T, chosen[users])


def python_sequence(train: Preferences) -> Lists:
    """Rules of first and second order in dictionaries of dictionaries, user by user."""
    histories = _histories(train)
    after: dict = defaultdict(lambda: defaultdict(float))
    after_two: dict = defaultdict(lambda: defaultdict(float))
    for history in histories:
        for place, item in enumerate(history):
            for step, later in enumerate(history[place + 1 : place + 6]):
                after[item][later] += 0.8**step
        for first, second, third in zip(history, history[1:], history[2:], strict=False):
            after_two[first, second][third] += 1
    total = {item: sum(found.values()) for item, found in after.items()}
    popularity = (FAINT * train.item_users / train.n_users).tolist()

    def scores(user: int) -> list[float]:
        found = [0.0] * train.n_items
        for back, item in enumerate(reversed(histories[user])):
            for later, weight in after[item].items():
                found[later] += 0.98**back * weight / total[item]
        followed = after_two.get(tuple(histories[user][-2:]), {})
        if followed:
            seen = sum(followed.values())
            trust = seen / (seen + 5)
            found = [(1 - trust) * score for score in found]
            for later, times in followed.items():
                found[later] += trust * times / seen
        return [score + faint for score, faint in zip(found, popularity, strict=True)]

    return lambda users: _one_by_one(users, scores, histories)


def python_session_knn(train: Preferences) -> Lists:
    """Session neighbours with an index from items to sessions, as in the code of Ludewig & Jannach 2018."""
    histories, times = _histories(train), _times(train)
    sessions: list[list[int]] = []
    last: list[list[int]] = []
    for history, moments in zip(histories, times, strict=True):
        begins = [0, *(n + 1 for n, (a, b) in enumerate(pairwise(moments)) if b - a > 1800), len(history)]
        cut = [history[a:b] for a, b in pairwise(begins)]
        sessions += cut
        last.append(cut[-1])
    holding = defaultdict(list)
    for number, session in enumerate(sessions):
        for item in session:
            holding[item].append(number)
    popularity = (FAINT * train.item_users / train.n_users).tolist()

    def scores(user: int) -> list[float]:
        own = last[user]
        weights = [(place + 1) / len(own) for place in range(len(own))]
        length = sum(weight**2 for weight in weights) ** 0.5
        near: dict[int, float] = defaultdict(float)
        for item, weight in sorted(zip(own, weights, strict=True)):
            for number in holding[item]:
                near[number] += weight / length
        cosines = {number: shared / len(sessions[number]) ** 0.5 for number, shared in sorted(near.items())}
        found = popularity.copy()
        for number in nlargest(200, cosines, key=cosines.__getitem__):
            for item in sessions[number]:
                found[item] += cosines[number]
        return found

    return lambda users: _one_by_one(users, scores, histories)


def sklearn_slim(train: Preferences, items: NDArray[np.integer]) -> None:
    """One scikit-learn ElasticNet for each of ``items``, as SLIM is usually written."""
    from sklearn.linear_model import ElasticNet

    chosen = sparse.csc_array(_chosen(train))
    net = ElasticNet(
        alpha=102 / train.n_users, l1_ratio=2 / 102, fit_intercept=False, positive=True, tol=1e-3, max_iter=30
    )
    for item in items:
        others = chosen.copy()
        others.data[others.indptr[item] : others.indptr[item + 1]] = 0
        net.fit(others, chosen[:, [item]].toarray()[:, 0])


def _implicit(library, train: Preferences) -> Lists:
    from threadpoolctl import threadpool_limits

    chosen = sparse.csr_matrix(_chosen(train).astype(np.float32))
    with threadpool_limits(1, "blas"):  # as the library asks for: it has threads of its own
        library.fit(chosen, show_progress=False)

    def lists(users: NDArray[np.integer]) -> None:
        with threadpool_limits(1, "blas"):
            library.recommend(users, chosen[users], N=K)

    return lists


def _chosen(train: Preferences) -> sparse.csr_array:
    matrix = train.matrix.copy()
    matrix.data[:] = 1
    return matrix


def _sorted(scores: NDArray[np.float64], seen: sparse.csr_array) -> NDArray[np.float64]:
    scores[seen.nonzero()] = -np.inf
    order = np.argsort(-scores, axis=1)[:, :K]
    return np.take_along_axis(scores, order, axis=1)


def _one_by_one(users, scores: Callable[[int], list[float]], histories: list[list[int]]) -> NDArray[np.float64]:
    rows = []
    for user in users.tolist():
        seen, found = set(histories[user]), scores(user)
        rows.append(nlargest(K, (score for item, score in enumerate(found) if item not in seen)))
    return np.array(rows)


def _histories(train: Preferences) -> list[list[int]]:
    return _by_user(train, train.item)


def _times(train: Preferences) -> list[list[int]]:
    return _by_user(train, train.time)


def _by_user(train: Preferences, values) -> list[list[int]]:
    order = np.lexsort((train.item, train.time, train.user))
    return [part.tolist() for part in np.split(values[order], np.cumsum(train.user_items)[:-1])]
