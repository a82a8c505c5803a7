"""What the feedback study follows from round to round, by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """One measure, described for a reader.

    Attributes:
        name: what code and files call it.
        title: what a table calls it.
        meaning: how it is computed, in a line, with its source.
    """

    name: str
    title: str
    meaning: str


BY_ROUND = (
    Measure(
        "diversity",
        "Spread within a user",
        "1 - mean cosine between the items one user took, mean over users (Smyth & McClave 2001)",
    ),
    Measure(
        "category_diversity",
        "Category spread within a user",
        "share of a user's pairs of items that differ in category",
    ),
    Measure(
        "distance_between_users",
        "Distance between users",
        "1 - mean cosine between what two users took, over all pairs of users (Anwar et al. 2024)",
    ),
    Measure(
        "similar_overlap",
        "Overlap of similar users",
        "Jaccard index of all that a user and the user of nearest starting taste took so far (Chaney et al. 2018)",
    ),
    Measure("taste_drift", "Drift of taste", "1 - cosine between taste now and at the start (Jiang et al. 2019)"),
    Measure(
        "popularity_lift",
        "Popularity lift",
        "popularity of what was shown / popularity of the users' histories - 1 (Mansoury et al. 2020)",
    ),
    Measure("gini", "Gini of consumption", "Gini coefficient of items taken; items nobody took count"),
    Measure("coverage", "Coverage of consumption", "items anybody took / items of the catalogue"),
    Measure("welfare", "Welfare", "mean true utility of the items taken, in standard deviations"),
    Measure("clicks", "Clicks a session", "items taken from a slate by who is free to take none, a session"),
    Measure("retention", "Retention", "share of the users who came back this round"),
)
"""Measured in each round, in this order along the last axis."""

BY_BLOCK = ("diversity", "distance_between_users")
"""Measured over all that users took within a block of rounds (Nguyen et al. 2014), in this order."""

NAMES = tuple(measure.name for measure in BY_ROUND)
"""Names of ``BY_ROUND``."""
