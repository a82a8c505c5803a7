"""The models an ensemble asks, as this data's size and tables allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.models.als import Als
from engine.models.attributes import has_attributes
from engine.models.bpr import Bpr
from engine.models.content import Content
from engine.models.ease import Ease
from engine.models.group_popularity import GroupPopularity
from engine.models.groups import learn_groups
from engine.models.item_knn import ItemKnn
from engine.models.linear import MOST_COMPARED
from engine.models.moment import Moment
from engine.models.params import Value
from engine.models.together import Together
from engine.models.user_ease import UserEase
from engine.preferences import Preferences


@dataclass(frozen=True)
class Member:
    """A model that takes part.

    Attributes:
        title: its name for people.
        make: the class.
        params: its parameters.
        adds_up: whether its score is a sum over what people chose, 0 for most items; its logarithm then says
            more than the sum itself.
    """

    title: str
    make: Any
    params: Mapping[str, Value]
    adds_up: bool = False


def candidates(train: Preferences) -> list[Member]:
    """Return the models that make lists from behaviour, those that this data's size allows."""
    members = []
    if np.count_nonzero(train.item_users) <= MOST_COMPARED:
        related = 3.0 if has_attributes(train) else 0.0
        members += [
            Member("EASE on values", Ease, {"penalty": 300.0, "weighted": True, "attribute_weight": related}),
            Member("EASE on choices", Ease, {"penalty": 400.0, "weighted": False, "attribute_weight": 0.0}),
        ]
    if np.count_nonzero(train.user_items) <= MOST_COMPARED:
        members.append(Member("User-side EASE", UserEase, {"penalty": 580.0, "weighted": True}))
    als = {"factors": 24, "regularization": 5.0, "alpha": 2.0, "iterations": 15, "weighted": False}
    bpr = {"factors": 64, "iterations": 100, "learning_rate": 0.02, "regularization": 0.03, "correction": 1.0}
    neighbours: Mapping[str, Value] = {"k": 100, "similarity": "tfidf", "weighted": False}
    return [
        *members,
        Member("ALS", Als, als),
        Member("Item neighbours", ItemKnn, neighbours, adds_up=True),
        Member("BPR", Bpr, bpr),
    ]


def advisers(train: Preferences) -> list[Member]:
    """Return the models that tell what times and side tables say, those whose column or table is there."""
    found = [Member("Popularity", GroupPopularity, {"smoothing": 20.0, "popularity_weight": 1.0, "groups": False})]
    if train.time is not None:
        found += [
            Member("Close in time", Together, {"window": 8, "reach": 2.0}, adds_up=True),
            Member("Popular at the time", Moment, {"periods": 32}),
        ]
    if has_attributes(train):
        found.append(Member("Content", Content, {"weighted": False, "texts": False, "popularity_weight": 0.0}))
    if learn_groups(train).names:
        groups = {"smoothing": 20.0, "popularity_weight": 0.0, "groups": True}
        found.append(Member("Popular in groups", GroupPopularity, groups))
    return found
