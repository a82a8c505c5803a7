"""What data are we looking at, and what was left out of it?"""

from __future__ import annotations

import streamlit as st
from engine.profile import Profile, profile

from engine.dataset import Dataset
from pages.parts import chrome, formats, headline, state


def main() -> None:
    """Draw the page."""
    dataset = state.current()
    facts = _profile(dataset.fingerprint, dataset)
    headline.ask("What data are we looking at?", facts.sentence)
    headline.figures(
        [
            ("Users", formats.count(facts.users)),
            ("Items", formats.count(facts.items)),
            ("Interactions", formats.count(facts.interactions)),
            ("density", formats.share(facts.density, 2)),
            ("Span", "—" if facts.span_days is None else formats.plural(round(facts.span_days), "day")),
        ]
    )


@st.cache_resource(max_entries=6, show_spinner="Counting")
def _profile(fingerprint: str, _dataset: Dataset) -> Profile:
    return profile(_dataset)


if __name__ == "__main__":
    chrome.page(main)
