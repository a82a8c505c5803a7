"""What did your own test find?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from engine import jobs
from engine.errors import LabError
from experiments.importing import Preview, Request, digest_of, guess_covariates
from experiments.importing.task import TASK, key_of
from pages.parts import (
    chrome,
    export_columns,
    export_metrics,
    export_plan,
    export_rows,
    export_rules,
    export_source,
    formats,
    headline,
    outcomes,
    progress,
    provenance,
    state,
    verdicts,
)

QUESTION = "What did your own test find?"


def main() -> None:
    """Draw the page."""
    top = st.container()
    source, lost = export_source.chosen()
    if lost:
        headline.banner("warning", lost)
    if source is None:
        with top:
            headline.answer("Open the export of a test you ran: it is analysed exactly as a simulated one.")
        headline.empty(
            "No export is open yet",
            "The sample is a fortnight's test of a made-up shop, whose true uplift is known.",
            "Load the sample experiment",
            lambda: export_source.choose("sample"),
            key="empty-experiment",
        )
        with st.container(border=True, key="open-export"):
            export_source.draw()
        return
    try:
        seen = export_columns.look(str(source), export_columns.stamp(source))
    except LabError as error:
        with top:
            headline.answer("This file cannot be read as the export of a test.")
            headline.banner("error", str(error))
        _another()
        return
    with st.container(border=True):
        try:
            request = _ask(source, seen)
        except LabError as error:
            request = None
            headline.banner("error", str(error))
    _answer(top, source, request)
    _another()


def _ask(source: Path, seen: Preview) -> Request | None:
    """Ask what is needed for an analysis; None while something is missing."""
    key = str(source)
    export_columns.rows(source, seen)
    planned, plan = export_plan.ask(key)
    mapped = export_columns.ask(source, seen, planned=planned)
    with st.expander("The metrics lie in another file"):
        measured = export_source.metrics_file(source)
    beside = None if measured is None else export_columns.look(str(measured), export_columns.stamp(measured))
    if mapped.unit is None or mapped.variant is None:
        headline.banner("info", "Say which column holds the unit and which the variant.")
        return None
    if planned and plan is None:
        return None
    asked: dict[str, Any] = {
        "source": str(source),
        "measured": None if measured is None else str(measured),
        "digest": _digest(str(source), None if measured is None else str(measured), export_columns.stamp(source)),
        "unit": mapped.unit,
        "variant": mapped.variant,
        "day": mapped.day,
    }
    if plan is not None:
        columns = (*seen.columns, *(() if beside is None else beside.columns))
        held = export_plan.match(plan, columns, mapped.variants, key)
        return None if held is None else Request(**asked, **held)
    if len(mapped.variants) < 2:
        headline.banner(
            "info", f"Column '{formats.plain(mapped.variant)}' holds one variant; a test has a control and a treatment."
        )
        return None
    control = st.selectbox(
        "Control",
        mapped.variants,
        key=f"control-{key}-{mapped.variant}",
        help="What a treatment must beat: mostly what users see today.",
        width=220,
    )
    own = {column: kind for column, kind in seen.kinds.items() if column not in mapped.taken}
    measurable = own if beside is None else {c: kind for c, kind in beside.kinds.items() if c not in mapped.taken}
    metrics = export_metrics.draw(
        measurable, guess_covariates([*own, *measurable]), list(own), key if measured is None else f"{key}-{measured}"
    )
    treatments = [name for name in mapped.variants if name != control]
    rules = export_rules.ask((control, *treatments), key, dated=bool(mapped.day))
    if metrics is None:
        headline.banner("info", "Choose at least one metric.")
        return None
    return Request(**asked, control=control, metrics=metrics, segments=mapped.segments, cluster=mapped.cluster, **rules)


def _answer(top: DeltaGenerator, source: Path, request: Request | None) -> None:
    """Offer the analysis, watch it, and show what it found."""
    if request is None:
        with top:
            headline.answer(f"{formats.plain(source.name)} is open. Say below what it holds.")
        return
    key = key_of(request)
    now = jobs.status(key)
    if now.state == "done":
        results = outcomes.load(key)
        outcomes.show(key)
        provenance.kept(key, results.meta)
        with top:
            headline.answer(verdicts.answer(results))
            st.caption(verdicts.who(results))
            verdicts.banner(results)
            if results.adherence is not None:
                headline.banner("success" if results.adherence.followed else "warning", results.adherence.sentence)
            st.page_link(
                "pages/results.py",
                label="Read the results",
                icon=":material/fact_check:",
                query_params={state.DATA: state.current().fingerprint, outcomes.RESULT: key},
            )
            export_rows.draw(jobs.result(key).files)
        return
    with top:
        headline.answer(f"{formats.plain(source.name)} is open. Check what is guessed below, then analyse it.")
        progress.watch({key: "Analysing the export"})
        if not now.active:
            label = "Analyse this experiment" if now.state == "unknown" else "Analyse it again"
            if st.button(label, type="primary", icon=":material/play_arrow:", key="analyse"):
                progress.start(TASK, request.to_dict())
                st.rerun()


def _another() -> None:
    st.subheader("Open another export", anchor=False)
    with st.container(border=True, key="open-export"):
        export_source.draw()


@st.cache_resource(max_entries=16, show_spinner=False)
def _digest(source: str, measured: str | None, stamped: tuple[int, int]) -> str:
    del stamped  # only keys the cache
    return digest_of(source, measured)


if __name__ == "__main__":
    chrome.page(QUESTION, main)
