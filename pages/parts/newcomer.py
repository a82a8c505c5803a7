"""Somebody who is not in the data: what they had, as the reader says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from engine.dataset import Dataset
from engine.history import item_facts

NAME = "Somebody new"
_KEY = "rec-had"
_OFFERED = 500
_MOST = 30


def named() -> list[str]:
    """Return the ids of the items that the reader said they had."""
    return list(st.session_state.get(_KEY, []))


def choose(dataset: Dataset) -> None:
    """Let the reader say what somebody new had; nothing at all is a start from nothing."""
    popular = np.argsort(-dataset.preferences.item_users, kind="stable")[:_OFFERED]
    facts = item_facts(dataset, popular)
    titles = dict(zip(facts["item_id"], facts["title"], strict=True))
    if _KEY in st.session_state:
        st.session_state[_KEY] = [each for each in named() if each in titles][:_MOST]
    st.multiselect(
        "What somebody new had",
        list(titles),
        format_func=titles.__getitem__,
        key=_KEY,
        max_selections=_MOST,
        placeholder="Nothing yet: choose items they liked",
        help=f"The {_OFFERED} items that most people chose. The models serve them at once, without training again.",
    )


def codes(dataset: Dataset, item_ids: list[str]) -> NDArray[np.int64]:
    """Return the codes of the items that the data has."""
    found = pd.Index(dataset.items["item_id"].astype(str)).get_indexer(pd.Index(item_ids, dtype="str"))
    return found[found >= 0].astype(np.int64)


def history(dataset: Dataset, item_ids: list[str]) -> pd.DataFrame:
    """Return what they had, as ``engine.history.history`` does of a user."""
    facts = item_facts(dataset, codes(dataset, item_ids))
    never = np.full(len(facts), np.datetime64("NaT", "s"))
    return facts.assign(last=never, events=1, did="you said so")
