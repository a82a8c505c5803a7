"""What only a simulation can be asked: how the models learn, and where else the truth is looked for."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.world.parameters import BEHAVIOURS, WorldParameters
from pages.parts import formats

WORLDS = "worlds"
#: How many worlds a reader is offered who asked for none.
SUGGESTED = 20
_WORLDS = (0, 5, 10, 20, 50)
_TRAINING = {True: "Everybody's behaviour", False: "Their own users'"}
_BEHAVIOURS = {name: name.replace("_", " ").capitalize() for name in BEHAVIOURS}
_MEANINGS = "\n".join(
    f"- **{_BEHAVIOURS[each.name]}**: {each.meaning.removeprefix('Whether ')}"
    for each in WorldParameters().describe()
    if each.name in BEHAVIOURS
)


def ask() -> dict[str, Any]:
    """Ask; return the arguments of ``experiments.simulate`` that are asked for; ``without`` and ``foretell``
    only where they are."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shared = st.selectbox(
            "Variants' models learn from",
            list(_TRAINING),
            format_func=_TRAINING.__getitem__,
            key="training",
            bind="query-params",
            help="In most live tests all variants learn from the same clicks. Kept apart, each learns from fewer users "
            "than it would have if everybody saw it. Either way the test is not quite what shipping would be.",
            width=230,
        )
        worlds = st.selectbox(
            "Plausible worlds",
            _WORLDS,
            format_func=lambda number: formats.plural(number, "world") if number else "This one only",
            key=WORLDS,
            bind="query-params",
            help="Simulated users are fitted to one log, and some of what they are made of no log can tell. Each "
            "further world is fitted to users drawn anew, with those assumptions drawn anew: does the uplift hold in "
            "most of them? Twenty take some minutes.",
            width=170,
        )
        interference = st.toggle(
            "Measure interference",
            value=True,
            key="interference",
            bind="query-params",
            help="Lives the experiment again with the variants swapped, to tell what sharing or splitting the training "
            "data does to the test from who happened to be assigned where.",
        )
        foretell = st.toggle(
            "Tell effects apart by churn risk",
            value=False,
            key="foretell",
            bind="query-params",
            help="Foretells from the log who will stay away and what everybody will be worth, as the Segments page "
            "does, and shows each effect by both. Done in any case where a discount goes by them. Needs a log with "
            "times that spans five weeks or more.",
        )
        behaviours = st.multiselect(
            "Behaviours switched off",
            BEHAVIOURS,
            format_func=_BEHAVIOURS.__getitem__,
            key="without",
            bind="query-params",
            placeholder="Nothing is switched off",
            help="What simulated users do that you do not believe of yours; off in every world.\n\n" + _MEANINGS,
            width=300,
        )
    # In one order, and left out where nothing is off: the same question has the same key.
    off = {"without": [name for name in BEHAVIOURS if name in behaviours]} if behaviours else {}
    by_risk = {"foretell": True} if foretell else {}
    return (
        {"shared_training": bool(shared), "interference": bool(interference), "worlds": int(worlds or 0)}
        | off
        | by_risk
    )
