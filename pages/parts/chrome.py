"""What surrounds every page: the dataset picker above it, its errors in a sentence, the footer below it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from engine.errors import LabError
from pages.parts import formats, headline, provenance, state

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

ICON = (
    "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'>"
    "<rect x='1' y='9' width='4' height='6' rx='1' fill='%230b6bcb'/>"
    "<rect x='6' y='5' width='4' height='10' rx='1' fill='%23b85c00'/>"
    "<rect x='11' y='1' width='4' height='14' rx='1' fill='%2300795a'/></svg>"
)


def draw(page: StreamlitPage) -> None:
    """Run ``page`` with the dataset picker and the footer around it."""
    provenance.forget()
    state.move(page.url_path)
    lost = state.restore()
    _picker()
    if lost:
        st.warning(f"{lost} The sample is shown instead.", icon=":material/info:")
    _open(page)
    page.run()
    _footer()


def _open(page: StreamlitPage) -> None:
    """Load what ``page`` is made of, and say so: its first visitor would wait for that before its question."""
    name = f"pages.{page.url_path or 'data'}"
    if name not in sys.modules:
        with st.spinner("Opening the page"):
            import_module(name)


def page(question: str, body: Callable[[], None]) -> None:
    """Draw a page's ``question``, then its ``body``; an error of ours is one sentence, never a traceback."""
    if PagesManager.uses_pages_directory:
        # The first visitor of a fresh server may follow a link straight to a page. Streamlit then runs the page's
        # file by itself, because app.py has not yet told it of the navigation.
        import app

        app.main()
        return
    headline.question(question)
    try:
        body()
    except LabError as error:
        st.error(str(error), icon=":material/error:")


def _picker() -> None:
    """Let the reader change between the datasets opened in this session."""
    opened = state.opened()
    names = {fingerprint: _title(fingerprint) for fingerprint in opened}
    with st.sidebar:
        chosen = st.selectbox(
            "Dataset",
            opened,
            index=opened.index(state.current().fingerprint),
            format_func=names.__getitem__,
            key=f"picker-{len(opened)}-{state.current().fingerprint}",
            help="The sample and what you opened in this session. Open more on the Data page.",
        )
        if chosen and chosen != state.current().fingerprint:
            state.choose(chosen)
            st.rerun()


def _title(fingerprint: str) -> str:
    dataset = state.dataset(fingerprint)
    return f"{dataset.name} · {formats.plural(len(dataset.interactions), 'row')} · {fingerprint[:4]}"


def _footer() -> None:
    dataset, computed = state.current(), provenance.sentence()
    st.divider()
    opened = (
        f"Dataset **{dataset.name}** · {formats.plural(len(dataset.interactions), 'row')} · "
        f"{formats.plural(dataset.n_users, 'user')} · {formats.plural(dataset.n_items, 'item')} · "
        f"fingerprint {dataset.fingerprint}"
    )
    st.caption((provenance.source() or opened) + (f" · {computed}" if computed else ""))
