"""The plan an export is held against: one that is registered, one in a file, or none."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.errors import LabError
from experiments import database
from experiments.importing import names_needed, without
from experiments.plan import Plan
from experiments.plan_file import read_plan
from pages.parts import formats, headline, planning
from pages.parts.export_columns import NONE

_HOW = {
    "none": "No plan was written down",
    "registered": "A registered plan",
    "file": "A plan in a file",
}


def ask(key: str) -> tuple[bool, Plan | None]:
    """Ask for the plan; return whether there is to be one, and the plan once it is chosen."""
    how = st.radio(
        "Was it planned?",
        list(_HOW),
        format_func=_HOW.__getitem__,
        key=f"planned-{key}",
        horizontal=True,
        help="A plan that was registered before anybody looked says what decides; the result tells whether it was "
        "followed. Plans are registered on the Design page, or by python -m experiments register.",
    )
    if how == "none":
        return False, None
    plan = _registered(key) if how == "registered" else _from_file(key)
    if plan is not None:
        st.markdown(f"Plan `{plan.hash}` · {formats.plain(plan.hypothesis)}\n\n{planning.summary(plan)}")
    return True, plan


def match(plan: Plan, columns: tuple[str, ...], variants: tuple[str, ...], key: str) -> dict[str, Any] | None:
    """Ask which column and variant of the file is which of the plan's; None while one that is needed is missing.

    Returns:
        Fields of an ``experiments.importing.Request``.
    """
    missing = [name for name in names_needed(plan) if name not in columns]
    unfound = [name for name in plan.variants if name not in variants]
    if not missing and not unfound:
        return {"plan": plan}
    st.markdown("**What the plan calls otherwise**")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        called = {name: _match(f"Column of {formats.label(name)}", columns, f"column-{name}-{key}") for name in missing}
        strangers = tuple(name for name in variants if name not in plan.variants)
        others = {
            name: _match(f"Variant {formats.label(plan.title(name))}", strangers, f"variant-{name}-{key}")
            for name in unfound
        }
    absent = [name for name, column in called.items() if column is None]
    unsaid = [name for name in absent if name in plan.primary.quantities]
    unsaid += [name for name, found in others.items() if found is None and strangers]
    if unsaid:
        headline.banner("info", f"Say what the file calls {formats.plain(formats.listed(unsaid))}.")
        return None
    if absent:
        lost = formats.plain(formats.listed(absent))
        headline.banner("info", f"Not in the file: {lost}. What needs it is left out, and the result says so.")
    return {
        "plan": plan,
        "columns": {name: column for name, column in called.items() if column},
        "variants": {found: name for name, found in others.items() if found},
    } | (without(plan, absent) if absent else {})


def _registered(key: str) -> Plan | None:
    known = {each.hash: each for each in database.registrations()}
    if not known:
        headline.banner("info", "No plan is registered yet. Register one on the Design page before the next test.")
        return None
    chosen = st.selectbox(
        "Plan",
        list(known),
        format_func=lambda each: (
            f"{formats.moment(known[each].registered)} · {known[each].plan.hypothesis} · {each[:4]}"
        ),
        key=f"plan-{key}",
        width=720,
    )
    return known[chosen].plan if chosen else None


def _from_file(key: str) -> Plan | None:
    file = st.file_uploader("Plan: YAML or JSON", type=["yaml", "yml", "json"], key=f"plan-file-{key}")
    if file is None:
        return None
    try:
        return read_plan(file.getvalue())
    except LabError as error:
        headline.banner("error", str(error))
        return None


def _match(label: str, choices: tuple[str, ...], key: str) -> str | None:
    found = st.selectbox(label, [NONE, *choices], key=key, width=220)
    return None if found == NONE else found
