"""Every model one can choose, in plain words: what it does, when to use it, where it comes from."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from engine.models import MODELS, ModelInfo
from pages.parts import formats

_FAMILIES = {
    "baseline": "Yardsticks and baselines",
    "factors": "Hidden traits",
    "neighbours": "Neighbours",
    "slope": "Average differences",
    "clusters": "Groups of users and items",
    "linear": "Linear models of items or users",
    "content": "What items are like",
    "sequence": "What comes next",
    "ensemble": "Several models together",
}


def draw() -> None:
    """Offer the registry, family by family, folded away."""
    with st.expander(f"What each of the {len(MODELS)} models does and when to use it", icon=":material/menu_book:"):
        families = list(_FAMILIES)
        ordered = sorted(MODELS.values(), key=lambda info: families.index(info.family))
        for family, models in groupby(ordered, key=lambda info: info.family):
            st.markdown("\n".join([f"**{_FAMILIES[family]}**\n", *(_line(info) for info in models)]))


def _line(info: ModelInfo) -> str:
    learns = "predicts ratings" if info.predicts_ratings else "orders items, predicts no rating"
    return (
        f"- **{info.title}**: {info.description} *{info.when_to_use}* It {learns}. "
        f"Source: {formats.words(info.source)}."
    )
