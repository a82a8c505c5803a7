"""Reasons of the models that predict ratings: what was had that carries an estimate, or the averages it is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.models.bias import BaselineOnly, baseline_options, tendencies
from engine.models.bpr import Bpr
from engine.models.carriers import carrying, most_first
from engine.models.co_clustering import CoClustering
from engine.models.factors import FactorModel
from engine.models.neighbour_parts import Neighbours, losses, neighbours
from engine.models.neighbours import NeighbourModel
from engine.models.slope_one import SlopeOne
from engine.models.story import Reason, Story, people
from engine.preferences import Preferences


def of_baseline(model: BaselineOnly, story: Story, item: int) -> Reason:
    """Tell the item's own tendency and the user's."""
    if not model.known.item_mask[item]:
        return Reason(f"Nobody {story.verb} it in training, so it gets the average")
    told = f"{story.stands(float(model.item_bias[item]))} the average item, whoever looks"
    if not story.preferences.explicit or not len(story.history):
        return Reason(told)
    mine, options = story.alone, baseline_options(model.params)
    own = float(tendencies(mine, model.item_bias[mine.item], model.known.mean, options)[0])
    how = "as most do" if abs(own) < 0.005 else f"{abs(own):.2f} {'higher' if own > 0 else 'lower'} than most"
    return Reason(f"{told}; you rate {how}")


def of_neighbours(model: NeighbourModel, story: Story, item: int) -> Reason:
    """Tell what the neighbours gave, and which of the user's items make them neighbours or are those."""
    history = _learned(model, story)
    near = neighbours(model, history, item)
    if len(near.codes) < max(1, model.min_k):
        group = (
            f"people like you {story.verb} it" if model.user_based else f"items like it are among what you {story.verb}"
        )
        centre = "its baseline" if model.algorithm == "KNNBaseline" else "an average"
        return Reason(f"Too few {group}, so it gets {centre}")
    named = carrying(model, history, item, _liked_first(story, *losses(model, history, item)), among=story.history)
    if not model.user_based:
        return _of_similar_items(story, near, named)
    told = _gave(story, near)
    if not len(named):
        return Reason(f"{told[0].upper()}{told[1:]}")
    return Reason(f"Because you {story.gave(named)}: {told}", _codes(named))


def _gave(story: Story, near: Neighbours) -> str:
    """Tell what similar people gave an item."""
    n = len(near.codes)
    if story.preferences.explicit:
        who = "the person most like you who" if n == 1 else f"the {n} people most like you who"
        rated = np.average(near.values, weights=near.closeness)
        return f"{who} rated it gave it {rated:.1f}" + ("" if n == 1 else " on average")
    chose = int((near.values > story.preferences.scale[0]).sum())
    if n == 1:
        return f"{story.deeds.done} by {'' if chose else 'nobody, not even '}the one person compared"
    return f"{story.deeds.done} by {chose} of the {people(n)} compared who are most like you"


def _of_similar_items(story: Story, near: Neighbours, named: NDArray[np.integer]) -> Reason:
    if len(named):
        return Reason(f"Similar to {story.names(named)}, which you {story.did_to(named)}", _codes(named))
    mine = near.codes[np.isin(near.codes, story.history)]
    if not len(mine):
        return Reason("Compared with items you did not choose, for want of similar ones you did")
    items = "a similar item" if len(mine) == 1 else f"{len(mine):,} similar items"
    return Reason(f"Compared with {items} that you {story.did_to(mine)}, none of which alone lifts it")


