"""Why a model shows an item: one plain sentence each, read off what that model computed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.deeds import Deeds
from engine.models.als import Als
from engine.models.base import Recommender
from engine.models.baselines import Popularity, Random
from engine.models.bias import BaselineOnly, NormalPredictor
from engine.models.bpr import Bpr
from engine.models.co_clustering import CoClustering
from engine.models.content import Content
from engine.models.factors import FactorModel
from engine.models.fusion import Fusion
from engine.models.group_popularity import GroupPopularity
from engine.models.histories import HistoryModel
from engine.models.hybrid import Hybrid
from engine.models.linear import LinearModel
from engine.models.neighbours import NeighbourModel
from engine.models.ranking_reasons import (
    of_blend,
    of_likeness,
    of_parts,
    of_sessions,
    of_supporters,
    of_transitions,
    of_votes,
)
from engine.models.rating_reasons import of_baseline, of_factors, of_groups, of_neighbours, of_slopes
from engine.models.sequence import Sequence
from engine.models.session_knn import SessionKnn
from engine.models.slope_one import SlopeOne
from engine.models.stacked import Stacked
from engine.models.stacked_reasons import of_group, of_stack
from engine.models.story import Reason, Story, people
from engine.models.user_ease import UserEase
from engine.preferences import Preferences


def reasons(
    model: Recommender,
    preferences: Preferences,
    items: pd.DataFrame,
    user: int,
    recommended: NDArray[np.integer],
    *,
    deeds: Deeds | None = None,
    folded: bool = False,
) -> list[Reason]:
    """Return one reason for each recommended item, true of the model that ranked it.

    Args:
        model: a fitted model of the registry.
        preferences: what it was trained on; where ``folded``, what was used of the person's history.
        items: the Dataset's items table; ``title`` is used where there is one.
        user: user code in ``preferences``.
        recommended: item codes.
        deeds: what people did to items; by default they "rated" or "chose" them.
        folded: whether ``preferences`` were given to the model after training (its ``score_new``).
    """
    verb = "rated" if preferences.explicit else "chose"
    story = Story(preferences, items, user, deeds or Deeds(verb, verb), folded)
    if folded and isinstance(model, HistoryModel):
        model = model.knowing(preferences)
    if isinstance(model, Fusion):
        return of_votes(model, story, recommended)
    if isinstance(model, Stacked):
        return of_stack(model, story, recommended)
    return [_reason(model, story, int(item)) for item in recommended]


def _reason(model: Recommender, story: Story, item: int) -> Reason:
    match model:
        case Random():
            return Reason("Picked at random")
        case NormalPredictor():
            return Reason("Picked at random: this model draws its ratings by chance")
        case Popularity():
            return _of_popularity(int(model.chosen_by[item]), story)
        case BaselineOnly():
            return of_baseline(model, story, item)
        case NeighbourModel():
            return of_neighbours(model, story, item)
        case FactorModel() | Bpr():
            return of_factors(model, story, item)
        case SlopeOne():
            return of_slopes(model, story, item)
        case CoClustering():
            return of_groups(model, story, item)
        case LinearModel() | Als():
            return of_parts(model, story, item)
        case Content():
            return of_likeness(model, story, item)
        case Sequence():
            return of_transitions(model, story, item)
        case SessionKnn():
            return of_sessions(model, story, item)
        case Hybrid():
            return of_blend(model, story, item)
        case UserEase():
            return of_supporters(model, story, item)
        case GroupPopularity():
            return of_group(model, story, item)
        case _:
            return Reason(f"Ranked high by {type(model).__name__}")


def _of_popularity(n: int, story: Story) -> Reason:
    done = story.deeds.done.capitalize()
    return Reason(f"{done} by {people(n)}" if n else f"{done} by nobody yet")
