"""The users of a dataset, grouped in every way; worked out once and shared by all pages and visitors."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.errors import DataError
from engine.people import TITLES, check_predictable, with_predictions
from engine.segments import Segmentation, profile_segments, quality_by_segment, segment_users, taste_by_category
from pages.parts import evaluations, foretelling, state

_TITLES = {
    "recency_frequency_value": "Recency, frequency and value",
    "lifecycle": "Lifecycle",
    "behaviour_cluster": "Behaviour clusters",
    **TITLES,
}


def title(by: str) -> str:
    """Return what pages call the grouping ``by``."""
    return _TITLES.get(by) or by.replace("_", " ").capitalize()


@st.cache_resource(max_entries=6, show_spinner="Grouping the users")
def segmentation(fingerprint: str) -> Segmentation:
    """Return the segments of a stored dataset's users."""
    return segment_users(state.dataset(fingerprint))


def names(fingerprint: str) -> list[str]:
    """Return the groupings of a stored dataset's users, those of what can be foretold of them included."""
    try:
        check_predictable(state.dataset(fingerprint))
        foretold = list(TITLES)
    except DataError:
        foretold = []
    return list(dict.fromkeys([*segmentation(fingerprint).frame.columns, *foretold]))


def grouped(fingerprint: str, by: str) -> Segmentation:
    """Return the segments that hold the grouping ``by``: those of what is expected of the users must be foretold."""
    base = segmentation(fingerprint)
    if by not in TITLES:
        return base
    return with_predictions(base, foretelling.load(foretelling.key_of(fingerprint)))


@st.cache_resource(max_entries=24, show_spinner="Describing the segments")
def profile(fingerprint: str, by: str) -> pd.DataFrame:
    """Return the size, value and strongest taste of each segment, as ``profile_segments`` does."""
    return profile_segments(state.dataset(fingerprint), grouped(fingerprint, by), by)


@st.cache_resource(max_entries=24, show_spinner="Comparing tastes")
def tastes(fingerprint: str, by: str) -> pd.DataFrame:
    """Return each segment's categories against everybody's, as ``taste_by_category`` does."""
    return taste_by_category(state.dataset(fingerprint), grouped(fingerprint, by), by)


@st.cache_resource(max_entries=48, show_spinner="Measuring each segment")
def quality(key: str, by: str) -> pd.DataFrame:
    """Return the finished evaluation ``key`` by segment, as ``quality_by_segment`` does."""
    evaluation = evaluations.load(key)
    return quality_by_segment(evaluation, grouped(evaluation.fingerprint, by), by)
