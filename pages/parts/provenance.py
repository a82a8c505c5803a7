"""Which computed results this run of a page has drawn: their seeds, and when they were computed."""

from __future__ import annotations

import streamlit as st

from engine import jobs
from pages.parts import formats

_USED = "provenance"


def forget() -> None:
    """Begin a page: nothing is drawn yet."""
    st.session_state[_USED] = {}


def used(key: str, seed: int) -> None:
    """Note that the page draws the result of job ``key``, computed with ``seed``."""
    st.session_state.setdefault(_USED, {})[key] = seed


def sentence() -> str:
    """Return ``seed 1 · computed 21 Nov 2026, 04:48 UTC`` for what was drawn, or nothing."""
    drawn: dict[str, int] = st.session_state.get(_USED, {})
    if not drawn:
        return ""
    seeds = sorted(set(drawn.values()))
    latest = max(jobs.finished(key) for key in drawn)
    label = "seed" if len(seeds) == 1 else "seeds"
    return f"{label} {formats.listed([str(seed) for seed in seeds])} · computed {formats.moment(latest)}"
