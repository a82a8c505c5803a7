"""How many users and days does the test need?"""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from experiments.cautions import cautions
from experiments.history import History, history
from experiments.outlook import Outlook, horizon, outlook
from experiments.plan import Plan
from pages.parts import charts, chrome, formats, glossary, headline, planning, state


def main() -> None:
    """Draw the page."""
    top = st.container()
    st.subheader("The plan, fixed before looking", anchor=False)
    with st.container(border=True):
        st.markdown("**What do you believe?**")
        control, treatments = planning.variants()
        rules = planning.decision()
    with st.container(border=True):
        st.markdown("**How does it run, and how sure must it be?**")
        length, run = planning.conduct(len(treatments))
        rules |= length | planning.rigour()
    baseline, users_a_day = _own_figures(str(rules["primary"]))
    if not treatments:
        with top:
            headline.ask("How many users and days does the test need?", "Choose at least one treatment to plan a test.")
        return
    plan = planning.Choice(control, treatments, rules, run).plan
    past = _history(state.current().fingerprint, horizon(plan.days))
    found = outlook(plan, past, known_baseline=baseline, users_a_day=users_a_day)
    with top:
        headline.ask("How many users and days does the test need?", found.sentence)
        _figures(plan, found)
    for caution in cautions(plan, past, found):
        headline.banner("warning", caution)
    _curve(plan, found)
    _next(plan)


@st.cache_resource(max_entries=12, show_spinner="Counting the log's own traffic")
def _history(fingerprint: str, days: int) -> History:
    return history(state.dataset(fingerprint), days)


def _own_figures(primary: str) -> tuple[float | None, float | None]:
    """Let the reader put in figures they know better than the log does."""
    with st.expander("Your own figures, where you know better than this log"):
        st.caption("Left empty, both are read from the data that is open.")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            baseline = st.number_input(
                f"{glossary.title(primary)} today",
                min_value=0.000001,
                value=None,
                step=0.001,
                format="%g",
                key=f"baseline_{primary}",
                bind="query-params",
                placeholder="from the log",
                help="As a number: write 4.3% as 0.043. For a mean, its spread is taken from the log in proportion.",
                width=220,
            )
            users_a_day = st.number_input(
                "New users a day",
                min_value=1.0,
                value=None,
                step=100.0,
                format="%g",
                key="traffic",
                bind="query-params",
                placeholder="from the log",
                help="How many users enter the test each day for the first time.",
                width=220,
            )
    return baseline, users_a_day


def _figures(plan: Plan, found: Outlook) -> None:
    days = formats.plural(plan.days, "day")
    headline.figures(
        [
            ("Users needed", formats.count(found.size.total)),
            ("Days needed", formats.count(found.days_needed)),
            (f"{glossary.title(plan.primary.name)} today", formats.level(found.baseline, plan.primary.unit)),
            (f"Found in {days}", formats.uplift(found.mde_planned, 0)),
            ("power", formats.share(plan.power, 0)),
        ]
    )
    st.caption(f"Today's figure is per user over {days}. {found.source}")


def _curve(plan: Plan, found: Outlook) -> None:
    """Draw the smallest uplift found against the length of the test."""
    st.subheader("The longer it runs, the smaller the uplift it finds", anchor=False)
    st.caption(
        "Each point is a test planned for that many days, on the traffic of the log that is open: users come back, so "
        "new ones grow scarcer from day to day."
    )
    colours = charts.colours()
    chart = charts.figure(x_title="Days", y_title="Smallest uplift found", legend=False)
    chart.add_scatter(
        x=found.days,
        y=found.mde,
        customdata=found.users,
        mode="lines+markers",
        line={"color": colours[0], "width": 2.5},
        marker={"size": 5},
        hovertemplate="%{x} days, %{customdata:,.0f} users: %{y:+.1%}<extra></extra>",
    )
    if plan.mde is not None:
        charts.zero_line(chart, vertical=False, at=plan.mde)
        worth = f"worth finding: {formats.uplift(plan.mde, 0)}"
        chart.add_annotation(
            x=1, xref="paper", xanchor="right", y=plan.mde, yanchor="bottom", text=worth, showarrow=False
        )
    charts.zero_line(chart, vertical=True, at=plan.days)
    chart.add_annotation(x=plan.days, y=1, yref="paper", xanchor="left", text=" planned", showarrow=False)
    chart.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=6)
    chart.update_xaxes(nticks=8)
    charts.show(
        chart,
        alt=f"Smallest relative uplift of {glossary.title(plan.primary.name)} found against days. At the planned "
        f"{formats.plural(plan.days, 'day')} it is {formats.uplift(found.mde_planned, 0)}.",
        data=pd.DataFrame({"days": found.days, "users": found.users, "mde_relative": found.mde}),
        name="mde-by-days",
    )


def _next(plan: Plan) -> None:
    """Say what was planned, and lead on."""
    st.markdown(planning.summary(plan))
    st.caption(f"Hypothesis: {plan.hypothesis} · plan `{plan.hash}`: it changes with anything you change above.")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("pages/simulate.py", label="**Simulate this plan**", icon=":material/science:")
        st.download_button(
            "Plan as JSON",
            data=json.dumps(plan.to_dict() | {"hash": plan.hash}, indent=2),
            file_name=f"plan-{plan.hash}.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
            key="plan-json",
        )


if __name__ == "__main__":
    chrome.page(main)
