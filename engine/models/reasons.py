"""Why a model shows an item: one plain sentence each, read off what that model computed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.models.als import Als
from engine.models.base import Recommender
from engine.models.baselines import Popularity, Random
from engine.models.bias import BaselineOnly, NormalPredictor
from engine.models.bpr import Bpr
from engine.models.co_clustering import CoClustering
from engine.models.content import Content
from engine.models.factors import FactorModel
from engine.models.fusion import Fusion
from engine.models.hybrid import Hybrid
from engine.models.linear import LinearModel
from engine.models.neighbours import NeighbourModel
from engine.models.sequence import Sequence
from engine.models.session_knn import SessionKnn
from engine.models.slope_one import SlopeOne
from engine.models.user_ease import UserEase
from engine.preferences import Preferences


@dataclass(frozen=True)
class _Story:
    """Whose list is explained, in the words of the data it was learned from."""

    preferences: Preferences
    items: pd.DataFrame
    user: int

    @cached_property
    def history(self) -> NDArray[np.int32]:
        """Item codes of the user's training pairs, ascending."""
        return self.preferences.item[self._rows]

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """What the user thought of ``history``, same order."""
        return self.preferences.value[self._rows]

    @cached_property
    def _rows(self) -> slice:
        start, end = np.searchsorted(self.preferences.user, [self.user, self.user + 1])
        return slice(int(start), int(end))

    @property
    def verb(self) -> str:
        """What people do to items here."""
        return "rated" if self.preferences.explicit else "chose"

    def name(self, item: int) -> str:
        """The item's title, or its id where it has none."""
        if "title" in self.items and isinstance(title := self.items["title"].iloc[item], str) and title:
            return title
        return str(self.items["item_id"].iloc[item])

    def names(self, items: NDArray[np.integer]) -> str:
        """One or two names in a row."""
        return " and ".join(self.name(int(item)) for item in items[:2])

    def stands(self, difference: float) -> str:
        """How an item stands against others, in the words and the unit of the values."""
        way = "higher" if difference > 0 else "lower"
        if not self.preferences.explicit:
            return f"Chosen {'more' if difference > 0 else 'less'} strongly than"
        return "Rated about as high as" if abs(difference) < 0.005 else f"Rated {abs(difference):.2f} {way} than"


def reasons(
    model: Recommender,
    preferences: Preferences,
    items: pd.DataFrame,
    user: int,
    recommended: NDArray[np.integer],
) -> list[str]:
    """Return one sentence for each recommended item, true of the model that ranked it.

    Args:
        model: a fitted model of the registry.
        preferences: what it was trained on.
        items: the Dataset's items table; ``title`` is used where there is one.
        user: user code.
        recommended: item codes.
    """
    story = _Story(preferences, items, user)
    return [_reason(model, story, int(item)) for item in recommended]


def _reason(model: Recommender, story: _Story, item: int) -> str:
    match model:
        case Random():
            return "Picked at random"
        case NormalPredictor():
            return "Picked at random: this model draws its ratings by chance"
        case Popularity():
            return _of_popularity(int(model.chosen_by[item]))
        case BaselineOnly():
            return _of_baseline(model, story, item)
        case NeighbourModel():
            return _of_neighbours(model, story, item)
        case FactorModel():
            return _of_factors(model, story, item)
        case SlopeOne():
            return _of_slopes(model, story, item)
        case CoClustering():
            return _of_groups(model, story, item)
        case LinearModel() | Als():
            return _of_contributions(*model.contributions(story.user, item), model.popularity, story, item)
        case Content():
            return _of_content(model, story, item)
        case Sequence():
            return _of_transitions(model, story, item)
        case SessionKnn():
            return _of_sessions(model, story, item)
        case Hybrid():
            return _of_blend(model, story, item)
        case Fusion():
            return _of_votes(model, story, item)
        case UserEase():
            return _of_supporters(model, story, item)
        case Bpr():
            return _of_factors(model, story, item)
        case _:
            return f"Ranked high by {type(model).__name__}"


def _of_popularity(n: int) -> str:
    return f"Chosen by {n:,} {'person' if n == 1 else 'people'}" if n else "Chosen by nobody yet"


def _of_share(popularity: NDArray[np.float64], item: int) -> str:
    """Why somebody without a history sees an item: everybody does."""
    return f"You have no history here, so it goes by how many chose it: {popularity[item]:.1%} of people"


def _of_contributions(
    items: NDArray[np.integer],
    amounts: NDArray[np.float64],
    popularity: NDArray[np.float64],
    story: _Story,
    item: int,
) -> str:
    if len(items) == 0:
        return _of_share(popularity, item)
    most = np.argsort(-amounts, kind="stable")
    most = most[amounts[most] > 0]
    if len(most) == 0:
        return f"Nothing you {story.verb} speaks for it; nothing better is left"
    return f"Because you {story.verb} {story.names(items[most])}"


def _of_content(model: Content, story: _Story, item: int) -> str:
    if len(story.history) == 0:
        return _of_share(model.popularity, item)
    items, amounts = model.contributions(story.user, item)
    most = np.argsort(-amounts, kind="stable")
    most = most[amounts[most] > 0]
    if len(most) == 0:
        return f"Unlike what you {story.verb}; it goes by how many chose it: {model.popularity[item]:.1%} of people"
    return f"Like {story.names(items[most])}, above all in {model.in_common(story.user, item)}"


