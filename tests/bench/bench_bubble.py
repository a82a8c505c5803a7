"""A feedback study of six policies on the sample: twenty rounds, with the users and draws it takes by default.

Beside it the same study with models that are trained once: what is left is recommending, choosing and measuring, so
that the difference is training.
"""

from time import perf_counter

from engine.discovery.bubble import ROUNDS, SEEDS, USERS, bubble
from engine.discovery.readings import answer
from engine.loading import load
from tests.bench.comparison import Comparison, Measured

POLICIES = ("svd", "svd+mmr:0.3", "svd+epsilon:0.1", "random", "oracle", "none")


def ours(retrain_every: int | None = 1) -> Measured:
    """Time the study; what is compiled is compiled before the clock starts."""
    dataset = load("sample").dataset
    bubble(dataset, POLICIES, rounds=2, users=50, seeds=2, fidelity=None)
    start = perf_counter()
    study = bubble(dataset, POLICIES, retrain_every=retrain_every, fidelity=None)
    seconds = perf_counter() - start
    sessions = SEEDS * len(study.arms) * study.users * study.total("retention")[..., 0].mean() * ROUNDS
    return Measured(seconds, f"{USERS} users, {SEEDS} draws, {sessions:,.0f} slates. {answer(study)}")


def untrained() -> Measured:
    """The same with models that are trained before the first round alone."""
    return ours(None)


COMPARISONS = (Comparison(f"feedback study, six policies, {ROUNDS} rounds", "ours", "untrained"),)
