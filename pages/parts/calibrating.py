"""What a calibration study is asked: where the units come from, the plan, and how often they are assigned anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from engine.dataset import Dataset
from experiments.calibration import Request
from experiments.importing import digest_of, propose_metrics
from experiments.metrics import Metric, with_primary
from experiments.plan import Plan
from pages.parts import (
    export_columns,
    export_source,
    formats,
    plan_conduct,
    plan_decision,
    plan_rigour,
    plan_variants,
    planning,
    policies,
)

_KINDS = {
    "users": "The users of the open data",
    "simulator": "Simulated users",
    "export": "An experiment's export",
}
_REPLICATIONS = (1_000, 10_000, 100_000)


@dataclass(frozen=True)
class Asked:
    """What the reader asks.

    Attributes:
        request: for ``experiments.calibration``.
        plan: in a line.
    """

    request: Request
    plan: str


def ask(dataset: Dataset) -> Asked | None:
    """Draw the widgets; None where something is missing yet, which the page then says itself."""
    with st.container(border=True):
        kind = st.segmented_control(
            "Whose past is the test tried on?",
            list(_KINDS),
            default="users",
            required=True,
            format_func=_KINDS.__getitem__,
            key="past",
            bind="query-params",
            help="Their variants are drawn anew, thousands of times: nothing differs between them but luck, so every "
            "difference that is found is a false alarm. A known uplift is then put in, to see how often it is found.",
        )
        study = _study()
        source = _export() if kind == "export" else None
        with st.expander("The plan, as on the Design page: what is shown, what decides, how sure, when it may stop"):
            control, treatments = plan_variants.ask()
            length, run = plan_conduct.ask(len(treatments))
            rules = plan_decision.ask() | plan_rigour.ask(length["days"])
        if not treatments:
            st.info("Choose at least one treatment in the plan.", icon=":material/info:")
            return None
        plan = planning.Choice(control, treatments, rules | length, run).plan
        if kind == "export":
            if source is None:
                return None
            plan = _measuring(plan, source)
        # A plan of a few looks is tried with these; any other is looked at every day.
        looks = plan.looks if plan.stopping == "group-sequential" and plan.looks else plan.days
        request = Request(
            kind=str(kind),
            plan=plan,
            dataset=None if kind == "export" else dataset.fingerprint,
            file=None if source is None else str(source.path),
            digest="" if source is None else _digest(str(source.path), export_columns.stamp(source.path)),
            reading={} if source is None else {"unit": source.unit, "day": source.day},
            world={"control": policies.policy(control), "params": control["params"], "users": run["users"]}
            | {"retrain_every": run["retrain_every"]}
            if kind == "simulator"
            else {},
            uplift=float(plan.mde or 0.05),
            replications=study,
            looks=looks,
            seed=run["seed"],
        )
    return Asked(request, planning.summary(plan))


@st.cache_resource(max_entries=16, show_spinner=False)
def _digest(source: str, stamped: tuple[int, int]) -> str:
    """Return what names the contents of a file; read again only when the file has changed."""
    del stamped  # only keys the cache
    return digest_of(source)


def _study() -> int:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        return int(
            st.selectbox(
                "Re-randomisations",
                _REPLICATIONS,
                index=_REPLICATIONS.index(10_000),
                format_func=lambda number: formats.decimal(number, 0),
                key="replications",
                bind="query-params",
                help="More make the figures surer: a rate of 5% is known to ±1.4 points from 1,000, ±0.4 from 10,000 "
                "and ±0.1 from 100,000.",
                width=180,
            )
        )


@dataclass(frozen=True)
class _Export:
    path: Path
    unit: str | None
    day: str
    metrics: tuple[Metric, ...]


def _export() -> _Export | None:
    """Ask which columns of the chosen export are what; offer the sample where none is chosen."""
    path, lost = export_source.chosen()
    if path is None:
        if lost:
            st.warning(lost, icon=":material/info:")
        st.info("No export is open. Open one on the page Your experiment, or take the sample.", icon=":material/info:")
        st.button("The sample experiment", key="calibrate-sample", on_click=export_source.choose, args=("sample",))
        return None
    seen = export_columns.look(str(path), export_columns.stamp(path))
    guess = seen.guess
    known = dict(guess.covariates) if guess else {}
    before = {column for several in known.values() for column in several}
    taken = {guess.unit, guess.day} if guess else set()
    kinds = {name: kind for name, kind in seen.kinds.items() if name not in before | taken}
    proposed = {metric.name: metric for metric in propose_metrics(kinds, known)}
    if not proposed:
        st.info(f"{path.name} holds no column of numbers to measure. Choose another export.", icon=":material/info:")
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        columns = list(seen.columns)
        unit = st.selectbox(
            "Unit",
            columns,
            index=columns.index(guess.unit) if guess and guess.unit in columns else 0,
            key=f"calibrate-unit-{path}",
            help=f"Who is assigned anew, in {path.name}. The variant is not read.",
            width=190,
        )
        days = ["", *columns]
        day = st.selectbox(
            "Day",
            days,
            index=days.index(guess.day) if guess and guess.day in days else 0,
            format_func=lambda name: name or "none: in the file's order",
            key=f"calibrate-day-{path}",
            help="The day of a row, or when a unit came. Looks are then by day.",
            width=210,
        )
        names = st.multiselect(
            "Metrics, the first decides",
            list(proposed),
            default=list(proposed)[:5],
            key=f"calibrate-metrics-{path}",
            width=420,
        )
    if not names:
        st.info("Choose at least one metric.", icon=":material/info:")
        return None
    chosen = tuple(proposed[name] for name in names)
    return _Export(path, unit, day or "", with_primary(chosen, names[0]))


def _measuring(plan: Plan, source: _Export) -> Plan:
    """Return the plan with the export's metrics: those of a log are not in it."""
    primary = source.metrics[0]
    return replace(plan, metrics=source.metrics, hypothesis=f"The treatment changes {primary.label.lower()}.")
