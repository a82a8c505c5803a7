"""Whom to address: the users a prediction puts first, with the reason of each, as a list to take away."""

from __future__ import annotations

import streamlit as st

from engine.dataset import Dataset
from engine.people import ORDERS, Predictions, targets
from engine.uses import find_use
from pages.parts import formats, policies, state, tables, uses

_USUAL = 100
_PROMOTIONS = find_use("promotions")
_AT_RISK, _VALUABLE = _PROMOTIONS.also
_COLUMNS = {
    "user_id": st.column_config.TextColumn("User", pinned=True),
    "churn_risk": st.column_config.NumberColumn("Churn risk", format="percent"),
    "expected_value": st.column_config.NumberColumn("Expected value", format="%.2f"),
    "at_stake": st.column_config.NumberColumn("At stake", format="%.2f"),
    "risk_reason": st.column_config.TextColumn("What raises the risk", width="large"),
    "value_reason": st.column_config.TextColumn("What raises the value", width="large"),
}


def draw(dataset: Dataset, predictions: Predictions) -> None:
    """Let the reader choose by what and how many, and list those users.

    Args:
        dataset: what the predictions are of.
        predictions: of all its users.
    """
    st.subheader("Whom should you address?", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.selectbox(
            "Put first",
            list(ORDERS),
            format_func=ORDERS.__getitem__,
            key="address_by",
            bind="query-params",
            help="At stake is the churn risk times what a user would be worth who came back: what staying away costs.",
            width=220,
        )
        most = st.number_input(
            "How many users",
            min_value=1,
            value=_USUAL,
            key="address_n",
            bind="query-params",
            width=160,
        )
    found = targets(dataset, predictions, by=by, most=int(most))
    st.write(formats.plain(found.sentence))
    other = "risk_reason" if by == "expected_value" else "value_reason"
    shown = found.frame.drop(columns=other).round({"churn_risk": 2})  # whole percent: a risk is known no better
    tables.table(shown, "whom-to-address", columns=_COLUMNS, data=found.frame, height=320)
    st.caption(
        "A reason says what the model goes by, not what caused it: with that one thing as it is for the user in the "
        "middle, the model would have foretold the other figure."
    )
    if _PROMOTIONS.lacks(dataset) is None:
        spec = _VALUABLE if by == "expected_value" else _AT_RISK
        st.page_link(
            "pages/simulate.py",
            label="Simulate a discount for such users",
            icon=":material/science:",
            query_params={
                state.DATA: dataset.fingerprint,
                uses.USE: _PROMOTIONS.title,
                "treatments": policies.title(spec),
            },
        )
