"""Which export a visitor looks at: an upload, a path or a sample, named in the URL where that may travel."""

from __future__ import annotations

import re
from pathlib import Path

import streamlit as st

from engine import store
from engine.loading import opening
from sample_data import FOLDER

EXPORT = "export"
SAMPLES = {"sample": FOLDER / "experiment.csv", "sample-broken": FOLDER / "experiment_broken.csv"}
_UPLOAD = re.compile(r"[0-9a-f]{16}/[\w.-]+")
_FORMATS = "CSV or any delimiter, Parquet, or JSON Lines"


def chosen() -> tuple[Path | None, str]:
    """Return where the export lies, and a sentence where the link's is not kept here."""
    asked = st.query_params.get(EXPORT) or st.session_state.get(EXPORT)
    if not asked:
        return None, ""
    found = _resolve(asked)
    if found is None:
        forget()
        return (
            None,
            "The export of this link is not kept here. Upload it again; its results may still be in the history.",
        )
    st.session_state[EXPORT] = asked
    if st.session_state.get("named-export") != asked:
        st.query_params[EXPORT] = asked
    return found, ""


def choose(name: str) -> None:
    """Make ``name`` the export of the page: a sample's or upload's name, or a path that this visitor typed."""
    st.session_state[EXPORT] = name
    st.query_params.pop(EXPORT, None)


def forget() -> None:
    """Go back to the empty page."""
    st.session_state.pop(EXPORT, None)
    st.query_params.pop(EXPORT, None)


def draw() -> None:
    """Offer an upload, a path, or a sample."""
    upload, path, sample = st.tabs(["Upload a file", "Name a path", "A sample"])
    with upload:
        st.file_uploader(
            f"Export: {_FORMATS}; one row a unit, a unit and day, or an exposure",
            key="upload-export",
            on_change=_uploaded,
            help="A unit is what was randomised: a user, mostly. Delimiter, header and encoding are found out.",
        )
    with path:
        st.text_input(
            "A file on the machine that runs the Lab",
            key="path-export",
            on_change=_named,
            persist_state="session",
            placeholder="/data/experiment.csv",
        )
    with sample, st.container(horizontal=True):
        st.button("The sample experiment", key="load-sample", on_click=choose, args=("sample",))
        st.button("The same, broken", key="load-broken", on_click=choose, args=("sample-broken",))


def metrics_file(source: Path) -> Path | None:
    """Offer a second file with the metrics, where the export holds exposures; return where it lies."""
    file = st.file_uploader(
        f"Metrics file (optional): {_FORMATS}, with the unit in a column",
        key=f"upload-metrics-{source}",
        help="Give one where the export has a row for each exposure and what was measured lies elsewhere. An exposed "
        "unit without a row there did nothing (0).",
    )
    return opening.keep_upload(file.getvalue(), file.name) if file else None


def _uploaded() -> None:
    file = st.session_state["upload-export"]
    if file is not None:
        kept = opening.keep_upload(file.getvalue(), file.name)
        choose(f"{kept.parent.name}/{kept.name}")


def _named() -> None:
    path = st.session_state["path-export"].strip()
    if path:
        # A path stays in the session: a link must not make the Lab read files of its author's choosing.
        st.session_state["named-export"] = path
        choose(path)


def _resolve(name: str) -> Path | None:
    if name in SAMPLES:
        return SAMPLES[name]
    if _UPLOAD.fullmatch(name):
        kept = store.home() / "uploads" / name
        return kept if kept.is_file() else None
    return Path(name) if name == st.session_state.get("named-export") else None
