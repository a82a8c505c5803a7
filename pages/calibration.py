"""Would this plan have worked?"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from engine import jobs
from engine.errors import LabError
from experiments.calibration import TASK, Calibration, Request, Source, glimpse, key_of, source_of
from experiments.runs import silent
from pages.parts import calibrating, calibrations, chrome, formats, headline, progress, provenance, state

QUESTION = "Would this plan have worked?"


def main() -> None:
    """Draw the page."""
    top = st.container()
    asked = calibrating.ask(state.current())
    if asked is None:
        with top:
            headline.answer("Choose what to try, and it will be tried thousands of times.")
        return
    request = asked.request
    st.markdown(asked.plan)
    key = key_of(request)
    now = jobs.status(key)
    if now.state == "done":
        found = _load(key)
        provenance.used(key, found.meta.seed)
        with top:
            headline.answer(found.answer, simulated=found.meta.simulated)
        _draw(found)
        return
    try:
        first = _first_look(request)
    except LabError as error:
        with top:
            headline.answer("It cannot be told from this data as it stands.")
            headline.banner("error", str(error))
        return
    with top:
        headline.answer(_before(request, first), simulated=request.kind == "simulator")
    progress.watch({key: "Calibrating"})
    if not now.active:
        label = f"Re-randomise {formats.decimal(request.replications, 0)} times"
        if st.button(label, type="primary", icon=":material/play_arrow:", key="calibrate"):
            progress.start(TASK, request.to_dict())
            st.rerun()
    if first is not None:
        st.caption(
            f"A first look at the primary metric from {formats.count(first.replications)} re-randomisations, drawn "
            f"again as you change the plan. {' '.join(map(formats.words, first.notes))}"
        )
        calibrations.peeking(first)


@st.cache_resource(max_entries=12, show_spinner="Opening the study")
def _load(key: str) -> Calibration:
    found: Calibration = jobs.result(key)
    return found


def _first_look(request: Request) -> Calibration | None:
    """Return a small study at once, where no world has to be simulated for it."""
    if request.kind == "simulator":
        return None
    return _glimpse(key_of(replace(request, replications=1)), request)


@st.cache_resource(max_entries=24, show_spinner="A first look")
def _glimpse(key: str, _request: Request) -> Calibration:
    del key  # only keys the cache
    plan = _request.plan
    columns = [name for metric in plan.metrics for name in (*metric.quantities, *metric.covariates)]
    read = (_request.dataset, _request.file, _request.digest, str(_request.reading), plan.days, *columns)
    return glimpse(_request, _units(read, _request))


@st.cache_resource(max_entries=4, show_spinner="Reading the units")
def _units(read: tuple[object, ...], _request: Request) -> Source:
    del read  # only keys the cache
    return source_of(_request, silent)


def _before(request: Request, first: Calibration | None) -> str:
    if first is None:
        return (
            f"Let {formats.count(int(request.world['users']))} simulated users live {request.plan.days} days, and "
            f"assign them anew {formats.decimal(request.replications, 0)} times."
        )
    return f"At a first look: {first.answer[0].lower()}{first.answer[1:]}"


def _draw(found: Calibration) -> None:
    calibrations.figures(found)
    calibrations.peeking(found)
    calibrations.table(found)
    calibrations.p_values(found)
    for note in found.notes:
        st.caption(note)


if __name__ == "__main__":
    chrome.page(QUESTION, main)
