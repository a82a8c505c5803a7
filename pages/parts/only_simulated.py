"""What only a simulation knows of a result: bias, other worlds, and whom the treatment truly helps."""

from __future__ import annotations

import streamlit as st

from experiments.results import Results
from pages.parts import estimate_bias, individual_effects, many_worlds


def draw(key: str, results: Results) -> None:
    """Draw what stands beside a simulated result; each part stays away where it was not asked for.

    Args:
        key: what the result is kept under.
        results: of a simulation.
    """
    estimate_bias.draw(results)
    many_worlds.draw(results)
    individual_effects.draw(key, results)
    for note in results.notes:
        st.caption(note)
