"""How many users and days does the test need?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from engine.errors import LabError
from experiments.cautions import cautions
from experiments.comparison import kish
from experiments.drafting import MEASURABLE
from experiments.earlier import Foretold, foretell
from experiments.history import History, history
from experiments.metrics import find
from experiments.outlook import horizon, outlook
from experiments.plan import Plan
from pages.parts import (
    chrome,
    formats,
    headline,
    plan_conduct,
    plan_decision,
    plan_outlook,
    plan_rigour,
    plan_variants,
    planning,
    registration,
    state,
)

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

QUESTION = "How many users and days does the test need?"


@dataclass(frozen=True)
class _Known:
    """What the reader knows better than the log; None where the log is to tell."""

    baseline: float | None
    users_a_day: float | None
    design_effect: float


def main() -> None:
    """Draw the page."""
    top = st.container()
    st.subheader("The plan, fixed before looking", anchor=False)
    with st.container(border=True):
        st.markdown("**What do you believe?**")
        control, treatments = plan_variants.ask()
        rules = plan_decision.ask()
    with st.container(border=True):
        st.markdown("**How does it run, and how sure must it be?**")
        length, run = plan_conduct.ask(len(treatments))
        rules |= length | plan_rigour.ask(length["days"])
        beside = st.container()
    known = _own_figures(str(rules["primary"]))
    if not treatments:
        with top:
            headline.answer("Choose at least one treatment to plan a test.")
        return
    plan = planning.Choice(control, treatments, rules, run).plan
    try:
        _answer(plan, known, top, beside)
    except LabError as error:
        with top:
            headline.answer("This plan cannot be sized yet.")
            headline.banner("error", str(error))
    st.subheader("Write the plan down", anchor=False)
    st.markdown(planning.summary(plan))
    st.caption(f"Hypothesis: {formats.plain(plan.hypothesis)}")
    registration.draw(plan)


def _answer(plan: Plan, known: _Known, top: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Draw the answer at the ``top``, what it costs ``beside`` the questions, and the rest below."""
    fingerprint = state.current().fingerprint
    with top:  # what is being worked out is said where the answer will stand
        past = _history(fingerprint, horizon(plan.days), tuple(m.name for m in plan.metrics if m.kind == "quantile"))
        foretold = _foretold(fingerprint, plan.days)
    found = outlook(
        plan,
        past,
        foretold=foretold,
        known_baseline=known.baseline,
        users_a_day=known.users_a_day,
        design_effect=known.design_effect,
    )
    with top:
        headline.answer(found.sentence)
        plan_outlook.figures(plan, found)
    with beside:
        plan_outlook.savings(plan, found, foretold[plan.primary.name])
        plan_outlook.stopping(plan, found)
    for caution in cautions(plan, past, found):
        headline.banner("warning", caution)
    st.subheader("The longer it runs, the smaller the uplift it finds", anchor=False)
    traffic = (
        "on the traffic of the log that is open: users come back, so new ones grow scarcer from day to day"
        if known.users_a_day is None
        else "on your own figure of new users a day"
    )
    st.caption(f"Each point is a test planned for that many days, {traffic}.")
    plan_outlook.curve(plan, found)
    plan_outlook.guardrails(plan, found)


@st.cache_resource(max_entries=12, show_spinner="Counting the log's own traffic")
def _history(fingerprint: str, days: int, quantiles: tuple[str, ...]) -> History:
    return history(state.dataset(fingerprint), days, quantiles=[find(MEASURABLE, name) for name in quantiles])


@st.cache_resource(max_entries=24, show_spinner="Comparing what users did before and after")
def _foretold(fingerprint: str, days: int) -> dict[str, Foretold]:
    return foretell(state.dataset(fingerprint), MEASURABLE, days)


def _own_figures(primary: str) -> _Known:
    """Let the reader put in figures they know better than the log does."""
    with st.expander("Your own figures, where you know better than this log"):
        st.caption("Left empty, today's figure and the traffic are read from the data that is open.")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            baseline = st.number_input(
                f"{find(MEASURABLE, primary).label} today",
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
            members = st.number_input(
                "Users in a group",
                1.0,
                100_000.0,
                1.0,
                1.0,
                format="%g",
                key="group",
                bind="query-params",
                help="Where groups such as households or shops are randomised whole; 1 where every user is on their "
                "own, as simulated users are.",
                width=180,
            )
            alike = st.number_input(
                "How alike a group is",
                0.0,
                1.0,
                0.0,
                0.01,
                format="%g",
                key="alike",
                bind="query-params",
                help="Correlation between two users of one group: 0 is strangers. Groups of n need 1 + (n − 1) × this "
                "times the users (Kish 1965).",
                width=180,
            )
    return _Known(baseline, users_a_day, kish(members, alike))


if __name__ == "__main__":
    chrome.page(QUESTION, main)
