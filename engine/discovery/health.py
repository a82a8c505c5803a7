"""Discovery health: a model's lists beside what users chose themselves and beside popularity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from engine.categories import categories_of
from engine.dataset import Dataset
from engine.evaluation.accumulate import number
from engine.evaluation.everybody import Report, rank_everybody
from engine.evaluation.pairs import relevant_items
from engine.metrics.coverage import catalogue_coverage, user_coverage
from engine.metrics.entropy import entropy
from engine.metrics.gini import gini, lorenz, top_share
from engine.metrics.intervals import Estimate, ratio_intervals
from engine.metrics.intra_list_diversity import intra_list_diversity
from engine.metrics.lists import exposure
from engine.metrics.miscalibration import miscalibration_of_lists
from engine.metrics.novelty import novelty
from engine.metrics.personalisation import personalisation
from engine.metrics.popularity import (
    average_recommendation_popularity,
    popularity_lift,
    profile_popularity,
)
from engine.metrics.serendipity import serendipity
from engine.metrics.similarity import cooccurrence, unit_rows
from engine.models import make_model
from engine.models.ranking import Ranking
from engine.pairs import seen_items
from engine.splitting import Split

MEASURES = (
    "catalogue_coverage",
    "user_coverage",
    "gini",
    "entropy",
    "intra_list_diversity",
    "category_diversity",
    "novelty",
    "serendipity",
    "personalisation",
    "average_recommendation_popularity",
    "popularity_lift",
    "miscalibration",
)
"""Names of all measures, in the order to show them."""

_NO_CATEGORIES = "The item table names no categories."
_NOTHING_TO_FIND = "Nothing to find in the test, so nothing can surprise."
_OWN_CHOICE = "What users chose themselves is no recommendation."


@dataclass(frozen=True)
class Exposure:
    """The lists of one arm.

    Attributes:
        measures: an Estimate for each name of MEASURES, with intervals where it is a mean over users.
        lorenz: Lorenz curve of exposure, shape (101, 2): share of items, least shown first, share of exposure.
        top_tenth: share of exposure that the most shown tenth of the catalogue receives.
    """

    measures: Mapping[str, Estimate]
    lorenz: NDArray[np.float64]
    top_tenth: float


@dataclass(frozen=True)
class Health:
    """A model's lists, beside two yardsticks of the same length and for the same users.

    Attributes:
        model: the model's lists.
        history: each user's most recent k items, which they chose themselves.
        popularity: the lists of the popularity baseline.
        k: length of the lists.
        users: users compared: those with a row to learn from.
        sentence: the plain reading.
    """

    model: Exposure
    history: Exposure
    popularity: Exposure
    k: int
    users: int
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON data."""
        arms = {"model": self.model, "history": self.history, "popularity": self.popularity}
        figures = {
            arm: {
                "measures": {
                    name: {"value": one.value, "low": one.low, "high": one.high, "reason": one.reason}
                    for name, one in exposed.measures.items()
                },
                "lorenz": exposed.lorenz.tolist(),
                "top_tenth": number(exposed.top_tenth),
            }
            for arm, exposed in arms.items()
        }
        return {"k": self.k, "users": self.users, "sentence": self.sentence, **figures}


@dataclass(frozen=True)
class _Ground:
    """What every arm is measured against; rows are the users compared."""

    history: sparse.csr_array
    relevant: sparse.csr_array
    item_users: NDArray[np.int64]
    unit: sparse.csr_array
    categories: sparse.csr_array | None


def health(
    dataset: Dataset,
    split: Split,
    ranking: Ranking,
    *,
    title: str = "The model",
    seed: int = 0,
    report: Report | None = None,
) -> Health:
    """Measure the lists of a model beside the users' own history and the popularity baseline.

    The three arms have the same users and the same length of list, so every measure can be read across.
    Similarity for intra-list diversity and serendipity is co-occurrence in the rows learnt from; category
    diversity compares the items' categories.

    Args:
        dataset: the log.
        split: the split the model was evaluated on.
        ranking: its lists for all users of the Dataset, as in ``Evaluation.ranking``.
        title: what to call the model in the sentence.
        seed: seed of the bootstrap.
        report: told the stage.
    """
    k = ranking.items.shape[1]
    seen = seen_items(dataset, split.fit_rows)
    known = np.flatnonzero(np.diff(seen.indptr) > 0)
    categories = categories_of(dataset)
    ground = _Ground(
        history=seen[known],
        relevant=relevant_items(dataset, split, seen)[known],
        item_users=np.bincount(seen.indices, minlength=dataset.n_items),
        unit=cooccurrence(seen),
        categories=None if categories is None else categories.shares,
    )
    if report is not None:
        report("Ranking by popularity", None, None)
    popular = make_model("popularity", seed=seed).fit(dataset.preferences_of(split.fit_rows))
    lists = [
        (title, ranking.items),
        ("what users chose themselves", recent_items(dataset, split.fit_rows, k)),
        ("popularity", rank_everybody(popular, seen, k).items),
    ]
    arms: list[Exposure] = []
    for name, items in lists:
        if report is not None:
            report(f"Measuring discovery: {name}", len(arms), len(lists))
        arms.append(_expose(items[known], ground, seed=seed, recommended=len(arms) != 1))
    model, own, baseline = arms
    return Health(model, own, baseline, k, len(known), _reading(title, model, own, baseline))


