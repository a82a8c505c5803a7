"""The part of the Data page that opens other data: upload or path, columns mapped, then read in a child process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine import jobs
from engine.errors import LabError
from engine.loading import Preview, opening, preview
from engine.loading.records import ROLES
from pages.parts import progress, state

_NONE = "— none —"
_ROLE_HELP = {
    "user": "Who acted. Needed.",
    "item": "What they acted on. Needed.",
    "rating": "A number that says how much they liked it.",
    "time": "When: dates, date-times, or seconds since 1970.",
    "event": "What they did, such as view or purchase.",
    "count": "How many such events a row stands for: plays, pieces, hours.",
}
_FEEDBACK = {
    "auto": "Decide from the file",
    "explicit": "Ratings: models learn what people said",
    "implicit": "Events: models learn what people did",
}


def draw() -> None:
    """Offer an upload or a path; show the guessed columns; open the data when asked."""
    _finish()
    upload, path = st.tabs(["Upload a file", "Name a path"])
    with upload:
        file = st.file_uploader(
            "Interactions: CSV or any delimiter, Parquet, or JSON Lines; one row an event",
            key="upload-log",
            help="The delimiter, the header and the encoding are found out by themselves.",
        )
    with path:
        named = st.text_input(
            "A file, or a MovieLens folder, on the machine that runs the Lab",
            key="path-log",
            persist_state="session",
            placeholder="/data/events.csv",
        ).strip()
    source = str(opening.keep_upload(file.getvalue(), file.name)) if file else named
    if not source:
        return
    try:
        seen = _preview(source)
    except LabError as error:
        st.error(str(error), icon=":material/error:")
        return
    mapping = _map_columns(seen, source)
    options = _options(source)
    if st.button("Open this data", type="primary", key="open-data"):
        start({"source": source, "mapping": mapping, **options})


def start(request: Mapping[str, Any]) -> None:
    """Open what ``request`` names, as ``engine.loading.opening.task`` takes it, in a child process; show it after."""
    st.session_state["opening"] = progress.start("engine.loading.opening:task", request)
    st.rerun()


def _finish() -> None:
    """Watch the file that is being read; show its data once it is there."""
    key = st.session_state.get("opening")
    if not key:
        return
    if jobs.status(key).state == "done":
        del st.session_state["opening"]
        state.choose(jobs.result(key))
        st.rerun()
    progress.watch({key: "Opening the data"})


@st.cache_resource(max_entries=16, show_spinner="Looking at the file")
def _preview(source: str) -> Preview:
    return preview(source)


def _map_columns(seen: Preview, source: str) -> dict[str, str | None]:
    """Show the first rows and let the reader say which column is what; None takes a role from every column."""
    st.markdown(f"**What the file holds** · {seen.format}")
    st.dataframe(seen.rows, hide_index=True, height=210, key=f"preview-{source}")
    st.markdown("**Which column is what** · guessed from names and contents; change what is wrong")
    choices = [_NONE, *seen.columns]
    mapping: dict[str, str | None] = {}
    with st.container(horizontal=True):
        for role in ROLES:
            guess = seen.mapping.get(role)
            column = st.selectbox(
                role.capitalize(),
                choices,
                index=choices.index(guess) if guess in choices else 0,
                key=f"map-{role}-{source}",
                help=_ROLE_HELP[role],
                width=180,
            )
            mapping[role] = column if column != _NONE else None
    return mapping


def _options(source: str) -> dict[str, Any]:
    """What else can be said about the file; side tables included."""
    options: dict[str, Any] = {}
    with st.expander("Side tables and options"):
        for table in ("users", "items"):
            file = st.file_uploader(
                f"{table.capitalize()} table (optional): one row a {table[:-1]}, its id in a column",
                key=f"upload-{table}-{source}",
            )
            if file:
                options[table] = str(opening.keep_upload(file.getvalue(), file.name))
        options["feedback"] = st.radio(
            "What models learn from",
            list(_FEEDBACK),
            format_func=_FEEDBACK.__getitem__,
            key=f"feedback-{source}",
        )
        options["drop_duplicates"] = st.checkbox(
            "Refuse rows that repeat an earlier row exactly", key=f"duplicates-{source}"
        )
        options["include_withheld"] = st.checkbox(
            "Also use users whose consent is false",
            key=f"withheld-{source}",
            help="Left out unless you tick this. Only do so where you are allowed to.",
        )
    return options
