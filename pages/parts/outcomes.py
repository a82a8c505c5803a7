"""Results of experiments: opened once, chosen by the reader, named in the URL by their key."""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.dataset import Dataset
from engine.errors import ExperimentError
from engine.jobs import folder
from experiments import database, keeping
from experiments.database import Kept
from experiments.keeping import TASK
from experiments.results import Results
from pages.parts import formats, headline, planning, progress, provenance

RESULT = "result"


@st.cache_resource(max_entries=24, show_spinner="Opening the results")
def load(key: str) -> Results:
    """Return the finished results under ``key``; shared by all visitors and never written into.

    They come from the database; where they are not in it (it may be another one by now), from what their job left.
    """
    if database.entry(key) is None and jobs.status(key).state == "done":
        left = jobs.result(key)
        found: Results = left if isinstance(left, Results) else left.results
        return found
    return database.result(key)


def finished(key: str) -> bool:
    """Return whether there are results to ``load``, kept or just left by their job."""
    return database.entry(key) is not None or jobs.status(key).state == "done"


def key_of(choice: planning.Choice, dataset: Dataset) -> str:
    """Return the key under which ``choice`` runs, whether or not it ever did."""
    return folder.key_of(TASK, choice.request(dataset))


def start(choice: planning.Choice, dataset: Dataset) -> str:
    """Run ``choice`` in a child process, which keeps its results under the key that is returned."""
    return progress.start(TASK, choice.request(dataset))


def show(key: str) -> None:
    """Make ``key`` the result that Results and Report show."""
    st.session_state[RESULT] = key


def forget(key: str) -> None:
    """Delete the result ``key`` for everybody; asked again, it is computed again."""
    keeping.forget(key)
    folder.remove(key)
    load.clear(key)
    if st.session_state.get(RESULT) == key:
        del st.session_state[RESULT]


def chosen(dataset: Dataset) -> tuple[str, Results] | None:
    """Return the result to show and its key: the URL's, else the session's, else the newest of the dataset.

    Where there is none yet, or it is still running or lost, the page says so and None comes back.

    Args:
        dataset: the dataset on the page; its kept results may be chosen.
    """
    key = st.query_params.get(RESULT) or st.session_state.get(RESULT) or _newest(dataset)
    if key is None:
        headline.answer("No experiment has been simulated on this data yet.")
        headline.elsewhere(
            "Nothing to read yet",
            "Choose a control and a treatment, and let simulated users live with both.",
            "Simulate an experiment",
            "pages/simulate.py",
        )
        return None
    if not _ready(key):
        return None
    key = _pick(key)
    show(key)
    st.query_params[RESULT] = key
    results = load(key)
    provenance.kept(key, results.meta)
    if results.meta.simulated and results.meta.fingerprint != dataset.fingerprint:
        headline.banner(
            "info",
            f"This experiment was simulated on other data than what is open: {formats.plain(results.meta.dataset)}, "
            f"fingerprint `{results.meta.fingerprint}`.",
        )
    return key, results


def _newest(dataset: Dataset) -> str | None:
    return next((each.key for each in database.kept(fingerprint=dataset.fingerprint, limit=1)), None)


def _ready(key: str) -> bool:
    """Return whether the result under ``key`` can be opened; say what it is waiting for otherwise."""
    try:
        if finished(key):
            return True
        now = jobs.status(key)
    except ExperimentError as error:  # the key came from an address somebody typed
        headline.answer("This link names no result.")
        headline.banner("error", str(error))
        _lead_out()
        return False
    if now.active:
        headline.answer("The experiment is still running.")
        progress.watch({key: "The experiment"})
        return False
    headline.answer("This result is not kept here.")
    headline.banner("warning", now.error or "It was cancelled, deleted, or kept elsewhere. Run the experiment again.")
    _lead_out()
    return False


def _lead_out() -> None:
    """Offer the way out of a link that leads nowhere."""
    st.session_state.pop(RESULT, None)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Show the newest result instead", key="forget-result"):
            del st.query_params[RESULT]
            st.rerun()
        st.page_link("pages/history.py", label="Look in the history", icon=":material/history:")


def _pick(key: str) -> str:
    """Let the reader choose another result of the same data; return the one to show."""
    shown = database.entry(key)
    if shown is None:
        return key
    known = {each.key: each for each in database.kept(fingerprint=shown.fingerprint)}
    known.setdefault(key, shown)
    keys = list(known)
    if len(keys) == 1:
        return key
    return st.selectbox(
        "Experiment",
        keys,
        index=keys.index(key),
        format_func=lambda each: _name(known[each]),
        key=f"pick-{key}-{len(keys)}",
        help="Kept experiments on the same data, the newest first. The History page has those on all data.",
        width=720,
    )


def _name(each: Kept) -> str:
    return (
        f"{each.title} · {formats.plural(each.units, 'user')} · {formats.plural(each.days, 'day')} · "
        f"{formats.moment(each.computed)} · {each.key[:4]}"
    )
