"""What one estimate of a neighbour model is made of, and what it loses without each item of a history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.models.likeness import terms
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
        closeness = model.likeness(told, codes)[0]
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
    items, found = told.item, np.zeros(len(told))
    counted = np.arange(len(told))
    if model.user_based:
        codes, raters = _raters(model, item)
        deviation = model.deviation[raters]
        closeness = _likeness_without_each(model, told, codes)
    else:
        alike = model.similarity[model.position[item], model.position[items]]
        counted = np.argsort(-alike, kind="stable")[: model.k + 1]  # without any other the same are averaged
        deviation, alike = model.own_centre(told)[2][counted], alike[counted, None]
        closeness = np.concatenate([alike, np.where(np.eye(len(counted)) > 0, 0.0, alike)], axis=1)
    theirs = np.broadcast_to(deviation[:, None], closeness.shape)
    means = _weighted_means(closeness, theirs, k=model.k, fewest=max(1, model.min_k))
    if not np.isnan(means[0]):
        found[counted] = np.where(np.isnan(means[1:]), np.inf, means[0] - means[1:])
    return items, found


def estimates(model: NeighbourModel, new: Preferences, item: int) -> NDArray[np.float64]:
    """Return what ``model.score_new`` gives ``item``, shape (new.n_users,), without scoring the whole catalogue."""
    told = model.told(new)
    centre, spread, deviation = model.own_centre(told)
    if not model.known.item_mask[item]:
        return model.score_new(new)[:, item]
    if model.user_based:
        codes, raters = _raters(model, item)
        closeness = model.likeness(told, codes).T
        theirs = np.tile(model.deviation[raters][:, None], (1, told.n_users))
    else:
        had, place = np.unique(told.item, return_inverse=True)
        closeness, theirs = np.zeros((len(had), told.n_users)), np.zeros((len(had), told.n_users))
        closeness[place, told.user] = model.similarity[model.position[item], model.position[told.item]]
        theirs[place, told.user] = deviation
    means = _weighted_means(closeness, theirs, k=model.k, fewest=max(1, model.min_k))
    scores = np.full((told.n_users, told.n_items), np.nan)
    scores[:, item] = means
    return model.centred(scores, centre, spread, told.user_items > 0)[:, item]


def _raters(model: NeighbourModel, item: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the users who rated ``item`` and the places of their ratings."""
    places = np.flatnonzero(model.ratings.indices == item)
    return np.searchsorted(model.ratings.indptr, places, side="right") - 1, places


def _likeness_without_each(model: NeighbourModel, told: Preferences, others: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return one person's similarities to ``others``, then those without each item: shape (others, 1 + items)."""
    theirs = model.compared_of(others)[:, told.item]
    return model.similarities(terms(model.compared(told), theirs).leaving_out())


def _weighted_means(
    closeness: NDArray[np.float64], deviation: NDArray[np.float64], *, k: int, fewest: int
) -> NDArray[np.float64]:
    """Return the k nearest's weighted mean of ``deviation`` in each column of ``closeness``, NaN of too few."""
    order = np.argsort(-closeness, axis=0, kind="stable")[:k]
    near = np.maximum(np.take_along_axis(closeness, order, axis=0), 0.0)
    enough = (near > 0).sum(axis=0) >= fewest
    total = (near * np.take_along_axis(deviation, order, axis=0)).sum(axis=0)
    nothing = np.full(closeness.shape[1], np.nan)
    means: NDArray[np.float64] = np.divide(total, near.sum(axis=0), out=nothing, where=enough)
    return means
