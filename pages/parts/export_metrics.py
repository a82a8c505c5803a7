"""What was measured, as widgets: which metric decides, which guard, and how each is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from experiments.importing import propose_metric, propose_metrics, propose_ratios
from experiments.importing.proposing import USUAL_MARGIN
from experiments.metrics import Kind, Metric, Role
from pages.parts import formats, glossary

_MOST = 8  # chosen at first; a reader adds what else matters
_KINDS: dict[Kind, str] = {
    "mean": "Average",
    "proportion": "Share of units",
    "count": "Count a unit",
    "quantile": "Percentile",
}
_DIRECTIONS = {"higher": "Higher", "lower": "Lower"}


def draw(
    kinds: Mapping[str, str], known_before: Mapping[str, Sequence[str]], earlier: Sequence[str], key: str
) -> tuple[Metric, ...] | None:
    """Ask what was measured; None while nothing is chosen.

    Args:
        kinds: metric kind by column of numbers that may be metrics.
        known_before: columns of the time before, by the column they seem to foretell.
        earlier: columns of numbers that may be of the time before.
        key: names the widgets of this export.
    """
    before = [column for several in known_before.values() for column in several]
    measured = {column: kind for column, kind in kinds.items() if column not in before}
    proposed = {metric.name: metric for metric in propose_metrics(measured, known_before)}
    st.markdown("**What was measured**")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = st.multiselect(
            "Metrics",
            [*proposed, *propose_ratios(list(measured))],
            default=list(proposed)[:_MOST],
            key=f"metrics-{key}",
            accept_new_options=True,
            wrap=True,
            placeholder="Choose at least one",
            help="Columns of the file. For a ratio of two columns, type it: orders/sessions.",
            width=520,
        )
        if not names:
            return None
        chosen = {name: proposed.get(name) or propose_metric(name, kinds.get(name, "mean")) for name in names}
        decides = st.selectbox(
            "Primary metric",
            names,
            index=next((place for place, metric in enumerate(chosen.values()) if metric.role == "primary"), 0),
            key=f"primary-{key}",
            help="The one metric that decides.",
            width=220,
        )
        others = [name for name in names if name != decides]
        guards = st.multiselect(
            "Guardrails",
            others,
            default=[name for name in others if chosen[name].role == "guardrail"],
            key=f"guards-{key}",
            placeholder="None",
            help=glossary.tip("guardrail"),
            width=300,
        )
    during = {column for metric in chosen.values() for column in metric.quantities}
    known = [column for column in earlier if column not in during]
    roles: dict[str, Role] = {name: "guardrail" if name in guards else "secondary" for name in others}
    with st.expander("How each is measured: kind, which way is good, margin, cap, what was known before"):
        return tuple(
            _metric(chosen[name], role, known, f"{name}-{key}")
            for name, role in ({str(decides): "primary"} | roles).items()
        )


def _metric(given: Metric, role: Any, earlier: list[str], key: str) -> Metric:
    """Ask how one metric is measured.

    Args:
        given: as proposed.
        role: as chosen.
        earlier: columns that may have been known before the experiment.
        key: names its widgets.
    """
    name = formats.label(given.name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        said: dict[str, Any] = {"role": role, "margin": None, "kind": given.kind}
        if given.kind != "ratio":
            said["kind"] = st.selectbox(
                f"{name}: kind",
                list(_KINDS),
                index=list(_KINDS).index(given.kind),
                format_func=_KINDS.__getitem__,
                key=f"kind-{key}",
                help="Share of units: how many ever had a 1. Percentile: of the units' own values.",
                width=200,
            )
        said["direction"] = st.selectbox(
            f"{name}: better",
            list(_DIRECTIONS),
            index=list(_DIRECTIONS).index(given.direction),
            format_func=_DIRECTIONS.__getitem__,
            key=f"better-{key}",
            width=200,
        )
        if role == "guardrail":
            margin = given.margin or USUAL_MARGIN
            said["margin"] = _level(f"{name}: may lose", margin, f"margin-{key}", glossary.tip("non_inferiority"))
        if said["kind"] == "quantile":
            said["quantile"] = _level(f"{name}: which percentile", 0.9, f"level-{key}", "90 is the 90th percentile.")
            return replace(given, **said, covariates=())
        if said["kind"] != "proportion" and st.checkbox(
            f"{name}: cap",
            key=f"cap-{key}",
            help="Cut off what a unit has beyond a percentile of all units, so that a few cannot decide alone.",
            width="content",
        ):
            said["cap"] = _level(f"{name}: capped at", 0.99, f"at-{key}", "Percentile over the units of all variants.")
        said["covariates"] = tuple(
            st.multiselect(
                f"{name}: known before",
                earlier,
                default=[column for column in given.covariates if column in earlier],
                key=f"before-{key}",
                placeholder="None",
                help=glossary.tip("cuped"),
                width=260,
            )
        )
    return replace(given, **said)


def _level(label: str, value: float, key: str, about: str) -> float:
    percent = st.number_input(
        f"{label}, %", min_value=0.1, max_value=99.9, value=100 * value, step=1.0, format="%g", key=key, help=about,
        width=200,
    )  # fmt: skip
    return round(percent / 100, 6)
