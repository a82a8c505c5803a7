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
from sklearn.linear_model import LogisticRegression

from engine.preferences import Preferences

Array = NDArray[np.float64]

_PSEUDO_PAIRS = 1.0  # added to each item before the logarithm
_HELD_OUT = 0.2
_ENOUGH_PAIRS = 50  # held-out pairs below which the choice weights are not worth estimating
_SMALLEST, _LARGEST = 0.25, 2.5  # logits per sd; keeps a sparse or a separable log plausible


@dataclass(frozen=True)
class Latent:
    """What a log says about tastes. Over the catalogue each part of a utility has mean 0 and variance 1.

    Attributes:
        taste: unit vector a user, zero for a user without a pair, shape (users, rank).
        vectors: item vectors, uncorrelated, mean 0 and variance 1 over the catalogue, and uncorrelated with
            quality, shape (items, rank). So ``vectors @ taste`` has variance ``|taste|^2`` for every user.
        quality: log popularity, standardised, shape (items,).
    """

    taste: Array
    vectors: Array
    quality: Array


@dataclass(frozen=True)
class ChoiceWeights:
    """Logits a standard deviation of taste and of quality is worth.

    Attributes:
        taste: weight of the personal part.
        quality: weight of the part all users share, popularity by exposure included.
        pairs: held-out pairs the weights were fitted to; 0 where both are the default of 1.
    """

    taste: float
    quality: float
    pairs: int


def praise(preferences: Preferences) -> Array:
    """Return how much each pair says for its item, 0 or more: strengths, or a rating's place on its scale."""
    low, high = preferences.scale
    value = preferences.value
    weight = (value - low) / (high - low) if preferences.explicit and high > low else value
    return weight if weight.sum() > 0 else np.ones(len(value))


def latent(preferences: Preferences, rank: int, rng: np.random.Generator) -> Latent:
    """Return tastes, item vectors and quality by regularised correspondence analysis.

    Args:
        preferences: at least 2 users, 3 items and one pair.
        rank: number of dimensions; cut to what the table can hold.
        rng: starts the iterative decomposition.
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
    u, s, vt = svds(residual, k=held, v0=rng.uniform(-1, 1, min(shape)))
    quality = np.log(columns + _PSEUDO_PAIRS * weight.mean())
    quality = _standardised(quality)
    vectors = vt.T * column_scale[:, None]
    vectors -= vectors.mean(axis=0)
    vectors -= np.outer(quality, quality @ vectors) / len(quality)
    values, axes = np.linalg.eigh(vectors.T @ vectors / len(vectors))
    kept = values > 1e-9 * values.max(initial=0.0)
    root = np.sqrt(values[kept])
    taste = ((u * s) * row_scale[:, None]) @ (axes[:, kept] * root)
    return Latent(taste=_unit(taste), vectors=vectors @ (axes[:, kept] / root), quality=quality)


def choice_weights(preferences: Preferences, rank: int, rng: np.random.Generator) -> ChoiceWeights:
    """Return what taste and popularity weigh in choosing, measured on pairs the vectors have not seen.

    A logistic regression tells held-out pairs from items drawn evenly over the catalogue, by the taste and
    the quality learned from the other pairs: the case-control estimate of a logit's slopes (Manski & Lerman
    1977). The popularity slope still holds exposure.
    """
    held = rng.random(len(preferences)) < _HELD_OUT
    if held.sum() < _ENOUGH_PAIRS:
        return ChoiceWeights(taste=1.0, quality=1.0, pairs=0)
    found = latent(preferences.take(~held), rank, rng)
    user, item = preferences.user[held], preferences.item[held]
    drawn = rng.integers(0, preferences.n_items, len(user))
    fresh = np.asarray(preferences.matrix[user, drawn]).ravel() == 0
    users, items = np.concatenate([user, user[fresh]]), np.concatenate([item, drawn[fresh]])
    chosen = np.repeat([1, 0], [len(user), int(fresh.sum())])
    personal = np.einsum("pr,pr->p", found.taste[users], found.vectors[items])
    # Heads of heavy-tailed vectors would set the slope alone.
    features = np.clip(np.column_stack([personal, found.quality[items]]), -4, 4)
    if len(np.unique(chosen)) < 2:
        return ChoiceWeights(taste=1.0, quality=1.0, pairs=0)
    slopes = LogisticRegression(C=100.0).fit(features, chosen).coef_[0]
    taste, quality = (float(value) for value in np.clip(slopes, _SMALLEST, _LARGEST))
    return ChoiceWeights(taste=taste, quality=quality, pairs=len(user))


def complete(taste: Array, reliability: Array, rng: np.random.Generator) -> Array:
    """Return one plausible taste a row: the log's part as far as it is reliable, the rest from the population.

    Args:
        taste: unit vectors or zeros, shape (units, rank).
        reliability: share of the taste's variance the log knows, 0 to 1, shape (units,).
        rng: draws the rest from the population's normal distribution.

    Returns:
        Unit vectors, shape (units, rank): everybody's utilities vary alike over the catalogue.
    """
    known = (taste**2).sum(axis=1) > 0
    spread = taste[known].T @ taste[known] / max(int(known.sum()), 1) + 1e-6 * np.eye(taste.shape[1])
    drawn = rng.standard_normal(taste.shape) @ np.linalg.cholesky(spread).T
    share = np.where(known, reliability, 0.0)[:, None]
    return _unit(np.sqrt(share) * taste + np.sqrt(1 - share) * _unit(drawn))


def _unit(rows: Array) -> Array:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-12))


def _standardised(values: Array) -> Array:
    spread = values.std()
    return np.asarray((values - values.mean()) / spread) if spread > 0 else np.zeros_like(values)
