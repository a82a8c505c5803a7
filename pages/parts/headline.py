"""The first lines of every page: its question as the title, the answer in a sentence, the figures behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st

from pages.parts import glossary

Tone = Literal["success", "info", "warning", "error"]
_ICONS = {
    "success": ":material/check_circle:",
    "info": ":material/info:",
    "warning": ":material/warning:",
    "error": ":material/error:",
}


def question(text: str) -> None:
    """Draw the page's question, before anything that takes time: its answer may need to be worked out."""
    st.title(text, anchor=False)


def answer(text: str, *, simulated: bool = False) -> None:
    """Draw the answer to the page's question; whatever is simulated says so."""
    if simulated:
        st.badge("Simulated", icon=":material/science:", color="violet")
    st.markdown(f"## {text}")


def banner(tone: Tone, text: str) -> None:
    """Draw a box whose icon says the same as its colour."""
    draw = {"success": st.success, "info": st.info, "warning": st.warning, "error": st.error}[tone]
    draw(text, icon=_ICONS[tone])


def figures(rows: Sequence[tuple[str, str]]) -> None:
    """Draw a row of figures that wraps on a narrow screen.

    Args:
        rows: pairs of a glossary name (or a plain label) and the formatted value.
    """
    with st.container(horizontal=True, gap="small"):
        for name, value in rows:
            term = glossary.TERMS.get(name)
            st.metric(term.title if term else name, value, help=term.help if term else None, border=True, width=165)


def empty(title: str, sentence: str, button: str, act: Callable[[], object], *, key: str = "empty") -> None:
    """Draw an empty state: a title, one sentence, one button."""

    def press() -> None:
        act()

    with st.container(border=True, horizontal_alignment="center", key=f"box-{key}"):
        st.subheader(title, anchor=False)
        st.write(sentence)
        # A callback runs before the page does, so a click survives when something else interrupts the page.
        st.button(button, type="primary", key=key, on_click=press)


def elsewhere(title: str, sentence: str, link: str, page: str) -> None:
    """Draw an empty state that another page fills: a title, one sentence, one link.

    A link, because ``st.switch_page`` refuses to leave a session whose widgets are bound to the URL.
    """
    with st.container(border=True, horizontal_alignment="center"):
        st.subheader(title, anchor=False)
        st.write(sentence)
        st.page_link(page, label=f"**{link}**", icon=":material/arrow_forward:")
