"""Sets of models to train with one click; popularity and random stand beside each of them anyway."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.models.params import Value


@dataclass(frozen=True)
class Preset:
    """Models that go together.

    Attributes:
        title: its name on a page.
        description: one plain sentence.
        models: parameters that differ from the defaults, by model name.
    """

    title: str
    description: str
    models: Mapping[str, Mapping[str, Value]]


_FAST = Preset(
    "Fast",
    "Seconds of training on 100,000 interactions: a first look at whether taste matters, for ratings and for lists.",
    {"baseline_only": {}, "svd": {"n_factors": 20, "n_epochs": 10}, "ease": {}},
)
_BALANCED = Preset(
    "Balanced",
    "One of each kind at its usual settings: neighbours, hidden traits, average differences, and two made for lists.",
    {"knn_baseline": {}, "svd": {}, "slope_one": {}, "ease": {}, "als": {}},
)
_ACCURATE = Preset(
    "Accurate",
    "The most accurate settings for ratings and for lists; training takes minutes.",
    {
        "knn_baseline": {"similarity": "pearson_baseline", "user_based": False},
        "svd": {"n_factors": 100, "n_epochs": 50, "reg_all": 0.08},
        "svd_pp": {"cache_ratings": True},
        "stacked": {},
    },
)

PRESETS: Mapping[str, Preset] = MappingProxyType({preset.title: preset for preset in (_FAST, _BALANCED, _ACCURATE)})
