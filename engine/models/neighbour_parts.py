"""What one estimate of a neighbour model is made of, and what it loses without each item of a history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.models.likeness import Sums, sums, terms
from engine.models.neighbours import NeighbourModel
from engine.preferences import Preferences


@dataclass(frozen=True)
class Neighbours:
    """Whom, or what, an estimate of one person and item was averaged over, nearest first.

    Attributes:
        codes: users where the model compares users, otherwise items of the person's history.
        values: what they gave the item, or what the person gave them.
        closeness: their similarities, all positive.
    """

    codes: NDArray[np.int64]
    values: NDArray[np.float64]
    closeness: NDArray[np.float64]


def neighbours(model: NeighbourModel, history: Preferences, item: int) -> Neighbours:
    """Return what the estimate of ``item`` is averaged over; nobody where the person or the item is unknown.

    Args:
        model: a fitted model.
        history: one person's pairs, as user 0, as the model learned them.
        item: item code.
    """
    told = model.told(history)
    if not (model.known.item_mask[item] and len(told)):
        return Neighbours(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
    if model.user_based:
        codes, raters = _raters(model, item)
        closeness = model.likeness(told)[0, model.position[codes]]
        values = model.ratings.data[raters]
    else:
        codes, values = told.item.astype(np.int64), told.value
        closeness = model.similarity[model.position[item], model.position[codes]]
    near = np.argsort(-closeness, kind="stable")[: model.k]
    near = near[closeness[near] > 0]
    return Neighbours(codes[near], values[near], closeness[near])


def losses(model: NeighbourModel, history: Preferences, item: int) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return what the neighbours' mean deviation for ``item`` loses without each item of a history.

    Other neighbours then come among the nearest; tendencies, the person's own too, stay as they are.

    Args:
        model: a fitted model.
        history: one person's pairs, as user 0, as the model learned them.
        item: item code.

    Returns:
        Item codes and amounts; infinite where too few neighbours are left.
    """
    told = model.told(history)
    if not (model.known.item_mask[item] and len(told)):
        return np.empty(0, dtype=np.int32), np.empty(0)
    if model.user_based:
        codes, raters = _raters(model, item)
        deviation = model.deviation[raters]
        closeness = _likeness_without_each(model, told, codes)
    else:
        deviation = model.own_centre(told)[2]
        alike = model.similarity[model.position[item], model.position[told.item]]
        closeness = np.concatenate([alike[:, None], np.where(np.eye(len(told)) > 0, 0.0, alike[:, None])], axis=1)
    means = _weighted_means(closeness, deviation, k=model.k, fewest=max(1, model.min_k))
    if np.isnan(means[0]):
        return told.item, np.zeros(len(told))
    return told.item, np.where(np.isnan(means[1:]), np.inf, means[0] - means[1:])


def _raters(model: NeighbourModel, item: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the users who rated ``item`` and the places of their ratings."""
    places = np.flatnonzero(model.ratings.indices == item)
    return np.searchsorted(model.ratings.indptr, places, side="right") - 1, places


def _likeness_without_each(model: NeighbourModel, told: Preferences, others: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return one person's similarities to ``others``, then those without each item: shape (others, 1 + items)."""
    values, theirs = model.compared(told), model.compared_of(others)
    person = sparse.csr_array((values, told.item, [0, len(told)]), shape=(1, told.n_items))
    of = sums(person, theirs)
    whole = Sums(of.n[0], of.x[0], of.y[0], of.xx[0], of.yy[0], of.xy[0])
    without = model.similarities(whole.without_each(terms(values, theirs[:, told.item])))
    return np.concatenate([model.similarities(whole)[:, None], without], axis=1)


def _weighted_means(
    closeness: NDArray[np.float64], deviation: NDArray[np.float64], *, k: int, fewest: int
) -> NDArray[np.float64]:
    """Return the k nearest's weighted mean of ``deviation`` for each column of ``closeness``, NaN of too few."""
    order = np.argsort(-closeness, axis=0, kind="stable")[:k]
    near = np.maximum(np.take_along_axis(closeness, order, axis=0), 0.0)
    enough = (near > 0).sum(axis=0) >= fewest
    total = (near * deviation[order]).sum(axis=0)
    nothing = np.full(closeness.shape[1], np.nan)
    means: NDArray[np.float64] = np.divide(total, near.sum(axis=0), out=nothing, where=enough)
    return means
