"""Taste and item vectors from a log: what a user takes beyond what popularity explains.

Correspondence analysis (Greenacre 1984, ch. 4) of the user-item table: the singular vectors of
``D_u^-1/2 (P - r c') D_i^-1/2``. Where shares are ``P_ui = r_u c_i (1 + sum_k s_k a_uk b_ik)``, the bracket is
taste with activity ``r`` and popularity ``c`` taken out: to first order the interaction term of a multinomial
logit whose main effects are log activity and log popularity (Goodman 1985, association models). The sums in
``D`` have their average added, which keeps rare users and items from taking dimensions of their own (Qin & Rohe
2013, regularised spectral clustering).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, svds

from engine.preferences import Preferences
from engine.world.exposure import fit_exposure

Array = NDArray[np.float64]

_PSEUDO_PAIRS = 1.0  # added to each item before the logarithm
_GROUPS = 24  # of users by how many items they took
_PRIOR_ROUNDS = 20


@dataclass(frozen=True)
class Latent:
    """What a log says about tastes. Over the catalogue each part of a utility has mean 0 and variance 1.

    Attributes:
        mean: likeliest taste of each user, in logits, zero for a user without a pair, shape (users, rank).
        group: users who took about as many items share what is left open; shape (users,).
        spread: covariance of what is left open, for each group, shape (groups, rank, rank).
        vectors: item vectors, uncorrelated, mean 0 and variance 1 over the catalogue, and uncorrelated with
            quality, shape (items, rank). So ``vectors @ taste`` has variance ``|taste|^2`` for every user.
        quality: log popularity, standardised, shape (items,).
    """

    mean: Array
    group: NDArray[np.int64]
    spread: Array
    vectors: Array
    quality: Array

    @property
    def taste(self) -> Array:
        """Direction of each user's likeliest taste, zero for a user without a pair, shape (users, rank)."""
        return _unit(self.mean)


def praise(preferences: Preferences) -> Array:
    """Return how much each pair says for its item, 0 or more: strengths, or a rating's place on its scale."""
    low, high = preferences.scale
    value = preferences.value
    weight = (value - low) / (high - low) if preferences.explicit and high > low else value
    return weight if weight.sum() > 0 else np.ones(len(value))


def latent(preferences: Preferences, rank: int, rng: np.random.Generator, *, trust: float = 1.0) -> Latent:
    """Return tastes, item vectors and quality: vectors by correspondence analysis, tastes by their posterior.

    Args:
        preferences: at least 2 users, 3 items and one pair.
        rank: number of dimensions; cut to what the table can hold.
        rng: starts the iterative decomposition.
        trust: share of what the log says of a taste that is believed, over 0 to 1.
    """
    weight = praise(preferences)
    shape = (preferences.n_users, preferences.n_items)
    table = sparse.csr_array((weight, (preferences.user, preferences.item)), shape=shape)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    row_scale, column_scale = 1 / np.sqrt(rows + rows.mean()), 1 / np.sqrt(columns + columns.mean())
    scaled = table.multiply(row_scale[:, None]).multiply(column_scale[None, :]).tocsr()
    left, right = rows * row_scale / rows.sum(), columns * column_scale
    residual = LinearOperator(
        shape=shape,
        dtype=np.float64,
        matvec=lambda x: scaled @ x.ravel() - left * (right @ x.ravel()),
        rmatvec=lambda y: scaled.T @ y.ravel() - right * (left @ y.ravel()),
    )
    held = min(rank, min(shape) - 1, shape[1] - 2)
    vt = svds(residual, k=held, v0=rng.uniform(-1, 1, min(shape)))[2]
    quality = np.log(columns + _PSEUDO_PAIRS * weight.mean())
    quality = _standardised(quality)
    vectors = vt.T * column_scale[:, None]
    vectors -= vectors.mean(axis=0)
    vectors -= np.outer(quality, quality @ vectors) / len(quality)
    values, axes = np.linalg.eigh(vectors.T @ vectors / len(vectors))
    kept = values > 1e-9 * values.max(initial=0.0)
    vectors = vectors @ (axes[:, kept] / np.sqrt(values[kept]))
    mean, group, spread = _posterior(preferences, vectors, trust)
    return Latent(mean=mean, group=group, spread=spread, vectors=vectors, quality=quality)


