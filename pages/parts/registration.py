"""Writing a plan down before anybody looks: its hash, since when it is registered, and its files."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from engine.errors import LabError
from experiments.database import Registered, register, registered, registrations
from experiments.plan import Plan
from experiments.plan_file import write_plan
from pages.parts import formats, headline, tables

_FAILED = "register-failed"


def draw(plan: Plan) -> None:
    """Show whether ``plan`` is registered, and offer to register it, to simulate it and to take it along."""
    known = registered(plan.hash)
    if known is None:
        st.caption(
            f"Plan `{plan.hash}`: the number changes with anything you change above. Once registered, every result "
            "says whether the analysis followed the plan."
        )
    else:
        headline.banner("success", f"Registered {formats.moment(known.registered)} as plan `{known.hash}`.")
    if _FAILED in st.session_state:
        headline.banner("error", st.session_state.pop(_FAILED))
    with st.container(horizontal=True, vertical_alignment="center"):
        if known is None:
            # A callback runs before the page does, so the page shows at once that it is registered.
            st.button(
                "Register this plan",
                type="primary",
                icon=":material/lock:",
                key="register",
                on_click=_register,
                args=(plan,),
            )
        st.page_link("pages/simulate.py", label="**Simulate this plan**", icon=":material/science:")
        st.download_button(
            "Plan as YAML",
            data=lambda: write_plan(plan),
            file_name=f"plan-{plan.hash}.yaml",
            mime="application/yaml",
            icon=":material/download:",
            on_click="ignore",
            key="plan-yaml",
        )
        st.download_button(
            "Plan as JSON",
            data=lambda: json.dumps(plan.to_dict() | {"hash": plan.hash}, indent=2),
            file_name=f"plan-{plan.hash}.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
            key="plan-json",
        )
    _others()


def _register(plan: Plan) -> None:
    try:
        register(plan)
    except LabError as error:
        st.session_state[_FAILED] = str(error)


def badge(plan: Plan) -> None:
    """Say in a line whether ``plan`` is registered."""
    known = registered(plan.hash)
    since = "not registered" if known is None else f"registered {formats.moment(known.registered)}"
    st.caption(f"Plan `{plan.hash}`, {since} · {formats.plain(plan.hypothesis)}")


def _others() -> None:
    """List the plans that are registered here, read only when somebody opens the list."""
    kept = st.expander("Plans registered here", key="plans", bind="query-params")
    if not kept.open:
        return
    with kept:
        search = st.text_input(
            "Search",
            key="plans_search",
            bind="query-params",
            placeholder="Words of the hypothesis, a metric, a variant or the number",
        )
        plans = registrations(search)
        if not plans:
            st.caption("No plan holds these words." if search else "None yet.")
            return
        tables.table(pd.DataFrame(list(map(_row, plans))), "registered-plans", height=min(38 * len(plans) + 40, 320))


def _row(each: Registered) -> dict[str, object]:
    plan = each.plan
    return {
        "Registered": formats.moment(each.registered),
        "Hypothesis": plan.hypothesis,
        "Primary metric": plan.primary.label,
        "Variants": " : ".join(map(plan.title, plan.variants)),
        "Days": plan.days,
        "Plan": each.hash,
    }
