"""What the feedback study on the Discovery page is asked: which policies, how long, with whom."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.dataset import Dataset
from engine.discovery.bubble import ROUNDS, SEEDS, USERS
from engine.discovery.study import REFERENCES
from engine.policies import parse_stage
from engine.world.parameters import BEHAVIOURS
from pages.parts import formats, groupings, policies

_REMEDIES = ("mmr:0.3", "calibrated:0.5", "epsilon:0.1", "ignored:2")
_BEHAVIOURS = {
    "boredom": "Boredom with what was seen too often",
    "novelty": "Novelty that fades",
    "drift": "Taste moves toward what is consumed",
    "satisfaction": "The satisfied come back more often",
    "leaving": "The unsatisfied may leave",
}


def ask(dataset: Dataset) -> dict[str, Any] | None:
    """Draw the widgets and return the request; None where no policy is chosen."""
    with st.container(border=True):
        chosen = _policies()
        conduct = _conduct(dataset)
        with st.expander("More: training, segments, what simulated people are like"):
            conduct |= _more(dataset)
    if not chosen:
        return None
    return {"dataset": dataset.fingerprint, "policies": chosen, **conduct}


def _policies() -> list[dict[str, Any]]:
    """Ask for policies; each that has no stages stands also with every remedy chosen, right after it."""
    chosen = policies.ask(
        "Policies to study",
        key="bubble_policies",
        default=["item_knn"],
        add_label="Add to the study",
        help="Random, the Oracle and no recommender are always beside them.",
    )
    remedies = st.pills(
        "The same also with a remedy",
        _REMEDIES,
        selection_mode="multi",
        default=["mmr:0.3", "epsilon:0.1"],
        format_func=lambda stage: parse_stage(stage).title,
        key="bubble_remedies",
        bind="query-params",
        help="Re-ranked for variety or for the user's own mix of categories, exploring, or giving up what was shown "
        "and never taken.",
    )
    plain = [each["model"] not in REFERENCES and "then" not in each for each in chosen]
    return [
        {**each, **({"then": [remedy]} if remedy else {})}
        for each, alone in zip(chosen, plain, strict=True)
        for remedy in (["", *remedies] if alone else [""])
    ]


def _conduct(dataset: Dataset) -> dict[str, Any]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rounds = st.number_input(
            "Rounds",
            2,
            52,
            ROUNDS,
            key="bubble_rounds",
            bind="query-params",
            help="Who comes in a round sees a list and chooses; then the models learn again. A week each by default.",
            width=120,
        )
        users = st.number_input(
            "Simulated users",
            2,
            2000,
            USERS,
            step=50,
            key="bubble_users",
            bind="query-params",
            help="In each draw. More users give narrower bands and take longer.",
            width=150,
        )
        seeds = st.number_input(
            "Draws",
            2,
            20,
            SEEDS,
            key="bubble_seeds",
            bind="query-params",
            help="Each draw has users and luck of its own; the bands are over the draws.",
            width=120,
        )
        seed = st.number_input("Seed", 0, 10_000, 0, key="bubble_seed", bind="query-params", width=120)
    return {
        "rounds": int(rounds),
        "users": min(int(users), dataset.n_users),
        "seeds": int(seeds),
        "seed": int(seed),
    }


def _more(dataset: Dataset) -> dict[str, Any]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        days = st.number_input(
            "A round lasts … days",
            1,
            31,
            7,
            key="bubble_days",
            bind="query-params",
            help="Who comes sees one list a round, so that a cap of so many showings a week needs shorter rounds.",
            width=180,
        )
        often = st.number_input(
            "Train every … rounds",
            0,
            52,
            1,
            key="bubble_train",
            bind="query-params",
            help="0 trains once, before the first round: what a model does without feeding on its own effects.",
            width=180,
        )
        behaviours = st.multiselect(
            "Switched off",
            [name for name in BEHAVIOURS if name in _BEHAVIOURS],
            format_func=_BEHAVIOURS.__getitem__,
            key="bubble_off",
            bind="query-params",
            placeholder="Nothing is switched off",
            help="What simulated people do that you do not believe of yours.",
            width=420,
        )
    more: dict[str, Any] = {"round_days": int(days), "retrain_every": int(often) or None, "without": list(behaviours)}
    if st.toggle("Look at segments of users too", key="bubble_segments", bind="query-params"):
        more["segment"] = st.selectbox(
            "Segments by",
            groupings.names(dataset.fingerprint),
            format_func=lambda by: formats.label(groupings.title(by)),
            key="bubble_by",
            bind="query-params",
            width=320,
        )
    return more
