"""What is believed, which metric decides, and which must not get worse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from experiments.drafting import MEASURABLE
from pages.parts import glossary, uses


def ask() -> dict[str, Any]:
    """Ask; return what ``experiments.drafting.draft`` calls hypothesis, primary, mde and guardrails."""
    hypothesis = st.text_input(
        "Hypothesis",
        key="hypothesis",
        bind="query-params",
        max_chars=300,
        placeholder="What you believe and why; written for you if you leave it empty",
    )
    names = [metric.name for metric in MEASURABLE]
    use = uses.chosen()
    usual = uses.margins(use)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        primary = st.selectbox(
            "Primary metric",
            names,
            index=names.index(use.primary),
            format_func=glossary.title,
            key="primary",
            bind="query-params",
            help="The one metric that decides.\n\n" + "\n\n".join(map(_explained, names)),
            width=230,
        )
        mde = st.slider(
            "Smallest uplift worth finding",
            0.01,
            0.5,
            0.05,
            0.01,
            format="percent",
            key="mde",
            bind="query-params",
            help=f"Relative to the control. {glossary.tip('mde')}",
            width=240,
        )
        guardrails = st.multiselect(
            "Guardrails",
            names,
            default=list(usual),
            format_func=glossary.title,
            key="guardrails",
            bind="query-params",
            placeholder="None",
            help=f"{glossary.tip('guardrail')}\n\nThe primary metric is none, even where it is chosen here.",
            width=330,
        )
    margins = _margins([name for name in guardrails if name != primary], usual)
    return {"hypothesis": hypothesis, "primary": primary, "mde": round(mde, 3), "guardrails": margins}


def _margins(guarded: list[str], usual: Mapping[str, float]) -> dict[str, float]:
    """Ask how much each guardrail may lose."""
    if not guarded:
        return {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        return {
            name: round(
                st.slider(
                    f"{glossary.title(name)} may lose",
                    0.01,
                    0.3,
                    usual.get(name, 0.05),
                    0.01,
                    format="percent",
                    key=f"margin_{name}",
                    bind="query-params",
                    help="The largest relative loss that is still acceptable.",
                    width=240,
                ),
                3,
            )
            for name in guarded
        }


def _explained(name: str) -> str:
    return f"**{glossary.title(name)}**: {glossary.TERMS[name].meaning}"
