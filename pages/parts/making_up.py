"""The part of the Data page that makes up a world from a few dials, for a demonstration without data."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import streamlit as st

from engine.errors import LabError
from engine.world.synthetic import Dials
from pages.parts import opening

_DEFAULT = Dials()
_DIALS = {each.name: each for each in fields(Dials)}
# What a page can wait for; the command line takes any size.
_MOST = {"users": 20_000, "items": 5_000, "taste_groups": 20, "weeks": 52, "seed": 1_000_000}
_PLAINLY = {
    "taste_strength": "At 0 taste does not matter: what people come across and chance decide. At 5 it decides almost "
    "alone.",
    "popularity_skew": "At 0 people come across every item equally often; the higher, the more they come across the "
    "same few.",
}


def draw() -> None:
    """Offer the dials; make the world up when asked, and show it like any other data."""
    st.write(
        "Users of a few taste groups who never existed browse and buy items that do not exist, by rules that are "
        "known: to try the Lab without data, or to see what it finds where you know the truth."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        given: dict[str, Any] = {
            "users": _number("users", "Users", step=100),
            "items": _number("items", "Items", step=50),
            "taste_groups": _number("taste_groups", "Taste groups"),
            "minority_share": _slider("minority_share", "Share of the minority group"),
            "taste_strength": _slider("taste_strength", "How strongly taste decides"),
            "popularity_skew": _slider("popularity_skew", "How skewed popularity is"),
            "weeks": _number("weeks", "Weeks"),
            "seed": _number("seed", "Seed"),
        }
    if st.button("Make up this world", key="make-up"):
        try:
            dials = Dials(**given)
        except LabError as error:
            st.error(str(error), icon=":material/error:")
        else:
            opening.start({"source": f"synthetic:{dials.told}"})


def _number(name: str, label: str, *, step: int = 1) -> int:
    dial = _DIALS[name]
    return int(
        st.number_input(
            label,
            int(dial.metadata["low"]),
            _MOST[name],
            int(getattr(_DEFAULT, name)),
            step=step,
            key=f"dial_{name}",
            persist_state="session",
            help=_help(name),
            width=140,
        )
    )


def _slider(name: str, label: str) -> float:
    dial = _DIALS[name]
    return float(
        st.slider(
            label,
            float(dial.metadata["low"]),
            float(dial.metadata["high"]),
            float(getattr(_DEFAULT, name)),
            step=0.05,
            key=f"dial_{name}",
            persist_state="session",
            help=_help(name),
            width=230,
        )
    )


def _help(name: str) -> str:
    meaning = str(_DIALS[name].metadata["meaning"])
    return _PLAINLY.get(name) or f"{meaning[:1].upper()}{meaning[1:]}."
