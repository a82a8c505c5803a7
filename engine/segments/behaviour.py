"""Behaviour clusters: users alike in what they do and like, named by what sets them apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

from engine.categories import categories_of
from engine.dataset import Dataset
from engine.metrics.miscalibration import category_mix
from engine.pairs import seen_items
from engine.segments.activity import INACTIVE, Activity

# What a high and a low value of a feature is called.
_WORDS = {
    "interactions": ("heavy users", "light users"),
    "active_days": ("come on many days", "come on few days"),
    "popularity": ("follow the popular", "like the obscure"),
    "variety": ("always something new", "return to the same items"),
    "rating": ("generous raters", "strict raters"),
    "value": ("high value", "low value"),
}
_CLIP = 3.0
_TELLING = 0.4
"""Standard deviations from everybody's mean below which a feature is not worth a word."""


def behaviour_clusters(
    dataset: Dataset, doing: Activity, *, clusters: int = 5, seed: int = 0
) -> tuple[pd.Series, dict[str, str]]:
    """Return each user's cluster (a category, the largest first, index = user code) and what each means.

    k-means on standardised features, clipped at three standard deviations: how much, on how many days, how
    popular, how varied, how rated, of what value, and the shares of categories. The categories together
    weigh as much as two other features.

    Args:
        dataset: the log.
        doing: its ``activity``.
        clusters: how many to look for; fewer come out where users are too alike.
        seed: seed of k-means.
    """
    active = (doing.frame["interactions"] > 0).to_numpy()
    features = user_features(dataset, doing).loc[active]
    scaled = np.clip(StandardScaler().fit_transform(features.to_numpy()), -_CLIP, _CLIP)
    is_taste = np.array([name not in _WORDS for name in features.columns])
    weight = np.where(is_taste, np.sqrt(2 / max(1, is_taste.sum())), 1.0)
    weighted = np.round(scaled * weight, 9)
    clusters = min(clusters, len(np.unique(weighted, axis=0)))
    label = KMeans(clusters, n_init=4, random_state=seed).fit_predict(weighted)

    by_size = np.argsort(-np.bincount(label, minlength=clusters), kind="stable")
    centres = np.stack([scaled[label == cluster].mean(axis=0) for cluster in by_size])
    names = _names(centres, list(features.columns))
    place = np.argsort(by_size)
    segment = np.full(len(active), INACTIVE, dtype=object)
    segment[active] = np.array(names, dtype=object)[place[label]]
    descriptions = dict(zip(names, _sentences(centres, list(features.columns)), strict=True))
    order = [*names, INACTIVE]
    return (
        pd.Series(pd.Categorical(segment, categories=order), index=doing.frame.index),
        descriptions | {INACTIVE: "In the user table, but without an interaction."},
    )


def user_features(dataset: Dataset, doing: Activity) -> pd.DataFrame:
    """Return what users are compared by, one row a user, position = code; categories by their names."""
    log, frame = dataset.interactions, doing.frame
    user, item = log["user"].to_numpy(), log["item"].to_numpy()
    count = np.maximum(frame["interactions"].to_numpy(), 1)
    pairs = log[["user", "item"]].drop_duplicates()
    item_users = np.bincount(pairs["item"], minlength=dataset.n_items)
    popularity = np.bincount(user, weights=np.log1p(item_users[item]), minlength=len(count)) / count
    features = pd.DataFrame(
        {
            "interactions": np.log1p(frame["interactions"]),
            "popularity": popularity,
            "variety": np.bincount(pairs["user"], minlength=len(count)) / count,
            "value": np.log1p(frame["value"]),
        }
    )
    if dataset.has_time:
        features["active_days"] = np.log1p(frame["active_days"])
    if log["rating"].notna().any():
        mean = log.groupby("user")["rating"].mean().reindex(frame.index)
        features["rating"] = mean.fillna(log["rating"].mean())
    categories = categories_of(dataset)
    if categories is not None:
        mix = category_mix(seen_items(dataset), categories.shares)
        names = [f"{name} (category)" if name in _WORDS else name for name in categories.names]
        features = pd.concat([features, pd.DataFrame(mix, columns=names, index=frame.index)], axis=1)
    varies = features.std() > 1e-12
    return features.loc[:, varies] if varies.any() else features.iloc[:, :1]


def _telling(centres: NDArray[np.float64], features: list[str], cluster: int) -> list[str]:
    """Return what sets a cluster apart, the most telling first."""
    words = []
    for position in np.argsort(-np.abs(centres[cluster]), kind="stable"):
        distance, name = centres[cluster, position], features[position]
        if abs(distance) < _TELLING:
            break
        if name in _WORDS:
            words.append(_WORDS[name][int(distance < 0)])
        elif distance > 0:
            words.append(f"into {name}")
    return words


def _names(centres: NDArray[np.float64], features: list[str]) -> list[str]:
    """Return a name a cluster of its two most telling words, of more where two clusters share those."""
    names: list[str] = []
    for cluster in range(len(centres)):
        words = _telling(centres, features, cluster) or ["the average user"]
        words = [words[0][0].upper() + words[0][1:], *words[1:]]
        tries = [", ".join(words[:length]) for length in range(min(2, len(words)), len(words) + 1)]
        numbered = (f"{tries[0]} ({number})" for number in range(2, len(centres) + 2))
        names.append(next(name for name in (*tries, *numbered) if name not in names))
    return names


def _sentences(centres: NDArray[np.float64], features: list[str]) -> list[str]:
    sentences = []
    for cluster in range(len(centres)):
        words = _telling(centres, features, cluster)[:5]
        told = "Against everybody: " + ", ".join(words) + "." if words else "Close to the average in everything."
        sentences.append(told)
    return sentences
