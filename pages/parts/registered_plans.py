"""The plans that were written down before anybody looked, and whether a result came of them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from experiments import database
from experiments.database import Registered
from pages.parts import formats, tables


def draw() -> None:
    """List the registered plans, the newest first."""
    st.subheader("Registered plans", anchor=False)
    search = st.text_input(
        "Search plans",
        key="plans",
        bind="query-params",
        max_chars=200,
        placeholder="Words of a hypothesis, variant, metric or hash",
        width=360,
    )
    plans = database.registrations(search)
    if not plans:
        st.caption("No registered plan matches." if search else "None yet: register one on the Design page.")
        return
    uses = database.uses()
    st.caption(
        f"{formats.plural(len(plans), 'plan')}, the newest first. The first registration counts: "
        "any change makes another plan, with another hash."
    )
    tables.table(pd.DataFrame([_row(each, uses.get(each.hash, 0)) for each in plans]), "plans")


def _row(each: Registered, results: int) -> dict[str, str]:
    plan = each.plan
    return {
        "Registered": formats.moment(each.registered),
        "Hypothesis": plan.hypothesis,
        "Primary metric": plan.primary.label,
        "Variants": formats.listed([plan.title(name) for name in plan.variants]),
        "Days": str(plan.days),
        "Results": formats.plural(results, "result") if results else "none yet",
        "Plan": each.hash,
    }