def of_factors(model: FactorModel | Bpr, story: Story, item: int) -> Reason:
    """Name what of the history draws the user's hidden traits towards the item, so far that its score falls without."""
    unknown = not model.popularity[item] if isinstance(model, Bpr) else not model.known.item_mask[item]
    if unknown:
        return Reason(f"Nobody {story.verb} it in training, so it gets an average")
    if len(story.history) == 0:
        return Reason("You have no history here, so it is ranked by how it does in general")
    if isinstance(model, Bpr):
        ordered = most_first(*model.contributions(story.alone, item))
    else:
        ordered = _liked_first(story, *model.leanings(story.alone, item))
    if not len(ordered):
        return Reason("Unlike your history by this model's hidden traits; it goes by how it does in general")
    named = carrying(model, story.alone, item, ordered)
    if not len(named):
        return Reason("It follows from your history as a whole; no few items of yours decide it")
    did = story.did(named) if isinstance(model, Bpr) else story.gave(named)  # which learns from choices alone
    return Reason(f"Because you {did}", _codes(named))


def of_slopes(model: SlopeOne, story: Story, item: int) -> Reason:
    """Tell the mean difference to the user's items, and which of them speak most for the item."""
    history = _learned(model, story)
    compared, foretold = model.parts(history, item)
    if not len(compared):
        return Reason(f"Nobody {story.verb} it together with an item of yours, so it gets an average")
    n = len(compared)
    differences = foretold - history.value[np.isin(history.item, compared)]
    stands = story.stands(float(differences.mean()))
    ordered = compared[np.argsort(-foretold, kind="stable")]
    named = carrying(model, history, item, ordered, among=story.history)
    if len(named) == n > 1:  # without all of them there is no estimate, which makes none the cause
        named = named[:0]
    items = "the item" if n == 1 else f"the {n} items"
    if not story.preferences.explicit:
        told = f"{stands} {items} it was compared with for you"
        return _because(story, named, told)
    if len(history) != len(story.history):  # items the user did not choose were compared too
        return _because(story, named, f"{stands} {items} it was compared with, yours and others")
    told = f"{stands} {items} of yours it was compared with"
    if not len(named):
        return Reason(told)
    return Reason(f"{told}{': ' if n == 1 else ', most of all for '}{story.names(named)}", _codes(named))


def of_groups(model: CoClustering, story: Story, item: int) -> Reason:
    """Tell what people who rate like the user give items of this kind, and how the item stands among them."""
    if not (model.known.item_mask[item] and model.known.item_mask[story.history].any()):
        return Reason("Too little is known of you or of it, so it gets the average")
    group = int(model.groups_of(story.alone)[0] if story.folded else model.user_group[story.user])
    kind, stands = float(model.group_mean[group, model.item_group[item]]), story.stands(float(model.item_bias[item]))
    if story.preferences.explicit:
        its = f"it is {stands[0].lower()}{stands[1:]} others of its kind"
        return Reason(f"People who rate like you give this kind of item {kind:.1f} on average; {its}")
    way = "more" if kind > model.group_level[group] else "less"
    return Reason(f"{stands} others of its kind, which people who choose like you take to {way} than to other kinds")


def _learned(model: NeighbourModel | SlopeOne, story: Story) -> Preferences:
    """Return the user's pairs as the model knows them."""
    return story.alone if story.folded else model.learned_of(story.user, story.alone)


def _liked_first(story: Story, items: NDArray[np.int32], amounts: NDArray[np.float64]) -> NDArray[np.integer]:
    """Return the user's own ``items`` of positive ``amounts``: the most first, of what they rated above their mean.

    Without an item they rated low, their own mean is higher, and with it every estimate.
    """
    own = np.isin(items, story.history)
    ordered = most_first(items[own], amounts[own])
    if not story.preferences.explicit:
        return ordered
    liked = story.values[np.searchsorted(story.history, ordered)] >= story.values.mean()
    return np.concatenate([ordered[liked], ordered[~liked]])


def _because(story: Story, named: NDArray[np.integer], told: str) -> Reason:
    if not len(named):
        return Reason(told)
    return Reason(f"Because you {story.gave(named)}: {told[0].lower()}{told[1:]}", _codes(named))


def _codes(items: NDArray[np.integer]) -> tuple[int, ...]:
    return tuple(int(item) for item in items)
