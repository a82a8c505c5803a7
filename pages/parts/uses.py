"""What is personalised: choosing a use sets its policies and its metric, and says what will be simulated."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.dataset import Dataset
from engine.models import MODELS
from engine.policies import BASES
from engine.uses import ROWS, USES, Use
from experiments.drafting import MEASURABLE
from pages.parts import formats, glossary, headline, policies, state

USE = "use"
"""The query parameter that keeps the use; what it sets is kept in the widgets it sets."""

_SET = ("control", "treatments", "primary", "guardrails")


def ask() -> dict[str, Any]:
    """Ask what is personalised; return what a request carries of it: nothing for product rows.

    Called before the widgets it sets are drawn.
    """
    if USE not in st.session_state and USE in st.query_params and not any(name in st.query_params for name in _SET):
        _follow_link(st.query_params[USE])
    chosen = st.pills(
        "What is personalised?",
        list(USES),
        default=ROWS.name,
        required=True,
        format_func=lambda name: USES[name].title,
        key=USE,
        bind="query-params",
        on_change=_preset,
        help="Choosing one sets what is compared and which metric decides; all of it can be changed below.",
    )
    use = USES[chosen or ROWS.name]
    _explain(use, state.current())
    return {} if use is ROWS else {USE: use.name}


def _explain(use: Use, dataset: Dataset) -> None:
    """Say what will be simulated, and what the data lack for it."""
    *simulated, assumed = use.explanation
    st.markdown(f"**{use.question}** {' '.join(simulated)}")
    st.caption(f"{assumed} {glossary.title(use.primary)} decides. Source: {use.source}")
    lacking = use.lacks(dataset)
    if lacking is not None:
        headline.banner("warning", formats.plain(lacking))


def _follow_link(title: str) -> None:
    """Set what a link's use brings, where the link names nothing else."""
    named = next((use for use in USES.values() if use.title == title), None)
    if named is not None:
        _bring(named)


def _preset() -> None:
    _bring(USES[st.session_state.get(USE) or ROWS.name])


def _bring(use: Use) -> None:
    """Put what ``use`` brings into the widgets that ask for it; all of it may be changed there."""
    arms = (use.control, *use.treatments)
    composed = [spec for spec in arms if spec not in MODELS and spec not in BASES]
    st.session_state[policies.COMPOSED] = list(dict.fromkeys([*st.session_state.get(policies.COMPOSED, []), *composed]))
    st.session_state["control"] = use.control
    st.session_state["treatments"] = list(use.treatments)
    st.session_state["primary"] = use.primary
    margins = use.guardrails
    if margins is None:
        margins = {metric.name: metric.margin for metric in MEASURABLE if metric.margin is not None}
    st.session_state["guardrails"] = [name for name in margins if name != use.primary]
    for name, margin in margins.items():
        st.session_state[f"margin_{name}"] = margin
