"""How an export without a plan is read: split, length, significance, correction, stopping."""

from __future__ import annotations

from typing import Any, get_args

import streamlit as st

from experiments.multiplicity import Correction
from pages.parts import formats, glossary, plan_rigour


def ask(variants: tuple[str, ...], key: str, *, dated: bool) -> dict[str, Any]:
    """Ask; return fields of an ``experiments.importing.Request``.

    Args:
        variants: the control first.
        key: names the widgets of this export.
        dated: whether the export has days, so that it may have ended early.
    """
    with st.expander("How it was split, how long it was to run, how sure it must be"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            split = {
                name: st.number_input(
                    f"Share of {formats.label(name)}",
                    min_value=0.0,
                    value=1.0,
                    step=1.0,
                    format="%g",
                    key=f"share-{name}-{key}",
                    help="Any scale: 1 and 1 is even, 9 and 1 gives the first nine in ten. What was planned, not what "
                    "came: the sample ratio is checked against it.",
                    width=170,
                )
                for name in variants
            }
            days = 0
            if dated:
                days = st.number_input(
                    "Planned days",
                    min_value=0,
                    value=0,
                    key=f"days-{key}",
                    help="0: as many as the export has, so that it has ended.",
                    width=130,
                )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            alpha = st.selectbox(
                "Significance level",
                (0.01, 0.05, 0.1),
                index=1,
                format_func=lambda level: formats.share(level, 0),
                key=f"alpha-{key}",
                help=glossary.tip("alpha"),
                width=160,
            )
            correction = st.selectbox(
                "Correction",
                sorted(get_args(Correction), key=list(plan_rigour.CORRECTIONS).index),
                format_func=plan_rigour.CORRECTIONS.__getitem__,
                key=f"correction-{key}",
                help=glossary.tip("correction"),
                width=200,
            )
        rule = plan_rigour.stopping(int(days) or 60)
    grouped = rule["stopping"] == "group-sequential"
    return {
        "split": split,
        "days": int(days) or None,
        "alpha": alpha,
        "correction": correction,
        "stopping": rule["stopping"],
        "looks": rule["looks"] if grouped else None,
        "spending": rule["spending"] if grouped else None,
        "prior": rule["prior"],
    }
