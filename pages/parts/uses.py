"""What is personalised: choosing a use sets its policies and its metric, and says what will be simulated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.dataset import Dataset
from engine.uses import ROWS, USES, Use
from experiments.drafting import MEASURABLE
from pages.parts import formats, glossary, headline, state

USE = "use"
"""The query parameter that keeps the use. What it sets is other widgets' default: in the address only where changed."""


def ask(*, explain: bool = True) -> Use:
    """Ask what is personalised; drawn before the widgets it sets.

    Args:
        explain: whether to say what will be simulated, and what the data lack for it.
    """
    st.pills(
        "What is personalised?",
        list(USES),
        default=ROWS.name,
        required=True,
        format_func=lambda name: USES[name].title,
        key=USE,
        bind="query-params",
        on_change=_bring,
        help="Choosing one sets what is compared, what decides and what guards; all of it can be changed below.",
    )
    use = chosen()
    if explain:
        _explain(use, state.current())
    return use


def chosen() -> Use:
    """Return the use that was chosen, on this page or another."""
    return USES.get(str(st.session_state.get(USE)), ROWS)


def carried() -> dict[str, Any]:
    """Return what a request carries of the use: nothing for product rows."""
    return {} if chosen() is ROWS else {USE: chosen().name}


def margins(use: Use) -> Mapping[str, float]:
    """Return the guardrails that ``use`` brings with what each may lose: its own, or the usual ones."""
    if use.guardrails is not None:
        return use.guardrails
    return {metric.name: metric.margin for metric in MEASURABLE if metric.margin is not None}


def _explain(use: Use, dataset: Dataset) -> None:
    *simulated, assumed = use.explanation
    st.markdown(f"**{use.question}** {' '.join(simulated)}")
    st.caption(f"{assumed} {glossary.title(use.primary)} decides. Source: {use.source}")
    lacking = use.lacks(dataset)
    if lacking is not None:
        headline.banner("warning", formats.plain(lacking))


def _bring() -> None:
    """Put what the use brings into the widgets that ask for it."""
    use = chosen()
    st.session_state["control"] = use.control
    st.session_state["treatments"] = list(use.treatments)
    st.session_state["primary"] = use.primary
    st.session_state["guardrails"] = list(margins(use))
    for name, margin in margins(use).items():
        st.session_state[f"margin_{name}"] = margin
