"""Fitting the models made for ranking, everybody's top 10 and one user's, against others doing the same.

Peers have our parameters; where they compute the same formula the run checks the scores. Ours is compiled before
the clock starts. Our BPR trains in one thread, so that a seed fixes every bit; implicit's takes all there are.
"""

from time import perf_counter

import numpy as np

from engine.models import MODELS
from tests.bench import ranking_peers
from tests.bench.comparison import Comparison, Measured
from tests.bench.serving import FIT, HALF, MOST, TOP, measured_ours, some_users, train_of, waiting, waits
from tests.bench.surprise_idiom import ALGORITHMS

SLIM_ITEMS = 20
ALONE = 40
SAME_FORMULA = ("numpy_ease", "numpy_user_ease", "sklearn_content", "python_sequence", "python_session_knn")


def ours(rows: int, model: str, peer: str | None, users: int | None) -> Measured:
    """Time the fit and the lists of everybody, and of single users."""
    measured = measured_ours(model, {}, rows)
    return measured if peer in SAME_FORMULA else Measured(measured.seconds, parts=measured.parts)


def theirs(rows: int, model: str, peer: str, users: int | None) -> Measured:
    """The same by the peer; some users, scaled up, where it is slow."""
    train = train_of(rows)
    start = perf_counter()
    lists = getattr(ranking_peers, peer)(train)
    fit = perf_counter() - start
    some = np.array(some_users(train.n_users, users or train.n_users))
    start = perf_counter()
    lists(some if users else np.arange(train.n_users))
    ranked = (perf_counter() - start) * train.n_users / len(some)
    alone = waits(lambda user: lists(np.array([user])), some[:ALONE].tolist())
    checked = lists(some[:10])
    note = f"lists of {users} of {train.n_users} users, scaled by {train.n_users / users:.0f}" if users else ""
    answer = [] if peer not in SAME_FORMULA or checked is None else checked.ravel().tolist()
    return Measured(fit + ranked, note, parts={FIT: fit, TOP: ranked, **waiting(alone)}, answer=answer)


def slim_theirs(rows: int, model: str, peer: str, users: int | None) -> Measured:
    """SLIM by scikit-learn: a few items, scaled up, and no lists."""
    train = train_of(rows)
    items = np.linspace(0, train.n_items - 1, SLIM_ITEMS).astype(int)
    start = perf_counter()
    ranking_peers.sklearn_slim(train, items)
    fit = (perf_counter() - start) * train.n_items / SLIM_ITEMS
    return Measured(fit, f"{SLIM_ITEMS} of {train.n_items} items, scaled; no lists", parts={FIT: fit})


def _job(rows: int, model: str, peer: str | None, target: float | None = None, users: int | None = None) -> Comparison:
    against = peer.split("_")[0] if peer else "nobody"
    title = f"fit and top 10, {model} against {against}, {rows:,} choices"
    measure = None if peer is None else "slim_theirs" if peer == "sklearn_slim" else "theirs"
    arguments = {"rows": rows, "model": model, "peer": peer, "users": users}
    return Comparison(title, "ours", measure, arguments, target, parts=(FIT, TOP, HALF, MOST))


PEERS = (
    ("popularity", None, None, None),
    ("random", None, None, None),
    ("ease", "numpy_ease", 1, None),
    ("user_ease", "numpy_user_ease", 1, None),
    ("als", "implicit_als", 1, None),
    ("bpr", "implicit_bpr", None, None),
    ("item_knn", "implicit_item_knn", 1, None),
    ("item_knn", "sklearn_item_knn", 1.5, None),
    ("content", "sklearn_content", 1, None),
    ("sequence", "python_sequence", 10, 50),
    ("session_knn", "python_session_knn", 3, 100),
    ("hybrid", None, None, None),
)
# SLIM, the fusion and whatever else the registry lists take minutes at a million.
SLIM = ("slim", "sklearn_slim", 2, None)
REST = tuple(
    (name, None, None, None) for name in MODELS if name not in ("slim", *ALGORITHMS, *(model for model, *_ in PEERS))
)
COMPARISONS = (
    *(_job(100_000, model, peer, target, users) for model, peer, target, users in (*PEERS, SLIM, *REST)),
    *(_job(1_000_000, model, peer, target, users) for model, peer, target, users in PEERS),
)