def _posterior(preferences: Preferences, vectors: Array, trust: float) -> tuple[Array, NDArray[np.int64], Array]:
    """Return each user's likeliest taste, and by groups of users what is left open.

    A user who took ``n`` items, none twice, has item ``i`` with a chance of ``1 - exp(-t w_i exp(taste . v_i))``
    (``engine.world.exposure``). One step of Fisher scoring from no taste, with ``t`` profiled out, gives the
    likeliest taste and its information; the normal prior's covariance is fitted by EM (Laird & Ware 1982).
    Users who took about as many items share ``t``, so the information is worked out once a group.
    """
    counts = preferences.user_items
    levels = np.unique(np.quantile(counts[counts > 0], np.linspace(0, 1, _GROUPS + 1)).astype(np.int64))
    group = np.where(counts > 0, np.searchsorted(levels, counts, side="right"), 0)
    size = np.bincount(group, minlength=len(levels) + 1)
    taken = np.bincount(group, counts, minlength=len(size)) / np.maximum(size, 1)
    flat = np.zeros((len(size), preferences.n_items))
    taking = fit_exposure(flat, taken, preferences.item_users, size=size)
    hazard = -np.log1p(-np.minimum(taking.chance, 1 - 1e-12))
    score = np.divide(hazard, taking.chance, out=np.ones_like(hazard), where=taking.chance > 1e-12)
    known = hazard * score * (1 - taking.chance)
    features = np.column_stack([np.ones(len(vectors)), vectors])
    products = (features[:, :, None] * features[:, None, :]).reshape(len(features), -1)
    information = (known @ products).reshape(len(size), features.shape[1], -1)
    scored = preferences.matrix.copy()
    scored.data = score[group[preferences.user], preferences.item]
    gradient = scored @ features - (hazard @ features)[group]
    at_time = np.divide(
        information[:, 1:, 0], information[:, :1, 0], out=np.zeros_like(information[:, 1:, 0]),
        where=information[:, :1, 0] > 1e-12,
    )  # fmt: skip
    information = trust * (information[:, 1:, 1:] - at_time[:, :, None] * information[:, None, 0, 1:])
    gradient = trust * (gradient[:, 1:] - at_time[group] * gradient[:, :1])
    # All a prior asks of the tastes is their sums of products, by group.
    products = np.stack([gradient[group == each].T @ gradient[group == each] for each in range(len(size))])
    seen = size.copy()
    seen[0] = 0
    rank = vectors.shape[1]
    prior = np.eye(rank) / rank
    for _ in range(_PRIOR_ROUNDS):
        spread = np.linalg.inv(information + np.linalg.inv(prior))
        second = np.einsum("gij,gjk,gkl->il", spread * (seen > 0)[:, None, None], products, spread)
        prior = (second + np.einsum("g,gij->ij", seen, spread)) / max(seen.sum(), 1) + 1e-6 * np.eye(rank)
    spread = np.linalg.inv(information + np.linalg.inv(prior))
    return np.einsum("nij,nj->ni", spread[group], gradient), group, spread


def draw_tastes(found: Latent, users: NDArray[np.integer], keep: Array | float, rng: np.random.Generator) -> Array:
    """Return one plausible taste for each of ``users``: what the log tells, and a draw of what it leaves open.

    Args:
        found: of the log.
        users: user codes, repeats allowed, shape (n,).
        keep: share of a taste's variance that is the user's own, 1 but for clones; the rest is another draw
            from the population.
        rng: draws.

    Returns:
        Unit vectors, shape (n, rank): everybody's utilities vary alike over the catalogue.
    """
    root = np.linalg.cholesky(found.spread)
    group = found.group[users]
    own = found.mean[users] + np.einsum("nij,nj->ni", root[group], rng.standard_normal((len(users), root.shape[1])))
    share = np.broadcast_to(np.asarray(keep, dtype=np.float64), len(users))[:, None]
    if (share == 1).all():
        return _unit(own)
    anyone = rng.standard_normal((len(users), root.shape[1])) @ root[0].T  # group 0 has no history: the prior
    return _unit(np.sqrt(share) * _unit(own) + np.sqrt(1 - share) * _unit(anyone))


def _unit(rows: Array) -> Array:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-12))


def _standardised(values: Array) -> Array:
    spread = values.std()
    return np.asarray((values - values.mean()) / spread) if spread > 0 else np.zeros_like(values)