def _of_transitions(model: Sequence, story: _Story, item: int) -> str:
    if len(story.history) == 0:
        return _of_share(model.popularity, item)
    if pair := model.last_two(story.user, item):
        return f"Chosen next after {story.name(pair[0])} and then {story.name(pair[1])}, your last two"
    items, amounts = model.contributions(story.user, item)
    most = int(np.argmax(amounts))
    if amounts[most] <= 0:
        return f"Not seen to follow what you {story.verb}; it goes by how many chose it"
    return f"People go on to it after {story.name(int(items[most]))}, which you {story.verb}"


def _of_sessions(model: SessionKnn, story: _Story, item: int) -> str:
    if len(story.history) == 0:
        return _of_share(model.popularity, item)
    near = model.neighbours(model.histories.of_users(np.array([story.user])))
    n = int((model.sessions[near.indices][:, [item]].toarray() > 0).sum())
    if n == 0:
        return "In none of the sessions nearest to your last one; it goes by how many chose it"
    return f"In {n:,} of the {near.nnz:,} sessions nearest to your last one"


def _of_blend(model: Hybrid, story: _Story, item: int) -> str:
    if len(story.history) == 0:
        return _of_share(model.popularity, item)
    trust = float(model.trust(np.array([len(story.history)]))[0, item])
    return _reason(model.behaviour if trust >= 0.5 else model.content, story, item)


def _of_votes(model: Fusion, story: _Story, item: int) -> str:
    if len(story.history) == 0:
        return _of_share(model.popularity, item)
    named = model.votes_for(story.user, item)
    if not named:
        return f"No model puts it forward; it goes by how many chose it: {model.popularity[item]:.1%} of people"
    place, rank, _ = named[0]
    why = _reason(model.members[place], story, item)
    return f"{why} (number {rank} by {model.titles[place]}, which counts most here)"


def _of_supporters(model: UserEase, story: _Story, item: int) -> str:
    if model.place[story.user] < 0:
        return _of_share(model.popularity, item)
    _, amounts = model.supporters(story.user, item)
    n = int((amounts > 0).sum())
    if n == 0:
        return "Nobody whose choices foretell yours has it; nothing better is left"
    return f"{story.verb.capitalize()} by {n:,} {'person' if n == 1 else 'people'} whose choices foretell yours"


def _of_baseline(model: BaselineOnly, story: _Story, item: int) -> str:
    if not model.known.item_mask[item]:
        return f"Nobody {story.verb} it in training, so it gets the average"
    return f"{story.stands(float(model.item_bias[item]))} the average item, whoever looks"


def _of_neighbours(model: NeighbourModel, story: _Story, item: int) -> str:
    places, closeness = model.neighbours(story.user, item)
    if len(places) < model.min_k:
        group = (
            f"people like you {story.verb} it" if model.user_based else f"items like it are among what you {story.verb}"
        )
        return f"Too few {group}, so it gets " + ("its baseline" if model.algorithm == "KNNBaseline" else "an average")
    values = model.ratings.data[places]
    if not model.user_based:
        near = model.ratings.indices[places]
        mine = np.isin(near, story.history)
        if not mine.any():
            return "Compared with items you did not choose, for want of similar ones you did"
        return f"Similar to {story.names(near[mine])}, which you {story.verb}"
    n = len(places)
    who = "the person most like you who" if n == 1 else f"the {n} people most like you who"
    if story.preferences.explicit:
        rated = np.average(values, weights=closeness)
        return f"{who[0].upper()}{who[1:]} rated it gave it {rated:.1f}" + ("" if n == 1 else " on average")
    chose = int((values > story.preferences.scale[0]).sum())
    return f"Chosen by {chose} of the {n} people most like you whom the model compared on it"


def _of_factors(model: FactorModel | Bpr, story: _Story, item: int) -> str:
    if not model.item_factors[item].any():
        return f"Nobody {story.verb} it in training, so it gets an average"
    if len(story.history) == 0:
        return "You have no history here, so it is ranked by how it does in general"
    factors = model.item_factors
    norms = np.linalg.norm(factors[story.history], axis=1) * np.linalg.norm(factors[item])
    products = factors[story.history] @ factors[item]
    cosine = np.divide(products, norms, out=np.zeros(len(norms)), where=norms > 0)
    near = np.argsort(-cosine, kind="stable")
    near = near[cosine[near] > 0]
    if len(near) == 0:
        return "Unlike anything in your history by this model's hidden traits"
    return f"Closest to {story.names(story.history[near])} in your history by this model's hidden traits"


def _of_slopes(model: SlopeOne, story: _Story, item: int) -> str:
    place = np.flatnonzero(model.codes == item)
    mine = model.rated[model.indptr[story.user] : model.indptr[story.user + 1]]
    differences = model.deviation[mine, place[0]] if len(place) else np.empty(0)
    compared = ~np.isnan(differences)
    if not compared.any():
        return f"Nobody {story.verb} it together with an item of yours, so it gets an average"
    n = int(compared.sum())
    items = "the item" if n == 1 else f"the {n} items"
    which = "of yours it was compared with" if story.preferences.explicit else "it was compared with for you"
    return f"{story.stands(float(differences[compared].mean()))} {items} {which}"


def _of_groups(model: CoClustering, story: _Story, item: int) -> str:
    if not (model.known.item_mask[item] and model.known.user_mask[story.user]):
        return "Too little is known of you or of it, so it gets the average"
    stands = story.stands(float(model.item_bias[item]))
    if not story.preferences.explicit:
        return f"{stands} its group of items, as your group of users sees them"
    group = model.group_mean[model.user_group[story.user], model.item_group[item]]
    return f"Your group of users gives its group of items {group:.1f}; it is {stands[0].lower()}{stands[1:]} its group"