def recent_items(dataset: Dataset, rows: NDArray[np.bool_], k: int) -> NDArray[np.int32]:
    """Return each user's k most recent different items in ``rows``, latest first, -1 padded, (users, k)."""
    log = dataset.interactions.loc[rows, ["user", "item"]].iloc[::-1].drop_duplicates()
    place = log.groupby("user").cumcount().to_numpy()
    chosen = place < k
    items = np.full((dataset.n_users, k), -1, dtype=np.int32)
    items[log["user"].to_numpy()[chosen], place[chosen]] = log["item"].to_numpy()[chosen]
    return items


def _expose(ranked: NDArray[np.integer], ground: _Ground, *, seed: int, recommended: bool) -> Exposure:
    n_users, n_items = ground.history.shape
    profile = profile_popularity(ground.history, ground.item_users)
    popularity = average_recommendation_popularity(ranked, ground.item_users)
    per_user = {
        "intra_list_diversity": intra_list_diversity(ranked, ground.unit),
        "novelty": novelty(ranked, ground.item_users, n_users),
        "average_recommendation_popularity": popularity,
    }
    reasons = {}
    if recommended:
        finds = np.diff(ground.relevant.indptr) > 0
        surprise = serendipity(ranked, ground.relevant, ground.history, ground.unit)
        per_user["serendipity"] = np.where(finds, surprise, np.nan)
        reasons["serendipity"] = _NOTHING_TO_FIND
    else:
        reasons["serendipity"] = _OWN_CHOICE
    if ground.categories is None:
        reasons |= {"category_diversity": _NO_CATEGORIES, "miscalibration": _NO_CATEGORIES}
    else:
        per_user["category_diversity"] = intra_list_diversity(ranked, unit_rows(ground.categories))
        per_user["miscalibration"] = miscalibration_of_lists(ranked, ground.history, ground.categories)
    shown = exposure(ranked, n_items)
    whole = {
        "catalogue_coverage": catalogue_coverage(shown),
        "user_coverage": user_coverage(ranked),
        "gini": gini(shown),
        "entropy": entropy(shown),
        "personalisation": personalisation(ranked, n_items),
        "popularity_lift": popularity_lift(popularity, profile),
    }
    measured = {name: Estimate(number(value)) for name, value in whole.items()} | _means(per_user, seed=seed)
    absent = Estimate(None)
    measures = {}
    for name in MEASURES:
        one = measured.get(name, absent)
        why = reasons.get(name, "The lists are too short.")
        measures[name] = one if one.value is not None else Estimate(None, reason=why)
    return Exposure(measures, lorenz(shown), top_share(shown))


def _means(per_user: Mapping[str, NDArray[np.float64]], *, seed: int) -> dict[str, Estimate]:
    values = np.column_stack(list(per_user.values()))
    there = ~np.isnan(values)
    value, low, high = ratio_intervals(np.where(there, values, 0.0), there.astype(np.float64), seed=seed)
    return {name: Estimate(number(value[i]), number(low[i]), number(high[i])) for i, name in enumerate(per_user)}


def _reading(title: str, model: Exposure, own: Exposure, baseline: Exposure) -> str:
    if np.isnan(model.top_tenth):
        return f"{title} shows nothing."
    shares = f"{model.top_tenth:.0%} of exposure under {title}"
    beside = f"{own.top_tenth:.0%} in what users chose themselves, {baseline.top_tenth:.0%} under popularity"
    coverage = model.measures["catalogue_coverage"].value or 0.0
    return f"10% of items get {shares} ({beside}); {coverage:.0%} of the catalogue is shown at all."
