"""What a visitor has chosen: ids only, kept in the session and in the URL, never the objects themselves."""

from __future__ import annotations

import uuid

import streamlit as st

from engine import deleted, store
from engine.dataset import Dataset
from engine.errors import DataError

DATA = "data"


def owner() -> str:
    """Return an id of this visitor's session, for jobs that several visitors may share."""
    if "owner" not in st.session_state:
        st.session_state["owner"] = uuid.uuid4().hex
    owner_id: str = st.session_state["owner"]
    return owner_id


def choose(fingerprint: str) -> None:
    """Make ``fingerprint`` the dataset every page shows."""
    st.session_state[DATA] = fingerprint
    opened: list[str] = st.session_state.setdefault("opened", [])
    if fingerprint not in opened:
        opened.append(fingerprint)
    st.query_params[DATA] = fingerprint


def opened() -> list[str]:
    """Return the fingerprints this visitor has opened, first to last."""
    return list(st.session_state.get("opened", []))


def restore() -> str | None:
    """Settle which dataset is shown: a link's, else the session's, else the sample. Return a sentence if lost."""
    _leave_deleted_behind()
    asked = st.query_params.get(DATA)
    link = asked if asked != st.session_state.get("link") else None
    st.session_state["link"] = asked
    if link:
        try:
            dataset(link)
        except DataError as error:
            choose(st.session_state.get(DATA) or sample())
            return str(error)
    choose(link or st.session_state.get(DATA) or sample())
    return None


def move(page: str) -> None:
    """Carry what the address of the last page chose over to ``page``, which may hold the same widgets.

    Streamlit forgets what a link chose where its reader moves on before anything else, unless it is assigned; only
    a run that finds it assigned before writes it into the new page's address. What that address names counts more.

    Args:
        page: path of the page that is about to be drawn.
    """
    moved = st.session_state.get("page", page) != page
    named: list[str] = st.session_state.get("named", []) if moved else []
    chosen = {
        name: st.session_state[name] for name in named if name in st.session_state and name not in st.query_params
    }
    st.session_state["page"] = page
    st.session_state["named"] = [name for name in st.query_params if name != DATA]
    if chosen:
        st.session_state.update(chosen)
        st.rerun()


def _leave_deleted_behind() -> None:
    """Follow data from which somebody was deleted, here or by another process, and drop what memory holds of it."""
    if _deletions()[0] != deleted.version():
        st.cache_resource.clear()
    if not deleted.anybody():
        return
    moved = {each: deleted.replaced_by(each) or each for each in opened()}
    st.session_state["opened"] = list(dict.fromkeys(moved.values()))
    for held in (st.session_state, st.query_params):
        if (old := held.get(DATA)) and (new := deleted.replaced_by(old)):
            held[DATA] = new


def current() -> Dataset:
    """Return the dataset every page shows."""
    return dataset(st.session_state[DATA])


@st.cache_resource(max_entries=6, show_spinner="Opening the data")
def dataset(fingerprint: str) -> Dataset:
    """Return the stored dataset; shared by all visitors and never written into."""
    return store.get(fingerprint)


@st.cache_resource(max_entries=1, show_spinner=False)
def _deletions() -> tuple[int]:
    """Return the version of the deletions that this process's memory knows; kept until the memory is dropped."""
    return (deleted.version(),)


@st.cache_resource(max_entries=1, show_spinner="Loading the sample")
def sample() -> str:
    """Store the bundled sample and return its fingerprint."""
    from engine.loading import load, opening

    loaded = load("sample")
    return opening.keep(loaded.dataset, loaded.report)
