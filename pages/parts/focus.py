"""Which metric and which treatment of a result to look at closely."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from experiments.metrics import Metric, find
from experiments.plan import Plan


def metric_of(plan: Plan, key: str) -> Metric:
    """Ask which metric, the primary one first."""
    names = [metric.name for metric in plan.metrics]
    settle(key, names)
    name = st.selectbox(
        "Metric",
        names,
        format_func=lambda each: find(plan.metrics, each).label,
        key=key,
        bind="query-params",
        width=220,
    )
    return find(plan.metrics, name or names[0])


def treatment_of(plan: Plan, key: str, *, first: str | None = None) -> str:
    """Ask which treatment, where there are several; ``first`` is looked at until the reader chooses."""
    treatments = list(plan.variants[1:])
    if len(treatments) == 1:
        return treatments[0]
    settle(key, treatments)
    usual = first if first in treatments else treatments[0]
    chosen = st.selectbox(
        "Treatment",
        treatments,
        index=treatments.index(usual),
        format_func=plan.title,
        key=key,
        bind="query-params",
        width=220,
    )
    return chosen or usual


def settle(key: str, options: Sequence[str]) -> None:
    """Drop a choice that another result or dataset left behind."""
    if st.session_state.get(key) not in (None, *options):
        del st.session_state[key]
