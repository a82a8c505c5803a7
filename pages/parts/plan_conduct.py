"""How the test runs: its length and split, which are the plan's, and what only a simulation needs."""

from __future__ import annotations

from typing import Any

import streamlit as st

from experiments.drafting import split_for, weights_of
from pages.parts import formats

# A select box takes None for "nothing chosen", so zero stands for an even split and for no retraining.
_OWN = -1.0
_CONTROL_SHARES = (0.0, 0.6, 0.7, 0.8, 0.9, 0.95, _OWN)
_RETRAIN = (1, 3, 7, 14, 0)


def ask(treatments: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ask; return ``split`` and ``days``, and then ``users``, ``seed`` and ``retrain_every``."""
    arms = max(treatments, 1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        days = st.number_input(
            "Days", 1, 60, 14, key="days", bind="query-params", help="Whole weeks are best.", width=130
        )
        share = st.selectbox(
            "Split",
            _CONTROL_SHARES,
            format_func=_named,
            key="split",
            bind="query-params",
            help="An even split needs the fewest users; a large control risks less.",
            width=170,
        )
        weights = ""
        if share == _OWN:
            weights = st.text_input(
                "Weights, control first",
                value=",".join("1" for _ in range(arms + 1)),
                key="weights",
                bind="query-params",
                help="One number a variant, such as 2,1,1 for half of the users in control.",
                width=180,
            )
        users = st.number_input(
            "Simulated users",
            100,
            100_000,
            5_000,
            500,
            key="users",
            bind="query-params",
            help="Drawn from the data's users; beyond their number, clones that share most of an original's taste.",
            width=170,
        )
        seed = st.number_input(
            "Seed",
            0,
            2**31 - 1,
            1,
            key="seed",
            bind="query-params",
            help="The same seed gives the same numbers. Choose it before you look, and keep it.",
            width=130,
        )
        retrain = st.selectbox(
            "Retrain every",
            _RETRAIN,
            index=_RETRAIN.index(7),
            format_func=lambda days: formats.plural(days, "day") if days else "Never",
            key="retrain",
            bind="query-params",
            help="How often the models learn from what happened since.",
            width=150,
        )
    split = weights_of(weights, 1 + arms) if share == _OWN else split_for(arms, share or None)
    run = {"users": int(users), "seed": int(seed), "retrain_every": retrain or None}
    return {"split": list(split), "days": int(days)}, run


def _named(share: float) -> str:
    if share == _OWN:
        return "Your own weights"
    return f"{formats.share(share, 0)} control" if share else "Even"
