"""Results of simulated experiments: opened once, chosen by the reader, named in the URL by their job's key."""

from __future__ import annotations

import streamlit as st

from engine import jobs
from engine.dataset import Dataset
from engine.errors import LabError
from engine.jobs import folder
from experiments.archive import Kept, kept, remember
from experiments.results import Results
from pages.parts import formats, glossary, headline, planning, progress, provenance

TASK = "experiments.simulate:task"
RESULT = "result"


@st.cache_resource(max_entries=24, show_spinner="Opening the results")
def load(key: str) -> Results:
    """Return the finished results under ``key``; shared by all visitors and never written into."""
    results: Results = jobs.result(key)
    return results


def key_of(choice: planning.Choice, dataset: Dataset) -> str:
    """Return the key under which ``choice`` runs, whether or not it ever did."""
    return folder.key_of(TASK, choice.request(dataset))


def start(choice: planning.Choice, dataset: Dataset) -> str:
    """Run ``choice`` in a child process and note it among the dataset's experiments."""
    request = choice.request(dataset)
    key = progress.start(TASK, request)
    remember(key, request)
    return key


def show(key: str) -> None:
    """Make ``key`` the result that Results and Report show."""
    st.session_state[RESULT] = key


def chosen(dataset: Dataset, question: str) -> tuple[str, Results] | None:
    """Return the result to show and its key: the URL's, else the session's, else the newest of the dataset.

    Where there is none yet, or it is still running or lost, the page says so and None comes back.

    Args:
        dataset: the dataset on the page; its kept results may be chosen.
        question: the page's question, which stands above whatever is said.
    """
    known = {each.key: each for each in kept(dataset.fingerprint)}
    key = st.query_params.get(RESULT) or st.session_state.get(RESULT) or next(iter(known), None)
    if key is None:
        headline.ask(question, "No experiment has been simulated on this data yet.")
        headline.elsewhere(
            "Nothing to read yet",
            "Choose a control and a treatment, and let simulated users live with both.",
            "Simulate an experiment",
            "pages/simulate.py",
        )
        return None
    if not _ready(key, question):
        return None
    key = _pick(key, known)
    show(key)
    st.query_params[RESULT] = key
    results = load(key)
    provenance.used(key, results.meta.seed)
    if results.meta.fingerprint != dataset.fingerprint:
        headline.banner(
            "info",
            f"This experiment was simulated on other data than what is open: {results.meta.dataset}, fingerprint "
            f"`{results.meta.fingerprint}`.",
        )
    return key, results


def _ready(key: str, question: str) -> bool:
    """Return whether the result under ``key`` can be opened; say what it is waiting for otherwise."""
    try:
        now = jobs.status(key)
    except LabError as error:  # the key came from an address somebody typed
        headline.ask(question, "This link names no result.")
        headline.banner("error", str(error))
        _forget()
        return False
    if now.state == "done":
        return True
    if now.active:
        headline.ask(question, "The experiment is still being simulated.", simulated=True)
        progress.watch({key: "Simulating"})
        return False
    headline.ask(question, "This result is not kept here.")
    headline.banner(
        "warning", now.error or "It was cancelled, or made by an older version of the program. Simulate it again."
    )
    _forget()
    return False


def _forget() -> None:
    """Offer the way out of a link that leads nowhere."""
    st.session_state.pop(RESULT, None)
    if st.button("Show the newest result instead", key="forget-result"):
        del st.query_params[RESULT]
        st.rerun()


def _pick(key: str, known: dict[str, Kept]) -> str:
    """Let the reader choose another kept result; return the one to show."""
    keys = list(known) if key in known else [key, *known]
    if len(keys) == 1:
        return key
    return st.selectbox(
        "Experiment",
        keys,
        index=keys.index(key),
        format_func=lambda each: _name(known[each]) if each in known else "From the link",
        key=f"pick-{key}-{len(keys)}",
        help="Simulated experiments on this data whose results are kept, the newest first.",
        width=720,
    )


def _name(each: Kept) -> str:
    asked = each.request
    treatments = ", ".join(planning.title(arm["model"]) for arm in asked["treatments"])
    return (
        f"{treatments} against {planning.title(asked['control']['model'])} · "
        f"{glossary.title(asked['primary'])} · {formats.plural(asked['users'], 'user')} · "
        f"{formats.plural(asked['days'], 'day')} · seed {asked['seed']} · {formats.day(each.asked)} {each.asked:%H:%M}"
    )
