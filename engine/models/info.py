"""What the reader needs to know of a model before training it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.models.base import Recommender
from engine.models.params import Param, Value

Make = Callable[[Mapping[str, Value], int], Recommender]


@dataclass(frozen=True)
class ModelInfo:
    """What the reader needs to know of a model before training it.

    Attributes:
        name: its name in requests and on the command line.
        title: its name on a page.
        family: ``baseline``, ``factors``, ``neighbours``, ``slope``, ``clusters``, ``linear``, ``content``,
            ``sequence`` or ``ensemble``.
        description: one plain sentence.
        when_to_use: one plain sentence.
        on_events: how it learns from events instead of ratings, one plain sentence.
        predicts_ratings: whether its scores are on the rating scale, so that RMSE and MAE mean something.
        params: what it can be told.
        source: the paper or the program it comes from.
        make: builds an untrained one from complete parameters and a seed; call ``make_model`` instead.
    """

    name: str
    title: str
    family: str
    description: str
    when_to_use: str
    on_events: str
    predicts_ratings: bool
    params: tuple[Param, ...]
    source: str
    make: Make
