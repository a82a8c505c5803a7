"""Does the offline ranking of models predict what they bring to simulated users when everybody sees them?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from engine.dataset import Dataset
from engine.errors import ExperimentError
from engine.evaluation import evaluate
from engine.policies import make_policy
from engine.splitting import split
from engine.world import QUANTITIES, World, fit_world, run

Report = Callable[[str, int | None, int | None], None]
Array = NDArray[np.float64]

BASELINE = "popularity"
_DRAWS = 1000
_CLICKS = QUANTITIES.index("clicks")


@dataclass(frozen=True)
class Agreement:
    """Offline quality and simulated true uplift of several models.

    Attributes:
        models: names, in the order of nDCG, best first.
        ndcg: offline nDCG at ``k`` of each.
        uplift: relative uplift in clicks per user of each over popularity, everybody seeing it.
        spearman: rank correlation of the two; 1 where offline evaluation orders models as the simulation does.
        spearman_low: lower end of its 95% bootstrap interval over users.
        spearman_high: upper end.
        kendall: Kendall's tau-b of the two.
        kendall_low: lower end of its 95% bootstrap interval over users.
        kendall_high: upper end.
        users: simulated users under each model.
        days: simulated days.
        k: length of the lists.
        sentence: what it means.
    """

    models: tuple[str, ...]
    ndcg: tuple[float, ...]
    uplift: tuple[float, ...]
    spearman: float
    spearman_low: float
    spearman_high: float
    kendall: float
    kendall_low: float
    kendall_high: float
    users: int
    days: int
    k: int
    sentence: str


def agreement(
    dataset: Dataset,
    models: Sequence[str],
    *,
    days: int = 14,
    k: int = 10,
    users: int | None = None,
    seed: int = 0,
    report: Report | None = None,
) -> Agreement:
    """Evaluate ``models`` offline and on simulated users, and compare the two orders.

    Offline: a random fifth of every user's rows is hidden. Simulated: every unit lives under each model, which
    is trained on all its history and again each week, with common random numbers.

    Args:
        dataset: the log.
        models: at least 3 names of the registry; popularity is added to compare with.
        days: simulated days.
        k: length of lists and slates.
        users: simulated users; all the Dataset's when None.
        seed: of split, models, world and bootstrap.
        report: told of each model.

    Raises:
        ExperimentError: for fewer than 3 models.
    """
    names = [name for name in dict.fromkeys(models) if name != BASELINE]
    if len(names) < 3:
        raise ExperimentError(f"{len(names)} models were given beside popularity. An order needs at least 3.")
    parts = split(dataset, "random", test_share=0.2, seed=seed)
    world = fit_world(dataset, np.random.default_rng(seed), users=users)
    quality = np.empty((dataset.n_users, len(names)))
    clicks = np.empty((world.n_units, len(names)))
    base = _clicks(world, BASELINE, days, k, seed)
    for place, name in enumerate(names):
        if report:
            report(f"Comparing {name}", place + 1, len(names))
        per_user = evaluate(dataset, parts, name, k=k, seed=seed).per_user
        quality[:, place] = per_user.set_index("user")["ndcg"].reindex(np.arange(dataset.n_users))
        clicks[:, place] = _clicks(world, name, days, k, seed)
    offline, online = _figures(quality, clicks, base, world.user, np.ones((1, dataset.n_users)))
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(dataset.n_users, np.full(dataset.n_users, 1 / dataset.n_users), size=_DRAWS)
    drawn_offline, drawn_online = _figures(quality, clicks, base, world.user, weights.astype(np.float64))
    rho, tau = _spearman(offline, online)[0], _kendall(offline, online)[0]
    rho_ends = np.nanquantile(_spearman(drawn_offline, drawn_online), [0.025, 0.975])
    tau_ends = np.nanquantile(_kendall(drawn_offline, drawn_online), [0.025, 0.975])
    order = np.argsort(-offline[0], kind="stable")
    return Agreement(
        models=tuple(names[place] for place in order),
        ndcg=tuple(offline[0, order].tolist()),
        uplift=tuple(online[0, order].tolist()),
        spearman=float(rho),
        spearman_low=float(rho_ends[0]),
        spearman_high=float(rho_ends[1]),
        kendall=float(tau),
        kendall_low=float(tau_ends[0]),
        kendall_high=float(tau_ends[1]),
        users=world.n_units,
        days=days,
        k=k,
        sentence=_sentence(float(rho), float(rho_ends[0]), float(rho_ends[1]), len(names)),
    )


def _clicks(world: World, name: str, days: int, k: int, seed: int) -> Array:
    outcomes = run(
        world, [make_policy(name, seed=seed)], np.zeros(world.n_units, dtype=np.int64),
        days=days, slate_size=min(k, world.n_items), seed=seed,
    )  # fmt: skip
    return np.asarray(outcomes.total()[:, _CLICKS])


def _figures(
    quality: Array, clicks: Array, base: Array, user: NDArray[np.integer], weights: Array
) -> tuple[Array, Array]:
    """Return nDCG and uplift of every model under every row of user weights, shape (draws, models) each."""
    there = ~np.isnan(quality)
    offline = weights @ np.where(there, quality, 0.0) / np.maximum(weights @ there, 1e-12)
    of_units = weights[:, user]
    online = of_units @ clicks / np.maximum(of_units @ base, 1e-12)[:, None] - 1
    return offline, online


def _spearman(one: Array, other: Array) -> Array:
    ranks = [rankdata(each, axis=1) for each in (one, other)]
    first, second = (each - each.mean(axis=1, keepdims=True) for each in ranks)
    norm = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    return np.asarray(np.divide((first * second).sum(axis=1), norm, out=np.full(len(one), np.nan), where=norm > 0))


def _kendall(one: Array, other: Array) -> Array:
    """Return tau-b of each row; signs of all pairs' differences (Kendall 1945)."""
    low, high = np.triu_indices(one.shape[1], k=1)
    first, second = (np.sign(each[:, high] - each[:, low]) for each in (one, other))
    norm = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    return np.asarray(np.divide((first * second).sum(axis=1), norm, out=np.full(len(one), np.nan), where=norm > 0))


def _sentence(rho: float, low: float, high: float, models: int) -> str:
    told = f"rank correlation {rho:.2f}, 95% interval {low:.2f} to {high:.2f}, {models} models"
    if low > 0.5:
        return f"Offline nDCG orders models much as simulated users do ({told})."
    if low > 0:
        return f"Offline nDCG says something about the order simulated users give, but not all of it ({told})."
    return f"Offline nDCG does not tell the order that simulated users give ({told})."
