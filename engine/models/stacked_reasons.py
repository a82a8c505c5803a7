"""Reasons of what is stacked and of what is popular in groups: the loudest voice, named."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.models.base import Recommender
from engine.models.carriers import carrying
from engine.models.group_popularity import GroupPopularity
from engine.models.histories import HistoryModel
from engine.models.moment import Moment
from engine.models.ranking_reasons import speaking_for
from engine.models.stacked import Stacked
from engine.models.story import Reason, Story


def of_group(model: GroupPopularity, story: Story, item: int) -> Reason:
    """Name the group of the user that chooses the item most beyond its share; popularity where none does."""
    names, lifts = model.lifts(story.alone, item)
    if len(lifts) and lifts.max() > 1:
        group = names[int(np.argmax(lifts))]
        return Reason(f"Popular with people of {group}, who choose it more than others do")
    return Reason(f"It goes by how many chose it: {model.popularity[item]:.1%} of people")


def of_stack(model: Stacked, story: Story, items: NDArray[np.integer]) -> list[Reason]:
    """Follow the member that adds most to a score; items it names are those without which the score falls."""
    if not len(story.history):
        return [of_group(model.welcome, story, int(item)) for item in items]
    parts = model.parts_new(story.alone) if story.folded else model.parts(story.user)
    return [_of_parts(model, story, int(item), parts[:, item]) for item in items]


def _of_parts(model: Stacked, story: Story, item: int, parts: NDArray[np.float64]) -> Reason:
    order = np.argsort(-parts, kind="stable")
    loud = order[(parts[order] > 0) & (model.weights[order] > 0)]
    for place in loud:
        member = model.members[place]
        if place == loud[0] and (said := _said(member, story, item)):
            return said
        voter: object = member
        if story.folded and isinstance(member, HistoryModel):
            voter = member.knowing(story.alone)
        named = carrying(model, story.alone, item, speaking_for(voter, story, item))
        if len(named):
            most = f" ({model.titles[place]} counts most here)" if place == loud[0] else ""
            return Reason(f"Because you {story.did(named)}{most}", tuple(int(each) for each in named))
    return Reason("It follows from your history as a whole; no few items of yours decide it")


def _said(member: Recommender, story: Story, item: int) -> Reason | None:
    """Return what a member that names no items says where that is true of the item, None of any other."""
    match member:
        case GroupPopularity():
            names, lifts = member.lifts(story.alone, item)
            return of_group(member, story, item) if not names or lifts.max() > 1 else None
        case Moment() if member.score_new(story.alone)[0, item] > 0:
            return Reason("Chosen more than usual at the times you were here")
        case _:
            return None
