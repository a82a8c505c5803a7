"""Which variants are compared: the control, the treatments, and what each model is told."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.models import MODELS
from experiments.drafting import title_of
from pages.parts import parameters

ORACLE = "oracle"


def ask() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Ask for the control and the treatments; return each as ``experiments.simulate.task`` takes it."""
    models = [*MODELS, ORACLE]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        control = st.selectbox(
            "Control",
            models,
            index=models.index("popularity"),
            format_func=title_of,
            key="control",
            bind="query-params",
            help="What users see today; what a treatment must beat.",
            width=230,
        )
        treatments = st.multiselect(
            "Treatments",
            models,
            default=["svd"],
            format_func=title_of,
            key="treatments",
            bind="query-params",
            max_selections=4,
            placeholder="Choose at least one",
            help="What you think of showing. The Oracle knows every simulated user's true taste: it shows how much "
            "there is to gain. The same model as the control makes an A/A test, where the truth is zero.",
            width=420,
        )
    chosen = [control or "popularity", *treatments]
    told = parameters.draw(model for model in dict.fromkeys(chosen) if model != ORACLE)
    arms = [{"model": model, "params": told.get(model, {})} for model in chosen]
    return arms[0], arms[1:]
