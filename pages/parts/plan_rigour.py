"""How sure the test must be: significance, power, correction, covariates, and when it may stop."""

from __future__ import annotations

from typing import Any, get_args

import streamlit as st

from experiments.boundaries import SPENDING
from experiments.earlier import BEFORE
from experiments.multiplicity import Correction
from experiments.plan import Stopping
from pages.parts import formats, glossary

CORRECTIONS: dict[str, str] = {
    "holm": "Holm",
    "bh": "Benjamini–Hochberg",
    "bonferroni": "Bonferroni",
    "none": "None",
}
_STOPPING: dict[str, str] = {
    "fixed": "One look, at the end",
    "group-sequential": "A few planned looks",
    "always-valid": "A look every day",
    "bayesian": "By the chance to win",
}
_STOPPING_HELP = (
    "**One look, at the end**: nothing is decided before the last day; the fewest users.\n\n"
    "**A few planned looks** (group sequential): may stop at any of them, because they share the significance level; "
    "costs a few percent more users at the planned end and usually saves some.\n\n"
    "**A look every day** (always-valid): may stop whenever the interval settles it; needs the most users.\n\n"
    "**By the chance to win** (Bayesian): reads how likely the treatment is better. Nothing bounds how often that is "
    "wrong when it is looked at often.\n\n"
    "Looking daily at a plan made for one look finds uplifts that are not there."
)
_SPENDING = {"obrien-fleming": "Sparing at first (O'Brien–Fleming)", "pocock": "Alike at each look (Pocock)"}
# How large relative uplifts usually are; None is no idea at all, and a select box takes None for "nothing chosen".
_USUAL = (0.0, 0.02, 0.05, 0.1, 0.2)


def ask(days: int) -> dict[str, Any]:
    """Ask; return the rules as ``experiments.drafting.draft`` takes them.

    Args:
        days: planned length; there are at most as many looks.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        alpha = st.selectbox(
            "Significance level",
            (0.01, 0.05, 0.1),
            index=1,
            format_func=lambda level: formats.share(level, 0),
            key="alpha",
            bind="query-params",
            help=glossary.tip("alpha"),
            width=160,
        )
        power = st.selectbox(
            "Power",
            (0.7, 0.8, 0.9, 0.95),
            index=1,
            format_func=lambda chance: formats.share(chance, 0),
            key="power",
            bind="query-params",
            help=glossary.tip("power"),
            width=120,
        )
        correction = st.selectbox(
            "Correction",
            sorted(get_args(Correction), key=list(CORRECTIONS).index),
            format_func=CORRECTIONS.__getitem__,
            key="correction",
            bind="query-params",
            help=glossary.tip("correction"),
            width=200,
        )
        adjusted = st.toggle(
            "CUPED: adjust by what users did before",
            key="cuped",
            bind="query-params",
            help=glossary.tip("cuped"),
        )
    return {
        "alpha": alpha,
        "power": power,
        "correction": correction,
        "covariates": list(BEFORE) if adjusted else [],
    } | stopping(days)


def stopping(days: int) -> dict[str, Any]:
    """Ask when the test may stop, and what that rule needs to know."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stopping = st.selectbox(
            "Stopping",
            sorted(get_args(Stopping), key=list(_STOPPING).index),
            format_func=_STOPPING.__getitem__,
            key="stopping",
            bind="query-params",
            help=_STOPPING_HELP,
            width=230,
        )
        rule: dict[str, Any] = {"stopping": stopping, "looks": None, "spending": "obrien-fleming", "prior": None}
        if stopping == "group-sequential":
            rule |= _looks(days)
        if stopping == "bayesian":
            rule["prior"] = _prior()
    return rule


def _looks(days: int) -> dict[str, Any]:
    looks = st.number_input(
        "Looks",
        2,
        60,
        4,
        key="looks",
        bind="query-params",
        help="Equally spaced over the planned days, the last one at their end; at most one a day.",
        width=110,
    )
    spending = st.selectbox(
        "The looks share alpha",
        SPENDING,
        format_func=_SPENDING.__getitem__,
        key="spending",
        bind="query-params",
        help="Sparing at first: an early stop needs overwhelming evidence and the end costs hardly more users. Alike: "
        "early stops are easier, the end costs more.",
        width=280,
    )
    return {"looks": min(int(looks), days), "spending": spending}


def _prior() -> dict[str, Any] | None:
    """Ask what is believed before the test; None where it is nothing."""
    usual = st.selectbox(
        "Uplifts are usually within",
        _USUAL,
        format_func=lambda size: f"±{formats.share(size, 0)}" if size else "No idea: a flat prior",
        key="usual",
        bind="query-params",
        help="Standard deviation of a normal prior around zero on the relative uplift: a sceptical reader needs more "
        "users to be convinced. Counts for every metric but proportions.",
        width=220,
    )
    success = st.number_input(
        "Believed successes",
        0.5,
        1e6,
        1.0,
        1.0,
        format="%g",
        key="prior_success",
        bind="query-params",
        help="For proportions: Beta(successes, failures) in each variant. 1 and 1 is flat; 20 and 80 says about 20%, "
        "as sure as after 100 users.",
        width=160,
    )
    failure = st.number_input(
        "Believed failures", 0.5, 1e6, 1.0, 1.0, format="%g", key="prior_failure", bind="query-params", width=160
    )
    if not usual and success == failure == 1.0:
        return None
    return {"rate": [success, failure], "relative_deviation": usual or None}
