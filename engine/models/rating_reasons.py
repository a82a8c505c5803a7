"""Reasons of the models that predict ratings, read off their biases, neighbours, traits, differences and groups."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.models.bias import BaselineOnly
from engine.models.bpr import Bpr
from engine.models.carriers import fewest
from engine.models.co_clustering import CoClustering
from engine.models.factors import FactorModel
from engine.models.neighbours import NeighbourModel
from engine.models.slope_one import SlopeOne
from engine.models.story import Reason, Story, people


def of_baseline(model: BaselineOnly, story: Story, item: int) -> Reason:
    """Tell the item's own tendency."""
    if not model.known.item_mask[item]:
        return Reason(f"Nobody {story.verb} it in training, so it gets the average")
    return Reason(f"{story.stands(float(model.item_bias[item]))} the average item, whoever looks")


def of_neighbours(model: NeighbourModel, story: Story, item: int) -> Reason:
    """Tell what the neighbours compared gave, or which items of the user's are the neighbours."""
    places, closeness = model.neighbours(story.user, item)
    if len(places) < model.min_k:
        group = (
            f"people like you {story.verb} it" if model.user_based else f"items like it are among what you {story.verb}"
        )
        centre = "its baseline" if model.algorithm == "KNNBaseline" else "an average"
        return Reason(f"Too few {group}, so it gets {centre}")
    if not model.user_based:
        return _of_similar_items(model, story, item, places)
    values = model.ratings.data[places]
    n = len(places)
    if story.preferences.explicit:
        who = "The person most like you who" if n == 1 else f"The {n} people most like you who"
        rated = np.average(values, weights=closeness)
        return Reason(f"{who} rated it gave it {rated:.1f}" + ("" if n == 1 else " on average"))
    chose = int((values > story.preferences.scale[0]).sum())
    compared = f"{chose} of the {people(n)}" if n > 1 else "the person" if chose else "none, not even the person"
    return Reason(f"{story.deeds.done.capitalize()} by {compared} most like you whom the model compared on it")


def _of_similar_items(model: NeighbourModel, story: Story, item: int, places: NDArray[np.int64]) -> Reason:
    near = model.ratings.indices[places]
    mine = near[np.isin(near, story.history)]
    if not len(mine):
        return Reason("Compared with items you did not choose, for want of similar ones you did")

    def without(removed: list[NDArray[np.integer]]) -> NDArray[np.float64]:
        return np.array([_mean_deviation(model, story.user, item, gone) for gone in removed])

    named = fewest(mine, without)
    if not len(named):
        return Reason(
            f"Compared with {len(mine):,} similar items that you {story.did_to(mine)}, all to the same effect"
        )
    return Reason(f"Similar to {story.names(named)}, which you {story.did_to(named)}", _codes(named))


def _mean_deviation(model: NeighbourModel, user: int, item: int, without: NDArray[np.integer]) -> float:
    """Return what an item-based model adds to the centre of a pair, had the user not rated ``without``."""
    places = np.arange(model.ratings.indptr[user], model.ratings.indptr[user + 1])
    places = places[~np.isin(model.ratings.indices[places], without)]
    closeness = model.similarity[model.position[item], model.rated[places]]
    near = np.argsort(-closeness, kind="stable")[: model.k]
    near = near[closeness[near] > 0]
    if len(near) < max(1, model.min_k):
        return float("nan")
    return float(np.average(model.deviation[places[near]], weights=closeness[near]))


def of_factors(model: FactorModel | Bpr, story: Story, item: int) -> Reason:
    """Name what of the history is closest to the item by hidden traits."""
    if not _traits(model, np.array([item])).any():
        return Reason(f"Nobody {story.verb} it in training, so it gets an average")
    if len(story.history) == 0:
        return Reason("You have no history here, so it is ranked by how it does in general")
    near = closest(model, story, item)
    if len(near) == 0:
        return Reason("Unlike anything in your history by this model's hidden traits")
    return Reason(f"Closest to {story.names(near[:2])} in your history by this model's hidden traits", _codes(near[:2]))


def closest(model: FactorModel | Bpr, story: Story, item: int) -> NDArray[np.int32]:
    """Return the items of the history of positive cosine with ``item`` by hidden traits, the closest first."""
    mine, its = _traits(model, story.history), _traits(model, np.array([item]))[0]
    norms = np.linalg.norm(mine, axis=1) * np.linalg.norm(its)
    cosine = np.divide(mine @ its, norms, out=np.zeros(len(norms)), where=norms > 0)
    near = np.argsort(-cosine, kind="stable")
    positive: NDArray[np.int32] = story.history[near[cosine[near] > 0]]
    return positive


def _traits(model: FactorModel | Bpr, items: NDArray[np.integer]) -> NDArray[np.float64]:
    return model.factors_of(items) if isinstance(model, Bpr) else model.item_factors[items]


def of_slopes(model: SlopeOne, story: Story, item: int) -> Reason:
    """Tell the mean difference to the user's items, and which of them speak most for the item."""
    place = np.flatnonzero(model.codes == item)
    mine = model.rated[model.indptr[story.user] : model.indptr[story.user + 1]]
    differences = model.deviation[mine, place[0]] if len(place) else np.empty(0)
    compared = ~np.isnan(differences)
    if not compared.any():
        return Reason(f"Nobody {story.verb} it together with an item of yours, so it gets an average")
    n = int(compared.sum())
    items = "the item" if n == 1 else f"the {n} items"
    stands = story.stands(float(differences[compared].mean()))
    if not story.preferences.explicit:
        return Reason(f"{stands} {items} it was compared with for you")
    if len(mine) != len(story.history):  # items the user did not choose were compared too
        return Reason(f"{stands} {items} it was compared with, yours and others")
    had, values = model.codes[mine], story.values
    foretold = np.where(compared, values + differences, -np.inf)
    speaking = np.argsort(-foretold, kind="stable")[:n]

    def without(removed: list[NDArray[np.integer]]) -> NDArray[np.float64]:
        kept = [~np.isin(had, gone) for gone in removed]
        return np.array(
            [
                values[one].mean() + differences[one & compared].mean()
                if (one & compared).any()
                else np.inf  # of nothing less no item is the cause
                for one in kept
            ]
        )

    named = fewest(had[speaking], without) if n > 1 else had[compared]
    told = f"{stands} {items} of yours it was compared with"
    if n == 1:
        return Reason(f"{told}: {story.names(named)}", _codes(named))
    return Reason(f"{told}, most of all for {story.names(named)}" if len(named) else told, _codes(named))


def of_groups(model: CoClustering, story: Story, item: int) -> Reason:
    """Tell what the user's group gives the item's, and how the item stands in it."""
    if not (model.known.item_mask[item] and model.known.user_mask[story.user]):
        return Reason("Too little is known of you or of it, so it gets the average")
    stands = story.stands(float(model.item_bias[item]))
    if not story.preferences.explicit:
        return Reason(f"{stands} its group of items, as your group of users sees them")
    group = model.group_mean[model.user_group[story.user], model.item_group[item]]
    return Reason(
        f"Your group of users gives its group of items {group:.1f}; it is {stands[0].lower()}{stands[1:]} its group"
    )


def _codes(items: NDArray[np.integer]) -> tuple[int, ...]:
    return tuple(int(item) for item in items)
