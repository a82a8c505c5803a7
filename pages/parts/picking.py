"""Choosing kept experiments by name, in a link too, and deleting one after a second thought."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from experiments import database
from experiments.database import Kept
from pages.parts import formats, outcomes, verdicts

_DELETED = "deleted"


def experiment(label: str, param: str, rows: Sequence[Kept]) -> str | None:
    """Ask for one of ``rows``, or what the link names, and return its key; None where none is chosen.

    Args:
        label: of the select box.
        param: of the link; it holds the key.
        rows: kept experiments to choose from.
    """
    known = {each.key: each for each in rows}
    linked = st.query_params.get(param)
    if linked is not None and linked not in known:
        # A link may name an experiment that is not among those listed.
        if (found := database.entry(linked)) is None:
            del st.query_params[param]
            linked = None
        else:
            known[linked] = found
    if linked is not None:
        st.session_state[param] = linked
    elif st.session_state.get(param) not in (None, *known):
        del st.session_state[param]
    chosen = st.selectbox(
        label,
        list(known),
        index=None,
        format_func=lambda key: name(known[key]),
        key=param,
        persist_state="session",
        placeholder="Choose one",
        on_change=_link,
        args=(param,),
        width=420,
    )
    if chosen is not None:
        st.query_params[param] = chosen
    return chosen


def tick(params: Sequence[str], keys: Sequence[str], table: str) -> None:
    """Choose the experiments that are ticked in a table, the first of them for the first of ``params``.

    Args:
        params: of the link, one an experiment that may be chosen.
        keys: of the table's rows.
        table: the table's widget.
    """
    rows = st.session_state[table]["selection"]["rows"][: len(params)]
    chosen = [keys[row] for row in rows] + [None] * (len(params) - len(rows))
    for param, key in zip(params, chosen, strict=True):
        st.session_state[param] = key
        _link(param)


def name(each: Kept) -> str:
    """Return what a list to choose from calls an experiment."""
    return f"{verdicts.word(each.status)} · {each.title} · {formats.moment(each.computed)} · {each.key[:4]}"


def delete(key: str, param: str) -> None:
    """Offer to delete the experiment ``key``, which the link's ``param`` names."""
    with st.popover("Delete…", icon=":material/delete:"):
        st.markdown("**Delete this experiment for everybody?** Its plan stays registered. This cannot be undone.")
        # A callback runs before the page does, so the list that follows no longer holds it.
        st.button("Delete it", type="primary", key=f"delete-{key}", on_click=_delete, args=(key, param))


def said_deleted() -> None:
    """Say once that an experiment was deleted."""
    if (title := st.session_state.pop(_DELETED, None)) is not None:
        st.success(f"Deleted: {formats.plain(title)}", icon=":material/delete:")


def _link(param: str) -> None:
    """Let the link follow the reader's choice."""
    chosen = st.session_state[param]
    if chosen is None:
        st.query_params.pop(param, None)
    else:
        st.query_params[param] = chosen


def _delete(key: str, param: str) -> None:
    found = database.entry(key)
    outcomes.forget(key)
    st.session_state[_DELETED] = key if found is None else found.title
    st.session_state[param] = None
    st.query_params.pop(param, None)
