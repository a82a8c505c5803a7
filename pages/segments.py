"""Who are the users?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.dataset import Dataset
from engine.people import TITLES, Predictions, beside
from engine.segments import Segmentation
from engine.segments.members import segment_members
from engine.segments.telling import most_telling, most_telling_taste
from pages.parts import (
    addressing,
    chrome,
    foretelling,
    formats,
    groupings,
    headline,
    segment_charts,
    segment_quality,
    state,
    tables,
)

_MEMBER_COLUMNS = {
    "user_id": st.column_config.TextColumn("User", pinned=True),
    "interactions": st.column_config.NumberColumn("Interactions"),
    "active_days": st.column_config.NumberColumn("Active days"),
    "first": st.column_config.DatetimeColumn("First seen", format="D MMM YYYY"),
    "last": st.column_config.DatetimeColumn("Last seen", format="D MMM YYYY"),
    "recency_days": st.column_config.NumberColumn("Days since", format="%.0f"),
    "value": st.column_config.NumberColumn("Value", format="%.2f"),
    "churn_risk": st.column_config.NumberColumn("Churn risk", format="percent"),
    "expected_value": st.column_config.NumberColumn("Expected value", format="%.2f"),
    "at_stake": st.column_config.NumberColumn("At stake", format="%.2f"),
}

QUESTION = "Who are the users?"


def main() -> None:
    """Draw the page."""
    dataset = state.current()
    segmentation = groupings.segmentation(dataset.fingerprint)
    top = st.container()
    choice = st.container(horizontal=True, vertical_alignment="bottom")
    by = choice.selectbox(
        "Group users by",
        list(dict.fromkeys([*segmentation.frame.columns, *TITLES])),
        format_func=groupings.title,
        key="segments_by",
        bind="query-params",
        help="By what they did, when, any column of the user table that groups them, or what is expected of them.",
        width=340,
    )
    predictions = None
    if by in TITLES:
        with top:
            if not foretelling.ready(dataset):
                return
        predictions = foretelling.load(foretelling.key_of(dataset.fingerprint))
        segmentation = groupings.grouped(dataset.fingerprint, by)
    profile = groupings.profile(dataset.fingerprint, by)
    with top:
        _answer(profile, segmentation, dataset)
        if predictions is not None:
            foretelling.how_good(predictions, by)
    with choice:
        chosen = _chosen(profile)
    segment_charts.size_and_value(profile, chosen=chosen, name=f"segments-{by}", pick=_pick)
    _table(profile, segmentation, by)
    if predictions is not None:
        addressing.draw(dataset, predictions)
    _members(dataset, segmentation, by, profile, chosen, predictions)
    _taste(dataset, by, profile)
    segment_quality.draw(dataset, by, list(profile["segment"]))


def _answer(profile: pd.DataFrame, segmentation: Segmentation, dataset: Dataset) -> None:
    fact = most_telling(profile)
    unit = segmentation.activity.value_unit
    if fact.stands_out:
        answer = (
            f"“{fact.segment}” is {formats.share(fact.share, 0)} of users and {formats.share(fact.value_share, 0)} "
            f"of value: {fact.times:.1f} times its share."
        )
    else:
        answer = (
            f"No segment stands out by value; “{fact.segment}”, with {formats.share(fact.share, 0)} of users, "
            f"brings {formats.share(fact.value_share, 0)} of it."
        )
    headline.answer(answer)
    st.caption(f"Value here is the {unit}, added up over each user's whole history in the log.")
    headline.figures(
        [
            ("Users", formats.count(dataset.n_users)),
            ("Segments", formats.count(len(profile))),
            ("Largest segment", formats.share(float(profile["share"].max()), 0)),
            ("Highest value share", formats.share(float(profile["value_share"].max()), 0)),
        ]
    )


def _chosen(profile: pd.DataFrame) -> str | None:
    """Let the reader choose a segment; what another grouping or dataset left behind is dropped."""
    segments = list(profile["segment"])
    if st.session_state.get("segment") not in (None, *segments):
        st.session_state["segment"] = None
    chosen: str | None = st.selectbox(
        "Look at one segment",
        segments,
        index=None,
        key="segment",
        bind="query-params",
        placeholder="All segments: choose one here, or click a bar",
        help="Its users are listed below, and it is marked in the chart.",
        width=340,
    )
    return chosen


def _pick(segment: str) -> None:
    st.session_state["segment"] = segment


def _table(profile: pd.DataFrame, segmentation: Segmentation, by: str) -> None:
    meaning = segmentation.descriptions.get(by, {})
    shown = pd.DataFrame(
        {
            "Segment": profile["segment"],
            "Users": profile["users"].map(formats.count),
            "Share": profile["share"].map(formats.share),
            "Value share": profile["value_share"].map(formats.share),
            "Value per user": profile["value_per_user"].map(lambda value: formats.decimal(value, 1)),
            "Interactions per user": profile["interactions_per_user"].map(lambda value: formats.decimal(value, 1)),
            "Most into": [
                f"{taste} ({lift:.1f}×)" if taste else formats.NO_VALUE
                for taste, lift in zip(profile["taste"], profile["taste_lift"], strict=True)
            ],
        }
    )
    tables.table(shown, f"segment-profile-{by}", data=profile)
    if meaning:
        with st.expander("What each segment means"):
            told = [segment for segment in profile["segment"] if segment in meaning]
            st.markdown("\n".join(f"- **{formats.plain(each)}**: {formats.words(meaning[each])}" for each in told))


def _members(
    dataset: Dataset,
    segmentation: Segmentation,
    by: str,
    profile: pd.DataFrame,
    chosen: str | None,
    predictions: Predictions | None,
) -> None:
    st.subheader("Who is in it?" if chosen is None else f"Who is in “{chosen}”?", anchor=False)
    if chosen is None:
        st.write("Choose a segment above to list its users and download them.")
        return
    row = profile[profile["segment"] == chosen].to_dict("records")[0]
    meaning = segmentation.descriptions.get(by, {}).get(chosen)
    if meaning:
        st.write(meaning)
    st.write(
        f"**{formats.plural(row['users'], 'user')}**, {formats.share(row['share'])} of all; "
        f"{formats.decimal(row['value_per_user'], 1)} of value and "
        f"{formats.decimal(row['interactions_per_user'], 1)} interactions a user. The most valuable come first."
    )
    members = segment_members(dataset, segmentation, by, chosen)
    if predictions is not None:
        members = beside(members, dataset, predictions)
    shown = members.round({"churn_risk": 2})  # whole percent: a risk is known no better
    tables.table(shown, "segment-users", columns=_MEMBER_COLUMNS, data=members, height=320)


def _taste(dataset: Dataset, by: str, profile: pd.DataFrame) -> None:
    st.subheader("What do they like?", anchor=False)
    table = groupings.tastes(dataset.fingerprint, by)
    strongest = most_telling_taste(table)
    if strongest is None:
        st.write("The items have no categories here. Add an item table with a category column to see taste.")
        return
    st.write(
        f"“{strongest['segment']}” have {strongest['lift']:.1f} times everybody's share of "
        f"**{strongest['category']}**: {formats.share(strongest['share'])} of what they had, against "
        f"{formats.share(strongest['share_everybody'])}. 1.0× is the same as everybody."
    )
    segment_charts.taste(table, list(profile["segment"]), name=f"segment-taste-{by}")


if __name__ == "__main__":
    chrome.page(QUESTION, main)
